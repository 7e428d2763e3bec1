import { inspect } from 'node:util';
import type { Test } from 'tap';
import { createProvider } from '../../src/oauth/provider.js';
import { type GrantAnswer, OutboundError, ProviderFailure } from '../../src/vault/ports.js';
import { Secret } from '../../src/vault/secret.js';
import { type Answer, half, json, reset, respond, token } from '../support/scripted-provider.js';
import { FAILURES } from './answers.js';
import { ATTACKS, IDENTITIES, idToken, NONCE } from './id-tokens.js';
import { LIFETIMES } from './lifetimes.js';
import {
  CODE,
  clock,
  codeRequest,
  failure,
  provider,
  REDIRECT_URI,
  REFRESH_TOKEN,
  refreshRequest,
  SECRET,
  scripted,
  VERIFIER,
} from './provider-under-test.js';

const NEW = 'refresh-token-two';

/** Both ways to a grant. */
const GRANTS: readonly [name: string, ask: (url: string) => Promise<GrantAnswer>][] = [
  ['exchange', url => provider.exchangeCode(codeRequest(url))],
  ['refresh', url => provider.refresh(refreshRequest(url))],
];

/** R8: `refresh_token` as JSON text (undefined: left out) and what of it counts. */
const REFRESH_TOKENS: readonly [written: string | undefined, counts: string | undefined][] = [
  ['"r2"', 'r2'],
  [`"${REFRESH_TOKEN}"`, REFRESH_TOKEN],
  ['"a b"', 'a b'],
  [`"${'x'.repeat(16_384)}"`, 'x'.repeat(16_384)],
  [undefined, undefined],
  ['""', undefined],
  ['"  "', undefined],
  ['null', undefined],
  ['7', undefined],
  ['["r2"]', undefined],
  ['{"r2":1}', undefined],
  ['"r2\\r\\n"', undefined],
  ['"r\\u0000"', undefined],
  ['"r\u00e4"', undefined],
  [`"${'x'.repeat(16_385)}"`, undefined],
];

/** Answers without a usable access token that hold the new refresh token, and what is wrong with them. */
const SALVAGED: readonly [what: string, answer: Answer, reason: string][] = [
  ['token_type mac', token('at', { token_type: 'mac', refresh_token: NEW }), 'unsupported_token_type'],
  ['token_type as a list', token('at', { token_type: ['Bearer'], refresh_token: NEW }), 'unsupported_token_type'],
  ['no access token', json(200, { refresh_token: NEW }), 'no_access_token'],
  ['an access token with CR LF', token('a\r\nb', { refresh_token: NEW }), 'unusable_access_token'],
  ['an error with 200', token('at', { error: 'invalid_scope', refresh_token: NEW }), 'invalid_scope'],
  ['an error that is an object', token('at', { error: {}, refresh_token: NEW }), 'unexpected_answer'],
  ['status 201', json(201, { access_token: 'at', token_type: 'Bearer', refresh_token: NEW }), 'unexpected_answer'],
  ['status 400', json(400, { error: 'invalid_scope', refresh_token: NEW }), 'invalid_scope'],
  ['status 401', json(401, { error: 'invalid_client', refresh_token: NEW }), 'wrong_client_secret'],
  ['status 429', json(429, { refresh_token: NEW }), 'throttled'],
  ['status 503', json(503, { refresh_token: NEW }), 'provider_error'],
  ['JSON that breaks off', json(200, `{"access_token":"at","refresh_token": "${NEW}","expires_in":36`), 'not_json'],
  ['JSON with a line after it', json(200, `{"refresh_token":"${NEW}"}\nWarning: x`), 'not_json'],
  ['twice in broken JSON', json(200, `{"refresh_token":"old","refresh_token":"${NEW}",`), 'not_json'],
];

/** Answers that hold no refresh token of ours, however they look. */
const NOT_SALVAGED: readonly [what: string, answer: Answer][] = [
  ['half a refresh token', json(200, `{"access_token":"at","refresh_token":"${NEW}`)],
  ['a page of examples', respond(200, `<pre>{"refresh_token":"${NEW}"}`)],
  ['a page by its type', respond(200, `{"refresh_token":"${NEW}",`, { 'content-type': 'text/html' })],
  ['a text about one', respond(200, `see "refresh_token":"${NEW}"`)],
  ['quoted in a text', json(200, `{"error_description":"{\\"refresh_token\\":\\"${NEW}\\"}",`)],
  ['inherited', json(400, `{"error":"invalid_scope","__proto__":{"refresh_token":"${NEW}"}}`)],
  ['unusable', json(400, { error: 'invalid_scope', refresh_token: [NEW] })],
];

export function grants(t: Test): void {
  t.test('RFC 6749 §4.1.3, C5: the exchange sends code, verifier and redirect URI', async t => {
    const server = await scripted(t);
    await provider.exchangeCode(codeRequest(server.url(), { params: { resource: 'https://mail.example/' } }));
    const own = {
      grant_type: 'authorization_code',
      code: CODE,
      code_verifier: VERIFIER,
      redirect_uri: REDIRECT_URI,
      client_id: 'app-1',
      client_secret: SECRET,
    };
    t.match(server.requests[0], { method: 'POST', headers: { accept: 'application/json' } });
    t.same(Object.fromEntries(server.requests[0]?.form ?? []), { ...own, resource: 'https://mail.example/' });
    await provider.exchangeCode(codeRequest(server.url(), { scope: 'mail.read', method: 'client_secret_basic' }));
    t.match(server.requests[1]?.headers.authorization, /^Basic /);
    t.equal(server.requests[1]?.form.get('scope'), 'mail.read');
    t.notOk(server.requests[1]?.form.has('client_secret'));
  });

  t.test('RFC 6749 §6: a refresh sends the refresh token', async t => {
    const server = await scripted(t);
    await provider.refresh(refreshRequest(server.url(), { params: { p: 'a b&c' } }));
    t.same(Object.fromEntries(server.requests[0]?.form ?? []), {
      grant_type: 'refresh_token',
      refresh_token: REFRESH_TOKEN,
      client_id: 'app-1',
      client_secret: SECRET,
      p: 'a b&c',
    });
    await provider.refresh(refreshRequest(server.url(), { scope: 'mail.read' }));
    t.equal(server.requests[1]?.form.get('scope'), 'mail.read');
  });

  t.test('RFC 6749 §3.2.1: a public client names itself and proves nothing', async t => {
    const server = await scripted(t);
    await provider.exchangeCode(codeRequest(server.url(), { method: 'none' }));
    await provider.refresh(refreshRequest(server.url(), { method: 'none' }));
    for (const { form, headers } of server.requests) {
      t.equal(form.get('client_id'), 'app-1');
      t.notOk(form.has('client_secret') || 'authorization' in headers);
    }
    server.next(json(401, { error: 'invalid_client' }));
    const refused = await failure(provider.refresh(refreshRequest(server.url(), { method: 'none' })));
    t.match(refused, { class: 'misconfigured', reason: 'client_refused', action: /client id/ });
  });

  t.test('what belongs to the grant cannot be set as a token parameter', async t => {
    const server = await scripted(t);
    for (const name of ['code', 'code_verifier', 'redirect_uri', 'refresh_token', 'grant_type', 'Client_Id']) {
      const params = { [name]: 'x' };
      for (const call of [
        provider.exchangeCode(codeRequest(server.url(), { params })),
        provider.refresh(refreshRequest(server.url(), { params })),
      ]) {
        t.match(await failure(call), { class: 'misconfigured', reason: 'reserved_parameter', sent: 'not_sent' }, name);
      }
    }
    t.equal(server.requests.length, 0);
  });

  t.test('R4, R6, R7, R9, R15: what a provider answers to a code or a refresh token is understood', async t => {
    const server = await scripted(t);
    for (const [how, ask] of GRANTS) {
      for (const [what, answer, failureClass, reason] of FAILURES) {
        server.next(answer);
        const error = await failure(ask(server.url()));
        t.match(error, { class: failureClass, reason, sent: 'answered' }, `${how}: ${what}`);
        // A code works once, so waiting for another try is no advice.
        if (how === 'exchange') t.notMatch(error.action, /again by itself/, what);
      }
    }
  });

  t.test('R8: a refresh token counts when it is a usable text', async t => {
    const server = await scripted(t);
    for (const [how, ask] of GRANTS) {
      for (const [written, counts] of REFRESH_TOKENS) {
        const field = written === undefined ? '' : `,"refresh_token":${written}`;
        server.next(json(200, `{"access_token":"at","token_type":"Bearer"${field}}`));
        const { refreshToken, token } = await ask(server.url());
        t.equal(refreshToken?.reveal(), counts, `${how}: ${written?.slice(0, 20)}`);
        t.notOk(token instanceof ProviderFailure, 'the access token is good either way');
      }
    }
  });

  t.test('invariant 5: a refresh token that came is kept, whatever else is wrong with the answer', async t => {
    const server = await scripted(t);
    for (const [how, ask] of GRANTS) {
      for (const [what, answer, reason] of SALVAGED) {
        server.next(answer);
        const { refreshToken, token } = await ask(server.url());
        t.equal(refreshToken?.reveal(), NEW, `${how}: ${what}`);
        t.ok(token instanceof ProviderFailure, 'and the access token is not handed out');
        t.match(token, { reason, sent: 'answered' }, what);
        t.notMatch(inspect(token, { depth: 9, showHidden: true }), NEW);
      }
      for (const [what, answer] of NOT_SALVAGED) {
        server.next(answer);
        t.ok(await failure(ask(server.url())), `${how}: ${what}`);
      }
    }
  });

  t.test('R5: an odd expires_in costs neither the access token nor the refresh token', async t => {
    const server = await scripted(t);
    for (const [expiresIn, lifetime] of LIFETIMES) {
      const field = expiresIn === undefined ? '' : `,"expires_in":${expiresIn}`;
      server.next(json(200, `{"access_token":"at","token_type":"Bearer","refresh_token":"${NEW}"${field}}`));
      const answer = await provider.refresh(refreshRequest(server.url()));
      t.match(answer.token, { lifetime }, expiresIn ?? 'left out');
      t.equal(answer.refreshToken?.reveal(), NEW);
    }
  });

  t.test('C16: the granted scope is what the answer names', async t => {
    const server = await scripted(t);
    server.next(token('at', { scope: 'mail.read extra' }), token('at', { scope: ['mail.read'] }));
    t.match((await provider.exchangeCode(codeRequest(server.url()))).token, { scope: 'mail.read extra' });
    t.notOk('scope' in (await provider.exchangeCode(codeRequest(server.url()))).token);
  });

  t.test('R11: code, verifier, refresh token and what was just given are not in what we show', async t => {
    const server = await scripted(t);
    const long = `${REFRESH_TOKEN}${'0123456789'.repeat(1_600)}`;
    const ours = { code: new Secret(CODE), verifier: new Secret(VERIFIER) };
    const cases: [secret: string, ask: () => Promise<unknown>][] = [
      [SECRET, () => provider.exchangeCode(codeRequest(server.url(), ours))],
      [CODE, () => provider.exchangeCode(codeRequest(server.url(), ours))],
      [VERIFIER, () => provider.exchangeCode(codeRequest(server.url(), ours))],
      [REFRESH_TOKEN, () => provider.refresh(refreshRequest(server.url()))],
      [long, () => provider.refresh(refreshRequest(server.url(), { refreshToken: new Secret(long) }))],
    ];
    for (const [secret, ask] of cases) {
      const bytes = Buffer.from(secret);
      for (const echo of [secret, bytes.toString('base64'), bytes.toString('hex'), `${secret.slice(0, 14)}...`]) {
        server.next(json(400, { error: 'invalid_grant', error_description: `before ${echo}`, trace_id: secret }));
        const error = await failure(ask());
        t.equal(error.answer?.error_description, 'before [secret]');
        t.notMatch(inspect(error, { depth: 9, showHidden: true }), secret.slice(0, 14));
      }
    }
    const given = {
      access_token: 'given-access-token',
      refresh_token: 'given-refresh-token',
      id_token: 'given-id-token',
    };
    const said = Object.values(given).join(', ');
    server.next(json(200, { ...given, error: 'odd_thing', error_description: said }));
    const { token } = await provider.refresh(refreshRequest(server.url()));
    t.match(token, { answer: { error_description: '[secret], [secret], [secret]' } });
  });

  t.test('a call without an answer keeps its reason and how far it got', async t => {
    const server = await scripted(t);
    for (const [how, ask] of GRANTS) {
      for (const answer of [reset(), half()]) {
        server.next(answer);
        t.match(await failure(ask(server.url())), { class: 'unavailable', sent: 'maybe_sent' }, how);
      }
    }
    const fetch = async () => {
      throw new OutboundError('deadline', 'maybe_sent', 'idp.example took too long.');
    };
    const slow = createProvider({ fetch, clock });
    const error = await failure(slow.exchangeCode(codeRequest('https://idp.example/token')));
    t.match(error, { reason: 'deadline', sent: 'maybe_sent', message: 'idp.example took too long.' });
    t.match(error.action, /^Connect the account again/);
  });

  t.test('C17: an ID token that fails a check refuses the identity and costs nothing else', async t => {
    const server = await scripted(t);
    for (const [what, given, refused, issuer] of ATTACKS) {
      server.next(token('at', { refresh_token: NEW, id_token: given }));
      const more = { nonce: NONCE, ...(issuer === undefined ? {} : { issuer }) };
      const { identity, refreshToken, token: access } = await provider.exchangeCode(codeRequest(server.url(), more));
      t.match(identity, { refused }, what);
      t.equal(refreshToken?.reveal(), NEW);
      t.notOk(access instanceof ProviderFailure);
      const sentence = typeof identity === 'object' && 'refused' in identity ? identity.refused : '';
      t.match(sentence, /^The (?:issuer of the )?ID token [ -~]{10,100}\.$/, 'a sentence without what came');
    }
  });

  t.test('C17: an ID token of 1 MB is not read', async t => {
    const fetch = async () => Response.json({ access_token: 'at', id_token: `${idToken()}${'x'.repeat(1_000_000)}` });
    const { identity } = await createProvider({ fetch, clock }).exchangeCode(codeRequest('https://idp.example/token'));
    t.match(identity, { refused: /16 KiB/ });
  });

  t.test('an ID token says who signed in, by claims that do not change', async t => {
    const server = await scripted(t);
    for (const [what, given, identity, issuer] of IDENTITIES) {
      server.next(token('at', { id_token: given }));
      const more = { nonce: NONCE, ...(issuer === undefined ? {} : { issuer }) };
      t.same((await provider.exchangeCode(codeRequest(server.url(), more))).identity, identity, what);
    }
  });

  t.test('C5, C17: where no nonce was sent none may come back, and at a refresh none is asked for', async t => {
    const server = await scripted(t);
    server.next(token('at', { id_token: idToken() }), token('at', { id_token: idToken({ nonce: undefined }) }));
    t.match((await provider.exchangeCode(codeRequest(server.url()))).identity, { refused: /nonce/ });
    t.match((await provider.exchangeCode(codeRequest(server.url()))).identity, { known: { subject: 'person-1' } });
    for (const nonce of [undefined, NONCE, 'any other', ['odd']]) {
      server.next(token('at', { id_token: idToken({ nonce }) }));
      t.match((await provider.refresh(refreshRequest(server.url()))).identity, { known: { subject: 'person-1' } });
    }
    server.next(token('at', { id_token: idToken({ aud: 'app-2' }) }));
    t.match((await provider.refresh(refreshRequest(server.url()))).identity, { refused: /aud/ }, 'the rest is checked');
  });
}
