import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Step } from '../../src/vault/steps.js';
import { Api } from '../support/api.js';
import { type Instance, startInstance } from '../support/instance.js';
import { freePort } from '../support/postgres.js';
import { type Rotation, rotate } from '../support/rotation.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { temporaryFolder } from '../support/vault.js';

const STEPS = ['refresh.leased', 'refresh.intended', 'refresh.answered', 'refresh.stored'] as const satisfies Step[];
const MAIL = '/api/v1/credentials/mail';
/** Seconds; a strict provider is asked again when the access token that is left has ended. */
const LIFETIME = 2;

/** A whole vault in a process that is killed and started again over the same data. */
class Mortal {
  readonly #t: Test;
  readonly #env: Record<string, string>;
  readonly #url: string;
  instance: Instance | undefined;

  constructor(t: Test, env: Record<string, string>, url: string) {
    this.#t = t;
    this.#env = env;
    this.#url = url;
  }

  async start(): Promise<Api> {
    this.instance = await startInstance(this.#t, this.#env);
    return new Api(this.#url, readFileSync(join(this.#env.TOKENWELL_DATA_DIR ?? '', 'admin.key'), 'utf8').trim());
  }

  /** Ends it with SIGKILL while a refresh stands at this step. */
  async killAt(step: Step, admin: Api): Promise<void> {
    const armed = await this.instance?.arm(step);
    const cut = admin.call('POST', `${MAIL}/accounts/default/refresh`).catch(() => undefined);
    await armed?.reached;
    await this.instance?.end('SIGKILL');
    await cut;
  }
}

/** A person's consent, without a browser. */
async function consent(url: string, admin: Api): Promise<void> {
  const { json } = await admin.must('POST', `${MAIL}/connect-links`, {});
  const begun = await fetch(json.url, { method: 'POST', redirect: 'manual', headers: { origin: url } });
  const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const callback = `${url}/OAuth2Callback?${new URLSearchParams({ state, code: 'c' })}`;
  await fetch(callback, { redirect: 'manual', headers: { cookie } });
}

/** Draws, once the last token has ended, until it works or somebody must sign in. */
async function settled(admin: Api): Promise<string> {
  await new Promise(resolve => setTimeout(resolve, LIFETIME * 1_000));
  for (let attempt = 0; attempt < 60; attempt++) {
    const { status, json } = await admin.draw('mail', '?min_ttl=0');
    if (status === 200) return 'ok';
    if (json.code === 'not_connected') return (await admin.must('GET', `${MAIL}/accounts/default`)).json.finding.reason;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return 'never settled';
}

/** kill -9 at every step of a refresh, against a provider of each kind (F1–F5). */
export async function killCases(t: Test, rounds: number): Promise<void> {
  const kinds: readonly Rotation[] = process.env.TEST_LONG ? ['none', 'grace', 'strict'] : ['strict'];
  for (const kind of kinds) {
    t.test(`F1-F5: killed at each step of a refresh, provider of kind ${kind}`, async t => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const provider = await ScriptedProvider.start();
      t.teardown(() => provider.close());
      rotate(provider, kind, LIFETIME);
      const env = { TOKENWELL_PORT: String(port), TOKENWELL_PUBLIC_URL: url, TOKENWELL_DATA_DIR: temporaryFolder(t) };
      const mortal = new Mortal(t, { ...env, TOKENWELL_LOG_LEVEL: 'error' }, url);
      let admin = await mortal.start();
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
      await consent(url, admin);
      let [kills, lost] = [0, 0];
      for (let round = 0; round < rounds; round++) {
        for (const step of STEPS) {
          await mortal.killAt(step, admin);
          kills += 1;
          admin = await mortal.start();
          const end = await settled(admin);
          const mayBeLost = kind === 'strict' && step === 'refresh.answered';
          t.equal(end, mayBeLost ? 'rotation_lost' : 'ok', step);
          if (end === 'ok') continue;
          lost += 1;
          await consent(url, admin);
          if (mayBeLost) await admin.must('POST', `${MAIL}/accounts/default/candidate/accept`);
        }
      }
      await mortal.instance?.end();
      t.comment(`${kind}: ${kills} kills, ${lost} grants lost, each with its answer, each named rotation_lost`);
    });
  }
}
