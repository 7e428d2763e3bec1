/** The clock of the tests. */
export const NOW = Date.parse('2026-11-20T10:00:00Z');

/** R13: a Retry-After header and the pause that it gives, in milliseconds. */
export const PAUSES: readonly [header: string | undefined, ms: number | undefined][] = [
  ['7', 7_000],
  [' 7 ', 7_000],
  ['0', 1_000],
  ['3600', 3_600_000],
  ['3601', 3_600_000],
  ['1000000000', 3_600_000],
  ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
  ['Friday, 20-Nov-26 10:00:30 GMT', 30_000],
  ['Fri, 20 Nov 2026 09:00:00 GMT', 1_000],
  ['Fri, 20 Nov 2036 10:00:00 GMT', 3_600_000],
  ['-1', undefined],
  ['7.5', undefined],
  ['7s', undefined],
  ['soon', undefined],
  ['Someday, GMT', undefined],
  ['', undefined],
  [undefined, undefined],
];
