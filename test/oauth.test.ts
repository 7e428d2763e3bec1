import { inspect } from 'node:util';
import t from 'tap';
import { createProvider } from '../src/oauth/provider.js';
import { createScrub } from '../src/oauth/scrubber.js';
import { type ClientCredentialsRequest, type GuardedFetch, OutboundError } from '../src/vault/ports.js';
import { Secret } from '../src/vault/secret.js';
import { FAILURES, forApplication } from './oauth/answers.js';
import { authorizationUrls } from './oauth/authorization-urls.js';
import { VECTORS } from './oauth/basic-credentials.js';
import { grants } from './oauth/grants.js';
import { LIFETIMES } from './oauth/lifetimes.js';
import { clock, failure, outbound, provider, request, SECRET, scripted } from './oauth/provider-under-test.js';
import { PAUSES } from './oauth/retry-after.js';
import { revocations } from './oauth/revocations.js';
import { runnableProvider } from './oauth/runnable-provider.js';
import { signIns } from './oauth/sign-ins.js';
import { startAuthorizationServer } from './support/authorization-server.js';
import { json, respond, token } from './support/scripted-provider.js';

authorizationUrls(t);
grants(t);
revocations(t);
runnableProvider(t);
signIns(t);

t.test('a real authorization server gives a token by both ways of client authentication', async t => {
  const secret = 'p+%& :"-x~';
  const server = await startAuthorizationServer({
    clients: [
      { id: 'post', secret },
      { id: 'writer', secret, scope: 'mail.read mail.write' },
      { id: 'basic: id', secret, method: 'client_secret_basic' },
    ],
    accessTokenTtl: 77,
  });
  t.teardown(() => server.close());
  for (const [clientId, method] of [
    ['post', 'client_secret_post'],
    ['basic: id', 'client_secret_basic'],
  ] as const) {
    const answer = await provider.clientCredentials(
      request(server.tokenUrl, { clientId, method, secret: new Secret(secret), issuer: server.issuer }),
    );
    t.match(answer, { tokenType: 'Bearer', lifetime: 77, scope: 'mail.read' });
    t.match(await server.introspect(answer.accessToken.reveal()), { active: true, client_id: clientId });
  }
  t.equal(server.requests, 2);
  const wrong = await failure(provider.clientCredentials(request(server.tokenUrl, { clientId: 'post' })));
  t.match(wrong, { class: 'misconfigured', reason: 'wrong_client_secret', answer: { error: 'invalid_client' } });
  const forbidden = request(server.tokenUrl, { clientId: 'post', secret: new Secret(secret), scope: 'mail.write' });
  t.match(await failure(provider.clientCredentials(forbidden)), { class: 'misconfigured', reason: 'invalid_scope' });
});

t.test(
  'what may pass by is for the next draw, or for the operator of a new credential; nothing else is promised',
  async t => {
    const server = await scripted(t);
    const passing =
      /^If .* before, nobody has to act: the next draw tries again\. If the credential is new, an operator /;
    for (const answer of [respond(500, 'oops'), respond(403, '')]) {
      server.next(answer);
      t.match(await failure(provider.clientCredentials(request(server.url()))), { action: passing });
    }
    server.next(respond(429, ''));
    t.match(await failure(provider.clientCredentials(request(server.url()))), { action: /^Nothing .*the next draw/ });
  },
);

t.test('RFC 6749 §4.4.2: the request holds the grant, the client, the scope and the parameters', async t => {
  const server = await scripted(t);
  await provider.clientCredentials(
    request(server.url(), { params: { resource: 'https://mail.example/', p: 'a b&c' } }),
  );
  t.match(server.requests[0], { method: 'POST', headers: { 'content-type': /^application\/x-www-form-urlencoded/ } });
  t.same(Object.fromEntries(server.requests[0]?.form ?? []), {
    grant_type: 'client_credentials',
    client_id: 'app-1',
    client_secret: SECRET,
    scope: 'mail.read',
    resource: 'https://mail.example/',
    p: 'a b&c',
  });
  await provider.clientCredentials(request(server.url(), { scope: '' }));
  t.notOk(server.requests[1]?.form.has('scope'), 'no scope, no parameter');
});

t.test('token parameters cannot replace what belongs to the request', async t => {
  const server = await scripted(t);
  for (const name of ['grant_type', 'client_id', 'client_secret', 'scope', 'client_assertion', 'Scope', ' code']) {
    const error = await failure(provider.clientCredentials(request(server.url(), { params: { [name]: 'x' } })));
    t.match(error, { class: 'misconfigured', reason: 'reserved_parameter', sent: 'not_sent' }, name);
  }
  t.equal(server.requests.length, 0);
});

t.test('R10: client_secret_basic encodes id and secret by RFC 6749 §2.3.1', async t => {
  const server = await scripted(t);
  for (const [clientId, secret, encoded] of VECTORS) {
    const basic = { clientId, method: 'client_secret_basic', secret: new Secret(secret) } as const;
    await provider.clientCredentials(request(server.url(), basic));
    const { headers, form } = server.requests.at(-1) ?? {};
    t.equal(headers?.authorization, `Basic ${Buffer.from(encoded).toString('base64')}`, clientId);
    t.notOk(form?.has('client_secret') || form?.has('client_id'), 'proof in one place only');
    await provider.clientCredentials(request(server.url(), { ...basic, method: 'client_secret_post' }));
    t.equal(server.requests.at(-1)?.form.get('client_secret'), secret, 'client_secret_post gives the same secret');
  }
});

t.test(
  'R10: a client that cannot prove itself, or only with a line break, is refused before anything is sent',
  async t => {
    const server = await scripted(t);
    const cases: [Partial<ClientCredentialsRequest>, string][] = [
      [{ method: 'none' }, 'client_auth_required'],
      [{ secret: new Secret('') }, 'no_client_secret'],
      [{ clientId: '' }, 'unusable_client_id'],
      [{ clientId: 'a\r\nb' }, 'unusable_client_id'],
      [{ secret: new Secret('a\r\nx-evil: 1') }, 'unusable_client_secret'],
      [{ secret: new Secret('a\n'), method: 'client_secret_basic' }, 'unusable_client_secret'],
      [{ tokenUrl: 'not a url' }, 'scheme_refused'],
      [{ tokenUrl: 'ftp://127.0.0.1/' }, 'scheme_refused'],
    ];
    for (const [more, reason] of cases) {
      const error = await failure(provider.clientCredentials(request(server.url(), more)));
      t.match(error, { class: 'misconfigured', reason, sent: 'not_sent', message: /\w/, action: /\w/ }, reason);
    }
    const { secret, ...without } = request(server.url());
    t.match(await failure(provider.clientCredentials(without)), { reason: 'no_client_secret' });
    t.equal(server.requests.length, 0);
  },
);

t.test('R4, R6, R7, R9: what a provider answers is understood', async t => {
  const server = await scripted(t);
  for (const [what, answer, failureClass, reason] of FAILURES) {
    server.next(answer);
    const error = await failure(provider.clientCredentials(request(server.url())));
    t.match(error, { ...forApplication(failureClass, reason), sent: 'answered' }, what);
    t.ok(error.message.startsWith(`127.0.0.1:${server.port} `), `${what}: the message names the host`);
    t.match(error.action, /^[A-Z].*\.$/, `${what}: somebody is told what to do`);
  }
  t.equal(server.requests.length, FAILURES.length, 'each was asked once');
});

t.test('a wrong secret says so and asks for a new one; a web page points at the token URL', async t => {
  const server = await scripted(t);
  server.next(json(401, { error: 'invalid_client' }), respond(200, '<html>'));
  const wrong = await failure(provider.clientCredentials(request(server.url())));
  t.match(wrong, { message: /client secret.*wrong/, action: /Paste a new client secret/ });
  const page = await failure(provider.clientCredentials(request(server.url())));
  t.match(page, { message: /web page/, action: /token URL/ });
});

t.test('R6: Bearer in any case, or left out, is a bearer token', async t => {
  const server = await scripted(t);
  for (const [type, given] of [
    ['Bearer', 'Bearer'],
    ['BEARER', 'BEARER'],
    ['bearer', 'bearer'],
    [undefined, 'Bearer'],
    [null, 'Bearer'],
  ] as const) {
    server.next(token('at', { token_type: type }));
    t.equal((await provider.clientCredentials(request(server.url()))).tokenType, given, String(type));
  }
});

t.test('fields that a token does not need cannot spoil it', async t => {
  const server = await scripted(t);
  const odd = { id_token: 'x.y.z', refresh_token: ['r'], scope: ['a', 'b'], error: null, expires_in: '3600abc' };
  server.next(token('at.~+/-_=|!', odd));
  const answer = await provider.clientCredentials(request(server.url()));
  t.equal(answer.accessToken.reveal(), 'at.~+/-_=|!');
  t.notOk('scope' in answer);
  server.next(token('at', { scope: 'a b' }));
  t.equal((await provider.clientCredentials(request(server.url()))).scope, 'a b');
  t.notMatch(inspect(answer), /at\.~/, 'a token does not show itself');
});

t.test('R5: the lifetime rule', async t => {
  const server = await scripted(t);
  for (const [expiresIn, lifetime] of LIFETIMES) {
    const field = expiresIn === undefined ? '' : `,"expires_in":${expiresIn}`;
    server.next(json(200, `{"access_token":"at","token_type":"Bearer"${field}}`));
    const answer = await provider.clientCredentials(request(server.url()));
    t.equal(answer.lifetime, lifetime, expiresIn ?? 'left out');
  }
});

t.test('R13: Retry-After is read and kept within bounds', async t => {
  const server = await scripted(t);
  for (const [header, ms] of PAUSES) {
    const headers: Record<string, string> = header === undefined ? {} : { 'retry-after': header };
    for (const status of [429, 503]) {
      server.next(respond(status, '', headers));
      const error = await failure(provider.clientCredentials(request(server.url())));
      t.equal(error.retryAfterMs, ms, `${status}, ${header ?? 'none'}`);
    }
  }
  server.next(json(401, { error: 'invalid_client' }, { 'retry-after': '7' }));
  t.equal((await failure(provider.clientCredentials(request(server.url())))).retryAfterMs, undefined);
});

t.test('R11: our secret, echoed in whatever form, is not in what we show', async t => {
  const server = await scripted(t);
  const secret = 'S\u00e9cret/+ "42"%-und-mehr';
  const { fetch } = outbound;
  let header = '';
  const spying: GuardedFetch = (url, init) => {
    header = init.headers.authorization ?? header;
    return fetch(url, init);
  };
  const spied = createProvider({ fetch: spying, clock });
  await spied.clientCredentials(request(server.url(), { method: 'client_secret_basic', secret: new Secret(secret) }));
  const bytes = Buffer.from(secret);
  const echoes = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex').toUpperCase(),
    header.slice('Basic '.length),
    Buffer.from(`app-1:${secret}`).toString('base64'),
    secret.slice(0, 20),
    `\u202e${secret.slice(0, 5)}\u200b${secret.slice(5)}`,
  ];
  for (const echo of echoes) {
    const words = { error: `e ${echo}`, error_description: `before ${echo} after`, trace_id: echo.slice(0, 60) };
    server.next(json(400, words));
    const error = await failure(provider.clientCredentials(request(server.url(), { secret: new Secret(secret) })));
    t.equal(error.answer?.error_description, 'before [secret] after', echo);
    t.equal(error.answer?.error, 'e [secret]');
    t.equal(error.answer?.trace_id, undefined);
    t.notOk(inspect(error, { depth: 9 }).includes(echo), 'nor anywhere in the error');
  }
});

t.test('R11: scrubbing holds for odd secrets and comes before cutting', async t => {
  t.equal(createScrub('id', [''])('text [x]', 20), 'text [x]', 'no secret, nothing to scrub');
  t.equal(createScrub('id', ['', 'a.b', 'c-d'])('c-d a.b', 20), '[secret] [secret]', 'several secrets');
  t.equal(createScrub('id', ['a.b'])('a.b axb', 20), '[secret] axb', 'a secret is no pattern');
  t.equal(createScrub('id', ['a"b'])('x a"b y', 20), 'x [secret] y');
  t.equal(createScrub('id', ['$&$1'])('x $&$1 y', 20), 'x [secret] y');
  t.equal(createScrub('id', ['a\u200bb-c'])('x ab-c y', 20), 'x [secret] y', 'a secret with an invisible character');
  const cut = createScrub('id', ['long-secret-value'])(`${'x'.repeat(10)} long-secret-value`, 20);
  t.equal(cut, 'xxxxxxxxxx [secret]');
  t.equal(
    createScrub('id', ['zzzz'])('\u{1f511}'.repeat(30), 10),
    `${'\u{1f511}'.repeat(9)}…`,
    'cut between characters',
  );
});

t.test('R11: a secret that was escaped, cut or turned round is not shown', async t => {
  const secret = `a/b&c<d>e"f'g h+i\u00e9-und-mehr`;
  const scrub = createScrub('id', [secret]);
  const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  const html = secret.replace(/[&<>"']/g, found => named[found] ?? found);
  const numbered = (form: (code: number) => string) =>
    secret.replace(/[^a-z -]/g, found => form(found.codePointAt(0) ?? 0));
  const unescapable = "50%41&x'y";
  for (const [form, echo] of Object.entries({
    html,
    'html by number': numbered(code => `&#${code};`),
    'html by hexadecimal number': numbered(code => `&#X${code.toString(16)};`),
    'html twice': html.replaceAll('&', '&amp;'),
    'html in a URL': encodeURIComponent(html),
    'a URL twice': encodeURIComponent(encodeURIComponent(secret)),
    'a URL three times': encodeURIComponent(encodeURIComponent(encodeURIComponent(secret))),
    'JSON with every escape': numbered(code => `\\u${code.toString(16).padStart(4, '0')}`),
    'JSON in JSON': JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    'slashes of JSON': secret.replaceAll('/', '\\/').replaceAll('"', '\\"'),
    'without its first character': secret.slice(1),
    'its last 12 characters': secret.slice(-12),
    'out of its middle': secret.slice(3, -3),
    'an end in a form': new URLSearchParams({ s: secret.slice(2) }).toString().slice(2),
    reversed: [...secret].reverse().join(''),
    'cut, and then escaped': html.slice(2),
    'reversed and cut': [...secret].reverse().join('').slice(2),
    'reversed in a URL': encodeURIComponent([...secret].reverse().join('')),
  })) {
    t.equal(scrub(`before ${echo} after`, 300), 'before [secret] after', form);
  }
  t.equal(scrub(`x:${secret.slice(-11)}`, 300), `x:${secret.slice(-11)}`, 'less than 12 characters is no echo');
  const html2 = unescapable.replace('&', '&amp;').replace("'", '&#39;');
  t.equal(createScrub('id', [unescapable])(`x ${html2}`, 300), 'x [secret]', 'a secret that looks escaped itself');
  t.equal(scrub('100%25 of &lt;scope&gt; \\u0041', 300), '100%25 of &lt;scope&gt; \\u0041', 'other escapes stay');
  const steering = createScrub('id', ['long-secret-value'])('%1b[2Jlong-secret%2Dvalue%0aend', 300);
  t.equal(steering, '[2J[secret] end', 'what was escaped steers no terminal');
});

t.test('R11: 16 KB are scrubbed at once, whatever they are made of', async t => {
  const secrets = ['a'.repeat(40).concat('b'), 'x%25'.repeat(30), 'eyJ'.repeat(5_000)];
  const scrub = createScrub('id', secrets);
  scrub('ready', 300);
  for (const unit of ['a', 'a ', '%61', '%2525', '&amp;', '&#x61;', '\\u0061', 'eyJ', 'Ab+/', '%', '&#', '\\']) {
    const text = unit.repeat(Math.ceil(16_384 / unit.length));
    const times = [0, 1, 2].map(() => {
      const from = process.cpuUsage();
      scrub(text, 300);
      return process.cpuUsage(from).user / 1e3;
    });
    t.ok(Math.min(...times) < 50, `${unit}: ${Math.min(...times).toFixed(1)} ms`);
  }
});

t.test('what the provider says is shown short and clean', async t => {
  const server = await scripted(t);
  server.next(
    json(401, {
      error: 'invalid_client',
      error_description: `AADSTS7000215: Invalid client secret.\r\nTrace ID: 1 \u202eabc\u0007 ${'x'.repeat(400)} AADSTS70011`,
      error_codes: [7000215, 7000222, 'x', -1],
      trace_id: '0f6e8a4b-7b1f-4c7e-8f0a-000000000000',
      correlation_id: '<script>',
      timestamp: '2026-11-20 10:00:00Z',
      error_uri: 'https://evil.example/',
      claims: '{}',
    }),
  );
  const { answer } = await failure(provider.clientCredentials(request(server.url())));
  t.match(answer?.error_description, /^AADSTS7000215: Invalid client secret\. Trace ID: 1 abc {1,2}x+…$/);
  t.equal(answer?.error_description?.length, 300);
  t.same(answer?.codes, ['AADSTS7000215', 'AADSTS70011', 'AADSTS7000222']);
  t.same(Object.keys(answer ?? {}).sort(), ['codes', 'error', 'error_description', 'timestamp', 'trace_id']);
  server.next(json(400, { error: 7, error_description: ['x'], error_codes: 'none', trace_id: 'x'.repeat(65) }));
  t.equal((await failure(provider.clientCredentials(request(server.url())))).answer, undefined);
});

t.test('a call that got no answer keeps its reason and how far it got', async t => {
  const classes = {
    address_refused: 'misconfigured',
    scheme_refused: 'misconfigured',
    unexpected_redirect: 'misconfigured',
    too_large: 'unavailable',
    deadline: 'unavailable',
    dns: 'unavailable',
    tls: 'unavailable',
    connection: 'unavailable',
  } as const;
  for (const reason of [
    'address_refused',
    'scheme_refused',
    'unexpected_redirect',
    'too_large',
    'deadline',
    'dns',
    'tls',
    'connection',
  ] as const) {
    for (const sent of ['not_sent', 'maybe_sent', 'answered'] as const) {
      const fetch = async () => {
        throw new OutboundError(reason, sent, 'idp.example did this.');
      };
      const call = createProvider({ fetch, clock }).clientCredentials(request('https://idp.example/token'));
      t.match(await failure(call), { class: classes[reason], reason, sent, message: 'idp.example did this.' });
    }
  }
  const broken = async () => {
    throw new TypeError('fetch failed');
  };
  const call = createProvider({ fetch: broken, clock }).clientCredentials(request('https://idp.example/token'));
  t.match(await failure(call), { class: 'unavailable', reason: 'connection', sent: 'maybe_sent' });
});

t.test('a provider that was not reached: nobody acts if it was before, an operator if it never was', async t => {
  const actions = new Set<string>();
  for (const [reason, part] of [
    ['dns', 'the host name'],
    ['tls', 'host and port'],
    ['connection', 'host and port'],
    ['deadline', 'host and port'],
  ] as const) {
    const fetch = async () => {
      throw new OutboundError(reason, 'not_sent', 'idp.example did this.');
    };
    const asked = request('https://idp.example./t/token?key=hidden');
    const { action } = await failure(createProvider({ fetch, clock }).clientCredentials(asked));
    t.match(action, /before, nobody has to act/, reason);
    t.match(action, `is new, an operator checks ${part} in its token URL (https://idp.example.). `, reason);
    if (reason !== 'tls') t.match(action, ', and TOKENWELL_OUTBOUND_PROXY where only a proxy leads out.', reason);
    actions.add(action);
  }
  t.equal(actions.size, 4, 'each in its own words');
});

t.test('no error holds the answer that openid-client saw', async t => {
  const server = await scripted(t);
  for (const answer of [
    token('top-secret-token', { token_type: 'mac' }),
    json(201, { access_token: 'top-secret-token' }),
  ]) {
    server.next(answer);
    const error = await failure(provider.clientCredentials(request(server.url())));
    t.notMatch(inspect(error, { depth: 9, showHidden: true }), /top-secret-token/);
  }
});
