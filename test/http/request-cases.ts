import { connect } from 'node:net';
import type { Test } from 'tap';
import { startRunning } from './running.js';

const bareHost = 'Host: vault\r\nConnection: close\r\n';

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

function problemIn(answer: string) {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4) || '{}');
}

/** Requests as bytes: paths, methods, headers and connections that no client library would send. */
export function requestCases(t: Test): void {
  t.test('W13: an id that cannot be is 404 before anything is looked up', async t => {
    const { raw, keys } = await startRunning(t);
    const odd = [
      '..',
      '%2e%2e',
      '%2e%2e%2fme',
      '..%2f..%2fme',
      '..;',
      'acme;x=1',
      'a%00',
      '%00',
      'ACME',
      'acme%20',
      'acme%0a',
      '%252e%252e',
      '.acme',
      '*',
      'acme%2ftoken',
      'a'.repeat(65),
      'a'.repeat(10_000),
      encodeURIComponent('аcme'),
    ];
    for (const id of odd) {
      for (const path of [`/api/v1/credentials/${id}`, `/api/v1/credentials/${id}/token`]) {
        const answer = await raw(`GET ${path} HTTP/1.1\r\n${bareHost}Authorization: Bearer ${keys.operator}\r\n\r\n`);
        t.equal(statusOf(answer), 404, path.slice(0, 80));
        t.equal(problemIn(answer).code, 'not_found');
      }
    }
  });

  t.test('a path that is not valid is a 400 problem like any other, with our headers', async t => {
    const { raw } = await startRunning(t);
    for (const path of ['/%', '/%zz', '/api/v1/credentials/%ff', '/api/v1/%c3%28']) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\n${bareHost}\r\n`);
      t.equal(statusOf(answer), 400, path);
      t.match(problemIn(answer), { code: 'invalid_request', request_id: /./, errors: [{ rule: 'encoding' }] });
      t.match(answer, /content-type: application\/problem\+json/i);
      t.match(answer, /content-security-policy: default-src 'none'/i);
      t.match(answer, /x-request-id: /i);
    }
  });

  t.test('what is public answers HEAD as GET without the body (RFC 9110 §9.3.2); nothing else does', async t => {
    const { send, keys } = await startRunning(t);
    for (const path of ['/openapi.json', '/.well-known/oauth-authorization-server', '/healthz', '/readyz']) {
      const [head, get] = [await send('HEAD', path), await send('GET', path)];
      t.equal(head.status, 200, path);
      t.equal(head.text, '');
      t.equal(head.headers.get('content-type'), get.headers.get('content-type'));
    }
    t.equal((await send('HEAD', '/api/v1/me', { key: keys.service })).status, 405);
  });

  t.test('W19: a method that a path does not have is 405 with those that it has', async t => {
    const { raw, keys } = await startRunning(t);
    const cases: [string, string, string][] = [
      ['TRACE', '/healthz', 'GET, HEAD'],
      ['OPTIONS', '/api/v1/me', 'GET'],
      ['PATCH', '/api/v1/credentials/acme', 'GET, PUT, DELETE'],
      ['POST', '/api/v1/credentials/acme', 'GET, PUT, DELETE'],
      ['DELETE', '/api/v1/credentials', 'GET, POST'],
      ['GET', '/oauth2/token', 'POST'],
      ['PROPFIND', '/api/v1/me', 'GET'],
      ['HEAD', '/api/v1/me', 'GET'],
    ];
    for (const [method, path, allow] of cases) {
      const answer = await raw(`${method} ${path} HTTP/1.1\r\n${bareHost}Origin: null\r\n\r\n`);
      t.equal(statusOf(answer), 405, `${method} ${path}`);
      t.match(answer, new RegExp(`\r\nallow: ${allow}\r\n`, 'i'));
      t.notMatch(answer, /access-control/i);
    }
    const headers = `${bareHost}Authorization: Bearer ${keys.admin}\r\nX-HTTP-Method-Override: DELETE\r\nX-Method-Override: DELETE\r\n`;
    const override = await raw(`POST /api/v1/consumers/svc?_method=DELETE HTTP/1.1\r\n${headers}\r\n`);
    t.equal(statusOf(override), 405, 'no header makes one method into another');
    t.equal(statusOf(await raw(`TRACE /nothing HTTP/1.1\r\n${bareHost}\r\n`)), 404, 'and where nothing is, 404');
  });

  t.test('W18: an absolute target and a strange Host reach the same route and change no link', async t => {
    const { raw, keys } = await startRunning(t);
    const auth = `Authorization: Bearer ${keys.operator}\r\n`;
    const answer = await raw(
      `GET http://evil.example/api/v1/credentials/acme HTTP/1.1\r\nHost: evil.example\r\nX-Original-URL: /docs\r\nForwarded: host=evil.example;proto=https\r\nConnection: close\r\n${auth}\r\n`,
    );
    t.equal(statusOf(answer), 200);
    t.notMatch(answer, /evil/);
    t.equal(problemIn(answer).redirect_uri, 'http://127.0.0.1:0/OAuth2Callback');
  });

  t.test('W12: a body of a megabyte is 413, declared or not, and nobody waits for its end', async t => {
    const { port, raw, keys } = await startRunning(t);
    const head = `POST /api/v1/credentials HTTP/1.1\r\n${bareHost}Authorization: Bearer ${keys.operator}\r\nContent-Type: application/json\r\n`;
    const declared = await firstAnswer(port, `${head}Content-Length: 1048576\r\n\r\n{"id":"`);
    t.equal(statusOf(declared), 413);
    t.equal(problemIn(declared).code, 'too_large');
    const chunk = `8000\r\n${'a'.repeat(0x8000)}\r\n`;
    const chunked = await firstAnswer(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}${chunk}`);
    t.equal(statusOf(chunked), 413);
    const stranger = head.replace(keys.operator, 'nobody');
    t.equal(statusOf(await firstAnswer(port, `${stranger}Content-Length: 1048576\r\n\r\n{`)), 401, 'strangers sooner');
    t.equal(statusOf(await raw(`GET /healthz HTTP/1.1\r\n${bareHost}\r\n`)), 200, 'the others are served');
  });

  t.test('what is not HTTP, or has headers without end, is answered and closed', async t => {
    const { raw, lines } = await startRunning(t);
    const cases: [string, number, string][] = [
      ['NONSENSE\r\n\r\n', 400, 'invalid_request'],
      [`GET / HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n`, 400, 'invalid_request'],
      [
        `POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        400,
        'invalid_request',
      ],
      [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`, 431, 'too_large'],
    ];
    for (const [bytes, status, code] of cases) {
      const answer = await raw(bytes);
      t.equal(statusOf(answer), status, bytes.slice(0, 40));
      t.match(problemIn(answer), { code, status, request_id: /./ });
      t.match(answer, /connection: close/i);
    }
    t.notOk(
      lines.some(line => line.includes('aaaa') || line.includes('NONSENSE')),
      'nothing of it is logged',
    );
  });

  t.test('a request id is ours, on every answer and in every problem', async t => {
    const { send, keys } = await startRunning(t);
    const ids = new Set<string>();
    for (const path of ['/healthz', '/nothing', '/api/v1/me', '/docs', '/api/v1/credentials/x']) {
      const headers = { 'x-request-id': 'mine', 'request-id': 'mine' };
      const answer = await send('GET', path, { key: keys.service, headers });
      const id = answer.headers.get('x-request-id') ?? '';
      t.match(id, /^[0-9a-f]{8}-[0-9a-z]+$/, path);
      if (answer.json?.code) t.equal(answer.json.request_id, id, path);
      ids.add(id);
    }
    t.equal(ids.size, 5);
  });
}

/** Writes without ever ending its own side, as a client does that is still sending; answers what came back. */
async function firstAnswer(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes);
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes('\r\n\r\n')) break;
  }
  return text;
}
