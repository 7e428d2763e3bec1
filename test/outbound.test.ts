import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { isPublicAddress } from '../src/outbound/addresses.js';
import { parseAllowedHost } from '../src/outbound/allowed-hosts.js';
import { readTarget } from '../src/outbound/destination.js';
import { PRIVATE, PUBLIC } from './outbound/addresses.js';
import { READABLE, UNREADABLE } from './outbound/allowed-hosts.js';
import { nameCases } from './outbound/names.js';
import { standStill, startSeparateProvider } from './outbound/separate-provider.js';
import { tls } from './outbound/tls.js';
import { TunnelProxy } from './outbound/tunnel-proxy.js';
import { ACCEPTED, REFUSED } from './outbound/urls.js';
import { failure, names, POST, provider, wayOut } from './outbound/way-out.js';
import {
  drip,
  endless,
  gzipBomb,
  half,
  hang,
  hold,
  json,
  raw,
  redirect,
  reset,
  respond,
  ScriptedProvider,
} from './support/scripted-provider.js';

t.test('S2: an address counts as public only when it is', async t => {
  for (const address of PRIVATE) t.equal(isPublicAddress(address), false, address);
  for (const address of PUBLIC) t.equal(isPublicAddress(address), true, address);
});

t.test('S1, S2: a URL is refused by the rule that it breaks, and nobody is asked', async t => {
  const dns = names({});
  const { fetch, destinations } = wayOut({ allow: [], resolve: dns.resolve });
  for (const [url, rule] of REFUSED) {
    t.match(await destinations.check(url), { rule, detail: /\w/ }, `${url} may not be stored`);
    const error = await failure(fetch(url, POST));
    const reason = rule === 'scheme' || rule === 'https_required' ? 'scheme_refused' : 'address_refused';
    t.match(error, { reason, sent: 'not_sent' }, `${url} may not be called`);
  }
  t.same(dns.questions, []);
  for (const url of ACCEPTED) t.equal(await destinations.check(url), undefined, `${url} may be stored`);
});

t.test('a refusal teaches the way out and does not repeat the URL', async t => {
  const { destinations } = wayOut({ allow: [] });
  t.match(await destinations.check('http://idp.internal/'), { detail: /idp\.internal.*TOKENWELL_ALLOWED_HOSTS/ });
  t.match(await destinations.check('https://10.0.0.1/'), { detail: /10\.0\.0\.1.*TOKENWELL_ALLOWED_HOSTS/ });
  for (const host of ['169.254.169.254', '[::ffff:169.254.169.254]', '[64:ff9b::a9fe:a9fe]', '[fd00:ec2::254]']) {
    for (const scheme of ['https', 'http']) {
      const refusal = await destinations.check(`${scheme}://${host}/`);
      t.match(refusal, { rule: 'private_address', detail: /\(metadata\)/ }, `${scheme} ${host}`);
      t.notMatch(refusal?.detail, 'TOKENWELL_ALLOWED_HOSTS', host);
    }
  }
  const userinfo = await destinations.check('https://user:hunter2@login.example.com/');
  t.notMatch(userinfo?.detail, /hunter2/);
});

t.test('S3: a name is refused if any of its addresses is private', async t => {
  const dns = names({
    'mixed.example': ['8.8.8.8', '10.0.0.1'],
    'mixed6.example': ['2606:4700::1', '::1'],
    'mapped.example': ['::ffff:127.0.0.1'],
    'public.example': ['8.8.8.8', '2606:4700::1'],
  });
  const { fetch, destinations } = wayOut({ allow: [], resolve: dns.resolve });
  for (const host of ['mixed.example', 'mixed6.example', 'mapped.example']) {
    t.match(await destinations.check(`https://${host}/`), { rule: 'private_address' }, `${host} may not be stored`);
    t.match(await failure(fetch(`https://${host}/`, POST)), { reason: 'address_refused', sent: 'not_sent' }, host);
  }
  t.equal(await destinations.check('https://public.example/'), undefined);
});

t.test('S5: localhost with a trailing dot is localhost', async t => {
  const { destinations } = wayOut({ allow: [] });
  t.match(await destinations.check('https://localhost./'), { rule: 'private_address' });
});

t.test('a name that does not resolve may be stored, but not called', async t => {
  const dns = names({ 'empty.example': [] });
  const { fetch, destinations } = wayOut({ allow: [], resolve: dns.resolve });
  for (const host of ['gone.example', 'empty.example']) {
    t.equal(await destinations.check(`https://${host}/`), undefined);
    t.match(await failure(fetch(`https://${host}/`, POST)), { reason: 'dns', sent: 'not_sent', message: host });
  }
});

t.test('storing does not wait for a dead name server, and a call waits only for its deadline', async t => {
  const { fetch, destinations } = wayOut({ allow: [], resolve: () => new Promise(() => {}), deadlineMs: 200 });
  const started = performance.now();
  t.equal(await destinations.check('https://slow.example/'), undefined);
  t.ok(performance.now() - started < 4_000, 'within the bound');
  t.match(await failure(fetch('https://slow.example/', POST)), { reason: 'deadline', sent: 'not_sent' });
});

t.test('names', async t => nameCases(t));

t.test('S12: an entry of TOKENWELL_ALLOWED_HOSTS allows what it says and nothing else', async t => {
  for (const [entry, allows, not] of READABLE) {
    const allowed = [parseAllowedHost(entry)].flatMap(host => host ?? []);
    t.equal(allowed.length, 1, `${entry} can be read`);
    t.match(readTarget(allows, allowed), { allowed: true }, `${entry} allows ${allows}`);
    const other = readTarget(not, allowed);
    t.notOk('allowed' in other && other.allowed, `${entry} does not allow ${not}`);
  }
  for (const entry of UNREADABLE) t.equal(parseAllowedHost(entry), undefined, `"${entry}" cannot be read`);
});

t.test('S12: an allowed range allows names that resolve into it, over https only', async t => {
  const dns = names({ 'inside.example': ['10.1.1.1'], 'outside.example': ['10.1.1.1', '192.168.1.1'] });
  const { destinations } = wayOut({ allow: ['10.1.0.0/16:8443'], resolve: dns.resolve });
  t.equal(await destinations.check('https://inside.example:8443/'), undefined);
  t.match(await destinations.check('https://inside.example/'), { rule: 'private_address' });
  t.match(await destinations.check('https://outside.example:8443/'), { rule: 'private_address' });
  t.match(await destinations.check('http://inside.example:8443/'), { rule: 'https_required' });
});

t.test('S4: the addresses that were judged are the ones that are called', async t => {
  const scripted = await provider(t);
  let asked = 0;
  const { fetch } = wayOut({
    allow: ['rebind.invalid'],
    resolve: async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.99', family: 4 }],
  });
  const response = await fetch(scripted.url('rebind.invalid'), POST);
  t.equal(response.status, 200, 'rebind.invalid exists only in the judged answer');
  t.equal(asked, 1);
  t.equal(scripted.requests[0]?.headers.host, `rebind.invalid:${scripted.port}`);
});

t.test('a request goes out as it was given, and the whole answer comes back', async t => {
  const scripted = await provider(t);
  scripted.next(json(400, { error: 'invalid_client' }));
  const { fetch } = wayOut();
  const response = await fetch(`${scripted.url()}?p=1`, POST);
  t.equal(response.status, 400);
  t.same(await response.json(), { error: 'invalid_client' });
  t.match(scripted.requests, [
    {
      method: 'POST',
      path: '/token?p=1',
      body: 'secret=s3',
      headers: { 'content-type': 'text/plain', 'accept-encoding': 'identity', connection: 'close' },
    },
  ]);
});

t.test('204 and early hints are understood', async t => {
  const scripted = await provider(t);
  const { fetch } = wayOut();
  scripted.next(raw('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'));
  t.equal((await fetch(scripted.url(), POST)).status, 204);
  scripted.next(raw('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  t.equal(await (await fetch(scripted.url(), POST)).text(), 'ok');
  scripted.next(raw('HTTP/1.1 777 Lucky\r\ncontent-length: 0\r\n\r\n'));
  t.match(await failure(fetch(scripted.url(), POST)), { reason: 'connection', sent: 'answered' });
});

t.test('R14: of the headers only the few that are needed come back, once', async t => {
  const scripted = await provider(t);
  const headers = {
    'set-cookie': ['a=1', 'b=2'],
    'retry-after': ['7', '9'],
    'www-authenticate': 'Basic realm="caf\u00e9"',
    'x-evil': 'yes',
    location: '/elsewhere',
    date: 'Fri, 20 Nov 2026 10:00:00 GMT',
  };
  scripted.next(json(401, {}, headers));
  const response = await wayOut().fetch(scripted.url(), POST);
  t.same(Object.fromEntries(response.headers), {
    'content-type': 'application/json',
    'retry-after': '7',
    date: 'Fri, 20 Nov 2026 10:00:00 GMT',
  });
});

t.test('S6: a redirect is not followed and the secret is not sent again', async t => {
  const scripted = await provider(t);
  const elsewhere = await provider(t);
  const { fetch } = wayOut();
  for (const status of [301, 302, 303, 307, 308] as const) {
    scripted.next(redirect(status, elsewhere.url()));
    const error = await failure(fetch(scripted.url(), POST));
    t.match(error, { reason: 'unexpected_redirect', sent: 'answered', message: String(status) });
  }
  t.equal(elsewhere.requests.length, 0);
  t.equal(scripted.requests.length, 5);
});

t.test('S7: proxy variables of the environment are ignored', async t => {
  const scripted = await provider(t);
  const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'NODE_USE_ENV_PROXY'];
  const before = variables.map(name => process.env[name]);
  t.teardown(() =>
    variables.forEach((name, i) => {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    }),
  );
  for (const name of variables) process.env[name] = 'http://127.0.0.1:1';
  t.equal((await wayOut().fetch(scripted.url(), POST)).status, 200);
});

t.test('S7: the configured proxy is used, and the rules hold behind it', async t => {
  const scripted = await provider(t);
  const proxy = await TunnelProxy.start(scripted.port);
  t.teardown(() => proxy.close());
  const dns = names({ 'inside.invalid': ['10.0.0.1'], 'idp.internal': ['10.0.0.2'] });
  const { fetch } = wayOut({ allow: ['far.invalid', 'idp.internal'], proxyUrl: proxy.url, resolve: dns.resolve });
  t.equal((await fetch('http://far.invalid:8080/token', POST)).status, 200, 'a name that only the proxy can resolve');
  t.equal((await fetch('http://idp.internal:8080/token', POST)).status, 200);
  t.match(await failure(fetch('https://10.0.0.1/', POST)), { reason: 'address_refused', sent: 'not_sent' });
  t.match(await failure(fetch('https://inside.invalid/', POST)), { reason: 'address_refused', sent: 'not_sent' });
  t.same(proxy.targets, ['far.invalid:8080', 'idp.internal:8080']);
});

t.test('a proxy that refuses the tunnel is a call that was not sent', async t => {
  const scripted = await provider(t);
  const proxy = await TunnelProxy.start(scripted.port, 'HTTP/1.1 407 Who are you\r\n\r\n');
  t.teardown(() => proxy.close());
  const { fetch } = wayOut({ allow: ['far.invalid'], proxyUrl: proxy.url, resolve: names({}).resolve });
  t.match(await failure(fetch('https://far.invalid/', POST)), { reason: 'connection', sent: 'not_sent' });
  t.equal(scripted.requests.length, 0);
});

t.test('a proxy that says nothing costs no more than the deadline', async t => {
  const silent = await provider(t);
  silent.always(hang());
  const proxyUrl = `http://127.0.0.1:${silent.port}`;
  const { fetch } = wayOut({ allow: ['far.invalid'], proxyUrl, resolve: names({}).resolve, deadlineMs: 200 });
  t.match(await failure(fetch('https://far.invalid/', POST)), { reason: 'deadline', sent: 'not_sent' });
  t.match(silent.requests, [{ method: 'CONNECT', path: 'far.invalid:443' }]);
});

t.test('F26: a broken call says how far it got, and is never repeated', async t => {
  const scripted = await provider(t);
  const { fetch } = wayOut({ deadlineMs: 300 });
  const cases = [
    ['a reset', reset(), 'connection', 'maybe_sent'],
    ['half an answer', half(), 'connection', 'maybe_sent'],
    ['an early end', raw(''), 'connection', 'maybe_sent'],
    ['no HTTP', raw('SSH-2.0-OpenSSH_9.2\r\n\r\n'), 'connection', 'maybe_sent'],
    ['silence', hang(), 'deadline', 'maybe_sent'],
    ['huge headers', respond(200, '', { 'x-big': 'x'.repeat(40_000) }), 'too_large', 'answered'],
    ['damaged gzip', respond(200, 'plain', { 'content-encoding': 'gzip' }), 'connection', 'answered'],
    ['strange coding', respond(200, 'plain', { 'content-encoding': 'zstd' }), 'connection', 'answered'],
    [
      'layers',
      respond(200, gzipSync(gzipSync(gzipSync('x'))), { 'content-encoding': 'gzip, gzip, gzip' }),
      'connection',
      'answered',
    ],
  ] as const;
  for (const [what, answer, reason, sent] of cases) {
    const before = scripted.requests.length;
    scripted.next(answer);
    const error = await failure(fetch(scripted.url(), POST));
    t.match(error, { reason, sent }, what);
    t.notMatch(error.message, /secret|s3/, `${what}: the message holds nothing of the request`);
    t.equal(error.cause, undefined, `${what}: no cause, it could hold bytes of the answer`);
    t.equal(scripted.requests.length, before + 1, `${what}: sent once`);
  }
});

t.test('F26: a refused connection was not sent', async t => {
  const scripted = await ScriptedProvider.start();
  const url = scripted.url();
  await scripted.close();
  t.match(await failure(wayOut().fetch(url, POST)), { reason: 'connection', sent: 'not_sent', message: /refused/ });
});

t.test('R1: an endless body is stopped at the limit', async t => {
  const scripted = await provider(t);
  const { fetch } = wayOut();
  scripted.next(endless());
  t.match(await failure(fetch(scripted.url(), POST)), { reason: 'too_large', sent: 'answered', message: /256 KiB/ });
  scripted.next(respond(200, Buffer.alloc(256 * 1024, 'x')), respond(200, Buffer.alloc(256 * 1024 + 1, 'x')));
  t.equal((await (await fetch(scripted.url(), POST)).text()).length, 256 * 1024, 'the limit itself is taken');
  t.match(await failure(fetch(scripted.url(), POST)), { reason: 'too_large' }, 'one byte more is not');
});

t.test('R2: the limit counts decoded bytes', async t => {
  const scripted = await provider(t);
  const { fetch } = wayOut();
  scripted.next(gzipBomb());
  t.match(await failure(fetch(scripted.url(), POST)), { reason: 'too_large', sent: 'answered' });
});

t.test('a compressed answer that nobody asked for is read all the same', async t => {
  const scripted = await provider(t);
  const { fetch } = wayOut();
  const text = Buffer.from('{"access_token":"t"}');
  const bodies: [string, Buffer][] = [
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', text],
    ['deflate, GZIP', gzipSync(deflateSync(text))],
  ];
  for (const [coding, body] of bodies) {
    scripted.next(respond(200, body, { 'content-encoding': coding }));
    const response = await fetch(scripted.url(), POST);
    t.equal(await response.text(), text.toString(), coding);
    t.notOk(response.headers.has('content-encoding'));
  }
});

t.test('R3: the deadline counts for the whole answer, however busily it drips', async t => {
  const scripted = await provider(t);
  const { fetch } = wayOut({ deadlineMs: 300 });
  const body = `HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(1000)}`;
  for (const [what, answer] of [
    ['headers', drip(20)],
    ['body', drip(5, body)],
  ] as const) {
    scripted.next(answer);
    const started = performance.now();
    t.match(await failure(fetch(scripted.url(), POST)), { reason: 'deadline', sent: 'maybe_sent' }, what);
    t.ok(performance.now() - started < 2_000, `${what}: in time`);
  }
});

t.test('finding 1: an answer that arrived while we stood still is kept, although the deadline has passed', async t => {
  const separate = await startSeparateProvider(100);
  t.teardown(() => separate.close());
  const { fetch } = wayOut({ deadlineMs: 300 });
  const call = fetch(`http://127.0.0.1:${separate.port}/`, POST);
  await separate.requested;
  standStill(700);
  t.equal(await (await call).text(), 'kept');
});

t.test('close takes no new calls and lets the running ones end', async t => {
  const scripted = await provider(t);
  const held = hold(json(200, { access_token: 'late' }));
  const out = wayOut();
  scripted.next(held.answer);
  const call = out.fetch(scripted.url(), POST);
  await scripted.received(1);
  let ended = false;
  const closed = out.close().then(() => {
    ended = true;
  });
  t.match(await failure(out.fetch(scripted.url(), POST)), { reason: 'connection', sent: 'not_sent' });
  t.equal(ended, false, 'the running call is not cut off');
  held.release();
  t.same(await (await call).json(), { access_token: 'late' });
  await closed;
});

t.test('S11: TLS', tls);

t.test('a CA file without a readable certificate is refused at once', async t => {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  for (const caFile of ['', 'garbage', broken]) {
    t.throws(() => wayOut({ caFile }), { message: /TOKENWELL_CA_FILE/ });
  }
});
