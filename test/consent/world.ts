import type { Test } from 'tap';
import type { Overrides } from '../../src/app.js';
import type { CallbackEnd } from '../../src/vault/consents.js';
import type { CredentialInput } from '../../src/vault/credential.js';
import { TestClock } from '../support/clock.js';
import { ScriptedProvider, token } from '../support/scripted-provider.js';
import { credentialInput, startVault, whole } from '../support/vault.js';

export const ISSUER = 'https://login.example';
const ADDRESS = '192.0.2.7';

/** An ID token as a provider gives it over TLS; its signature is not what is looked at. */
export function idToken(claims: Record<string, unknown> = {}, nonce?: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Date.parse('2027-01-01T00:00:00Z') / 1000;
  const about = { iss: ISSUER, sub: 'owner', aud: 'client', exp, preferred_username: 'owner@acme.example' };
  return `${part({ alg: 'ES256' })}.${part({ ...about, ...(nonce ? { nonce } : {}), ...claims })}.c2ln`;
}

/** What a browser keeps of one consent, and what the provider would send it back with. */
export interface Dance {
  consent: string;
  browser: string;
  location: URL;
  state: string;
  nonce: string | undefined;
}

export type World = Awaited<ReturnType<typeof consentWorld>>;
/** Makes a world of its own for each test, on one of the databases. */
export type Worlds = (t: Test, options?: Parameters<typeof consentWorld>[1]) => Promise<World>;

/** A vault with the authorization_code credential `mail`, which a scripted provider answers, and the consumer `svc`. */
export async function consentWorld(
  t: Test,
  options: {
    input?: Partial<CredentialInput>;
    env?: Record<string, string>;
    overrides?: Overrides;
    dataDir?: string;
  } = {},
) {
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const clock = new TestClock();
  const { dataDir } = options;
  const overrides = { clock, random: () => 1, ...options.overrides };
  const vault = await startVault(t, { env: options.env ?? {}, overrides, ...(dataDir ? { dataDir } : {}) });
  const admin = await vault.admin();
  const input = credentialInput(provider.url(), {
    grantType: 'authorization_code',
    authorizationUrl: `${new URL(provider.url()).origin}/authorize`,
    scope: 'mail.read offline_access openid',
    ...options.input,
  });
  await vault.vault.credentials.create(admin, 'mail', input);
  const { key } = await vault.consumer('svc', [whole('mail')]);
  const draw = (more?: Parameters<typeof vault.draw>[2]) => vault.draw(key, 'mail', more);
  return { vault, provider, clock, admin, key, draw, ...dances({ vault, provider, admin }) };
}

interface Stage {
  vault: Awaited<ReturnType<typeof startVault>>;
  provider: ScriptedProvider;
  admin: Awaited<ReturnType<Awaited<ReturnType<typeof startVault>>['admin']>>;
}

function dances({ vault: { vault }, provider, admin }: Stage) {
  const link = async (
    account = 'default',
    more: { returnTo?: string; expiresIn?: number; loginHint?: string } = {},
  ) => {
    const { returnTo, loginHint, expiresIn = 86_400 } = more;
    const about = { account, loginHint, returnTo, adminConsentUrl: undefined, expiresIn };
    const made = await vault.connectLinks.create(admin, 'mail', about);
    return made.token.reveal();
  };
  const begin = async (token: string): Promise<Dance> => {
    const start = await vault.consents.start(token, 'request');
    if (!start) throw new Error('the link does not begin');
    const location = new URL(start.location);
    const state = location.searchParams.get('state') ?? '';
    const nonce = location.searchParams.get('nonce') ?? undefined;
    return { consent: start.id, browser: start.browser.reveal(), location, state, nonce };
  };
  const back = async (dance: Dance, query: Record<string, string>, browser = dance.browser): Promise<CallbackEnd> => {
    const params = new URLSearchParams({ state: dance.state, ...query });
    return await vault.consents.finish(params, id => (id === dance.consent ? browser : undefined), {
      id: 'request',
      address: ADDRESS,
    });
  };
  /** The whole dance of one person; `answer` is what the provider says beside the tokens. */
  const connect = async (account = 'default', answer: Record<string, unknown> = {}) => {
    const dance = await begin(await link(account));
    const refresh_token = `refresh-${provider.requests.length + 1}`;
    const id_token = idToken({}, dance.nonce);
    provider.next(token(`access-${provider.requests.length + 1}`, { refresh_token, id_token, ...answer }));
    await back(dance, { code: 'the-code' });
    return await vault.consents.ended(dance.consent, dance.browser);
  };
  return { link, begin, back, connect };
}

/** The form that was sent to the token endpoint. */
export function sent(provider: ScriptedProvider, at = -1): URLSearchParams {
  return new URLSearchParams(provider.requests.at(at)?.body ?? '');
}
