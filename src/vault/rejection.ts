import { nameOf, wordsForReply } from './findings/look-up.js';
import { wordsWhere } from './findings/words.js';

/** What a consumer tells of a token that a mail server or an API refused. */
export interface RejectionReport {
  tokenId: string;
  /** The status of the HTTP answer. */
  status: number | undefined;
  /** Its WWW-Authenticate header (RFC 6750 §3). */
  wwwAuthenticate: string | undefined;
  /** The error of XOAUTH2 or OAUTHBEARER as the server sent it, base64 of JSON (RFC 7628 §3.2.2). */
  sasl: string | undefined;
  /** The last line of the server. */
  detail: string | undefined;
}

/** invalid_token: a newer one may do · insufficient_scope: it lacks a permission · setting: no token helps */
type RejectionKind = 'invalid_token' | 'insufficient_scope' | 'setting';

/** What such a report means. */
export interface Rejection {
  kind: RejectionKind;
  /** What the server said, in the order in which it is looked up. */
  said: readonly string[];
  /** The claims that the next token must carry, as JSON (Microsoft's claims challenge). */
  claims: string | undefined;
}

const LONGEST_CLAIMS = 2_048;
const SETTING =
  /is disabled for the (?:mailbox|tenant)|protocol is disabled|not enabled for this (?:mailbox|user)|authenticated but not connected/i;

/** Reads a report; whatever in it cannot be read counts as left out. */
export function readRejection({ status, wwwAuthenticate, sasl, detail }: RejectionReport): Rejection {
  const challenge = paramsOf(wwwAuthenticate ?? '');
  const said = jsonOf(sasl) ?? {};
  const lacks = [challenge.get('error'), said.status].includes('insufficient_scope') || said.status === '403';
  const kind = lacks || status === 403 ? 'insufficient_scope' : 'invalid_token';
  return {
    kind: SETTING.test(detail ?? '') ? 'setting' : kind,
    said: [...(detail === undefined ? [] : [detail]), ...Object.values(said).filter(isText), ...challenge.values()],
    claims: claimsOf(challenge.get('claims')),
  };
}

/** The parameters of a challenge, names in lower case, the first of each. Commas in quotes are part of a value. */
function paramsOf(header: string): Map<string, string> {
  const params = new Map<string, string>();
  // A name begins where none went before: else each letter of a long one would be tried as its first.
  for (const [, name = '', quoted, plain] of header.matchAll(
    /(?<![\w-])([\w-]+) *= *(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g,
  )) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
    if (!params.has(name.toLowerCase())) params.set(name.toLowerCase(), value);
  }
  return params;
}

/** Only claims for the access token itself, whatever else the challenge holds: it goes to the provider. */
function claimsOf(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LONGEST_CLAIMS) return undefined;
  const wanted = jsonOf(text)?.access_token;
  return isObject(wanted) ? JSON.stringify({ access_token: wanted }) : undefined;
}

/** A JSON object, in base64 or base64url or as it is. */
function jsonOf(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  const plain = text.trimStart().startsWith('{') ? text : Buffer.from(text, 'base64').toString('utf8');
  try {
    const value: unknown = JSON.parse(plain);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parameters of a token request that must bring these claims beside those that it always asks for. */
export function withClaims(params: Record<string, string>, claims: string | undefined): Record<string, string> {
  if (claims === undefined) return params;
  const [always, wanted] = [jsonOf(params.claims) ?? {}, jsonOf(claims) ?? {}];
  // What the operator demands is not weakened by what a consumer tells.
  const accessToken = { ...asObject(wanted.access_token), ...asObject(always.access_token) };
  return { ...params, claims: JSON.stringify({ ...always, access_token: accessToken }) };
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

/**
 * The name by which the catalogue knows what is reported: the server's reply where it is known and has words for whether
 * anybody signs in (`attended`), else what it means.
 */
export function reportedAs({ kind, said }: Rejection, attended: boolean): string {
  const row = wordsForReply(said);
  return row && wordsWhere(attended, row) ? nameOf(row) : kind;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
