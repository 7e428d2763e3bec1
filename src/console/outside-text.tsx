import type { VNode } from 'preact';

const LONGEST = 320;

/**
 * What somebody else wrote, fit to be shown: line breaks and control characters become a space, invisible ones (bidi
 * controls, zero width) disappear, and what is longer than `longest` characters is cut.
 */
export function shown(text: string, longest = LONGEST): string {
  const characters = [
    ...text
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .replace(/[\p{Cf}\p{Co}\p{Cs}]/gu, '')
      .trim(),
  ];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : characters.join('');
}

/**
 * Text from outside within a sentence of ours: its direction of writing ends with it (HTML, the bdi element). An
 * address of a mailbox breaks behind `@` and `.` before it breaks within a word.
 */
export function Outside({ text, longest }: { text: string; longest?: number }): VNode {
  const seen = shown(text, longest);
  return <bdi>{MAILBOX.test(seen) ? breakable(seen) : seen}</bdi>;
}

const MAILBOX = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/;

function breakable(address: string): (VNode | string)[] {
  return address.split(/(?<=[@.])/).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]));
}
