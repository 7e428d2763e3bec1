import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type OpenVault, type Overrides, openVault } from '../../src/app.js';
import { type Config, readConfig } from '../../src/config.js';
import { adminKeyFile } from '../../src/first-start.js';
import { type Account, fresh } from '../../src/vault/account.js';
import type { Caller, Permission, Role } from '../../src/vault/consumer.js';
import type { CredentialInput } from '../../src/vault/credential.js';
import type { Entry } from '../../src/vault/page.js';
import { entriesOf } from '../../src/vault/page.js';
import type { Actor } from '../../src/vault/roles.js';
import { Secret } from '../../src/vault/secret.js';
import type { Issued } from '../../src/vault/tokens.js';
import { compiled, KEY_PAIR_PROCESS } from './compiled.js';

/** The little of tap that the kit needs: clean-up at the end of a test. */
export interface Teardown {
  teardown(end: () => Promise<void> | void): void;
}

/** A fresh folder under the system's temporary one, removed at the end of the test. */
export function temporaryFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwell-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The configuration of a test instance: loopback, a free port, quiet, an authorization server on loopback allowed. */
export function testConfig(dataDir: string, more: Record<string, string> = {}): Config {
  return readConfig({
    TOKENWELL_DATA_DIR: dataDir,
    TOKENWELL_PORT: '0',
    TOKENWELL_ALLOWED_HOSTS: '127.0.0.1',
    TOKENWELL_ALLOW_UNSAFE_DATABASE: '1',
    ...more,
  });
}

/** What a credential of the tests has unless a test says otherwise. */
export function credentialInput(tokenUrl: string, more: Partial<CredentialInput> = {}): CredentialInput {
  return {
    description: undefined,
    grantType: 'client_credentials',
    authorizationUrl: undefined,
    tokenUrl,
    revocationUrl: undefined,
    issuer: undefined,
    clientId: 'client',
    method: 'client_secret_post',
    secret: new Secret('client-secret'),
    secretExpiresAt: undefined,
    signingAlg: undefined,
    keyFile: undefined,
    keyId: undefined,
    preset: undefined,
    tenant: undefined,
    cloud: undefined,
    purpose: undefined,
    servers: {},
    mailboxes: [],
    sameAs: undefined,
    scope: 'mail.read',
    consentScope: undefined,
    authorizationParams: {},
    tokenParams: {},
    refreshPolicy: undefined,
    graceSeconds: undefined,
    ...more,
  };
}

/** An account as it is before its first token. */
export function newAccount(credential: string, account = 'default'): Account {
  return { credential, account, ...fresh(), intent: undefined, reported: undefined };
}

export interface TestVault extends OpenVault {
  config: Config;
  /** The first administrator, as its key says. */
  admin(): Promise<Actor>;
  adminKey: string;
  /** Makes a consumer with one key and these permissions. */
  consumer(id: string, permissions: Permission[], role?: Role): Promise<{ key: string }>;
  /** Draws as a request would: by memory where it knows the key, by the store where not. */
  draw(key: string, credential: string, more?: { minTtl?: number; scope?: string; account?: string }): Promise<Issued>;
  /** Every entry of the ledger with the revision of its page, page by page. */
  entries(): Promise<(Entry & { revision: number; writer: string })[]>;
}

/** Opens a vault without a server; everything else is as in service. Closed at the end of the test. */
export async function startVault(
  t: Teardown,
  options: { dataDir?: string; env?: Record<string, string>; overrides?: Overrides } = {},
): Promise<TestVault> {
  const config = testConfig(options.dataDir ?? temporaryFolder(t), options.env);
  const overrides = { keyPairProcess: await compiled(KEY_PAIR_PROCESS), ...options.overrides };
  const opened = await openVault(config, { serving: true, overrides, log: pino({ level: 'silent' }) });
  await opened.vault.begin(opened.fresh);
  t.teardown(() => opened.close());
  const adminKey = readFileSync(adminKeyFile(config), 'utf8').trim();
  return { ...opened, config, adminKey, ...actions(opened, adminKey) };
}

function actions({ vault, store }: OpenVault, adminKey: string) {
  const admin = async () => ({ caller: await vault.callers.identify(adminKey), requestId: 'test' });
  const callerOf = async (key: string): Promise<Caller> =>
    vault.callers.recall(key) ?? (await vault.callers.identify(key));
  return {
    admin,
    consumer: async (id: string, permissions: Permission[], role: Role = 'service') => {
      const actor = await admin();
      await vault.consumers.create(actor, id, { description: undefined, role, disabled: false });
      const { secret } = await vault.consumers.createKey(actor, id, undefined);
      await vault.consumers.replacePermissions(actor, id, permissions);
      return { key: secret.reveal() };
    },
    draw: async (key: string, credential: string, more: { minTtl?: number; scope?: string; account?: string } = {}) => {
      const { minTtl = 60, scope, account = 'default' } = more;
      return await vault.tokens.issue(await callerOf(key), { credential, account, minTtl, scope, requestId: 'test' });
    },
    entries: async () => {
      await vault.ledger.drain();
      const found: (Entry & { revision: number; writer: string })[] = [];
      for await (const page of store.ledger.walk()) {
        const { revision, writer } = page;
        found.push(...entriesOf(page).map(entry => ({ ...entry, revision, writer })));
      }
      return found;
    },
  };
}

/** A permission for everything of one credential. */
export function whole(credential: string): Permission {
  return { credential, account: '*', scopes: undefined };
}

/** Resolves to the error's code, or to `ok` when there was none. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
