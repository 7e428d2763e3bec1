import type { VNode } from 'preact';
import type { ProviderAnswer } from '../vault/errors.js';
import { shown } from './outside-text.js';

interface Copy {
  id: string;
  text: string;
  /** What the button says. */
  what: string;
  /** The page is about this. */
  major?: boolean;
}

/** A text to be sent on, with a button that copies it; without a script there is no button, and the text remains. */
export function Copyable({ id, text, what, major }: Copy): VNode {
  return (
    <div class="copyable">
      <pre id={id}>{text}</pre>
      <button type="button" class={major ? undefined : 'minor'} data-copies={id} hidden>
        {what}
      </button>
    </div>
  );
}

interface Case {
  provider?: ProviderAnswer | undefined;
  requestId?: string | undefined;
  /** Whether it is seen without being asked for. */
  open?: boolean;
}

/** What an administrator needs to find this case again; nothing where nothing is known. */
export function Trace({ provider, requestId, open }: Case): VNode | null {
  const lines = linesOf(provider, requestId);
  return lines.length === 0 ? null : (
    <details open={open}>
      <summary>Codes for the administrator</summary>
      <Copyable id="trace" text={lines.join('\n')} what="Copy the codes" />
    </details>
  );
}

function linesOf(provider: ProviderAnswer = {}, requestId?: string): string[] {
  const facts: [string, string | undefined][] = [
    ['code', [provider.error, ...(provider.codes ?? [])].filter(Boolean).join(' ')],
    ['provider says', provider.error_description],
    ['trace id', provider.trace_id],
    ['correlation id', provider.correlation_id],
    ['time', provider.timestamp],
    ['request id', requestId],
  ];
  return facts.flatMap(([name, value]) => (value ? [`${name}: ${shown(value)}`] : []));
}
