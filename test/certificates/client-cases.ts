import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Test } from 'tap';
import { broken, newCredential, startRunning } from '../http/running.js';
import { startAuthorizationServer } from '../support/authorization-server.js';
import { type Answer, json } from '../support/scripted-provider.js';
import { temporaryFolder } from '../support/vault.js';
import { generated } from './client-auths.js';
import { type KeyFiles, PASSWORD } from './files.js';
import { ofCertificate, strict } from './strict.js';

/** A running vault whose credential `mail` proves itself with a certificate from a file. */
async function startWithCertificate(t: Test, files: KeyFiles, more: Record<string, unknown> = {}) {
  const running = await startRunning(t);
  const { send, keys, provider } = running;
  const tokenUrl = provider.url();
  const client_auth = {
    method: 'private_key_jwt',
    certificate: { pfx: files.pfx('modern'), password: PASSWORD },
    ...more,
  };
  const body = newCredential('mail', tokenUrl, { client_auth });
  const made = await send('POST', '/api/v1/credentials', { key: keys.operator, body });
  await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: 'mail' }] });
  const draw = () => send('GET', '/api/v1/credentials/mail/token', { key: keys.service });
  const registration = {
    clientId: 'client',
    tokenUrl,
    certificate: files.pem('leaf.pem'),
    algorithm: 'PS256',
  } as const;
  return { ...running, made, draw, registration };
}

/** A file that takes a key pair and never answers; it leaves the number of its process. */
function silentReader(t: Test): { file: URL; pid: () => number | undefined } {
  const folder = temporaryFolder(t);
  const [file, left] = [join(folder, 'silent.js'), join(folder, 'pid')];
  const text = `require('node:fs').writeFileSync(${JSON.stringify(left)}, String(process.pid)); setInterval(() => {}, 1000);`;
  writeFileSync(file, text);
  return { file: pathToFileURL(file), pid: () => (existsSync(left) ? Number(readFileSync(left, 'utf8')) : undefined) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<boolean> {
  for (let n = 0; n < 150 && !holds(); n++) await new Promise(resolve => setTimeout(resolve, 20));
  return holds();
}

/** Clients that prove themselves with a certificate (RFC 7523, private_key_jwt), from the upload to the token. */
export function clientCases(t: Test, files: KeyFiles): void {
  t.test('the process that reads a key pair ends when whoever sent it has gone', async t => {
    const { file, pid } = silentReader(t);
    const { url, keys, provider, send } = await startRunning(t, { overrides: { keyPairProcess: file } });
    const certificate = { pfx: files.pfx('modern'), password: PASSWORD };
    const body = newCredential('mail', provider.url(), { client_auth: { method: 'private_key_jwt', certificate } });
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${keys.operator}`, 'content-type': 'application/json' };
    const options = { method: 'POST', headers, body: JSON.stringify(body), signal: leaving.signal };
    const asked = fetch(`${url}/api/v1/credentials`, options).catch(() => 'left');
    t.ok(await until(() => pid() !== undefined), 'it works');
    const working = pid() ?? 0;
    t.ok(isAlive(working));
    leaving.abort();
    t.equal(await asked, 'left');
    t.ok(await until(() => !isAlive(working)), 'long before its ten seconds are over');
    t.equal((await send('GET', '/api/v1/credentials/mail', { key: keys.operator })).status, 404);
  });

  t.test(
    'an assertion is made as a strict server demands it, a fresh one each time, and a refusal says why',
    async t => {
      const { draw, provider, made, registration, send, keys } = await startWithCertificate(t, files);
      t.match(made, { status: 201, json: { client_auth: { certificate: { thumbprint_sha1: files.thumbprint } } } });
      t.notMatch(made.text, /PRIVATE KEY|p@ss/);
      const test = async () => (await send('POST', '/api/v1/credentials/mail/test', { key: keys.operator })).json;
      const flaws: string[] = [];
      provider.always(strict([ofCertificate(registration)], flaws));
      t.equal((await draw()).status, 200);
      for (let n = 0; n < 3; n++) t.match(await test(), { ok: true });
      const { client_auth } = made.json;
      const body = { ...made.json, client_auth: { ...client_auth, signing_alg: 'RS256' } };
      const headers = { 'if-match': '*' };
      t.match(await send('PUT', '/api/v1/credentials/mail', { key: keys.operator, headers, body }), { status: 200 });
      provider.always(strict([ofCertificate({ ...registration, algorithm: 'RS256' })], flaws));
      t.match(await test(), { ok: true }, 'the other way, with the key that is stored');
      t.strictSame(flaws, []);
      t.notOk(provider.requests.some(({ form }) => form.has('client_secret')));
      const echo: Answer = (socket, request) => {
        const error_description = `AADSTS700027: ${request.form.get('client_assertion')}`;
        json(401, { error: 'invalid_client', error_description }, { date: new Date().toUTCString() })(socket, request);
      };
      provider.always(echo);
      const { finding } = await test();
      t.match(finding, { class: 'needs_operator', message: /does not know the certificate/, action: /[Uu]pload/ });
      t.notMatch(JSON.stringify(finding), /eyJ/, 'the assertion that it echoes is not shown');
      const late = new Date(Date.now() + 420_000).toUTCString();
      provider.always(json(401, { error: 'invalid_client', error_codes: [700024] }, { date: late }));
      t.match(await test(), { finding: { message: /the clock here is 7 min behind/, action: /NTP/ } });
    },
  );

  t.test('certificates of OpenSSL, new and old, and of the vault itself are accepted by a real server', async t => {
    const { send, keys } = await startRunning(t);
    const uploads: Record<string, object | undefined> = {
      modern: { pfx: files.pfx('modern'), password: PASSWORD },
      legacy: { pfx: files.pfx('legacy'), password: PASSWORD },
      pem: { certificate: files.pem('leaf.pem'), private_key: files.pem('leaf-encrypted.key'), password: PASSWORD },
      vault: undefined,
    };
    const looked = Object.entries(uploads).filter(([id]) => process.env.TEST_LONG || id === 'legacy' || id === 'vault');
    t.comment(`${looked.length} of ${Object.keys(uploads).length} kinds`);
    for (const [id, certificate] of looked) {
      const port = await freePort();
      const client_auth = { method: 'private_key_jwt', ...(certificate ? { certificate } : {}) };
      const body = newCredential(id, `http://127.0.0.1:${port}/token`, { client_auth, client_id: id });
      t.equal((await send('POST', '/api/v1/credentials', { key: keys.operator, body })).status, 201, id);
      const path = `/api/v1/credentials/${id}`;
      const pem = certificate ? files.pem('leaf.pem') : await generated(send, keys.operator, path);
      const server = await startAuthorizationServer({ clients: [{ id, certificate: pem }], port });
      t.teardown(() => server.close());
      t.match((await send('POST', `${path}/test`, { key: keys.operator })).json, { ok: true });
      const elsewhere = {
        ...(await send('GET', path, { key: keys.operator })).json,
        token_url: 'http://127.0.0.1:9/token',
      };
      const moved = await send('PUT', path, { key: keys.operator, headers: { 'if-match': '*' }, body: elsewhere });
      t.strictSame(broken(moved), ['client_auth.certificate required_with_new_destination'], 'invariant 13');
    }
  });

  t.test('what cannot be a certificate is refused by field and rule, and nothing is stored', async t => {
    const { send, keys, provider } = await startRunning(t);
    const post = async (client_auth: object) =>
      await send('POST', '/api/v1/credentials', {
        key: keys.operator,
        body: newCredential('bad', provider.url(), { client_auth: { method: 'private_key_jwt', ...client_auth } }),
      });
    const pfx = files.pfx('modern');
    const wrong = await post({ certificate: { pfx, password: 'wrong' } });
    t.match(wrong, {
      status: 400,
      json: { errors: [{ field: 'client_auth.certificate.password', detail: /password/ }] },
    });
    const flaws: [object, string][] = [
      [{ certificate: { pfx: 'not base64!', password: 'x' } }, 'client_auth.certificate.pfx pattern'],
      [{ certificate: { pfx: 'A'.repeat(49_156), password: 'x' } }, 'client_auth.certificate.pfx max_length'],
      [{ certificate: { pfx: 'AAAA', password: 'x' } }, 'client_auth.certificate.pfx not_pkcs12'],
      [{ certificate: { pfx, password: PASSWORD }, secret: 'x' }, 'client_auth.secret not_for_this_method'],
      [
        { method: 'client_secret_post', secret: 'x', signing_alg: 'PS256' },
        'client_auth.signing_alg not_for_this_method',
      ],
      [{ certificate: { pfx, password: PASSWORD, extra: 1 } }, 'client_auth.certificate.extra unknown_field'],
    ];
    for (const [client_auth, rule] of flaws) t.strictSame(broken(await post(client_auth)), [rule]);
    t.equal((await send('GET', '/api/v1/credentials/bad', { key: keys.operator })).status, 404);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
