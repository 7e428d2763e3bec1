import type { Test } from 'tap';
import { consent, signInCredential } from '../http/consenting.js';
import { type Answer, startRunning } from '../http/running.js';
import type { Registration } from '../support/assertion-checker.js';
import { startAuthorizationServer } from '../support/authorization-server.js';
import { freePort } from '../support/postgres.js';
import { signInByName } from '../support/sign-in-by-name.js';
import { AUTHS, activeAuth, certificateOf, MAIL } from './client-auths.js';
import type { KeyFiles } from './files.js';
import { ofCertificate, strict } from './strict.js';

const ACCOUNT = `${MAIL}/accounts/default`;

/** A running vault, at the address that browsers come back to, whose credential `mail` people sign in for. */
async function startForPeople(t: Test, files: KeyFiles, signing_alg: Registration['algorithm']) {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const running = await startRunning(t, {
    env: { TOKENWELL_PORT: String(port), TOKENWELL_PUBLIC_URL: publicUrl },
  });
  const { send, keys } = running;
  const certificate = { certificate: files.pem('leaf.pem'), private_key: files.pem('leaf.key') };
  const client_auth = { method: 'private_key_jwt', certificate, signing_alg };
  const create = async (more: object): Promise<void> => {
    const body = signInCredential('mail', running.provider, { client_auth, ...more });
    const { status, text } = await send('POST', '/api/v1/credentials', { key: keys.operator, body });
    if (status !== 201) throw new Error(text);
    await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: 'mail' }] });
  };
  const link = async (): Promise<string> =>
    (await send('POST', `${MAIL}/connect-links`, { key: keys.operator, body: {} })).json.url;
  const refresh = (): Promise<Answer> => send('POST', `${ACCOUNT}/refresh`, { key: keys.operator });
  const draw = (): Promise<Answer> => send('GET', `${MAIL}/token`, { key: keys.service });
  return { ...running, publicUrl, create, link, refresh, draw };
}

/** The same at a provider that checks each assertion as Microsoft does and remembers it. */
async function startStrict(t: Test, files: KeyFiles, algorithm: Registration['algorithm']) {
  const world = await startForPeople(t, files, algorithm);
  await world.create({});
  const tokenUrl = world.provider.url();
  const registration = { clientId: 'client', tokenUrl, certificate: files.pem('leaf.pem'), algorithm };
  const flaws: string[] = [];
  const more = { refresh_token: 'refresh-1', scope: 'mail.read' };
  world.provider.always(strict([ofCertificate(registration)], flaws, { more }));
  return { ...world, flaws, connect: async () => consent(world.url, await world.link()) };
}

/** A real authorization server that knows `mail` by its certificate, and a person's consent there. */
async function startReal(t: Test, files: KeyFiles) {
  const world = await startForPeople(t, files, 'PS256');
  const redirectUri = `${world.publicUrl}/OAuth2Callback`;
  const client = { id: 'mail-app', certificate: files.pem('leaf.pem'), redirectUri };
  const server = await startAuthorizationServer({ clients: [client] });
  t.teardown(() => server.close());
  await world.create({
    client_id: 'mail-app',
    authorization_url: server.authorizationUrl,
    token_url: server.tokenUrl,
    revocation_url: server.revocationUrl,
    issuer: server.issuer,
    scope: 'openid offline_access mail.read',
    authorization_params: { prompt: 'consent' },
  });
  await signInByName(await world.link(), 'anna@acme.example');
  return { ...world, server };
}

const HEADERS = { PS256: 'x5t#S256', RS256: 'x5t' } as const;

/** People's grants of a client that proves itself with a certificate: obtained and renewed without any secret. */
export function grantCases(t: Test, files: KeyFiles): void {
  for (const algorithm of ['PS256', 'RS256'] as const) {
    const how = `${algorithm} with ${HEADERS[algorithm]}`;
    t.test(`a code is exchanged with an assertion that a strict server takes (${how})`, async t => {
      const { provider, flaws, connect, draw } = await startStrict(t, files, algorithm);
      t.strictSame((await connect()).at(0), 303);
      t.match(await draw(), { status: 200, json: { access_token: 'at-1' } });
      t.strictSame(flaws, []);
      const forms = provider.requests.map(({ form }) => form);
      t.strictSame(
        forms.map(form => form.get('grant_type')),
        ['authorization_code'],
      );
      t.ok(forms[0]?.has('code_verifier'), 'PKCE beside it');
      t.notOk(forms[0]?.has('client_secret'));
    });

    t.test(`each refresh has an assertion of its own that a strict server takes (${how})`, async t => {
      const { provider, flaws, connect, refresh } = await startStrict(t, files, algorithm);
      await connect();
      for (let n = 0; n < 3; n++) t.match(await refresh(), { status: 200, json: { state: 'connected' } });
      t.strictSame(flaws, []);
      const refreshes = provider.requests.filter(({ form }) => form.get('grant_type') === 'refresh_token');
      t.equal(refreshes.length, 3);
      t.equal(new Set(provider.requests.map(({ form }) => form.get('client_assertion'))).size, 4, 'none comes twice');
      t.notOk(refreshes.some(({ form }) => form.has('client_secret')));
    });
  }

  t.test('a real server exchanges a code for a client with a certificate (PS256)', async t => {
    const { server, draw } = await startReal(t, files);
    t.equal(server.requests, 1);
    const { status, json } = await draw();
    t.equal(status, 200);
    t.match(await server.introspect(String(json.access_token)), { active: true, sub: 'anna@acme.example' });
    t.equal(server.requests, 1, 'the token is that of the exchange');
  });

  t.test('a real server rotates the refresh token of a client with a certificate (PS256)', async t => {
    const { server, draw, refresh } = await startReal(t, files);
    const first = (await draw()).json.access_token;
    for (let n = 0; n < 2; n++) t.match(await refresh(), { status: 200, json: { state: 'connected' } });
    t.equal(server.requests, 3);
    const { json } = await draw();
    t.not(json.access_token, first);
    t.match(await server.introspect(String(json.access_token)), { active: true, sub: 'anna@acme.example' });
  });

  t.test('a grant remembers the client auth that obtained it, and is renewed with the active one', async t => {
    const { app, send, keys, provider, connect, refresh, flaws } = await startStrict(t, files, 'PS256');
    const grant = () => app.store.reads.grants.find('mail', 'default', 'current');
    await connect();
    const first = await activeAuth(send, keys.auditor);
    t.match(await grant(), { clientAuth: first.id });
    const made = await send('POST', `${MAIL}/certificate/generate`, { key: keys.operator });
    const certificate = await certificateOf(send, keys.auditor);
    const registration = { clientId: 'client', tokenUrl: provider.url(), certificate, algorithm: 'PS256' } as const;
    provider.always(strict([ofCertificate(registration)], flaws, { more: { refresh_token: 'refresh-2' } }));
    await send('POST', `${AUTHS}/${made.json.id}/activate`, { key: keys.operator });
    t.match(await refresh(), { status: 200, json: { state: 'connected' } });
    t.match(await grant(), { clientAuth: first.id }, 'a refresh obtains nothing new');
    await connect();
    await send('POST', `${ACCOUNT}/candidate/accept`, { key: keys.operator });
    t.match(await grant(), { clientAuth: made.json.id }, 'a new consent does');
    t.strictSame(flaws, []);
  });
}
