import type { Test } from 'tap';
import type { ExpiryQuery } from '../../src/vault/expiries.js';
import type { ExpiryKind } from '../../src/vault/expiry.js';
import { consentWorld } from '../consent/world.js';
import { credentialInput } from '../support/vault.js';

export const DAY = 86_400_000;
const CLIENT = '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10';
const TOKEN_URL = 'https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token';
const SCOPE = 'https://outlook.office365.com/.default';

export type ExpiryWorld = Awaited<ReturnType<typeof expiryWorld>>;

/** A vault with the consent credential `mail` (nobody has signed in), without dates, and what is asked of what ends. */
export async function expiryWorld(t: Test, options: Parameters<typeof consentWorld>[1] = {}) {
  const world = await consentWorld(t, { ...options, overrides: { keyPairMs: 25_000, ...options.overrides } });
  const { vault, admin } = world;
  const list = async (asked: Partial<ExpiryQuery> = {}) => {
    const whole = { within: undefined, kind: undefined, pressing: false, after: undefined, limit: 1_000, ...asked };
    return await vault.vault.expiries.list(admin.caller, whole);
  };
  /** Of one kind: what it belongs to, whole days left, how much it presses. */
  const days = async (kind: ExpiryKind) =>
    (await list({ kind })).map(one => [one.credential ?? one.consumer, one.daysLeft, one.severity]);
  const input = (more: Parameters<typeof credentialInput>[1]) =>
    credentialInput(TOKEN_URL, { scope: SCOPE, clientId: CLIENT, ...more });
  const create = async (id: string, more: Parameters<typeof credentialInput>[1] = {}) =>
    await vault.vault.credentials.create(admin, id, input(more));
  const replace = async (id: string, more: Parameters<typeof credentialInput>[1]) =>
    await vault.vault.credentials.replace(admin, id, '*', input(more));
  return { ...world, list, days, create, replace };
}
