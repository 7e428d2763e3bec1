import type { ComponentChildren, VNode } from 'preact';
import type { ErrorClass } from '../vault/errors.js';
import { Outside, shown } from './outside-text.js';

const LONGEST_ACTION = 600;

const TURNS: Readonly<Record<Exclude<ErrorClass, 'needs_operator'>, string>> = {
  needs_user: 'Yours.',
  needs_admin: 'An administrator of your organisation.',
  throttled: 'Yours, after a wait.',
  unavailable: 'Yours, after a wait.',
  in_doubt: 'Yours, after a wait. It is not known how far the provider got.',
};

/** Somebody at whoever runs this vault, whose name comes from outside. */
export function Operator({ at }: { at: string }): VNode {
  return (
    <>
      An operator at <Outside text={at} longest={60} />.
    </>
  );
}

/** Whose turn it is when a consent failed for a reason of this class. */
export function Turn({ of: errorClass, operatorAt }: { of: ErrorClass; operatorAt: string }): VNode {
  return errorClass === 'needs_operator' ? <Operator at={operatorAt} /> : <span>{TURNS[errorClass]}</span>;
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
