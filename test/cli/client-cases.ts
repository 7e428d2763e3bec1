import { inspect } from 'node:util';
import type { Test } from 'tap';
import { TokenwellClient, TokenwellError } from '../../src/client/client.js';
import {
  hang,
  json,
  type RecordedRequest,
  redirect,
  reset,
  respond,
  ScriptedProvider,
} from '../support/scripted-provider.js';
import { fill, startRunningVault } from './running-vault.js';

const KEY = 'twk_abcdefghijkm_0123456789012345678901234567890123456789012';
const PROBLEM = {
  type: 'urn:tokenwell:problem:provider_refused',
  title: 'The provider refuses',
  status: 424,
  detail: 'The client secret has expired.',
  code: 'provider_refused',
  request_id: 'r-1',
  errors: [{ field: 'scope', rule: 'within', detail: 'Too wide.' }],
  class: 'needs_operator',
  who: 'operator',
  action: 'Make a new secret.',
  link: 'https://learn.microsoft.com/entra/x',
  connect_url: 'https://vault.test/credentials/mail/accounts/default',
  retry_after: 7,
  provider: { error: 'invalid_client', trace_id: 't-1' },
};

async function errorOf(work: Promise<unknown>): Promise<TokenwellError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TokenwellError) return error;
    throw error;
  }
  throw new Error('no error');
}

/** A server that answers as it is told, and a client for it. */
async function scripted(t: Test, more: { timeoutMs?: number } = {}) {
  const server = await ScriptedProvider.start();
  t.teardown(() => server.close());
  return { server, client: new TokenwellClient({ url: `http://127.0.0.1:${server.port}`, key: KEY, ...more }) };
}

export function clientCases(t: Test): void {
  t.test('a problem answer becomes an error with every field of it', async t => {
    const { server, client } = await scripted(t);
    server.next(json(424, PROBLEM, { 'content-type': 'application/problem+json' }));
    const error = await errorOf(client.token('mail'));
    t.match(error, {
      name: 'TokenwellError',
      message: PROBLEM.detail,
      code: 'provider_refused',
      status: 424,
      detail: PROBLEM.detail,
      errors: PROBLEM.errors,
      class: 'needs_operator',
      who: 'operator',
      action: PROBLEM.action,
      link: PROBLEM.link,
      connectUrl: PROBLEM.connect_url,
      retryAfter: 7,
      requestId: 'r-1',
      provider: PROBLEM.provider,
    });
  });

  t.test('what does not answer like a vault is told apart from what does not answer', async t => {
    const { server, client } = await scripted(t, { timeoutMs: 150 });
    const odd = [
      respond(502, '<h1>Bad gateway</h1>'),
      json(200, 'not JSON'),
      json(404, { error: 'nope' }),
      json(500, 'null'),
    ];
    for (const answer of odd) {
      server.next(answer);
      const { code, status } = await errorOf(client.me());
      t.equal(code, 'unexpected_answer');
      t.ok(status > 0);
    }
    server.next(reset());
    t.match(await errorOf(client.me()), { code: 'unreachable', status: 0, class: 'unavailable' });
    server.next(hang());
    t.match(await errorOf(client.me()), { code: 'timeout', status: 0 });
    await server.close();
    t.match(await errorOf(client.me()), { code: 'unreachable', detail: /ECONNREFUSED/ });
  });

  t.test('the timeout holds for the body too', async t => {
    const { server, client } = await scripted(t, { timeoutMs: 150 });
    server.next(socket => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"consumer":'));
    t.match(await errorOf(client.me()), { code: 'timeout' });
  });

  t.test('a redirect is not followed, so the key goes nowhere else', async t => {
    const { server, client } = await scripted(t);
    const elsewhere = await ScriptedProvider.start();
    t.teardown(() => elsewhere.close());
    server.next(redirect(307, elsewhere.url()));
    t.match(await errorOf(client.me()), { code: 'unexpected_answer', status: 307 });
    t.equal(elsewhere.requests.length, 0);
  });

  t.test('finding 9: neither the key nor an address with a password is shown', async t => {
    const { server, client } = await scripted(t);
    t.notMatch(inspect(client, { depth: 9, showHidden: true }), KEY);
    server.next(reset());
    t.notMatch(inspect(await errorOf(client.me()), { depth: 9 }), KEY);
    for (const [url, key] of [
      ['http://127.0.0.1', `${KEY}\n`],
      ['http://127.0.0.1', `${KEY} x`],
      [`http://me:${KEY}@127.0.0.1`, 'key'],
      [`ftp://127.0.0.1/${KEY}`, 'key'],
      [KEY, 'key'],
    ] as const) {
      t.throws(() => new TokenwellClient({ url, key }), { name: 'TypeError', message: /^(?!.*twk_)/s });
    }
  });

  t.test(
    'where TLS fails, http:// is proposed on this machine alone: no key goes over a network in clear text',
    async t => {
      const failed = new TypeError('fetch failed', { cause: Object.assign(new Error('no TLS'), { code: 'EPROTO' }) });
      const actionAt = async (url: string) =>
        (await errorOf(new TokenwellClient({ url, key: KEY, fetch: () => Promise.reject(failed) }).me())).action;
      for (const host of ['localhost:8443', '127.0.0.1', '[::1]:8080']) {
        t.equal(await actionAt(`https://${host}`), `Look at the address: is it http://${host}?`);
      }
      for (const host of ['vault.example', '10.0.0.7:8080', 'localhost.evil.example', '127.0.0.1.evil.example']) {
        t.equal(await actionAt(`https://${host}`), 'Look at the address and its port.');
      }
    },
  );

  t.test('an id cannot lead to another path', async t => {
    const { server, client } = await scripted(t);
    for (const id of ['', '.', '..']) t.match(await errorOf(client.consumers.remove(id)), { code: 'invalid_request' });
    server.always(json(404, PROBLEM));
    for (const id of ['a/../b', '../consumers', 'a?b=c', 'a#b', '%2e%2e']) await errorOf(client.credentials.remove(id));
    const paths = server.requests.map(({ path }) => path);
    t.strictSame(
      paths,
      ['a%2F..%2Fb', '..%2Fconsumers', 'a%3Fb%3Dc', 'a%23b', '%252e%252e'].map(id => `/api/v1/credentials/${id}`),
    );
  });

  t.test('requests are what the API asks for', async t => {
    const { server, client } = await scripted(t);
    const sent = async (work: Promise<unknown>): Promise<RecordedRequest | undefined> => {
      await work.catch(() => undefined);
      return server.requests.at(-1);
    };
    t.match(await sent(client.token('mail', { minTtl: 0, scope: 'a b' })), {
      method: 'GET',
      path: '/api/v1/credentials/mail/token?min_ttl=0&scope=a+b',
      headers: { authorization: `Bearer ${KEY}`, accept: 'application/json' },
    });
    t.match(await sent(client.credentials.remove('mail')), { method: 'DELETE', headers: { 'if-match': '*' } });
    t.match(await sent(client.credentials.remove('mail', 3)), { headers: { 'if-match': '"3"' } });
    const disabling = await sent(client.credentials.disable('mail'));
    t.match(disabling, { method: 'POST', path: '/api/v1/credentials/mail/disable', body: '' });
    t.notOk(disabling?.headers['content-type'], 'no body, no content type');
  });

  t.test('a list is read to its end', async t => {
    const { server, client } = await scripted(t);
    server.next(
      json(200, { items: [{ id: 'a' }], next_cursor: 'x' }),
      json(200, { items: [{ id: 'b' }], next_cursor: null }),
    );
    const ids: string[] = [];
    for await (const { id } of client.consumers.each()) ids.push(id);
    t.strictSame(ids, ['a', 'b']);
    t.strictSame(
      server.requests.map(({ path }) => path),
      ['/api/v1/consumers?limit=1000', '/api/v1/consumers?cursor=x&limit=1000'],
    );
  });

  t.test('against a vault: everything that the client has', async t => {
    const vault = await startRunningVault(t);
    const helpdesk = new TokenwellClient({ url: vault.url, key: await fill(vault) });
    const admin = new TokenwellClient({ url: vault.url, key: vault.adminKey });
    t.match(await helpdesk.token('mail', { account: 'default', minTtl: 30 }), {
      access_token: 'token-1',
      credential: 'mail',
    });
    t.match(await helpdesk.me(), { consumer: 'helpdesk', permissions: [{ credential: 'mail', account: '*' }] });
    const { version, ...before } = await admin.credentials.get('mail');
    t.match(await admin.credentials.replace('mail', { ...before, description: 'x' }, version), { description: 'x' });
    t.match(await errorOf(admin.credentials.replace('mail', before, version)), {
      code: 'version_conflict',
      status: 412,
    });
    t.match(await admin.credentials.test('mail'), { ok: true });
    t.match(await admin.credentials.disable('mail'), { disabled: true });
    t.match(await errorOf(helpdesk.token('mail')), { code: 'conflict', status: 409 });
    t.match(await admin.credentials.enable('mail'), { disabled: false });
    t.match(await admin.credentials.list({ limit: 1 }), { items: [{ id: 'mail' }], next_cursor: null });
    t.match(await admin.consumers.create({ id: 'other', role: 'auditor' }), { id: 'other', disabled: false });
    t.match(await admin.consumers.replace('other', { role: 'operator' }), { role: 'operator' });
    t.match(await admin.consumers.list(), { items: [{ id: 'admin' }, { id: 'helpdesk' }, { id: 'other' }] });
    const { id } = await admin.keys.create('other', { expiresAt: '2099-01-01T00:00:00Z' });
    t.match(await admin.keys.list('other'), { items: [{ id, expires_at: '2099-01-01T00:00:00.000Z' }] });
    await admin.keys.remove('other', id);
    await admin.consumers.remove('other');
    t.match(await errorOf(admin.permissions.get('other')), { code: 'not_found' });
    t.match(await admin.ledger({ limit: 1, action: 'consumer.delete' }), { items: [{ subject: 'other' }] });
    await admin.credentials.remove('mail');
    t.match(await errorOf(helpdesk.token('mail')), { code: 'not_found', status: 404 });
  });
}
