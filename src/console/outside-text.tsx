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

/** Text from outside within a sentence of ours: its direction of writing ends with it (HTML, the bdi element). */
export function Outside({ text, longest }: { text: string; longest?: number }): VNode {
  return <bdi>{shown(text, longest)}</bdi>;
}
