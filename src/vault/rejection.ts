import type { Finding } from './account.js';

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
  /** The claims that the next token must carry, as JSON (Microsoft's claims challenge). */
  claims: string | undefined;
}

const LONGEST_CLAIMS = 2_048;
const SETTING = /is disabled for the (?:mailbox|tenant)|protocol is disabled|not enabled for this (?:mailbox|user)/i;

/** Reads a report; whatever in it cannot be read counts as left out. */
export function readRejection({ status, wwwAuthenticate, sasl, detail }: RejectionReport): Rejection {
  const challenge = paramsOf(wwwAuthenticate ?? '');
  const said = jsonOf(sasl) ?? {};
  const lacks = [challenge.get('error'), said.status].includes('insufficient_scope') || said.status === '403';
  const kind = lacks || status === 403 ? 'insufficient_scope' : 'invalid_token';
  return { kind: SETTING.test(detail ?? '') ? 'setting' : kind, claims: claimsOf(challenge.get('claims')) };
}

/** The parameters of a challenge, names in lower case, the first of each. Commas in quotes are part of a value. */
function paramsOf(header: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const [, name = '', quoted, plain] of header.matchAll(/([\w-]+) *= *(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g)) {
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

const WORDS: Readonly<Record<RejectionKind, Pick<Finding, 'message' | 'action'>>> = {
  invalid_token: {
    message: 'The server refused a token that is less than a minute old, so a newer one would be refused too.',
    action:
      'Check that the user name is the address of this mailbox, that it may be opened by this application or person, and that IMAP, POP or SMTP is enabled for it.',
  },
  insufficient_scope: {
    message: 'The server says that the token lacks a permission, and it is less than a minute old.',
    action:
      'Give the application or the person the permission that is missing, or add the scope to the credential and have its owner consent again.',
  },
  setting: {
    message: 'The server says that the way in is switched off for this mailbox or organisation; no token helps.',
    action: 'An administrator of the mailbox must enable it, such as SMTP AUTH, IMAP or POP.',
  },
};

/** What a consumer is told when no newer token would help. */
export function refusedFreshly({ kind }: Rejection): Pick<Finding, 'class' | 'message' | 'action'> {
  return { class: 'needs_operator', ...WORDS[kind] };
}
