import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Canary, ENCODING_NAMES, leaks, type Sink } from './canary/scan.js';
import { Api } from './support/api.js';
import { startInstance } from './support/instance.js';
import { json, respond, ScriptedProvider, token } from './support/scripted-provider.js';
import { temporaryFolder } from './support/vault.js';
import { type DatabaseUnderTest, databases } from './vault/databases.js';

/** A value that no encoder leaves alone and that nothing else contains. */
const canary = (name: string): Canary => ({
  name,
  value: `${randomBytes(12).toString('base64url')}+/"%é&=${randomBytes(12).toString('hex')}`,
});

/** Requests that put secrets where they do not belong, so that errors and logs get their chance to show them. */
function misuse(
  secret: string,
  accessToken: string,
): [method: string, path: string, body?: unknown, headers?: Record<string, string>][] {
  const encoded = encodeURIComponent(secret);
  return [
    ['POST', '/api/v1/credentials', { id: secret }],
    ['POST', '/api/v1/credentials', { [secret]: secret }],
    [
      'POST',
      '/api/v1/credentials',
      { id: 'x', token_url: `https://${encoded}@login.example/`, client_auth: { method: secret } },
    ],
    ['PUT', '/api/v1/credentials/mail', { client_id: secret }, { 'if-match': '*' }],
    ['GET', `/api/v1/credentials/${encoded}`],
    ['GET', `/api/v1/credentials?limit=${encoded}`],
    ['GET', `/api/v1/${encoded}?key=${encoded}`],
    ['GET', `/api/v1/credentials/mail/token?scope=${encoded}`],
    ['GET', `/api/v1/credentials/mail/token?account=${encoded}`],
    ['GET', '/api/v1/me', undefined, { authorization: `Bearer ${accessToken}` }],
    ['GET', '/api/v1/me', undefined, { authorization: `Basic ${Buffer.from(`svc:${secret}`).toString('base64')}` }],
    [
      'GET',
      '/api/v1/me',
      undefined,
      { cookie: `session=${encoded}`, 'x-request-id': encoded, referer: `http://x/${encoded}` },
    ],
    ['DELETE', `/api/v1/consumers/svc/keys/${encoded}`],
    ['POST', '/oauth2/token', { client_secret: secret }],
  ];
}

/** A refresh token of other software: in a wrong body, refused by a provider that repeats it, and taken. */
async function bring(
  [brought = '', rotated]: string[],
  { kept, provider }: { kept: Api['call']; provider: ScriptedProvider },
): Promise<void> {
  const auth = { method: 'client_secret_post', secret: 'another' };
  const urls = { token_url: provider.url(), authorization_url: provider.url() };
  const people = { id: 'people', grant_type: 'authorization_code', client_id: 'c', scope: 'mail', client_auth: auth };
  await kept('POST', '/api/v1/credentials', { ...people, ...urls });
  const path = '/api/v1/credentials/people/accounts/default/import';
  await kept('POST', path, { refresh_token: brought, [brought]: brought });
  const echo = `we know ${brought} and ${encodeURIComponent(brought)}`;
  provider.next(json(400, { error: 'invalid_grant', error_description: echo }), token('x', { refresh_token: rotated }));
  await kept('POST', path, { refresh_token: brought });
  await kept('POST', path, { refresh_token: brought });
}

async function scenario(t: Test, database: DatabaseUnderTest) {
  const folder = temporaryFolder(t);
  const env = {
    ...(await database.env()),
    TOKENWELL_DATA_DIR: folder,
    TOKENWELL_ALLOW_UNSAFE_DATABASE: '1',
    TOKENWELL_LOG_LEVEL: 'trace',
  };
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const instance = await startInstance(t, env);
  const adminKey = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
  const answers: string[] = [];
  const secrets = [canary('client secret'), canary('replaced client secret')];
  const accessTokens = [randomBytes(24).toString('hex'), randomBytes(24).toString('base64url')];
  const admin = new Api(instance.url, adminKey);
  answers.push((await admin.createCredential('mail', provider.url(), secrets[1]?.value)).text);
  const key = await admin.createConsumer('svc', [{ credential: 'mail' }]);
  const second = await admin.createConsumer('second', []);
  const svc = new Api(instance.url, key);
  const kept: Api['call'] = async (...call) => {
    const answer = await admin.call(...call);
    answers.push(answer.text);
    return answer;
  };
  const echo = `we know ${secrets[1]?.value} and ${encodeURIComponent(secrets[1]?.value ?? '')}`;
  provider.next(
    json(401, { error: 'invalid_client', error_description: echo, error_uri: echo }),
    respond(200, `<html>${echo}`),
  );
  answers.push((await svc.draw('mail')).text, (await kept('POST', '/api/v1/credentials/mail/test', {})).text);
  const { json: stored } = await kept('GET', '/api/v1/credentials/mail');
  stored.client_auth.secret = secrets[0]?.value;
  await kept('PUT', '/api/v1/credentials/mail', stored, { 'if-match': '*' });
  for (const accessToken of accessTokens) {
    provider.next(token(accessToken, { expires_in: 61 }));
    const drawn = await svc.draw('mail', '?min_ttl=61');
    t.equal(drawn.json.access_token, accessToken, 'the token does reach its consumer');
    await kept('POST', '/api/v1/credentials/mail/disable');
    await kept('PUT', '/api/v1/credentials/mail', stored, { 'if-match': '*' });
    await kept('POST', '/api/v1/credentials/mail/enable');
  }
  const refreshTokens = ['brought', 'rotated'].map(name => `${name}+/"%&=${randomBytes(24).toString('hex')}`);
  await bring(refreshTokens, { kept, provider });
  for (const [method, path, body, headers] of misuse(secrets[0]?.value ?? '', accessTokens[0] ?? ''))
    await kept(method, path, body, headers);
  for (const path of [
    '/api/v1/credentials',
    '/api/v1/consumers',
    '/api/v1/consumers/svc',
    '/api/v1/consumers/svc/keys',
    '/api/v1/me',
    '/docs',
    '/openapi.json',
    '/healthz',
    '/readyz',
  ]) {
    await kept('GET', path);
  }
  await kept('GET', '/api/v1/ledger?limit=1000');
  const masterKey = readFileSync(join(folder, 'master.key'), 'utf8').trim();
  const canaries: Canary[] = [
    ...secrets,
    ...accessTokens.map((value, index) => ({ name: `access token ${index + 1}`, value })),
    ...refreshTokens.map((value, index) => ({ name: `refresh token ${index + 1}`, value })),
    ...[adminKey, key, second].map((value, index) => ({
      name: ['admin key', 'service key', 'second key'][index] ?? '',
      value,
    })),
    { name: 'master key', value: masterKey.slice('twm1_'.length) },
    { name: 'master key bytes', value: Buffer.from(masterKey.slice('twm1_'.length), 'base64url').toString('latin1') },
  ];
  return { env, folder, instance, answers, canaries };
}

/** Everything that the database holds on disk or answers to whoever reads it all. */
async function databaseSinks(
  folder: string,
  env: Record<string, string>,
  database: DatabaseUnderTest,
): Promise<Sink[]> {
  const files = readdirSync(folder).filter(file => file.startsWith('tokenwell.db'));
  const sinks = files.map(file => ({ name: file, content: readFileSync(join(folder, file)) }));
  const url = env.TOKENWELL_DATABASE_URL;
  if (!url || !database.server) return sinks;
  const tables = await database.server.query(url, `select tablename from pg_tables where schemaname = 'public'`);
  for (const { tablename } of tables) {
    const rows = await database.server.query(url, `select * from "${tablename}"`);
    sinks.push({
      name: `table ${tablename}`,
      content: Buffer.from(rows.flatMap(row => Object.values(row)).join('\n')),
    });
  }
  return sinks;
}

for (const database of await databases(t)) {
  t.test(`D7, D8, D11: no secret is anywhere on ${database.name}`, { skip: database.skip }, async t => {
    const { env, folder, instance, answers, canaries } = await scenario(t, database);
    const running = await databaseSinks(folder, env, database);
    await instance.end();
    const sinks: Sink[] = [
      { name: 'log and standard error', content: Buffer.from(instance.output()) },
      { name: 'answers, pages, explorer and ledger', content: Buffer.from(answers.join('\n')) },
      ...running,
      ...(await databaseSinks(folder, env, database)),
    ];
    t.ok(instance.output().includes('/api/v1/credentials'), 'the log was written');
    t.comment(`secrets: ${canaries.map(one => one.name).join(', ')}`);
    t.comment(`encodings: ${ENCODING_NAMES.join(', ')}`);
    t.comment(`sinks: ${[...new Set(sinks.map(sink => sink.name))].join(', ')}`);
    t.same(leaks(canaries, sinks), []);
    for (const { name, value } of canaries) {
      const planted = [Buffer.from(`x"${value}"`), Buffer.from(Buffer.from(`k${value}k`).toString('base64'))];
      for (const content of planted)
        t.ok(leaks([{ name, value }], [{ name: 'planted', content }]).length > 0, `${name} would be found`);
    }
  });
}
