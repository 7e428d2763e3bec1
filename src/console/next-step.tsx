import type { ComponentChildren, VNode } from 'preact';
import type { ErrorClass } from '../vault/errors.js';
import { Outside, shown } from './outside-text.js';

const LONGEST_ACTION = 600;

const TURNS: Readonly<Record<Exclude<ErrorClass, 'needs_operator'>, string>> = {
  needs_user: 'Yours.',
  needs_admin: 'An administrator of your organisation.',
  throttled: 'Nobody. Waiting helps.',
  unavailable: 'Nobody. Waiting helps, unless it lasts.',
  in_doubt: 'Nobody yet. It is not known how far the provider got.',
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
  if (errorClass !== 'needs_operator') return <>{TURNS[errorClass]}</>;
  return (
    <>
      <Operator at={operatorAt} /> Tell whoever sent you the link.
    </>
  );
}

interface Step {
  turn: ComponentChildren;
  action: string;
  /** What is typed for it. */
  commands?: readonly string[];
  /** It is somebody else who must do it. */
  theirs?: boolean;
}

/** Whose turn it is and what they do: the last thing that a page about something unfinished says. */
export function NextStep({ turn, action, commands = [], theirs }: Step): VNode {
  return (
    <dl class="next">
      <dt>Whose turn it is</dt>
      <dd>{turn}</dd>
      <dt>{theirs ? 'What they do' : 'What to do'}</dt>
      <dd>
        <Outside text={action} longest={LONGEST_ACTION} />
        {commands.map(command => (
          <pre key={command}>{shown(command, LONGEST_ACTION)}</pre>
        ))}
      </dd>
    </dl>
  );
}
