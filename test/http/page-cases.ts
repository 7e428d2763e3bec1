import type { Test } from 'tap';
import { token } from '../support/scripted-provider.js';
import { granted, signInCredential } from './consenting.js';
import { type Running, startRunning } from './running.js';

const LINKS = '/api/v1/credentials/people/connect-links';

/** A running vault with one connect link, and what a browser does with it. */
async function startWithLink(t: Test, env: Record<string, string> = {}) {
  const running = await startRunning(t, { env });
  const { send, keys, provider } = running;
  await send('POST', '/api/v1/credentials', { key: keys.operator, body: signInCredential('people', provider) });
  const made = await send('POST', LINKS, { key: keys.operator });
  const { origin, pathname: page } = new URL(made.json.url);
  const press = async (headers: Record<string, string> = { origin }) => await send('POST', page, { headers });
  return { ...running, origin, page, press, begin: async () => begun(await press()) };
}

/** The callback that the provider would lead to, and the cookies that the browser keeps. */
function begun(started: Awaited<ReturnType<Running['send']>>) {
  const state = new URL(started.headers.get('location') ?? '').searchParams.get('state') ?? '';
  const cookie = started.headers.getSetCookie().map(one => one.split(';')[0]);
  return { callback: `/OAuth2Callback?${new URLSearchParams({ state, code: 'the-code' })}`, cookie: cookie.join('; ') };
}

/** The pages as a browser gets them: who may send what, what is told to whom, what is kept where. */
export function pageCases(t: Test): void {
  t.test('C11: HEAD and POST use no sign-in up, and a second GET says that it is done', async t => {
    const { send, begin, provider } = await startWithLink(t);
    const { callback, cookie } = await begin();
    const headers = { cookie };
    t.equal((await send('HEAD', callback, { headers })).status, 200, 'a mail scanner looks');
    t.equal((await send('POST', callback, { headers })).status, 405, 'form_post was not asked for');
    t.equal(provider.requests.length, 0);
    provider.next(granted('one'));
    const first = await send('GET', callback, { headers });
    t.equal(first.status, 303);
    const second = await send('GET', callback, { headers });
    t.match(second, { status: 303, headers: new Map([['location', /\?repeated$/]]) });
    t.match(await send('GET', second.headers.get('location') ?? '', { headers }), {
      status: 200,
      text: 'Nothing was done a second time',
    });
    t.equal(provider.requests.length, 1, 'the code was exchanged once');
  });

  t.test('the page on which a consent ends says that somebody else signed in than the link is for', async t => {
    const { send, keys, provider } = await startWithLink(t);
    const link = await send('POST', LINKS, { key: keys.operator, body: { login_hint: 'info@acme.example' } });
    const { origin, pathname } = new URL(link.json.url);
    const { callback, cookie } = begun(await send('POST', pathname, { headers: { origin } }));
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const claims = { iss: 'https://login.example', sub: 'anna', aud: 'client', exp, email: 'anna@acme.example' };
    const parts = [{ alg: 'ES256' }, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url'));
    provider.next(token('access', { refresh_token: 'refresh', id_token: `${parts.join('.')}.c2ln` }));
    const headers = { cookie };
    const ended = await send('GET', callback, { headers });
    const page = await send('GET', ended.headers.get('location') ?? '', { headers });
    const text = page.text.replaceAll(/<.*?>/g, '');
    t.match(text, 'You signed in as anna@acme.example, and the link is for info@acme.example. If');
  });

  t.test('C14, C19: no page may be framed or stored, and the callback tells nobody where it came from', async t => {
    const { send, begin, page, provider } = await startWithLink(t);
    const { callback, cookie } = await begin();
    provider.next(granted('one'));
    const back = await send('GET', callback, { headers: { cookie } });
    const result = back.headers.get('location') ?? '';
    t.notMatch(result, /code|state|the-code/, 'the address after it holds neither code nor state');
    const asked: [string, Record<string, string>][] = [
      [page, {}],
      [callback, { cookie }],
      ['/OAuth2Callback?nonsense', {}],
      [result, { cookie }],
      [result, {}],
      ['/connect/gone', {}],
      ['/credentials/people/accounts/default', {}],
    ];
    for (const [path, headers] of asked) {
      const { headers: got, text } = await send('GET', path, { headers });
      t.match(got.get('content-security-policy'), /frame-ancestors 'none'/, path);
      t.match(got.get('cache-control'), /no-store/, path);
      t.match(got.get('referrer-policy'), /^(?:no-referrer|same-origin)$/, path);
      if (path.startsWith('/OAuth2Callback')) t.equal(got.get('referrer-policy'), 'no-referrer', path);
      t.notMatch(text, /(?:src|href)="https?:/, `${path}: no asset of anybody else`);
    }
  });

  t.test('W1: only a page of ours begins a sign-in', async t => {
    const { press, origin, send, page } = await startWithLink(t);
    const refused: Record<string, string>[] = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', origin },
      { 'sec-fetch-site': 'same-site', origin },
      { 'sec-fetch-site': 'none', origin },
      { referer: `${origin}${page}` },
    ];
    for (const headers of refused) t.equal((await press(headers)).status, 403, JSON.stringify(headers));
    t.equal((await press({ 'sec-fetch-site': 'same-origin', origin: 'null' })).status, 303);
    for (const type of ['application/json', 'text/plain', 'multipart/form-data']) {
      const other = await send('POST', page, { headers: { origin, 'content-type': type }, raw: '{}' });
      t.equal(other.status, 415, type);
    }
    const listed = await send('GET', page);
    t.equal(listed.status, 200, 'the link lives');
  });

  t.test('C2: the cookie is for this host alone over https, and by its plain name on loopback', async t => {
    const plain = (await (await startWithLink(t)).press()).headers.getSetCookie();
    t.match(plain, [/^tokenwell-[^=]+=.+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/]);
    const env = { TOKENWELL_PUBLIC_URL: 'https://vault.example', TOKENWELL_BEHIND_TLS_PROXY: '1' };
    const { press, begin, send } = await startWithLink(t, env);
    const secure = (await press({ origin: 'https://vault.example', host: 'evil.example' })).headers.getSetCookie();
    t.match(secure, [/^__Host-tokenwell-[^=]+=.+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/]);
    const { callback, cookie } = await begin();
    const tossed = await send('GET', callback, { headers: { cookie: cookie.replace('__Host-', '') } });
    t.match(tossed, { status: 400, text: 'another browser' }, 'a cookie that another host could set is not looked at');
  });

  t.test('C3, C7, C8: whatever is wrong with a callback is a page and an entry, and nobody is asked', async t => {
    const { app, send, begin, provider, keys } = await startWithLink(t);
    const { callback, cookie } = await begin();
    const state = new URLSearchParams(callback.split('?')[1]).get('state');
    const bad = [
      '',
      'code=c',
      `state=${state}`,
      `state=${state}&state=${state}&code=c`,
      'state=%00&code=c',
      'state=<b>&code=c',
    ];
    for (const query of bad) {
      const answer = await send('GET', `/OAuth2Callback?${query}`, { headers: { cookie } });
      t.equal(answer.status, 400, query);
      t.match(answer.headers.get('content-type'), 'text/html', query);
      t.notMatch(answer.text, /<b>/, query);
    }
    t.equal(provider.requests.length, 0);
    provider.next(granted('one'));
    t.equal(
      (await send('GET', `${callback}&session_state=x&extra=%3Cb%3E`, { headers: { cookie } })).status,
      303,
      'C8',
    );
    await app.vault.ledger.drain();
    const { json } = await send('GET', '/api/v1/ledger?action=consent.refuse', { key: keys.auditor });
    const refused = json.items.reduce((sum: number, { count = 1 }: { count?: number }) => sum + count, 0);
    t.equal(refused, bad.length, 'each stands in the ledger');
  });

  t.test('a browser at a path without a page gets one of ours; programs get a problem', async t => {
    const { send, raw } = await startRunning(t, { env: { TOKENWELL_BRAND_NAME: 'Acme IT' } });
    const chromium = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
    const paths: [path: string, status: number, says: RegExp][] = [
      ['/', 200, /<h1>The credential vault of <bdi>Acme IT/],
      ['/?utm_source=x', 200, /href="\/docs"/],
      ['/nothing', 404, /There is nothing at this address/],
      ['/connect', 404, /There is nothing at this address/],
      ['/assets/gone.css', 404, /There is nothing at this address/],
      ['/apis', 404, /There is nothing at this address/],
      [`/connect/${'x'.repeat(500)}`, 404, /There is nothing at this address/],
      ['/%zz', 400, /This request cannot be understood/],
    ];
    for (const [path, status, says] of paths) {
      const page = await send('GET', path, { headers: { accept: chromium } });
      t.match(page, { status, text: says }, path.slice(0, 40));
      t.match(page.headers.get('content-type'), /^text\/html/);
      t.match(page.headers.get('content-security-policy'), /style-src 'self'.*frame-ancestors 'none'/);
      t.match(page.headers.get('cache-control'), 'no-store');
      for (const accept of [
        '*/*',
        'application/json',
        'application/json, text/html',
        'text/html;q=0.5, application/json',
      ]) {
        const { headers, status: told } = await send('GET', path, { headers: { accept } });
        t.equal(headers.get('content-type'), 'application/problem+json', `${path.slice(0, 40)} ${accept}`);
        t.equal(told, status === 200 ? 404 : status);
      }
    }
    t.match(await raw('GET / HTTP/1.1\r\nHost: v\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 404 .*problem\+json/s);
    for (const path of ['/api', '/api/v1/nothing', '/oauth2/x', '/.well-known/x', '/docs/nothing', '/api/v1/me']) {
      const { headers, status } = await send('GET', path, { headers: { accept: chromium } });
      t.equal(headers.get('content-type'), 'application/problem+json', path);
      t.ok(status >= 400, path);
    }
    const posted = await send('POST', '/nothing', { headers: { accept: chromium } });
    t.match(posted, { status: 404, json: { code: 'not_found' } }, 'nobody is led anywhere by a POST');
  });

  t.test('a page that cannot be made says so to people in words, and to nobody why', async t => {
    const { send, page, origin, app } = await startWithLink(t);
    const browser = { accept: 'text/html,*/*;q=0.8', origin };
    const { consents } = app.store.reads;
    const { findLink } = consents;
    consents.findLink = async () => {
      throw new Error('the database is gone: secret-detail');
    };
    const failed = await send('GET', page, { headers: browser });
    t.match(failed, { status: 500, text: /Something went wrong here.*request id: /s });
    t.notMatch(failed.text, /secret-detail/);
    t.match(await send('POST', page, { headers: browser }), { status: 500, text: /The fault is ours/ });
    t.match(await send('GET', page, { headers: { accept: '*/*' } }), { status: 500, json: { code: 'internal' } });
    consents.findLink = findLink;
    const odd = await send('POST', page, { headers: { ...browser, 'content-type': 'application/xml' }, body: '<x/>' });
    t.match(odd, { status: 415, text: /This request cannot be understood/ });
  });
}
