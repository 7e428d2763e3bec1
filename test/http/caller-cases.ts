import type { Test } from 'tap';
import { createKey } from '../../src/vault/callers.js';
import { TestClock } from '../support/clock.js';
import { type Answer, type Running, startRunning } from './running.js';

const ME = '/api/v1/me';

/** A key of the right form that nobody holds. */
export function strangeKey(prefix?: string): string {
  const key = createKey().key.reveal();
  return prefix === undefined ? key : key.replace(/^twk_[^_]+/, `twk_${prefix}`);
}

function prefixOf(key: string): string {
  return key.split('_')[1] ?? '';
}

function guess(running: Running, prefix: string, headers: Record<string, string> = {}): Promise<Answer> {
  return running.send('GET', ME, { key: strangeKey(prefix), headers });
}

/** Who may call at all. */
export function callerCases(t: Test): void {
  t.test('W16: whatever is not a key of a consumer is 401, in one text', async t => {
    const running = await startRunning(t);
    const right = running.keys.service;
    const wrong: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: right },
      { authorization: `Basic ${Buffer.from(`svc:${right}`).toString('base64')}` },
      { authorization: 'Bearer not-a-key' },
      { authorization: `Bearer ${right}x` },
      { authorization: `Bearer ${right.slice(0, -1)}` },
      { authorization: `Bearer ${right} ${right}` },
      { authorization: `Bearer ${strangeKey(prefixOf(right))}` },
      { authorization: `Bearer ${strangeKey()}` },
    ];
    for (const headers of wrong) {
      const answer = await running.send('GET', ME, { headers });
      t.equal(answer.status, 401, JSON.stringify(headers).slice(0, 40));
      t.equal(answer.headers.get('www-authenticate'), 'Bearer');
      t.match(answer.json, { code: 'unauthenticated', type: 'urn:tokenwell:problem:unauthenticated', status: 401 });
    }
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      t.equal(
        (await running.send('GET', ME, { headers: { authorization: `${scheme} ${right}` } })).status,
        200,
        scheme,
      );
    }
  });

  t.test('W17: a guesser is held back after 20 wrong keys of one prefix, the holder of that key never', async t => {
    const clock = new TestClock();
    const running = await startRunning(t, { overrides: { clock } });
    const prefix = prefixOf(running.keys.service);
    for (let n = 1; n <= 20; n++) t.equal((await guess(running, prefix)).status, 401, `guess ${n}`);
    const limited = await guess(running, prefix);
    t.equal(limited.status, 429);
    t.equal(limited.json.code, 'rate_limited');
    t.equal(limited.headers.get('retry-after'), String(limited.json.retry_after));
    t.equal((await running.send('GET', ME, { key: running.keys.service })).status, 200, 'the right key works');
    t.equal((await guess(running, 'abcdefghijkm')).status, 401, 'another prefix is counted by itself');
    clock.advance(60_000);
    t.equal((await guess(running, prefix)).status, 401, 'a minute later');
  });

  t.test('W18: X-Forwarded-For of anybody else than a trusted proxy changes nothing', async t => {
    const running = await startRunning(t, { overrides: { clock: new TestClock() } });
    const prefix = prefixOf(running.keys.service);
    const statuses = [];
    for (let n = 1; n <= 21; n++) {
      statuses.push((await guess(running, prefix, { 'x-forwarded-for': `203.0.113.${n}` })).status);
    }
    t.strictSame(statuses, [...Array(20).fill(401), 429]);
  });

  t.test('W18: a trusted proxy says where a request came from, and only its own word counts', async t => {
    const env = { TOKENWELL_TRUST_PROXY: '127.0.0.0/8' };
    const running = await startRunning(t, { env, overrides: { clock: new TestClock() } });
    const prefix = prefixOf(running.keys.service);
    const from = (address: string) => guess(running, prefix, { 'x-forwarded-for': address });
    for (let n = 1; n <= 21; n++) t.equal((await from(`203.0.113.${n}`)).status, 401, 'another address each time');
    for (let n = 1; n <= 20; n++) t.equal((await from(`192.0.2.${n}, 198.51.100.7`)).status, 401, 'what it was told');
    t.equal((await from('192.0.2.99, 198.51.100.7')).status, 429, 'the address that the proxy saw');
  });

  t.test('W6, W7: a key ends with its time, its consumer or itself, and a disabled consumer has none', async t => {
    const clock = new TestClock();
    const running = await startRunning(t, { overrides: { clock } });
    const { admin } = running.keys;
    const works = async (key: string) => (await running.send('GET', ME, { key })).status;
    const draws = async (key: string) => (await running.send('GET', '/api/v1/credentials/acme/token', { key })).status;
    const make = async (body: unknown) =>
      (await running.send('POST', '/api/v1/consumers/svc/keys', { key: admin, body })).json;
    const ending = await make({ expires_at: new Date(clock.now() + 60_000).toISOString() });
    const second = await make({});
    t.equal(await draws(ending.key), 200);
    clock.advance(60_000);
    t.equal(await draws(ending.key), 401, 'its time is over, although memory knows it');
    t.equal(await works(second.key), 200, 'the other key of the consumer works');
    t.equal(await draws(second.key), 200);
    await running.send('DELETE', `/api/v1/consumers/svc/keys/${second.id}`, { key: admin });
    t.equal(await draws(second.key), 401, 'revoked');
    const disable = (disabled: boolean) =>
      running.send('PUT', '/api/v1/consumers/svc', { key: admin, body: { role: 'service', disabled } });
    await disable(true);
    t.equal(await works(running.keys.service), 401, 'disabled');
    await disable(false);
    t.equal(await works(running.keys.service), 200, 'enabled again');
    await running.send('DELETE', '/api/v1/consumers/svc', { key: admin });
    t.equal(await works(running.keys.service), 401, 'deleted');
  });

  t.test('a wrong key is in the ledger under its prefix, never the key', async t => {
    const clock = new TestClock();
    const running = await startRunning(t, { overrides: { clock } });
    const key = strangeKey('abcdefghijkm');
    await running.send('GET', ME, { key });
    await running.app.vault.ledger.drain();
    const path = '/api/v1/ledger?action=key.refuse';
    const { json, text } = await running.send('GET', path, { key: running.keys.auditor });
    t.match(json.items, [
      { action: 'key.refuse', key_id: 'abcdefghijkm', outcome: 'refused', code: 'unauthenticated' },
    ]);
    t.notOk(text.includes(key.slice(-43)));
  });
}
