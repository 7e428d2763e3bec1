import type { ComponentChildren, VNode } from 'preact';
import { type ErrorClass, type Who, whoOf } from '../vault/errors.js';
import { Outside, shown } from './outside-text.js';

const LONGEST_ACTION = 600;

const TURNS: Readonly<Record<Exclude<Who, 'operator'>, string>> = {
  mailbox_owner: 'Yours.',
  tenant_admin: 'An administrator of your organisation.',
  exchange_admin: 'Whoever administers the mailboxes of your organisation.',
  provider: 'Yours, after a wait.',
};
const IN_DOUBT = `${TURNS.provider} It is not known how far the provider got.`;

/** Somebody at whoever runs this vault, whose name comes from outside. */
export function Operator({ at }: { at: string }): VNode {
  return (
    <>
      An operator at <Outside text={at} longest={60} />.
    </>
  );
}

/** The same, for a mailbox owner, who knows of no operators but was sent a link. */
export function Asker({ at }: { at: string }): VNode {
  return (
    <>
      Whoever sent you the link, or somebody else at <Outside text={at} longest={60} />.
    </>
  );
}

interface Failed {
  class: ErrorClass;
  who?: Who;
}

/** Whose turn it is when a consent failed like this. */
export function Turn({ of: failed, askerAt }: { of: Failed; askerAt: string }): VNode {
  const who = failed.who ?? whoOf(failed.class);
  if (who === 'operator') return <Asker at={askerAt} />;
  return <span>{failed.class === 'in_doubt' ? IN_DOUBT : TURNS[who]}</span>;
}

interface Step {
  turn: ComponentChildren;
  /** What the reader does; left out where only others do something. */
  yours?: string;
  /** What somebody else does. */
  theirs?: string;
  /** What is typed for it, by whoever has to act. */
  commands?: readonly string[];
}

/** Whose turn it is, what the reader does and what others do: the last thing that an unfinished page says. */
export function NextStep({ turn, yours, theirs, commands = [] }: Step): VNode {
  return (
    <dl class="next">
      <dt>Whose turn it is</dt>
      <dd>{turn}</dd>
      {yours !== undefined && (
        <Doing term="What to do" action={yours} commands={theirs === undefined ? commands : []} />
      )}
      {theirs !== undefined && <Doing term="What they do" action={theirs} commands={commands} />}
    </dl>
  );
}

function Doing({ term, action, commands }: { term: string; action: string; commands: readonly string[] }): VNode {
  return (
    <>
      <dt>{term}</dt>
      <dd>
        <Outside text={action} longest={LONGEST_ACTION} />
        {commands.map(command => (
          <pre key={command}>{shown(command, LONGEST_ACTION)}</pre>
        ))}
      </dd>
    </>
  );
}
