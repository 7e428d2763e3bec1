import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { consent } from '../http/consenting.js';
import { Api } from '../support/api.js';
import { type Instance, startInstance } from '../support/instance.js';
import { type Rotating, type Rotation, rotate } from '../support/rotation.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { temporaryFolder } from '../support/vault.js';
import type { DatabaseUnderTest } from '../vault/databases.js';

export const MAIL = '/api/v1/credentials/mail';
/** Where a fleet says it is to be found; its links begin with this. */
const PUBLIC_URL = 'http://127.0.0.1:8080';

export interface Fleet {
  instances: Instance[];
  /** The administrator at each instance; may draw everything of `mail`. */
  admins: Api[];
  provider: ScriptedProvider;
  rotating: Rotating;
  databaseUrl: string;
  env: Record<string, string>;
  /** Starts one more instance over the same database. */
  more(): Promise<Api>;
  /** A person's consent for the account, begun at one instance; its grant has the account's name at the provider. */
  connect(account: string, at?: number): Promise<void>;
  /** The code with which a draw was refused, or `ok`. */
  draw(at: number, account: string, minTtl?: number): Promise<string>;
}

/** `size` whole instances over one database, and the credential `mail` at a provider that rotates. */
export async function startFleet(
  t: Test,
  database: DatabaseUnderTest,
  {
    size,
    kind,
    lifetime,
    dataDir = temporaryFolder(t),
  }: { size: number; kind: Rotation; lifetime: number; dataDir?: string },
): Promise<Fleet> {
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const rotating = rotate(provider, kind, lifetime);
  const own = await database.env();
  const env = {
    ...own,
    TOKENWELL_DATA_DIR: dataDir,
    TOKENWELL_PUBLIC_URL: PUBLIC_URL,
    TOKENWELL_ALLOW_UNSAFE_DATABASE: '1',
    TOKENWELL_LOG_LEVEL: 'fatal',
  };
  const [instances, admins]: [Instance[], Api[]] = [[], []];
  const more = async () => {
    const instance = await startInstance(t, env);
    const admin = new Api(instance.url, adminKeyIn(env.TOKENWELL_DATA_DIR));
    instances.push(instance);
    admins.push(admin);
    return admin;
  };
  const admin = await more();
  // The first one makes the keys; the others may come at the same time.
  await Promise.all(Array.from({ length: size - 1 }, more));
  await createMail(admin, provider, kind);
  const connect = async (account: string, at = 0) => {
    const { json } = await admin.must('POST', `${MAIL}/connect-links`, { account });
    await consent(instances[at]?.url ?? '', json.url, `code=${account}`);
  };
  const draw = async (at: number, account: string, minTtl = 0) => codeOf(admins[at], account, minTtl);
  const databaseUrl = (own as Record<string, string>).TOKENWELL_DATABASE_URL ?? '';
  return { instances, admins, provider, rotating, databaseUrl, env, more, connect, draw };
}

export function adminKeyIn(folder: string): string {
  return readFileSync(join(folder, 'admin.key'), 'utf8').trim();
}

/** The credential `mail`, for people to sign in; the administrator may draw from it. */
export async function createMail(admin: Api, provider: ScriptedProvider, kind: Rotation): Promise<void> {
  await admin.must('POST', '/api/v1/credentials', {
    id: 'mail',
    grant_type: 'authorization_code',
    authorization_url: `${new URL(provider.url()).origin}/authorize`,
    token_url: provider.url(),
    client_id: 'client',
    client_auth: { method: 'client_secret_post', secret: 'client-secret' },
    scope: 'mail.read offline_access',
    refresh_policy: kind,
    ...(kind === 'grace' ? { grace_seconds: 60 } : {}),
  });
  await admin.must('PUT', '/api/v1/consumers/admin/permissions', [{ credential: 'mail' }]);
}

async function codeOf(admin: Api | undefined, account: string, minTtl: number): Promise<string> {
  const answer = await admin?.draw('mail', `?account=${account}&min_ttl=${minTtl}`);
  return answer?.status === 200 ? 'ok' : answer?.json.code;
}

/** Waits in small steps until it holds; an error that says what did not, after 30 seconds. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`not within 30 s: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
