import type { ProviderAnswer } from '../errors.js';
import { GOOGLE_CODES, GOOGLE_TEXTS } from './google.js';
import { GRAPH_REPLIES } from './graph.js';
import { MAIL_REPLIES, REFUSED_TOKEN } from './mail.js';
import { MICROSOFT_APPLICATION } from './microsoft-application.js';
import { MICROSOFT_CLIENT } from './microsoft-client.js';
import { MICROSOFT_FAULTS } from './microsoft-faults.js';
import { MICROSOFT_POLICY } from './microsoft-policy.js';
import { MICROSOFT_REQUEST } from './microsoft-request.js';
import { MICROSOFT_SIGN_IN } from './microsoft-sign-in.js';
import { OAUTH, REVOCATION } from './oauth.js';
import { SIGN_IN } from './sign-in.js';
import type { CodeRow, Row, TextRow } from './words.js';

/** Every row of the catalogue, by family and in the order in which they are shown. */
export const CATALOGUE = {
  named: { OAUTH, REVOCATION, SIGN_IN, REFUSED_TOKEN },
  microsoft: {
    MICROSOFT_CLIENT,
    MICROSOFT_APPLICATION,
    MICROSOFT_REQUEST,
    MICROSOFT_POLICY,
    MICROSOFT_SIGN_IN,
    MICROSOFT_FAULTS,
  },
  google: { GOOGLE_CODES, GOOGLE_TEXTS },
  replies: { MAIL_REPLIES, GRAPH_REPLIES },
} as const;

const BY_CODE: ReadonlyMap<string, CodeRow> = new Map([
  ...Object.values(CATALOGUE.microsoft).flatMap(rows => keyed(rows, 'AADSTS')),
  ...keyed(GOOGLE_CODES, ''),
]);
const REPLIES = patterns([...MAIL_REPLIES, ...GRAPH_REPLIES, ...GOOGLE_TEXTS]);
const BY_NAME: ReadonlyMap<string, Row> = new Map([
  ...Object.entries<Row>(REFUSED_TOKEN),
  ...REPLIES.map(([, row]): [string, Row] => [nameOf(row), row]),
]);
const DESCRIPTIONS = patterns(GOOGLE_TEXTS);

/**
 * What the numbers and known texts of an authorization server's answer say: who must act, what happened, what to do.
 * The first known code that is not a general one, else the first known code, else a known text; undefined where none
 * is known, so that the words of its `error` stand. Chooses words only: class, state and retries are decided elsewhere,
 * on `error` and status, because numbers and texts change without notice.
 */
export function wordsFor(answer: ProviderAnswer | undefined): Row | undefined {
  if (!answer) return undefined;
  const { codes = [], error = '', error_description: text = '' } = answer;
  const known = [...codes, error].flatMap(code => BY_CODE.get(code) ?? []);
  return known.find(({ general }) => !general) ?? known[0] ?? rowIn(DESCRIPTIONS, text);
}

/** What the reply of a mail server or mail API says; the first of the texts in which anything is known counts. */
export function wordsForReply(texts: readonly string[]): TextRow | undefined {
  for (const text of texts) {
    const row = rowIn(REPLIES, text);
    if (row) return row;
  }
  return undefined;
}

/** The name by which a row for replies is kept, in words of ours: its first text. */
export function nameOf({ texts }: TextRow): string {
  return texts[0] ?? '';
}

/** The row of that name, or that of a refused token by what its report means; undefined for a name of another release. */
export function replyNamed(name: string): Row | undefined {
  return BY_NAME.get(name);
}

function keyed(rows: readonly CodeRow[], prefix: string): [string, CodeRow][] {
  return rows.flatMap(row => row.codes.map((code): [string, CodeRow] => [`${prefix}${code}`, row]));
}

type Pattern = readonly [RegExp, TextRow];

/** Words and numbers as a whole: 5.7.3 is not in 5.7.30. */
function patterns(rows: readonly TextRow[]): Pattern[] {
  return rows.flatMap(row =>
    row.texts.map((text): Pattern => {
      const plain = text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(' ', '\\s+');
      return [new RegExp(`(?<!\\w|\\d\\.)${plain}(?!\\w|\\.\\d)`, 'i'), row];
    }),
  );
}

function rowIn(all: readonly Pattern[], text: string): TextRow | undefined {
  return all.find(([pattern]) => pattern.test(text))?.[1];
}
