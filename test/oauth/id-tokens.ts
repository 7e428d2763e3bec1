import { createHmac } from 'node:crypto';
import type { IdentityClaim } from '../../src/vault/ports.js';
import { SECRET } from './provider-under-test.js';
import { NOW } from './retry-after.js';

export const NONCE = 'nonce-1';
export const ISSUER = 'https://idp.example/v2.0';
export const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';
export const TEMPLATE = 'https://login.example/{tenantid}/v2.0';

const CLAIMS = {
  iss: ISSUER,
  sub: 'person-1',
  aud: 'app-1',
  exp: NOW / 1000 + 3600,
  iat: NOW / 1000,
  nonce: NONCE,
};

/** An ID token whose signature nobody made. A claim or header member that is undefined is left out. */
export function idToken(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
  return [encode({ alg: 'RS256', kid: 'k1', ...header }), encode({ ...CLAIMS, ...claims }), encode('signature')].join(
    '.',
  );
}

function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

function hmac(alg: 'HS256' | 'HS512'): string {
  const [header, payload] = idToken({}, { alg }).split('.');
  const signature = createHmac(alg.replace('HS', 'sha'), SECRET).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}

/** Written by hand, where JSON.stringify would not. */
function payloadOf(text: string): string {
  return `${encode({ alg: 'RS256' })}.${encode(text)}.c2ln`;
}

const [HEAD, PAYLOAD, SIGNATURE] = idToken().split('.');

/** C17: what comes as `id_token`, and the check that refuses the identity (`issuer`: of the credential). */
export const ATTACKS: readonly [what: string, idToken: unknown, refused: RegExp, issuer?: string][] = [
  ['alg none', idToken({}, { alg: 'none' }), /alg/],
  ['alg none without a signature', `${encode({ alg: 'none' })}.${PAYLOAD}.`, /three parts/],
  ['alg None', idToken({}, { alg: 'None' }), /alg/],
  ['no alg', idToken({}, { alg: undefined }), /alg/],
  ['alg as a list', idToken({}, { alg: ['RS256'] }), /alg/],
  ['an unknown alg', idToken({}, { alg: 'RS256\n' }), /alg/],
  ['HS256 with the client secret', hmac('HS256'), /alg/],
  ['HS512 with the client secret', hmac('HS512'), /alg/],
  ['an unknown crit', idToken({}, { crit: ['exp'], exp: 1 }), /crit/],
  ['b64 as crit', idToken({}, { crit: ['b64'], b64: false }), /crit/],
  ['crit null', idToken({}, { crit: null }), /crit/],
  ['two parts', `${HEAD}.${PAYLOAD}`, /three parts/],
  ['no signature', `${HEAD}.${PAYLOAD}.`, /three parts/],
  ['a JWE of five parts', `${HEAD}.${PAYLOAD}.${SIGNATURE}.a.b`, /three parts/],
  ['JSON serialisation', { payload: PAYLOAD, protected: HEAD, signature: SIGNATURE }, /not a text/],
  ['a list', [idToken()], /not a text/],
  ['true', true, /not a text/],
  ['garbage', 'garbage', /three parts/],
  ['garbage in three parts', 'a.b.c', /read/],
  ['padding', `${HEAD}.${PAYLOAD}==.${SIGNATURE}`, /three parts/],
  ['white space', ` ${idToken()}\n`, /three parts/],
  ['a line break at the end', `${idToken()}\n`, /three parts/],
  ['a header that is no object', `${encode('[]')}.${PAYLOAD}.${SIGNATURE}`, /read/],
  ['claims that are no object', payloadOf('["x"]'), /read/],
  ['claims null', payloadOf('null'), /read/],
  ['claims that are no UTF-8', `${HEAD}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.c2ln`, /read/],
  ['deep nesting', payloadOf('['.repeat(9_000)), /read/],
  ['200 KB', idToken({ x: 'x'.repeat(150_000) }), /16 KiB/],
  ['no claims at all', payloadOf('{}'), /iss/],
  ['claims by prototype', payloadOf(JSON.stringify(CLAIMS).replace(/^/, '{"__proto__":').concat('}')), /iss/],
  ['no iss', idToken({ iss: undefined }), /iss/],
  ['iss as a list', idToken({ iss: [ISSUER] }), /iss/, ISSUER],
  ['another iss', idToken({ iss: 'https://evil.example/v2.0' }), /another issuer.*iss/, ISSUER],
  ['C4: iss with a slash more', idToken({ iss: `${ISSUER}/` }), /another issuer.*iss/, ISSUER],
  ['C4: iss in another case', idToken({ iss: ISSUER.toUpperCase() }), /another issuer.*iss/, ISSUER],
  ['iss with an invisible character', idToken({ iss: `${ISSUER}\u200b` }), /iss/, ISSUER],
  ['iss over plain http', idToken({ iss: 'http://idp.example' }), /https.*iss/],
  ['iss over plain http at a host named like loopback', idToken({ iss: 'http://localhost.evil.example' }), /https/],
  [
    'iss over plain http at a host that begins like loopback',
    idToken({ iss: 'http://127.0.0.1.evil.example' }),
    /https/,
  ],
  ['iss that is no URL', idToken({ iss: 'idp.example' }), /https.*iss/],
  ['iss as a script', idToken({ iss: 'javascript:alert(1)' }), /https.*iss/],
  ['iss of 2 KB', idToken({ iss: `https://idp.example/${'x'.repeat(2_000)}` }), /iss/],
  ['the template without tid', idToken({ iss: TEMPLATE }), /tid/, TEMPLATE],
  ['the template with an empty tid', idToken({ iss: 'https://login.example//v2.0', tid: '' }), /tid/, TEMPLATE],
  [
    'the template with a path as tid',
    idToken({ iss: 'https://login.example/../x/v2.0', tid: '../x' }),
    /tid/,
    TEMPLATE,
  ],
  ['the template with $& as tid', idToken({ iss: TEMPLATE, tid: '$&' }), /tid/, TEMPLATE],
  [
    'the template with a list as tid',
    idToken({ iss: `https://login.example/${TENANT}/v2.0`, tid: [TENANT] }),
    /tid/,
    TEMPLATE,
  ],
  [
    'the template of another tenant',
    idToken({ iss: 'https://login.example/other/v2.0', tid: TENANT }),
    /iss/,
    TEMPLATE,
  ],
  [
    'the template at another host',
    idToken({ iss: `https://evil.example/${TENANT}/v2.0`, tid: TENANT }),
    /iss/,
    TEMPLATE,
  ],
  ['no sub', idToken({ sub: undefined }), /sub/],
  ['an empty sub', idToken({ sub: '' }), /sub/],
  ['sub as a number', idToken({ sub: 7 }), /sub/],
  ['sub of 256 characters', idToken({ sub: 'x'.repeat(256) }), /sub/],
  ['sub with a bidi control', idToken({ sub: 'person-1\u202e' }), /sub/],
  ['sub with a NUL', idToken({ sub: 'person\u00001' }), /sub/],
  ['sub with a blank at its end', idToken({ sub: 'person-1 ' }), /sub/],
  ['no aud', idToken({ aud: undefined }), /aud/],
  ['another aud', idToken({ aud: 'app-2' }), /aud/],
  ['aud that begins alike', idToken({ aud: 'app-1x' }), /aud/],
  ['an empty list as aud', idToken({ aud: [] }), /aud/],
  ['another list as aud', idToken({ aud: ['app-2', 'app-3'], azp: 'app-1' }), /aud/],
  ['aud in a list in a list', idToken({ aud: [['app-1']] }), /aud/],
  ['a list as aud with a number', idToken({ aud: ['app-1', 7], azp: 'app-1' }), /aud/],
  ['two auds without azp', idToken({ aud: ['app-1', 'app-2'] }), /azp/],
  ['two auds and another azp', idToken({ aud: ['app-1', 'app-2'], azp: 'app-2' }), /azp/],
  ['another azp', idToken({ azp: 'app-2' }), /azp/],
  ['azp null', idToken({ azp: null }), /azp/],
  ['azp as a list', idToken({ azp: ['app-1'] }), /azp/],
  ['no exp', idToken({ exp: undefined }), /exp/],
  ['exp as a string', idToken({ exp: String(CLAIMS.exp) }), /exp/],
  ['exp null', idToken({ exp: null }), /exp/],
  ['exp without end', payloadOf(JSON.stringify(CLAIMS).replace(/"exp":\d+/, '"exp":1e999')), /exp/],
  ['exp a minute ago', idToken({ exp: NOW / 1000 - 60 }), /expired.*exp/],
  ['no nonce', idToken({ nonce: undefined }), /nonce/],
  ['another nonce', idToken({ nonce: 'nonce-2' }), /nonce/],
  ['the nonce in a list', idToken({ nonce: [NONCE] }), /nonce/],
  ['an empty nonce', idToken({ nonce: '' }), /nonce/],
];

const PERSON = { issuer: ISSUER, subject: 'person-1', tenant: undefined, name: undefined };
const OF_TENANT = `https://login.example/${TENANT}/v2.0`;

/** What comes as `id_token` and what it says (`issuer`: of the credential). */
export const IDENTITIES: readonly [what: string, idToken: unknown, identity: IdentityClaim, issuer?: string][] = [
  ['left out', undefined, 'none'],
  ['null', null, 'none'],
  ['empty', '', 'none'],
  ['the plain one', idToken(), { known: PERSON }],
  ['of the issuer', idToken(), { known: PERSON }, ISSUER],
  ['an empty issuer is none', idToken(), { known: PERSON }, ''],
  ['aud in a list', idToken({ aud: ['app-1'] }), { known: PERSON }],
  ['two auds with azp', idToken({ aud: ['app-2', 'app-1'], azp: 'app-1' }), { known: PERSON }],
  ['one aud with azp', idToken({ azp: 'app-1' }), { known: PERSON }],
  ['exp 59 seconds ago', idToken({ exp: NOW / 1000 - 59 }), { known: PERSON }],
  ['PS256', idToken({}, { alg: 'PS256' }), { known: PERSON }],
  ['EdDSA', idToken({}, { alg: 'EdDSA' }), { known: PERSON }],
  [
    'an issuer on loopback',
    idToken({ iss: 'http://127.0.0.1:8080' }),
    { known: { ...PERSON, issuer: 'http://127.0.0.1:8080' } },
  ],
  [
    'an issuer on localhost',
    idToken({ iss: 'http://localhost:1' }),
    { known: { ...PERSON, issuer: 'http://localhost:1' } },
  ],
  [
    'by the template',
    idToken({ iss: OF_TENANT, tid: TENANT, hd: 'example.com' }),
    { known: { ...PERSON, issuer: OF_TENANT, tenant: TENANT } },
    TEMPLATE,
  ],
  ['hd', idToken({ hd: 'example.com' }), { known: { ...PERSON, tenant: 'example.com' } }],
  ['a tid that is none', idToken({ tid: 7, hd: ['x'] }), { known: PERSON }],
  [
    'preferred_username',
    idToken({ preferred_username: 'anna@example.com', email: 'e', name: 'n' }),
    { known: { ...PERSON, name: 'anna@example.com' } },
  ],
  ['email', idToken({ preferred_username: ' \u200b', email: 'e@x', name: 'n' }), { known: { ...PERSON, name: 'e@x' } }],
  ['name', idToken({ preferred_username: {}, email: 7, name: 'Anna' }), { known: { ...PERSON, name: 'Anna' } }],
  [
    'a name with bidi controls and line breaks',
    idToken({ name: 'An\u202ena\r\n<b>\u0007' }),
    { known: { ...PERSON, name: 'Anna <b>' } },
  ],
  ['a long name', idToken({ name: 'x'.repeat(321) }), { known: { ...PERSON, name: `${'x'.repeat(319)}…` } }],
];
