import type { CredentialCreate } from '../client/client.js';

type Fields = Pick<
  CredentialCreate,
  'preset' | 'tenant' | 'cloud' | 'purpose' | 'token_url' | 'authorization_url' | 'scope'
>;

type Cloud = NonNullable<CredentialCreate['cloud']>;

/** Where an organisation's people and applications sign in at Microsoft. */
const ENTRA: Readonly<Record<string, Cloud>> = {
  'login.microsoftonline.com': 'public',
  'login.microsoftonline.us': 'gcc-high',
  'login.partner.microsoftonline.cn': 'china',
  'login.chinacloudapi.cn': 'china',
};
/** An address of these is what its preset would say itself, so it is left out. */
const ENTRA_USUAL =
  /^https:\/\/login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)\/[^/]+\/oauth2\/v2\.0\/(?:token|authorize)$/;
const USUAL: Readonly<Record<string, readonly string[]>> = {
  google: ['https://oauth2.googleapis.com/token', 'https://accounts.google.com/o/oauth2/v2/auth'],
  yahoo: ['https://api.login.yahoo.com/oauth2/get_token', 'https://api.login.yahoo.com/oauth2/request_auth'],
};
const GOOGLE = /^(?:oauth2|www|accounts)\.(?:googleapis|google)\.com$/;

/** What other software knew of a provider. */
export interface Addresses {
  tokenUrl: string;
  authorizationUrl: string | undefined;
  /** A mail server, which tells the two American clouds apart. */
  server: string | undefined;
}

/** The fields of a credential by which the vault knows the provider: a preset where there is one, else the addresses. */
export function providerFields(addresses: Addresses, purpose: NonNullable<Fields['purpose']>): Partial<Fields> {
  const { tokenUrl, authorizationUrl, server } = addresses;
  const { host, pathname } = new URL(tokenUrl);
  const urls = (isUsual: (url: string) => boolean): Partial<Fields> => ({
    ...(isUsual(tokenUrl) ? {} : { token_url: tokenUrl }),
    ...(authorizationUrl === undefined || isUsual(authorizationUrl) ? {} : { authorization_url: authorizationUrl }),
  });
  const tenant = pathname.split('/')[1];
  const cloud = ENTRA[host];
  if (cloud !== undefined && tenant) {
    const military = cloud === 'gcc-high' && /dod|\.mil$/.test(server ?? '');
    const which = military ? 'dod' : cloud;
    const named = which === 'public' ? {} : { cloud: which };
    const usual = (url: string) => ENTRA_USUAL.test(url) && new URL(url).host === host && url.split('/')[3] === tenant;
    return { preset: 'microsoft', tenant, ...named, purpose, ...urls(usual) };
  }
  const preset = GOOGLE.test(host) ? 'google' : host === 'api.login.yahoo.com' ? 'yahoo' : undefined;
  if (preset === undefined) return urls(() => false);
  return { preset, purpose, ...urls(url => USUAL[preset]?.includes(url) ?? false) };
}

/** The ports on which TLS is there from the first byte (RFC 8314 §3). */
export const IMPLICIT_PORTS: readonly number[] = [993, 995, 465];

const PLACEHOLDER = /<[A-Za-z][\w .-]*>|\{[A-Za-z][\w .-]*\}|\*\*\*.*\*\*\*/;

/** What was copied from instructions and still waits for a value of one's own. */
export function placeholderIn(value: string): string | undefined {
  return PLACEHOLDER.exec(value)?.[0];
}
