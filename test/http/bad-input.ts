import type { Asked } from './running.js';

/** A request that must be refused, and how. `rules` are what `errors` must name, in order of no importance. */
export interface BadInput {
  name: string;
  method?: string;
  path?: string;
  asked: Asked;
  status?: number;
  code?: string;
  rules?: string[];
}

const JSON_TYPE = { 'content-type': 'application/json' };
const text = (raw: string): Asked => ({ raw, headers: JSON_TYPE });
const bytes = (...parts: (string | number[])[]): Asked => ({
  raw: new Uint8Array(Buffer.concat(parts.map(part => Buffer.from(part as string)))),
  headers: JSON_TYPE,
});

/** As the instructions of providers write them, and as a browser makes them of it. */
const PLACEHOLDERS = [
  '{tenant-id}',
  `\${tenant}`,
  '<tenant>',
  '<your tenant id>',
  '%7Btenant%7D',
  '%3Ctenant%3E',
  'YOUR_TENANT',
  'YOUR-REALM',
  'your-tenant-id',
  'yourTenant',
  'TENANT_ID',
];

/** Bodies of POST /api/v1/credentials, unless another route is named; each differs from a good one in one thing. */
export function badInputs(good: Record<string, unknown>): BadInput[] {
  const but = (change: Record<string, unknown>): Asked => ({ body: { ...good, ...change } });
  const asText = JSON.stringify(good);
  const auth = good.client_auth as Record<string, unknown>;
  return [
    { name: 'W10: an unknown key', asked: but({ owner: 'me' }), rules: ['owner unknown_field'] },
    { name: 'W10: a key that only Tokenwell sets', asked: but({ version: 7 }), rules: ['version unknown_field'] },
    {
      name: 'W10: an unknown key further in',
      asked: but({ client_auth: { ...auth, verified: true } }),
      rules: ['client_auth.verified unknown_field'],
    },
    {
      name: 'W11: __proto__',
      asked: text(asText.replace('{', '{"__proto__":{"polluted":1},')),
      rules: ['__proto__ forbidden_key'],
    },
    {
      name: 'W11: __proto__ in escapes',
      asked: text(asText.replace('{', '{"\\u005f_proto__":{"polluted":1},')),
      rules: ['__proto__ forbidden_key'],
    },
    {
      name: 'W11: constructor.prototype',
      asked: but({ token_params: { constructor: { prototype: { polluted: 1 } } } }),
      rules: ['token_params.constructor forbidden_key'],
    },
    { name: 'W12: a key twice', asked: text(asText.replace('{', '{"id":"other",')), rules: ['id duplicate_key'] },
    {
      name: 'W12: a key twice further in',
      asked: text(asText.replace('"method"', '"method":"none","method"')),
      rules: ['client_auth.method duplicate_key'],
    },
    { name: 'W12: twenty-one levels', asked: text('['.repeat(21) + ']'.repeat(21)), rules: ['body too_deep'] },
    { name: 'W12: ten thousand levels', asked: text('{"a":'.repeat(10_000)), rules: ['body too_deep'] },
    {
      name: 'W12: nine thousand keys',
      asked: but(Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`k${n}`, n]))),
    },
    {
      name: 'W12: invalid UTF-8',
      asked: bytes(asText.slice(0, -1), ',"description":"', [0xc3, 0x28], '"}'),
      rules: ['body utf8'],
    },
    { name: 'W12: a byte order mark', asked: bytes([0xef, 0xbb, 0xbf], asText), rules: ['body utf8'] },
    {
      name: 'W12: UTF-16',
      asked: { raw: new Uint8Array(Buffer.from(asText, 'utf16le')), headers: JSON_TYPE },
      rules: ['body json'],
    },
    { name: 'W12: NaN', asked: text(asText.replace('{', '{"grace_seconds":NaN,')), rules: ['body json'] },
    {
      name: 'W12: a number beyond all numbers',
      asked: text(asText.replace('{', '{"grace_seconds":1e999,')),
      rules: ['grace_seconds type'],
    },
    {
      name: 'W12: 2^53 + 1',
      asked: text(asText.replace('{', '{"grace_seconds":9007199254740993,')),
      rules: ['grace_seconds maximum'],
    },
    { name: 'W12: half a second', asked: but({ grace_seconds: 0.5 }), rules: ['grace_seconds type'] },
    { name: 'W12: a negative number', asked: but({ grace_seconds: -1 }), rules: ['grace_seconds minimum'] },
    { name: 'a comment in the JSON', asked: text(asText.replace('{', '{/* hello */')), rules: ['body json'] },
    { name: 'a comma at the end', asked: text(asText.replace(/}$/, ',}')), rules: ['body json'] },
    { name: 'two JSON texts', asked: text(`${asText} ${asText}`), rules: ['body json'] },
    { name: 'no JSON at all', asked: text('id=acme'), rules: ['body json'] },
    { name: 'an empty body', asked: text(''), rules: ['body required'] },
    { name: 'no body and no content type', asked: {}, rules: ['body required'] },
    { name: 'a list where an object belongs', asked: { body: [good] }, rules: ['body type'] },
    { name: 'null', asked: text('null'), rules: ['body required'] },
    {
      name: 'W10: a number in quotes is no number',
      asked: but({ grace_seconds: '61' }),
      rules: ['grace_seconds type'],
    },
    {
      name: 'W10: a list with one string is no string',
      asked: but({ client_id: ['client'] }),
      rules: ['client_id type'],
    },
    { name: 'a number is no string', asked: but({ client_id: 5 }), rules: ['client_id type'] },
    {
      name: 'several mistakes at once are all told',
      asked: but({ id: 'A b', scope: 'a  b', client_id: '' }),
      rules: ['id pattern', 'scope pattern', 'client_id min_length'],
    },
    { name: 'W14: an id in capital letters', asked: but({ id: 'Acme' }), rules: ['id pattern'] },
    { name: 'W14: an id with a look-alike letter', asked: but({ id: 'аcme' }), rules: ['id pattern'] },
    { name: 'W14: an id with a zero-width space', asked: but({ id: 'ac\u200bme' }), rules: ['id pattern'] },
    { name: 'W13: an id that is a path', asked: but({ id: '../acme' }), rules: ['id pattern'] },
    { name: 'an id of 65 characters', asked: but({ id: 'a'.repeat(65) }), rules: ['id pattern'] },
    { name: 'an id with a line break at its end', asked: but({ id: 'acme2\n' }), rules: ['id pattern'] },
    {
      name: 'a description of 501 characters',
      asked: but({ description: 'a'.repeat(501) }),
      rules: ['description max_length'],
    },
    {
      name: 'R10: CR LF in the client id',
      asked: but({ client_id: 'a\r\nb' }),
      rules: ['client_id control_characters'],
    },
    {
      name: 'R10: CR LF in the secret',
      asked: but({ client_auth: { ...auth, secret: 'a\r\nb' } }),
      rules: ['client_auth.secret control_characters'],
    },
    { name: 'NUL in a description', asked: but({ description: 'a\0b' }), rules: ['description control_characters'] },
    {
      name: 'half of a surrogate pair',
      asked: text(asText.replace('{', '{"description":"\\ud800",')),
      rules: ['description control_characters'],
    },
    {
      name: 'control characters in a parameter',
      asked: but({ token_params: { resource: 'a\u0007' } }),
      rules: ['token_params.resource control_characters'],
    },
    {
      name: 'a parameter name with a space',
      asked: but({ token_params: { 'a b': 'c' } }),
      rules: ['token_params.? pattern'],
    },
    {
      name: 'twenty-one parameters',
      asked: but({ token_params: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`p${n}`, 'x'])) }),
      rules: ['token_params max_properties'],
    },
    {
      name: 'a parameter that Tokenwell sets itself',
      asked: but({ token_params: { client_secret: 'x' } }),
      rules: ['token_params.client_secret reserved'],
    },
    { name: 'a scope with two spaces', asked: but({ scope: 'a  b' }), rules: ['scope pattern'] },
    { name: 'a scope with a quote', asked: but({ scope: 'a "b"' }), rules: ['scope pattern'] },
    { name: 'an unknown grant type', asked: but({ grant_type: 'password' }), rules: ['grant_type one_of'] },
    { name: 'an issuer that is no URL', asked: but({ issuer: 'login.example' }), rules: ['issuer not_a_url'] },
    { name: 'an issuer with a line break', asked: but({ issuer: 'https://a.example/\nx' }), rules: ['issuer pattern'] },
    {
      name: 'an issuer as the instructions write it',
      asked: but({ issuer: 'https://login.example/{tenant-id}/v2.0' }),
      rules: ['issuer placeholder'],
    },
    { name: 'a token URL that is none', asked: but({ token_url: 'login.example' }), rules: ['token_url format'] },
    ...PLACEHOLDERS.map(placeholder => ({
      name: `the placeholder ${placeholder} in the token URL`,
      asked: but({ token_url: `https://login.example/${placeholder}/oauth2/token` }),
      rules: ['token_url placeholder'],
    })),
    ...['{client-id}', '<your client id>', 'YOUR_CLIENT_ID', 'your-client-id'].map(placeholder => ({
      name: `the placeholder ${placeholder} as the client id`,
      asked: but({ client_id: placeholder }),
      rules: ['client_id placeholder'],
    })),
    ...['<client_secret>', 'YOUR_CLIENT_SECRET', 'your-client-secret'].map(secret => ({
      name: `the placeholder ${secret} as the secret`,
      asked: but({ client_auth: { ...auth, secret } }),
      rules: ['client_auth.secret placeholder'],
    })),
    {
      name: 'a placeholder as the value of a query',
      asked: but({ token_url: 'https://login.example/oauth2/token?tenant={tenant}' }),
      rules: ['token_url placeholder'],
    },
    {
      name: 'a placeholder as the host where people sign in',
      asked: but({ grant_type: 'authorization_code', authorization_url: 'https://{yourDomain}/authorize' }),
      rules: ['authorization_url placeholder'],
    },
    {
      name: 'a token URL of 2049 characters',
      asked: but({ token_url: `https://login.example/${'a'.repeat(2049 - 22)}` }),
      rules: ['token_url max_length'],
    },
    {
      name: 'a token URL over http',
      asked: but({ token_url: 'http://login.example/token' }),
      rules: ['token_url https_required'],
    },
    {
      name: 'a day without its time',
      asked: but({ client_auth: { ...auth, secret_expires_at: '2027-01-31' } }),
      rules: ['client_auth.secret_expires_at format'],
    },
    {
      name: 'a time without its zone',
      asked: but({ client_auth: { ...auth, secret_expires_at: '2027-01-31T12:00:00' } }),
      rules: ['client_auth.secret_expires_at format'],
    },
    {
      name: 'the thirtieth of February',
      asked: but({ client_auth: { ...auth, secret_expires_at: '2027-02-30T12:00:00Z' } }),
      rules: ['client_auth.secret_expires_at format'],
    },
    {
      name: 'a leap second',
      asked: but({ client_auth: { ...auth, secret_expires_at: '2026-12-31T23:59:60Z' } }),
      rules: ['client_auth.secret_expires_at format'],
    },
    {
      name: 'a method that sends a secret, and none',
      asked: but({ client_auth: { method: 'client_secret_post' } }),
      rules: ['client_auth.secret required'],
    },
    {
      name: 'the wrong content type',
      asked: { raw: asText, headers: { 'content-type': 'text/plain' } },
      status: 415,
      code: 'unsupported_media_type',
    },
    {
      name: 'a form',
      asked: { raw: 'id=acme', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      status: 415,
      code: 'unsupported_media_type',
    },
    {
      name: 'a broken content type',
      asked: { raw: asText, headers: { 'content-type': 'json' } },
      status: 415,
      code: 'unsupported_media_type',
    },
    {
      name: 'a body without a content type',
      asked: { raw: new Uint8Array(Buffer.from(asText)) },
      status: 415,
      code: 'unsupported_media_type',
    },
    {
      name: 'an id that is taken',
      asked: but({ id: 'acme' }),
      status: 409,
      code: 'already_exists',
      rules: ['id unique'],
    },
    {
      name: 'an unknown query name',
      path: '/api/v1/credentials?dry_run=1',
      asked: { body: good },
      rules: ['dry_run unknown_field'],
    },
    {
      name: 'a repeated query name',
      method: 'GET',
      path: '/api/v1/credentials?limit=1&limit=2',
      asked: {},
      rules: ['limit repeated'],
    },
    {
      name: 'W11: __proto__ in the query',
      method: 'GET',
      path: '/api/v1/credentials?__proto__=1',
      asked: {},
      rules: ['__proto__ unknown_field'],
    },
    {
      name: 'W11: a[__proto__] in the query',
      method: 'GET',
      path: '/api/v1/credentials?a[__proto__]=1',
      asked: {},
      rules: ['? unknown_field'],
    },
    {
      name: 'a page of nothing',
      method: 'GET',
      path: '/api/v1/credentials?limit=0',
      asked: {},
      rules: ['limit minimum'],
    },
    {
      name: 'a page of 1001',
      method: 'GET',
      path: '/api/v1/credentials?limit=1001',
      asked: {},
      rules: ['limit maximum'],
    },
    {
      name: 'W15: a cursor that was not given out',
      method: 'GET',
      path: `/api/v1/credentials?cursor=${Buffer.from("a' or 1=1").toString('base64url')}`,
      asked: {},
      rules: ['cursor cursor'],
    },
    {
      name: 'a cursor that is no base64url',
      method: 'GET',
      path: '/api/v1/credentials?cursor=%00',
      asked: {},
      rules: ['cursor pattern'],
    },
    {
      name: 'W15: an order by something',
      method: 'GET',
      path: '/api/v1/ledger?order=desc;drop',
      asked: {},
      rules: ['order one_of'],
    },
    {
      name: 'a time of the ledger without its zone',
      method: 'GET',
      path: '/api/v1/ledger?from=2027-01-31',
      asked: {},
      rules: ['from format'],
    },
    {
      name: 'a body where none is taken',
      path: '/api/v1/credentials/acme/disable',
      asked: { body: { force: true } },
      rules: ['body unexpected'],
    },
    {
      name: 'permissions that are no list',
      method: 'PUT',
      path: '/api/v1/consumers/svc/permissions',
      asked: { body: { credential: 'acme' } },
      rules: ['body type'],
    },
    {
      name: '1001 permissions',
      method: 'PUT',
      path: '/api/v1/consumers/svc/permissions',
      asked: { body: Array(1001).fill({ credential: '*' }) },
      rules: ['body max_items'],
    },
    {
      name: 'a permission for an unknown credential',
      method: 'PUT',
      path: '/api/v1/consumers/svc/permissions',
      asked: { body: [{ credential: '*' }, { credential: 'nobody' }] },
      rules: ['1.credential exists'],
    },
    {
      name: 'a key that has ended before it begins',
      path: '/api/v1/consumers/svc/keys',
      asked: { body: { expires_at: '2020-01-01T00:00:00Z' } },
      rules: ['expires_at future'],
    },
    {
      name: 'a role that does not exist',
      path: '/api/v1/consumers',
      asked: { body: { id: 'x', role: 'root' } },
      rules: ['role one_of'],
    },
    {
      name: 'W10: true in quotes is no truth',
      path: '/api/v1/consumers',
      asked: { body: { id: 'x', role: 'service', disabled: 'true' } },
      rules: ['disabled type'],
    },
    {
      name: 'an id in a PUT that is not the one in the path',
      method: 'PUT',
      path: '/api/v1/consumers/svc',
      asked: { body: { id: 'aud', role: 'service' } },
      rules: ['id immutable'],
    },
  ];
}
