import { inspect } from 'node:util';
import type { Test } from 'tap';
import { Secret } from '../../src/vault/secret.js';
import { type Answer, json, raw, redirect, reset, respond } from '../support/scripted-provider.js';
import { failure, provider, REFRESH_TOKEN, revocationRequest, SECRET, scripted } from './provider-under-test.js';

/** Answers after which the token has ended. */
const ENDED: readonly [what: string, answer: Answer][] = [
  ['nothing', respond(200, '')],
  ['an empty object', json(200, {})],
  ['a text', respond(200, 'ok')],
  ['204', raw('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n')],
];

const ALIVE: readonly [what: string, answer: Answer, failure: string, reason: string][] = [
  ['unsupported_token_type', json(400, { error: 'unsupported_token_type' }), 'misconfigured', 'not_revocable'],
  ['invalid_client', json(401, { error: 'invalid_client' }), 'misconfigured', 'wrong_client_secret'],
  ['invalid_request', json(400, { error: 'invalid_request' }), 'misconfigured', 'invalid_request'],
  ['invalid_token', json(400, { error: 'invalid_token' }), 'rejected', 'invalid_token'],
  ['R7: 200 with an error', json(200, { ok: false, error: 'moon_phase' }), 'unavailable', 'unexpected_answer'],
  ['a page not found', respond(404, '<html>'), 'misconfigured', 'no_revocation_endpoint'],
  ['403', respond(403, ''), 'unavailable', 'unexpected_answer'],
  ['429', respond(429, '', { 'retry-after': '7' }), 'unavailable', 'throttled'],
  ['503', respond(503, '', { 'retry-after': '7' }), 'unavailable', 'provider_error'],
  ['a broken connection', reset(), 'unavailable', 'connection'],
  ['a redirect', redirect(302, 'https://evil.example/'), 'misconfigured', 'unexpected_redirect'],
];

export function revocations(t: Test): void {
  t.test('RFC 7009 §2.1: a revocation sends the refresh token and the proof of the client', async t => {
    const server = await scripted(t);
    server.always(respond(200, ''));
    const own = { token: REFRESH_TOKEN, token_type_hint: 'refresh_token' };
    await provider.revoke(revocationRequest(server.url()));
    t.match(server.requests[0], { method: 'POST', headers: { 'content-type': /^application\/x-www-form-urlencoded/ } });
    t.same(Object.fromEntries(server.requests[0]?.form ?? []), { ...own, client_id: 'app-1', client_secret: SECRET });
    await provider.revoke(revocationRequest(server.url(), { method: 'client_secret_basic' }));
    t.same(Object.fromEntries(server.requests[1]?.form ?? []), own);
    t.match(server.requests[1]?.headers.authorization, /^Basic /);
    await provider.revoke(revocationRequest(server.url(), { method: 'none' }));
    t.same(Object.fromEntries(server.requests[2]?.form ?? []), { ...own, client_id: 'app-1' });
  });

  t.test('RFC 7009 §2.2: a good status ends the token, anything else says who acts', async t => {
    const server = await scripted(t);
    for (const [what, answer] of ENDED) {
      server.next(answer);
      await t.resolves(provider.revoke(revocationRequest(server.url())), what);
    }
    for (const [what, answer, failureClass, reason] of ALIVE) {
      server.next(answer);
      const error = await failure(provider.revoke(revocationRequest(server.url())));
      t.match(error, { class: failureClass, reason }, what);
      t.match(error.action, /^[A-Z].*\.$/);
      t.notMatch(`${error.message} ${error.action}`, /token URL|token endpoint|again by itself/, 'in its own words');
    }
    t.equal(server.requests.length, ENDED.length + ALIVE.length, 'each was asked once');
  });

  t.test('a revocation that cannot be right is not sent, and its token is shown nowhere', async t => {
    const server = await scripted(t);
    const nowhere = await failure(provider.revoke(revocationRequest('ftp://127.0.0.1/')));
    t.match(nowhere, { reason: 'scheme_refused', sent: 'not_sent', message: /revocation URL/ });
    const secretless = revocationRequest(server.url(), { secret: new Secret('') });
    t.match(await failure(provider.revoke(secretless)), { reason: 'no_client_secret', sent: 'not_sent' });
    t.equal(server.requests.length, 0);
    server.next(json(400, { error: 'invalid_request', error_description: `R11: ${REFRESH_TOKEN} ${SECRET}` }));
    const error = await failure(provider.revoke(revocationRequest(server.url())));
    t.equal(error.answer?.error_description, 'R11: [secret] [secret]');
    t.notMatch(inspect(error, { depth: 9, showHidden: true }), REFRESH_TOKEN);
  });
}
