import type { VNode } from 'preact';

const WORDS = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** A moment (epoch milliseconds) in words, in UTC; the page's script puts the reader's own time zone in its place. */
export function Moment({ at }: { at: number }): VNode {
  return <time datetime={new Date(at).toISOString()}>{WORDS.format(at)} UTC</time>;
}
