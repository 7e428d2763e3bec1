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
    ['provider says', saidOnce(provider)],
    ['trace id', provider.trace_id],
    ['correlation id', provider.correlation_id],
    ['time', provider.timestamp],
    ['request id', requestId],
  ];
  return facts.flatMap(([name, value]) => (value ? [`${name}: ${shown(value)}`] : []));
}

/**
 * What the provider says without what Entra repeats behind it ("Trace ID: … Correlation ID: … Timestamp: …"), where
 * each of these has a line of its own. The text may have been cut within them.
 */
function saidOnce({
  error_description: text,
  trace_id,
  correlation_id,
  timestamp,
}: ProviderAnswer): string | undefined {
  if (!text || !trace_id || !correlation_id || !timestamp) return text;
  const begins = text.lastIndexOf('Trace ID:');
  if (begins < 0) return text;
  const ours = bare(`Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`);
  const theirs = bare(text.slice(begins));
  const repeats = theirs.endsWith('…') ? ours.startsWith(theirs.slice(0, -1).trim()) : ours === theirs;
  return repeats ? text.slice(0, begins).replace(/[\s([]+$/, '') : text;
}

/** Without brackets, and with one blank between words. */
function bare(text: string): string {
  return text.replace(/[()[\]\s]+/g, ' ').trim();
}
