import type { Test } from 'tap';
import type { Overrides } from '../../src/app.js';
import { VaultError } from '../../src/vault/errors.js';
import { TestClock } from '../support/clock.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { credentialInput, startVault, whole } from '../support/vault.js';

/** A vault with a clock that stands still, a scripted provider, credential `mail` and consumer `svc`. */
export async function world(t: Test, env: Record<string, string> = {}, more: Overrides = {}) {
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const clock = new TestClock();
  const vault = await startVault(t, { env, overrides: { clock, random: () => 1, ...more } });
  const admin = await vault.admin();
  await vault.vault.credentials.create(admin, 'mail', credentialInput(provider.url()));
  const { key } = await vault.consumer('svc', [whole('mail')]);
  const draw = (more?: Parameters<typeof vault.draw>[2]) => vault.draw(key, 'mail', more);
  return { vault, provider, clock, admin, key, draw };
}

/** The problem with which this work ends; throws when it ends well. */
export async function problem(work: Promise<unknown>): Promise<VaultError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof VaultError) return error;
    throw error;
  }
  throw new Error('expected a problem');
}
