import type { Test } from 'tap';
import type { Step } from '../../src/vault/steps.js';
import { Api } from '../support/api.js';
import { type Instance, startInstance } from '../support/instance.js';
import { freePort } from '../support/postgres.js';
import { type Rotating, type Rotation, rotate } from '../support/rotation.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { temporaryFolder } from '../support/vault.js';
import type { DatabaseUnderTest } from '../vault/databases.js';
import { adminKeyIn, createMail } from './fleet.js';

/** A whole vault in a process that is killed and started again over the same data. */
export class Mortal {
  readonly #t: Test;
  readonly #database: DatabaseUnderTest;
  readonly #env: Record<string, string>;
  readonly provider: ScriptedProvider;
  readonly rotating: Rotating;
  instance: Instance | undefined;

  private constructor(
    t: Test,
    parts: { database: DatabaseUnderTest; env: Record<string, string>; provider: ScriptedProvider; rotating: Rotating },
  ) {
    this.#t = t;
    this.#database = parts.database;
    this.#env = parts.env;
    this.provider = parts.provider;
    this.rotating = parts.rotating;
  }

  /** Started, with the credential `mail` at a provider of this kind whose tokens live for `lifetime` seconds. */
  static async start(t: Test, database: DatabaseUnderTest, kind: Rotation, lifetime: number): Promise<Mortal> {
    const provider = await ScriptedProvider.start();
    t.teardown(() => provider.close());
    const port = String(await freePort());
    const env = {
      ...(await database.env()),
      TOKENWELL_PORT: port,
      TOKENWELL_PUBLIC_URL: `http://127.0.0.1:${port}`,
      TOKENWELL_DATA_DIR: temporaryFolder(t),
      TOKENWELL_ALLOW_UNSAFE_DATABASE: '1',
      TOKENWELL_LOG_LEVEL: 'fatal',
    };
    const mortal = new Mortal(t, { database, env, provider, rotating: rotate(provider, kind, lifetime) });
    await mortal.rise();
    await createMail(mortal.admin, provider, kind);
    return mortal;
  }

  get url(): string {
    return this.#env.TOKENWELL_PUBLIC_URL ?? '';
  }

  get admin(): Api {
    return new Api(this.url, adminKeyIn(this.#env.TOKENWELL_DATA_DIR ?? ''));
  }

  async rise(): Promise<void> {
    this.instance = await startInstance(this.#t, this.#env);
    // Renewals without a draw would end a doubt before the test has looked at it.
    this.instance.without('upkeep');
  }

  /** Ends it with SIGKILL while this work stands at the step, and starts it again. */
  async killAt(step: Step, work: () => Promise<unknown>): Promise<void> {
    const armed = await this.instance?.arm(step);
    const cut = work().catch(() => undefined);
    await armed?.reached;
    await this.instance?.end('SIGKILL');
    await cut;
    await this.rise();
    // A process does not end the leases of others on PostgreSQL, so nobody could ask for up to 15 seconds.
    const { server } = this.#database;
    const url = this.#env.TOKENWELL_DATABASE_URL;
    if (server && url) await server.query(url, 'update accounts set lease_until = 1 where lease_until is not null');
  }
}
