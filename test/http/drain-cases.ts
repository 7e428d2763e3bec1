import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';
import { hold, token } from '../support/scripted-provider.js';
import { startRunning } from './running.js';

/** How an instance stops. */
export function drainCases(t: Test): void {
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
    await t.rejects(open(port, ''), { code: 'ECONNREFUSED' });
  });
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
