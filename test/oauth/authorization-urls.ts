import type { Test } from 'tap';
import { type AuthorizationRequest, ProviderFailure } from '../../src/vault/ports.js';
import { Secret } from '../../src/vault/secret.js';
import { provider, REDIRECT_URI, VERIFIER } from './provider-under-test.js';

function consent(more: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  return {
    authorizationUrl: 'https://idp.example/authorize',
    clientId: 'app-1',
    redirectUri: REDIRECT_URI,
    scope: 'openid offline_access mail.read',
    state: 'state-1',
    verifier: new Secret(VERIFIER),
    params: {},
    ...more,
  };
}

function query(more: Partial<AuthorizationRequest> = {}): URLSearchParams {
  return new URL(provider.authorizationUrl(consent(more))).searchParams;
}

/** The ProviderFailure of a consent that must be refused. */
function refusal(more: Partial<AuthorizationRequest>): ProviderFailure {
  try {
    query(more);
  } catch (error) {
    if (error instanceof ProviderFailure) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const OWN = {
  response_type: 'code',
  client_id: 'app-1',
  redirect_uri: REDIRECT_URI,
  scope: 'openid offline_access mail.read',
  state: 'state-1',
  // RFC 7636 Appendix B
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

/** Prompt of the URL's query, prompt of the parameters, and the one that is asked. */
const PROMPTS: readonly [query: string, params: Record<string, string>, asked: string][] = [
  ['', {}, 'select_account'],
  ['?prompt=consent', {}, 'consent'],
  ['?prompt=', {}, 'select_account'],
  ['?prompt=&prompt=login&prompt=consent', {}, 'login'],
  ['', { prompt: 'consent' }, 'consent'],
  ['?prompt=login', { prompt: 'select_account consent' }, 'select_account consent'],
  ['?prompt=login', { prompt: '' }, 'login'],
];

export function authorizationUrls(t: Test): void {
  t.test(
    'C5: a consent is asked with state and the S256 challenge of its own verifier, never the verifier',
    async t => {
      t.same(Object.fromEntries(query()), { ...OWN, prompt: 'select_account' });
      const more = query({ nonce: 'nonce-1', loginHint: 'anna@example.com' });
      t.same(Object.fromEntries(more), {
        ...OWN,
        nonce: 'nonce-1',
        login_hint: 'anna@example.com',
        prompt: 'select_account',
      });
      t.notMatch(provider.authorizationUrl(consent()), VERIFIER);
      t.not(query({ verifier: new Secret('another') }).get('code_challenge'), OWN.code_challenge);
    },
  );

  t.test('C6: neither URL nor parameters can weaken PKCE or take the place of what the request says', async t => {
    const names = [...Object.keys(OWN), 'nonce'];
    const foreign = new URLSearchParams(
      names.flatMap(name => [
        [name, 'plain'],
        [name, 'twice'],
      ]),
    );
    const params = Object.fromEntries(names.map(name => [name, 'plain']));
    for (const more of [{ params }, { authorizationUrl: `https://idp.example/authorize?${foreign}` }]) {
      t.same([...query(more)].sort(), [...Object.entries({ ...OWN, prompt: 'select_account' })].sort());
      t.same(query({ ...more, nonce: 'n' }).getAll('nonce'), ['n']);
      t.notOk(query({ ...more, scope: '' }).has('scope'), 'nobody else says what is asked for');
    }
    for (const name of ['request', 'request_uri']) {
      for (const more of [{ params: { [name]: 'x' } }, { authorizationUrl: `https://idp.example/a?${name}=x` }]) {
        t.match(refusal(more), { class: 'misconfigured', reason: 'reserved_parameter', sent: 'not_sent' }, name);
      }
    }
  });

  t.test('what else stands in the URL survives, the fragment does not', async t => {
    const stored = 'https://idp.example/t/a?p=a%20b%26c&p=2&hd=example.com&login_hint=a#access_token=x';
    const asked = provider.authorizationUrl(
      consent({ authorizationUrl: stored, params: { access_type: 'offline', hd: 'example.org', __proto__x: '&=#' } }),
    );
    const url = new URL(asked);
    t.equal(url.origin + url.pathname, 'https://idp.example/t/a');
    t.same(url.searchParams.getAll('p'), ['a b&c', '2']);
    t.same(url.searchParams.getAll('hd'), ['example.org'], 'a parameter replaces what the URL says');
    t.match(Object.fromEntries(url.searchParams), { access_type: 'offline', __proto__x: '&=#', login_hint: 'a' });
    t.notMatch(asked, '#');
    t.same(query({ authorizationUrl: stored, loginHint: 'b' }).getAll('login_hint'), ['b']);
  });

  t.test('there is one prompt: select_account, unless URL or parameters bring theirs', async t => {
    for (const [search, params, asked] of PROMPTS) {
      const authorizationUrl = `https://idp.example/authorize${search}`;
      t.same(query({ authorizationUrl, params }).getAll('prompt'), [asked], `${search} ${JSON.stringify(params)}`);
    }
  });

  t.test(
    'C13: what an error in a callback says is shown short, on one line and without invisible characters',
    async t => {
      t.same(provider.words({ error: 'access_denied', error_description: undefined }), { error: 'access_denied' });
      const error_description = `AADSTS65004: no\r\n\u001b[31m <b>\u202ered ${'x'.repeat(400)}`;
      const shown = provider.words({ error: 'e'.repeat(200), error_description });
      t.match(shown?.error_description, /^AADSTS65004: no {1,2}\[31m <b>red x+…$/);
      t.equal(shown?.error_description?.length, 300);
      t.equal(shown?.error?.length, 100);
      t.same(shown?.codes, ['AADSTS65004']);
      t.equal(provider.words({ error: '', error_description: '' }), undefined);
    },
  );

  t.test('an authorization URL that is none is refused', async t => {
    for (const authorizationUrl of ['', 'idp.example', 'javascript:alert(1)', 'data:text/html,x', 'https://']) {
      const refused = refusal({ authorizationUrl });
      t.match(refused, { reason: 'scheme_refused', sent: 'not_sent', message: /authorization URL/ }, authorizationUrl);
    }
  });
}
