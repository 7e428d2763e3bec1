import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Test } from 'tap';
import { build } from '../../src/app.js';
import { type Authority, createAuthority } from '../support/certificates.js';
import { hold, token } from '../support/scripted-provider.js';
import { temporaryFolder, testConfig } from '../support/vault.js';
import { startRunning } from './running.js';
import { writePair } from './tls-cases.js';

/** How an instance stops. */
export function drainCases(t: Test): void {
  const authority = createAuthority();
  t.teardown(() => authority?.remove());

  t.test('F36: draining is not ready and serves on', async t => {
    const { app, send, keys } = await startRunning(t);
    t.match(await send('GET', '/readyz'), { status: 200, json: { status: 'ready' } });
    app.drain();
    const unready = await send('GET', '/readyz');
    t.match(unready, { status: 503, json: { code: 'draining', request_id: /./ } });
    t.match(unready.headers.get('retry-after'), /^\d+$/);
    t.match(await send('GET', '/healthz'), { status: 200, json: { status: 'ok' } });
    t.equal((await send('GET', '/api/v1/credentials/acme/token', { key: keys.service })).status, 200);
  });

  t.test('F36: closing finishes what is under way and sends what comes then elsewhere', async t => {
    const { app, port, provider, keys } = await startRunning(t);
    const held = hold(token('late'));
    provider.next(held.answer);
    const lines = `Host: vault\r\nAuthorization: Bearer ${keys.service}\r\n`;
    const drawing = await open(port, `GET /api/v1/credentials/acme/token HTTP/1.1\r\n${lines}\r\n`);
    await provider.received(1);
    const halfway = await open(port, `GET /healthz HTTP/1.1\r\n${lines}`);
    const silent = await open(port, '');
    const closed = app.server.close();
    await new Promise(resolve => setTimeout(resolve, 100));
    halfway.socket.write('\r\n');
    const refused = await halfway.text;
    t.match(refused, /^HTTP\/1\.1 503 /);
    t.match(refused, /"code":"draining"/);
    t.match(refused, /\r\nretry-after: \d+\r\n/i);
    t.match(refused, /\r\nconnection: close\r\n/i);
    held.release();
    const drawn = await drawing.text;
    t.match(drawn, /^HTTP\/1\.1 200 /);
    t.match(drawn, /"access_token":"late"/);
    t.match(drawn, /\r\nconnection: close\r\n/i, 'a connection that is kept would hold the process');
    await closed;
    t.equal(await silent.text, '');
    await t.rejects(open(port, ''), { code: 'ECONNREFUSED' });
  });

  t.test('F36: who has no request under way does not hold it, whatever they have sent', async t => {
    const { app, port } = await startRunning(t);
    app.metrics.listen(0, '127.0.0.1');
    await once(app.metrics, 'listening');
    const watched = (app.metrics.address() as AddressInfo).port;
    const kept = 'GET /healthz HTTP/1.1\r\nHost: vault\r\n\r\n';
    const sent = ['', 'GET /healthz HTTP/1.1\r\nHost: va', kept];
    const asked = [port, watched].flatMap(to => sent.map(bytes => open(to, bytes)));
    const held = await Promise.all(asked);
    const metricsClosed = once(app.metrics, 'close');
    t.ok((await took(app.close())) < 2_000);
    await metricsClosed;
    t.match(await held[2]?.text, /^HTTP\/1\.1 200 /);
    for (const { text } of held) await text;
  });

  t.test(
    'F36: a handshake of TLS that is never finished does not hold it',
    { skip: authority ? false : 'there is no openssl command' },
    async t => {
      const files = writePair(temporaryFolder(t), (authority as Authority).issue('vault.test'));
      const env = { TOKENWELL_TLS_CERT_FILE: files.certFile, TOKENWELL_TLS_KEY_FILE: files.keyFile };
      const app = await build(testConfig(temporaryFolder(t), env), { logTo: { write: () => undefined } });
      t.teardown(() => app.close());
      const port = Number(new URL(await app.server.listen({ host: '127.0.0.1', port: 0 })).port);
      // The beginning of a ClientHello, and nothing at all.
      const held = [await open(port, '\x16\x03\x01\x02\0\x01'), await open(port, '')];
      const silent = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(silent, 'secureConnect');
      t.ok((await took(app.close())) < 2_000);
      for (const { text } of held) await text;
      silent.destroy();
    },
  );

  t.test('F36: a request whose rest never comes holds it for some seconds only', async t => {
    const { app, port } = await startRunning(t);
    const lines = 'Host: vault\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n';
    const { text } = await open(port, `POST /oauth2/token HTTP/1.1\r\n${lines}\r\ngrant_type=`);
    const ms = await took(app.close());
    t.ok(ms > 2_000 && ms < 10_000, `${ms} ms`);
    t.equal(await text.catch(() => ''), '');
  });
}

/** Milliseconds. */
async function took(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work;
  return performance.now() - started;
}

/** Opens a connection and writes; `text` is all that comes back until the server ends it. */
async function open(port: number, bytes: string): Promise<{ socket: Socket; text: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const read = async () => {
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  };
  const text = read();
  socket.write(bytes);
  // The server must have seen these bytes before anything else happens.
  await new Promise(resolve => setTimeout(resolve, 50));
  return { socket, text };
}
