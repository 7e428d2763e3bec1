import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { Test } from 'tap';
import { newCredential, startRunning } from '../http/running.js';
import { TestClock } from '../support/clock.js';
import { DAY } from './world.js';

const EXPIRIES = '/api/v1/expiries';

async function start(t: Test) {
  const clock = new TestClock();
  const running = await startRunning(t, { overrides: { clock } });
  const { send, keys, provider } = running;
  const dated = async (id: string, days: number) => {
    const secret_expires_at = new Date(clock.now() + days * DAY).toISOString();
    const client_auth = { method: 'client_secret_post', secret: 'the-client-secret', secret_expires_at };
    const body = newCredential(id, provider.url(), { client_auth });
    const made = await send('POST', '/api/v1/credentials', { key: keys.operator, body });
    if (made.status !== 201) throw new Error(made.text);
  };
  const get = (query = '', key = keys.auditor) => send('GET', `${EXPIRIES}${query}`, { key });
  return { ...running, clock, dated, get };
}

/** Every sample of a text in the Prometheus format: name, labels, value. Throws for a line that is none. */
export function samplesOf(text: string): { name: string; labels: Record<string, string>; value: number }[] {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return lines.map(line => {
    const [, name = '', labels = '', value = ''] = /^([a-z_]+)\{([^}]*)\} (\S+)$/.exec(line) ?? [];
    if (name === '') throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key = '', said = '']) => [key, said]);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}

/** What is asked over HTTP. */
export function routeCases(t: Test): void {
  t.test('the list: fields, order, pages, filters, roles', async t => {
    const { get, dated, keys, clock } = await start(t);
    await dated('beta', 45);
    await dated('alpha', 5);
    const { json } = await get('?within=60');
    t.strictSame(json.next_cursor, null);
    t.match(json.items, [
      { kind: 'client_secret', credential: 'alpha', days_left: 5, severity: 'critical', class: 'needs_operator' },
      { kind: 'client_secret', credential: 'beta', days_left: 45, severity: 'notice' },
    ]);
    t.strictSame(Object.keys(Object(json.items[0])).sort(), [
      'action',
      'class',
      'credential',
      'days_left',
      'expires_at',
      'id',
      'kind',
      'severity',
    ]);
    t.equal(json.items[0]?.expires_at, new Date(clock.now() + 5 * DAY).toISOString());
    const first = await get('?limit=1');
    t.match(first.json, { items: [{ credential: 'alpha' }], next_cursor: /./ });
    const second = await get(`?limit=1&cursor=${first.json.next_cursor}`);
    t.match(second.json, { items: [{ credential: 'beta' }], next_cursor: /./ });
    const third = await get(`?limit=1&cursor=${second.json.next_cursor}`);
    t.match(third.json, { items: [{ credential: 'acme', estimated: true, days_left: 365 }], next_cursor: null });
    t.strictSame((await get('?kind=certificate')).json.items, []);
    t.equal((await get('?within=10&pressing=true')).json.items.length, 1);
    for (const query of [
      'within=-1',
      'within=x',
      'kind=nothing',
      'pressing=perhaps',
      'cursor=bm90aGluZw',
      'cursor=MS54Lnk',
      'days=3',
      'limit=0',
    ])
      t.equal((await get(`?${query}`)).status, 400, query);
    t.equal((await get('', keys.service)).status, 403);
    t.notMatch((await get()).text, /the-client-secret|twk_/);
  });

  t.test('metrics: seconds to the soonest end and accounts by state, for whoever has a key of an auditor', async t => {
    const { send, keys, dated, clock } = await start(t);
    await dated('alpha', 5);
    const { status, text, headers } = await send('GET', '/metrics', { key: keys.auditor });
    t.equal(status, 200);
    t.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const samples = samplesOf(text);
    t.strictSame(
      samples
        .filter(({ name }) => name === 'tokenwell_expiry_seconds')
        .map(({ labels, value }) => [labels.kind, labels.credential, labels.estimated, value]),
      [
        ['client_secret', 'alpha', 'false', (5 * DAY) / 1000],
        ['client_secret', 'acme', 'true', (365 * DAY) / 1000],
      ],
    );
    t.equal(samples.find(({ labels }) => labels.state === 'pending')?.value, 2);
    t.equal(samples.filter(({ name }) => name === 'tokenwell_accounts').length, 7);
    await dated('gamma', 1);
    const again = async () => (await send('GET', '/metrics', { key: keys.operator })).text;
    t.notMatch(await again(), /gamma/, 'kept for five seconds');
    clock.advance(5_000);
    t.match(await again(), /gamma/);
    t.equal((await send('GET', '/metrics')).status, 401);
    t.equal((await send('GET', '/metrics', { key: keys.service })).status, 403);
  });

  t.test('metrics on an address of their own need no key and have no other path', async t => {
    const { app } = await start(t);
    app.metrics.listen(0, '127.0.0.1');
    await once(app.metrics, 'listening');
    const { port } = app.metrics.address() as AddressInfo;
    const ask = async (path: string, method = 'GET') => await fetch(`http://127.0.0.1:${port}${path}`, { method });
    const answer = await ask('/metrics');
    t.equal(answer.status, 200);
    t.ok(samplesOf(await answer.text()).length >= 7);
    for (const path of ['/', '/api/v1/expiries', '/metrics/x']) t.equal((await ask(path)).status, 404, path);
    t.equal((await ask('/metrics', 'POST')).status, 404);
    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    idle.on('error', () => undefined);
  });
}
