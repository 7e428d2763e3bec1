import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { startRunning } from '../http/running.js';
import { startAuthorizationServer } from '../support/authorization-server.js';

/** A server that answers each path with this JSON, and anything else with 404. */
async function startIssuer(t: Test, answers: (origin: string) => Record<string, unknown>): Promise<string> {
  const server = createServer((request, response) => {
    const found = answers(`http://${request.headers.host}`)[request.url ?? ''];
    if (found === undefined) response.writeHead(404).end();
    else if (typeof found === 'number') response.writeHead(found, { location: 'http://127.0.0.1:1/' }).end();
    else response.end(typeof found === 'string' ? found : JSON.stringify(found));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Providers that no preset knows, found by their issuer (OpenID Connect Discovery §4, RFC 8414 §3). */
export function discoveryCases(t: Test): void {
  t.test('what a real server says of itself makes a credential that works', async t => {
    const { send, keys } = await startRunning(t);
    const server = await startAuthorizationServer({ clients: [{ id: 'mail-app', secret: 'secret' }] });
    t.teardown(() => server.close());
    const discover = (key: string) =>
      send('POST', '/api/v1/presets/discover', { key, body: { issuer: server.issuer } });
    const found = await discover(keys.operator);
    t.match(found, { status: 200, json: { token_url: server.tokenUrl, authorization_url: server.authorizationUrl } });
    t.ok(String(found.json.client_auth_methods).includes('private_key_jwt'));
    t.equal((await discover(keys.auditor)).status, 403);
    const { issuer, token_url, revocation_url } = found.json;
    const client_auth = { method: 'client_secret_post', secret: 'secret' };
    const own = {
      id: 'mail',
      grant_type: 'client_credentials',
      client_id: 'mail-app',
      client_auth,
      scope: 'mail.read',
    };
    const body = { ...own, preset: 'custom', issuer, token_url, revocation_url };
    t.equal((await send('POST', '/api/v1/credentials', { key: keys.operator, body })).status, 201);
    t.match((await send('POST', '/api/v1/credentials/mail/test', { key: keys.operator })).json, { ok: true });
  });

  t.test('the metadata of RFC 8414 is found too, and hostile or broken metadata is refused in words', async t => {
    const { send, keys } = await startRunning(t);
    const origin = await startIssuer(t, origin => ({
      '/.well-known/oauth-authorization-server/tenant': {
        issuer: `${origin}/tenant`,
        token_endpoint: `${origin}/token`,
        token_endpoint_auth_methods_supported: ['tls_client_auth', 'private_key_jwt', 7],
        scopes_supported: ['a', 'b c', { x: 1 }],
      },
      '/other/.well-known/openid-configuration': { issuer: `${origin}/tenant`, token_endpoint: `${origin}/token` },
      '/none/.well-known/openid-configuration': { issuer: `${origin}/none` },
      '/shell/.well-known/openid-configuration': {
        issuer: `${origin}/shell`,
        token_endpoint: 'https://login.example/oauth2/$(touch\t/tmp/x)token',
      },
      '/script/.well-known/openid-configuration': { issuer: `${origin}/script`, token_endpoint: 'javascript:alert(1)' },
      '/inside/.well-known/openid-configuration': {
        issuer: `${origin}/inside`,
        token_endpoint: 'https://10.0.0.1/token',
      },
      '/text/.well-known/openid-configuration': 'not JSON',
      '/moved/.well-known/openid-configuration': 302,
      '/down/.well-known/openid-configuration': 503,
    }));
    let turn = 0;
    const discover = async (issuer: string) => {
      // Six a minute are for each consumer.
      const id = `op-${turn++}`;
      await send('POST', '/api/v1/consumers', { key: keys.admin, body: { id, role: 'operator' } });
      const { key } = (await send('POST', `/api/v1/consumers/${id}/keys`, { key: keys.admin, body: {} })).json;
      return await send('POST', '/api/v1/presets/discover', { key, body: { issuer } });
    };
    t.match(await discover(`${origin}/tenant`), {
      status: 200,
      json: { client_auth_methods: ['private_key_jwt'], scopes: ['a'] },
    });
    const refused = (rule: string) => ({ status: 400, json: { errors: [{ field: 'issuer', rule }] } });
    t.match(await discover(`${origin}/other`), refused('discoverable'), 'it names another issuer');
    t.match(await discover(`${origin}/none`), refused('token_endpoint'));
    t.match(await discover(`${origin}/text`), refused('discoverable'));
    t.match(await discover(`${origin}/shell`), refused('token_endpoint'), 'nothing that a shell would run');
    t.match(await discover(`${origin}/script`), refused('token_endpoint'));
    t.match(await discover(`${origin}/inside`), refused('private_address'));
    t.match(await discover(`${origin}/moved`), refused('discoverable'), 'nobody is followed');
    t.match(await discover('http://10.0.0.1/'), refused('https_required'));
    t.match(await discover('https://169.254.169.254/'), refused('private_address'));
    t.match(await discover(`${origin}/down`), { status: 503, json: { class: 'unavailable' } });
    const body = { issuer: `${origin}/none` };
    for (let n = 0; n < 6; n++) await send('POST', '/api/v1/presets/discover', { key: keys.operator, body });
    const seventh = await send('POST', '/api/v1/presets/discover', { key: keys.operator, body });
    t.match(seventh, { status: 429, json: { detail: /Too many discoveries/ } });
  });
}
