import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { createProvider } from '../../src/oauth/provider.js';
import { Secret } from '../../src/vault/secret.js';
import { raw } from '../http/running.js';
import { TestClock } from '../support/clock.js';
import { Behaviour, KNOWN } from '../support/provider/behaviour.js';
import { helpText } from '../support/provider/options.js';
import { type RunnableProvider, startRunnableProvider } from '../support/provider/runnable-provider.js';
import { CLIENT } from '../support/provider/token-endpoint.js';
import { failure, outbound, REDIRECT_URI, refreshRequest, VERIFIER } from './provider-under-test.js';

type Answer = Record<string, unknown>;

// The provider's clock is the real one.
const tokenwell = createProvider({ fetch: outbound.fetch, clock: new TestClock(Date.now()) });

/** What Tokenwell understands when a refresh ends so. */
const UNDERSTOOD: Readonly<Record<string, readonly [failure: string, reason: string]>> = {
  reset: ['unavailable', 'connection'],
  half: ['unavailable', 'connection'],
  '429': ['unavailable', 'throttled'],
  '429-date': ['unavailable', 'throttled'],
  '500': ['unavailable', 'provider_error'],
  '502': ['unavailable', 'provider_error'],
  '503': ['unavailable', 'provider_error'],
  '504': ['unavailable', 'provider_error'],
  html: ['unavailable', 'not_json'],
  AADSTS50076: ['rejected', 'interaction_required'],
  AADSTS50173: ['rejected', 'invalid_grant'],
  AADSTS53003: ['rejected', 'invalid_grant'],
  AADSTS65001: ['rejected', 'invalid_grant'],
  AADSTS70008: ['rejected', 'invalid_grant'],
  AADSTS90033: ['unavailable', 'provider_error'],
  AADSTS500011: ['misconfigured', 'invalid_target'],
  AADSTS700016: ['misconfigured', 'unauthorized_client'],
  AADSTS700082: ['rejected', 'invalid_grant'],
  AADSTS7000215: ['misconfigured', 'wrong_client_secret'],
  AADSTS7000222: ['misconfigured', 'wrong_client_secret'],
  'google-revoked': ['rejected', 'invalid_grant'],
  'google-rapt': ['rejected', 'invalid_grant'],
  'google-policy': ['rejected', 'consent_required'],
  'google-client': ['misconfigured', 'wrong_client_secret'],
  'google-deleted': ['misconfigured', 'wrong_client_secret'],
};
/** After these the refresh token was used up, although no good answer came. */
const CARRIED_OUT = ['reset', 'half', '502', '504'];

class Stage {
  readonly provider: RunnableProvider;
  readonly lines: string[];

  constructor(provider: RunnableProvider, lines: string[]) {
    this.provider = provider;
    this.lines = lines;
  }

  async control(form: Record<string, string>): Promise<Answer & { status: number }> {
    const response = await fetch(this.provider.controlUrl, { method: 'POST', body: new URLSearchParams(form) });
    return { status: response.status, ...Object(await response.json()) };
  }

  authorizationUrl(more: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: CLIENT.id,
      redirect_uri: REDIRECT_URI,
      scope: 'openid offline_access mail.read',
      state: 'state-1',
      nonce: 'nonce-1',
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    });
    return `${this.provider.authorizationUrl}?${query}`;
  }

  /** What the redirect URI is called with when somebody presses this button. */
  async press(decision: string, url = this.authorizationUrl()): Promise<URLSearchParams> {
    const body = new URLSearchParams({ person: 'anna@acme.example', decision });
    const response = await fetch(url, { method: 'POST', body, redirect: 'manual' });
    return new URL(response.headers.get('location') ?? 'none:').searchParams;
  }

  async post(form: Record<string, string>, signal?: AbortSignal): Promise<Response> {
    const body = new URLSearchParams({ client_id: CLIENT.id, client_secret: CLIENT.secret, ...form });
    return await fetch(this.provider.tokenUrl, { method: 'POST', body, ...(signal ? { signal } : {}) });
  }

  async token(form: Record<string, string>): Promise<Answer> {
    return Object(await (await this.post(form)).json());
  }

  async exchange(code: string | null, more: Record<string, string> = {}): Promise<Answer> {
    const grant = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: REDIRECT_URI };
    return await this.token({ ...grant, code_verifier: VERIFIER, ...more });
  }

  /** The first refresh token of a new grant. */
  async consent(): Promise<string> {
    return String((await this.exchange((await this.press('allow')).get('code'))).refresh_token);
  }

  async refresh(refresh_token: unknown): Promise<Answer> {
    return await this.token({ grant_type: 'refresh_token', refresh_token: String(refresh_token) });
  }
}

/** The forms that the help and the documentation tell the reader to send. */
function advised(): Record<string, string>[] {
  const texts = [helpText(), readFileSync(new URL('../../docs/provider.md', import.meta.url), 'utf8')];
  return [...texts.join('\n').matchAll(/^ *curl (-d .*) http/gm)].map(([, form = '']) =>
    Object.fromEntries(new URLSearchParams(form.replaceAll('-d ', '').replaceAll(' ', '&'))),
  );
}

async function stage(t: Test): Promise<Stage> {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const provider = await startRunnableProvider({ port: 0, behaviour: new Behaviour(), log });
  t.teardown(() => provider.close());
  return new Stage(provider, lines);
}

/** `npm run provider` on the wire: what each behaviour looks like, and what Tokenwell makes of it. */
export function runnableProvider(t: Test): void {
  t.test('npm run provider: a consent, and each kind of rotation', async t => {
    const on = await stage(t);
    await on.control({ rotation: 'none' });
    const kept = await on.consent();
    t.match(await on.refresh(kept), { refresh_token: kept, token_type: 'Bearer', expires_in: 3600 });
    await on.control({ rotation: 'grace', lifetime: '60' });
    const first = await on.consent();
    const second = (await on.refresh(first)).refresh_token;
    t.not(second, first);
    t.match(
      await on.refresh(first),
      { refresh_token: second, expires_in: 60 },
      'the last one gives the same successor',
    );
    const third = (await on.refresh(second)).refresh_token;
    t.match(await on.refresh(first), { error: 'invalid_grant' }, 'the one before does not');
    t.match(await on.refresh(third), { error: 'invalid_grant' }, 'and has ended the grant');
    await on.control({ rotation: 'strict' });
    const used = await on.consent();
    const successor = (await on.refresh(used)).refresh_token;
    t.match(await on.refresh(used), { error: 'invalid_grant' });
    t.match(await on.refresh(successor), { error: 'invalid_grant' });
    t.match(await on.refresh(kept), { refresh_token: /./ }, 'another grant goes on');
  });

  t.test('npm run provider: each fault, and what Tokenwell understands', async t => {
    const on = await stage(t);
    const others = ['none', 'hang', 'other-account'];
    const names = KNOWN.fault.map(({ name }) => name).filter(name => !others.includes(name));
    t.strictSame(names.sort(), Object.keys(UNDERSTOOD).sort(), 'every fault is looked at');
    for (const [fault, [failureClass, reason]] of Object.entries(UNDERSTOOD)) {
      const refreshToken = await on.consent();
      await on.control({ fault, on: 'refresh', retry_after: '20' });
      const asked = { clientId: CLIENT.id, secret: new Secret(CLIENT.secret), refreshToken: new Secret(refreshToken) };
      const error = await failure(tokenwell.refresh(refreshRequest(on.provider.tokenUrl, asked)));
      t.match(error, { class: failureClass, reason }, fault);
      if (fault.startsWith('AADSTS')) t.match(error.answer, { codes: [fault], trace_id: /-/, correlation_id: /-/ });
      if (fault.startsWith('429'))
        t.ok(Math.abs((error.retryAfterMs ?? 0) - 20_000) < 10_000, `${error.retryAfterMs} ms`);
      const after = CARRIED_OUT.includes(fault) ? { error: 'invalid_grant' } : { refresh_token: /./ };
      t.match(await on.refresh(refreshToken), after, `${fault}: whether the refresh token was used up`);
    }
  });

  t.test('npm run provider: an answer that hangs, another account, and the words of the large providers', async t => {
    const on = await stage(t);
    const form = { grant_type: 'refresh_token', refresh_token: await on.consent() };
    await on.control({ fault: 'hang', on: 'refresh' });
    await t.rejects(on.post(form, AbortSignal.timeout(200)), { name: 'TimeoutError' });
    t.match(await on.refresh(form.refresh_token), { error: 'invalid_grant' }, 'it was used up');
    const subject = ({ id_token }: Answer) => JSON.parse(atob(String(id_token).split('.')[1] ?? '')).sub;
    const mine = await on.exchange((await on.press('allow')).get('code'));
    await on.control({ fault: 'other-account' });
    const theirs = await on.refresh(mine.refresh_token);
    t.equal(subject(mine), 'anna@acme.example');
    t.equal(subject(theirs), 'not-anna@acme.example');
    t.equal(subject(await on.refresh(theirs.refresh_token)), 'anna@acme.example');
    await on.control({ fault: 'AADSTS7000222' });
    const entra = await on.post(form);
    t.equal(entra.status, 401);
    t.match(await entra.json(), {
      error: 'invalid_client',
      error_description: /^AADSTS7000222: .* Trace ID: \S+ Correlation ID: \S+ Timestamp: /,
      error_codes: [7000222],
      timestamp: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
      trace_id: /^[\da-f-]{36}$/,
      correlation_id: /^[\da-f-]{36}$/,
    });
    await on.control({ fault: 'google-rapt' });
    t.match(await on.token(form), { error: 'invalid_grant', error_description: /rapt/, error_subtype: 'invalid_rapt' });
  });

  t.test('npm run provider: PKCE, a code works once, and each way a person may answer', async t => {
    const on = await stage(t);
    const { code, ...rest } = Object.fromEntries(await on.press('allow'));
    t.match(rest, { state: 'state-1', iss: on.provider.issuer });
    const good = await on.exchange(code ?? null);
    t.match(good, { scope: 'openid offline_access mail.read' });
    t.match(await on.exchange(code ?? null), { error: 'invalid_grant' }, 'the code works once');
    t.match(await on.refresh(good.refresh_token), { error: 'invalid_grant' }, 'and its grant has ended');
    const flawed: Record<string, string>[] = [
      { code_verifier: VERIFIER.replace('d', 'e') },
      { code_verifier: '' },
      { redirect_uri: `${REDIRECT_URI}/` },
    ];
    for (const more of flawed) {
      const fresh = (await on.press('allow')).get('code');
      t.match(await on.exchange(fresh, more), { error: 'invalid_grant' }, JSON.stringify(more));
    }
    t.match(await on.exchange(code ?? null, { client_secret: 'wrong' }), { error: 'invalid_client' });
    const answers = { deny: 'access_denied', 'needs-admin': 'consent_required' };
    for (const [button, error] of Object.entries(answers)) t.equal((await on.press(button)).get('error'), error);
    const silent = on.authorizationUrl({ prompt: 'none' });
    t.equal((await on.press('allow', silent)).get('error'), 'login_required');
    const unproven = on.authorizationUrl({ code_challenge_method: 'plain' });
    t.equal((await on.press('allow', unproven)).get('error'), 'invalid_request');
    const brief = (await on.press('allow', on.authorizationUrl({ scope: 'mail.read' }))).get('code');
    t.notOk('refresh_token' in (await on.exchange(brief)), 'no offline_access, no refresh token');
    const away = await fetch(on.authorizationUrl({ redirect_uri: 'https://evil.example/' }), { redirect: 'manual' });
    t.equal(away.status, 400, 'it leads to this machine alone');
    const page = await (await fetch(on.authorizationUrl({ login_hint: '"><script>', scope: '<b>' }))).text();
    t.notMatch(page, /<script|<b>/);
    t.match(page, /&#60;script/);
  });

  t.test('npm run provider: no web page elsewhere can drive it or read what is on', async t => {
    const on = await stage(t);
    const { port, host } = new URL(on.provider.controlUrl);
    const tried: [says: RegExp, headers: Record<string, string>][] = [
      [/^HTTP\/1\.1 403 .*not called that/s, { host: `evil.example:${port}` }],
      [/^HTTP\/1\.1 403 .*not called that/s, { host: '127.0.0.1:1' }],
      [/^HTTP\/1\.1 403 .*another site/s, { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
      [/^HTTP\/1\.1 403 .*another site/s, { host, 'sec-fetch-site': 'same-site' }],
      [/^HTTP\/1\.1 403 .*another site/s, { host, origin: 'null' }],
      [/^HTTP\/1\.1 200 /, { host: `localhost:${port}`, 'sec-fetch-site': 'none' }],
      [/^HTTP\/1\.1 200 /, { host: `[::1]:${port}` }],
      [/^HTTP\/1\.1 200 /, { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }],
    ];
    for (const [says, headers] of tried) {
      for (const method of ['GET', 'POST']) {
        const body = 'lifetime=7';
        const lines = Object.entries({ ...headers, 'content-length': body.length }).map(one => one.join(': '));
        await on.control({ lifetime: '3600' });
        const answered = await raw(Number(port), `${method} /control HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
        t.match(answered, says, `${method} ${JSON.stringify(headers)}`);
        const { lifetime } = Object(await (await fetch(on.provider.controlUrl)).json());
        t.equal(lifetime, method === 'POST' && / 200 /.test(answered) ? 7 : 3600);
      }
    }
  });

  t.test('npm run provider: control lists, chooses and refuses; the log holds no secret', async t => {
    const on = await stage(t);
    const listed = await (await fetch(on.provider.controlUrl)).json();
    t.match(listed, { rotation: 'strict', faults: [], known: { on: ['token', 'code', 'refresh'] } });
    t.match(await on.control({ fault: 'nope' }), {
      status: 400,
      error: /No fault is called "nope"\. Choose from: hang, /,
    });
    t.match(await on.control({ rotation: 'none', lifetime: '-1' }), { status: 400, error: /whole number/ });
    t.match(await on.control({ times: '2' }), { status: 400, error: /belongs to a fault/ });
    for (const where of ['code', 'token']) {
      const refused = await on.control({ fault: 'other-account', on: where });
      t.match(refused, { status: 400, error: '"other-account" happens on "refresh" alone. Leave "on" out.' });
    }
    t.match(await on.control({}), { rotation: 'strict', faults: [] }, 'nothing of that was taken');
    for (const form of advised()) t.match(await on.control(form), { status: 200 }, JSON.stringify(form));
    await on.control({ rotation: 'strict', lifetime: '3600', fault: 'none' });
    await on.control({ fault: '503', times: 'always' });
    await on.control({ fault: '500', times: '2' });
    await on.control({ fault: 'html', on: 'revocation' });
    const statuses: number[] = [];
    const client = { grant_type: 'client_credentials', scope: 'mail.read' };
    for (let at = 0; at < 4; at++) statuses.push((await on.post(client)).status);
    t.strictSame(statuses, [500, 500, 503, 503], 'what is counted comes before what stays');
    t.match(await on.control({ fault: 'none' }), { faults: [] });
    t.match(await on.token(client), { access_token: /./, scope: 'mail.read' });
    const code = (await on.press('allow')).get('code') ?? '';
    const { access_token, refresh_token, id_token } = await on.exchange(code);
    const body = new URLSearchParams({
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      token: String(refresh_token),
    });
    t.equal((await fetch(on.provider.revocationUrl, { method: 'POST', body })).status, 200);
    t.match(await on.refresh(refresh_token), { error: 'invalid_grant' }, 'revoked');
    const log = on.lines.join('\n');
    t.match(log, 'POST /token  code  200 grant 1, refresh token 1');
    for (const secret of [code, access_token, refresh_token, id_token, CLIENT.secret, VERIFIER, 'state-1']) {
      t.notOk(log.includes(String(secret)), 'nothing secret in the log');
    }
  });
}
