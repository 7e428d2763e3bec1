import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { systemClock } from './clock.js';
import type { Config } from './config.js';
import type { Brand } from './console/frame.js';
import { pages } from './console/pages.js';
import { straysTo } from './console/stray-page.js';
import { createKeyPairs } from './crypto/certificates/key-pairs.js';
import { openKeyRing } from './crypto/key-ring.js';
import { readMasterKeyFile } from './crypto/master-key.js';
import { firstContents } from './first-start.js';
import { isLoopback } from './hosts.js';
import { logOptions } from './http/logging.js';
import { createServer, type Server } from './http/server.js';
import { createMailer } from './mail/mailer.js';
import { createDiscovery } from './oauth/discovery.js';
import { createProvider } from './oauth/provider.js';
import { createWorkloadTokens } from './oauth/workload-tokens.js';
import { type AllowedHost, allowsHost, parseAllowedHost } from './outbound/allowed-hosts.js';
import { createOutbound, type Outbound, type OutboundOptions } from './outbound/outbound.js';
import type { Engine } from './store/engine.js';
import { migrate, requireSchema } from './store/migrations.js';
import { openPostgres } from './store/postgres.js';
import { endLeases, foundation } from './store/set-up.js';
import { openSqlite } from './store/sqlite.js';
import { createStore } from './store/store.js';
import type { Clock, Mailer } from './vault/ports.js';
import { type Failpoints, noFailpoints } from './vault/steps.js';
import type { Store } from './vault/store.js';
import { Vault } from './vault/vault.js';

/** What a test may put in the place of the real thing. */
export interface Overrides {
  clock?: Clock;
  /** 0 … 1. */
  random?: () => number;
  failpoints?: Failpoints;
  resolve?: OutboundOptions['resolve'];
  /** Where log lines go instead of standard output. */
  logTo?: { write(line: string): void };
  /** Milliseconds that an outgoing call may take. */
  deadlineMs?: number;
  /** Milliseconds that reading or making a key pair may take. */
  keyPairMs?: number;
  /** The compiled file that does this in a process of its own, where this runs as it is written. */
  keyPairProcess?: URL;
  /** How many draws may wait for a provider at the same time. */
  mostWaiters?: number;
}

/** A vault over its open database, without a server. */
export interface OpenVault {
  vault: Vault;
  store: Store;
  /** Whether this start made the database's keys and the first admin key. */
  fresh: boolean;
  close(): Promise<void>;
}

export interface App extends OpenVault {
  server: Server['app'];
  /** Serves metrics without a key, once it is told where to listen. */
  metrics: Server['metrics'];
  /** From now on not ready; everything else is still served. */
  drain(): void;
}

const MOST_WAITERS = 20_000;

/** Makes every part and joins them; the server is ready to listen. Throws in plain words when something is not right. */
export async function build(config: Config, overrides: Overrides = {}): Promise<App> {
  const log = createLog(config, overrides);
  const opened = await openVault(config, { serving: true, overrides, log });
  try {
    await opened.vault.begin(opened.fresh);
    const { app, metrics, drain } = await createServer({
      vault: opened.vault,
      log,
      clock: overrides.clock ?? systemClock,
      requestPrefix: opened.vault.ledger.writer.slice(0, 8),
      settings: {
        publicUrl: config.publicUrl,
        trustProxy: [...config.trustProxy],
        tls: config.tls,
        answerStray: straysTo(brandOf(config)),
      },
    });
    app.register(pages, {
      consents: opened.vault.consents,
      brand: brandOf(config),
      publicUrl: config.publicUrl,
    });
    const close = async () => {
      metrics.close();
      metrics.closeAllConnections();
      await app.close();
      await opened.close();
    };
    return { ...opened, server: app, metrics, drain, close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function brandOf({ brandName: name, brandLogo: logo }: Config): Brand {
  return logo === undefined ? { name } : { name, logo };
}

/** Opens the vault for one command beside a running one: no server, no upkeep, nothing is migrated. */
export async function openOffline(config: Config, overrides: Overrides = {}): Promise<OpenVault> {
  const silent = pino({ level: 'silent' });
  return await openVault(config, { serving: false, overrides, log: silent });
}

/** Brings the database's schema up to date and answers the names of the steps that were applied. */
export async function migrateOnly(config: Config, overrides: Overrides = {}): Promise<string[]> {
  const engine = await openEngine(config, { serving: false, overrides, log: createLog(config, overrides) });
  try {
    return await migrate(engine);
  } finally {
    await engine.close();
  }
}

interface Opening {
  /** Serving: migrates, takes the SQLite file for itself, checks durability. */
  serving: boolean;
  overrides: Overrides;
  log: Logger;
}

/** Opens the database and joins the vault over it, without a server. Throws in plain words when something is not right. */
export async function openVault(config: Config, opening: Opening): Promise<OpenVault> {
  const engine = await openEngine(config, opening);
  try {
    if (opening.serving) await migrate(engine);
    else await requireSchema(engine);
    return await openOver(engine, config, opening);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function openOver(engine: Engine, config: Config, { serving, overrides, log }: Opening): Promise<OpenVault> {
  const { clock = systemClock, failpoints = noFailpoints, random = Math.random, keyPairMs, keyPairProcess } = overrides;
  const laid = await foundation(engine, async () => {
    if (serving) return await firstContents(config, clock.now());
    throw new Error('This database is new: start Tokenwell once (tokenwell serve), which makes its keys.');
  });
  const ring = openKeyRing({
    master: readMasterKeyFile(config.masterKeyFile),
    deployment: laid.deployment,
    rows: laid.keys,
  });
  if (serving) await engine.check();
  if (serving && engine.name === 'sqlite') await endLeases(engine);
  const store = createStore({ engine, sealer: ring.sealer, clock, failpoints, log });
  const outbound = await openOutbound(config, overrides);
  const vault = new Vault({
    store,
    standing: await store.standing(),
    provider: createProvider({ fetch: outbound.fetch, clock }),
    destinations: outbound.destinations,
    keyPairs: createKeyPairs({
      clock,
      ...(keyPairMs ? { longestMs: keyPairMs } : {}),
      ...(keyPairProcess ? { process: keyPairProcess } : {}),
    }),
    workloadTokens: createWorkloadTokens({ fetch: outbound.fetch, clock, log }),
    discover: createDiscovery(outbound.fetch),
    chain: ring.chain,
    clock,
    log,
    writer: randomBytes(8).toString('hex'),
    drawsPerSecond: config.rateLimit,
    random,
    failpoints,
    mostWaiters: overrides.mostWaiters ?? MOST_WAITERS,
    redirectUri: `${config.publicUrl}/OAuth2Callback`,
    localOnly: isLoopback(new URL(config.publicUrl).hostname),
    mailer: await openMailer(config),
    returnToOrigins: [new URL(config.publicUrl).origin, ...config.returnToOrigins],
  });
  const close = async () => {
    await vault.drain();
    await outbound.close();
    await store.close();
  };
  return { vault, store, fresh: laid.fresh, close };
}

async function openEngine(config: Config, { serving, overrides, log }: Opening): Promise<Engine> {
  // Database, write-ahead log and keys are for this user alone, whatever the folder allows.
  process.umask(0o077);
  if (serving) await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  if (config.databaseUrl) {
    const lost = (error: Error) => log.warn({ err: error }, 'a connection to PostgreSQL broke; another one is opened');
    return openPostgres(config.databaseUrl, { allowUnsafe: config.allowUnsafeDatabase, lost });
  }
  const file = join(config.dataDir, 'tokenwell.db');
  if (!serving && !existsSync(file)) {
    throw new Error(`There is no database at ${file}. Name the data folder with TOKENWELL_DATA_DIR.`);
  }
  const clock = overrides.clock ?? systemClock;
  return openSqlite(file, { serving, now: () => clock.now() });
}

async function openOutbound(config: Config, overrides: Overrides): Promise<Outbound> {
  return createOutbound({
    allowedHosts: config.allowedHosts.map(allowedHost),
    caFile: config.caFile && (await readFile(config.caFile, 'utf8')),
    proxyUrl: config.outboundProxy?.reveal(),
    ...(overrides.resolve ? { resolve: overrides.resolve } : {}),
    ...(overrides.deadlineMs ? { deadlineMs: overrides.deadlineMs } : {}),
  });
}

/** TLS may be missing only on this machine, or where the operator allowed the host. */
async function openMailer({ notices, allowedHosts, caFile }: Config): Promise<Mailer | undefined> {
  if (!notices) return undefined;
  const { smtpUrl: url, to, from } = notices;
  const { hostname, port } = new URL(url.reveal());
  const host = hostname.replace(/^\[|\]$/g, '');
  const plain = isLoopback(host) || allowsHost(allowedHosts.map(allowedHost), host, Number(port || 587));
  return createMailer({ url, to, from, plain, authorities: caFile && (await readFile(caFile, 'utf8')) });
}

function allowedHost(text: string): AllowedHost {
  const host = parseAllowedHost(text);
  if (!host) throw new Error(`TOKENWELL_ALLOWED_HOSTS: ${text} is not a name, IP or CIDR with an optional :port.`);
  return host;
}

/**
 * The process's log: lines of JSON on standard output, without secrets by construction. Written in blocks, because a
 * system call for each line costs a third of a draw; flushed each second and at the end.
 */
export function createLog(config: Pick<Config, 'logLevel'>, overrides: Overrides = {}): Logger {
  const options = logOptions(config.logLevel);
  const inBlocks = { dest: 1, sync: false, minLength: 4096, periodicFlush: 1_000 };
  return pino(options, overrides.logTo ?? pino.destination(inBlocks));
}
