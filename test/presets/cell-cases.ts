import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { certificateOf, generated } from '../certificates/client-auths.js';
import { type KeyFiles, PASSWORD } from '../certificates/files.js';
import { type Check, ofCertificate, ofSecret, strict } from '../certificates/strict.js';
import { consent } from '../http/consenting.js';
import { startRunning } from '../http/running.js';
import { startAuthorizationServer } from '../support/authorization-server.js';
import { freePort } from '../support/postgres.js';
import { signInByName } from '../support/sign-in-by-name.js';
import { CELLS, type Cell, nameOf } from './cells.js';
import { TENANT } from './said.js';

const MAIL = '/api/v1/credentials/mail';
const TABLE = new URL('../../docs/ways-to-a-token.md', import.meta.url);

/** What proves the client, as it is sent with the credential; nothing yet for a certificate that is made here. */
function clientAuth({ proof, alg }: Cell, files: KeyFiles) {
  const certificate = {
    'PFX of today': { pfx: files.pfx('modern'), password: PASSWORD },
    'PFX of before': { pfx: files.pfx('legacy'), password: PASSWORD },
    PEM: { certificate: files.pem('leaf.pem'), private_key: files.pem('leaf.key') },
    'made here': undefined,
  };
  if (proof === 'secret') return { method: 'client_secret_post', secret: 'client-secret' };
  return { method: 'private_key_jwt', certificate: certificate[proof], ...(alg ? { signing_alg: alg } : {}) };
}

/** A running vault with the cell's credential: the preset's, but for the addresses of a server on loopback. */
async function startCell(t: Test, cell: Cell, files: KeyFiles) {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const env = { TOKENWELL_PORT: String(port), TOKENWELL_PUBLIC_URL: publicUrl };
  const running = await startRunning(t, { env });
  const { send, keys } = running;
  const { grantType: grant_type, cloud, purpose } = cell;
  const client_auth = clientAuth(cell, files);
  const said = {
    id: 'mail',
    grant_type,
    preset: 'microsoft',
    tenant: TENANT,
    cloud,
    purpose,
    client_id: 'client',
    client_auth,
  };
  const create = async (more: object) => {
    const made = await send('POST', '/api/v1/credentials', { key: keys.operator, body: { ...said, ...more } });
    if (made.status !== 201) throw new Error(made.text);
    await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: 'mail' }] });
    if (cell.proof === 'made here') await generated(send, keys.operator, MAIL);
    return cell.proof === 'secret' ? undefined : await certificateOf(send, keys.auditor, MAIL);
  };
  const link = async () => (await send('POST', `${MAIL}/connect-links`, { key: keys.operator, body: {} })).json.url;
  const draw = async () => await send('GET', `${MAIL}/token`, { key: keys.service });
  const refresh = async () => await send('POST', `${MAIL}/accounts/default/refresh`, { key: keys.operator });
  return { ...running, publicUrl, create, link, draw, refresh };
}

/** Each way to a token, at a server that verifies who asks. */
export function cellCases(t: Test, files: KeyFiles): void {
  t.test('the table of the ways names each of them, in this order', async t => {
    const rows = readFileSync(TABLE, 'utf8').match(/^\| `(.+?)` /gm) ?? [];
    t.strictSame(
      rows.map(row => row.slice(3, -2)),
      CELLS.map(nameOf),
    );
  });

  for (const cell of CELLS) {
    const person = cell.grantType === 'authorization_code';
    t.test(nameOf(cell), async t => {
      const { provider, create, draw, link, url, refresh } = await startCell(t, cell, files);
      const tokenUrl = provider.url();
      const places = person ? { authorization_url: tokenUrl.replace('/token', '/authorize') } : {};
      const certificate = await create({ token_url: tokenUrl, ...places });
      const algorithm = cell.alg ?? 'PS256';
      const check: Check =
        certificate === undefined
          ? ofSecret('client-secret')
          : ofCertificate({ clientId: 'client', tokenUrl, certificate, algorithm });
      const flaws: string[] = [];
      const more = person ? { refresh_token: 'refresh-1' } : {};
      provider.always(strict([check], flaws, { more: { ...more, scope: cell.scope } }));
      if (person) t.strictSame((await consent(url, await link())).at(0), 303);
      t.match(await draw(), { status: 200, json: { access_token: /^at-/, scope: cell.scope } });
      t.match(await refresh(), { status: 200, json: { state: 'connected' } });
      t.strictSame(flaws, [], 'nothing that a strict server minds');
      const asked = provider.requests.map(({ form }) => [form.get('grant_type'), form.get('scope')]);
      const first = person ? ['authorization_code', null] : ['client_credentials', cell.scope];
      t.strictSame(asked[0], first);
      t.match(asked.at(-1), [person ? 'refresh_token' : 'client_credentials']);
      t.strictSame(
        provider.requests.some(({ form }) => form.has('client_secret')),
        cell.proof === 'secret',
      );
    });

    // It knows assertions by PS256, and secrets.
    if (cell.alg) continue;
    t.test(`${nameOf(cell)}: at a real authorization server`, async t => {
      const world = await startCell(t, cell, files);
      const port = await freePort();
      const issuer = `http://127.0.0.1:${port}`;
      const people = { authorization_url: `${issuer}/auth`, issuer, authorization_params: { prompt: 'consent' } };
      const certificate = await world.create({ token_url: `${issuer}/token`, ...(person ? people : {}) });
      const proof = certificate === undefined ? { secret: 'client-secret' } : { certificate };
      const redirectUri = person ? { redirectUri: `${world.publicUrl}/OAuth2Callback` } : {};
      // `mail.read` is the scope of the client that introspects.
      const client = { id: 'client', scope: `${cell.scope} profile mail.read`, ...proof, ...redirectUri };
      const server = await startAuthorizationServer({ port, clients: [client] });
      t.teardown(() => server.close());
      if (person) await signInByName(await world.link(), 'anna@acme.example');
      const drawn = await world.draw();
      t.match(drawn, { status: 200, json: { token_type: 'Bearer' } });
      t.match(await server.introspect(String(drawn.json.access_token)), { active: true, client_id: 'client' });
      t.match(await world.refresh(), { status: 200, json: { state: 'connected' } });
    });
  }
}
