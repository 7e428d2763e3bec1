import { visible } from './terminal-text.js';

/** Columns aligned to the left, two spaces between them, the heads in capitals. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads.map(head => head.toUpperCase()), ...rows.map(row => row.map(visible))];
  const widths = heads.map((_, column) => Math.max(...lines.map(line => widthOf(line[column]))));
  return lines.map(line => aligned(line, widths)).join('\n');
}

/** One fact a line, the names aligned. Facts that are not known are left out. */
export function facts(known: Readonly<Record<string, string | undefined>>): string {
  const rows = Object.entries(known).filter((fact): fact is [string, string] => fact[1] !== undefined);
  const widths = [Math.max(0, ...rows.map(([name]) => widthOf(name)))];
  return rows.map(([name, value]) => aligned([name, visible(value)], widths)).join('\n');
}

/** `1 page`, `2 pages`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function aligned(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))));
  return padded.join('  ').trimEnd();
}

function widthOf(text = ''): number {
  return [...text].length;
}
