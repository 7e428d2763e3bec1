import type { ClientAuth, Credential } from '../client/client.js';
import { facts, table } from './table.js';
import { visible } from './terminal-text.js';

type Shown = Credential['client_auth'];

/** The ways in which a credential proves itself, one a line. */
export function clientAuthTable(clientAuths: readonly ClientAuth[]): string {
  const rows = clientAuths.map(one => {
    const expires = one.secret_expires_at ?? one.certificate?.not_after ?? '';
    return [one.id, one.active ? 'yes' : 'no', one.method, expires, one.certificate?.subject ?? ''];
  });
  return table(['auth id', 'active', 'method', 'expires', 'subject'], rows);
}

/** One of them, one fact a line. */
export function clientAuthFacts(clientAuth: ClientAuth): string {
  return facts({
    // Whatever has no id is none of a vault's.
    'auth id': visible(clientAuth.id),
    active: clientAuth.active ? 'yes' : 'no',
    'client auth': authText(clientAuth),
    ...certificateFacts(clientAuth),
    created: clientAuth.created_at,
  });
}

/** The method, and what is stored for it. */
export function authText({ method, has_secret, secret_expires_at, signing_alg, same_as }: Shown): string {
  if (same_as !== undefined) return `${method}, that of ${same_as}`;
  if (method === 'none') return method;
  if (method === 'private_key_jwt') {
    const signed = signing_alg === undefined ? '' : `, ${signing_alg}`;
    return `${method}${signed}, ${has_secret ? 'private key stored' : 'no private key stored'}`;
  }
  const stored = has_secret ? 'secret stored' : 'no secret stored';
  return `${method}, ${stored}${secret_expires_at === undefined ? '' : `, expires ${secret_expires_at}`}`;
}

/** What is told of a certificate; nothing where there is none. */
export function certificateFacts({ certificate }: Shown): Record<string, string | undefined> {
  return {
    certificate: certificate?.subject,
    thumbprint: certificate && shownThumbprint(certificate.thumbprint_sha1),
    'certificate expires': certificate?.not_after,
  };
}

/** SHA-1 in upper case, as Entra shows it. */
export function shownThumbprint(hex: string): string {
  return hex.toUpperCase();
}

/** What to do with one that is in use from the first; `test` is the command that tries its credential. */
export function firstUse(credential: string, proving: readonly string[], { made = false }): string {
  return numbered([...(made ? uploads(credential) : []), ...proving]);
}

/** What to do with a new one; its certificate must first go to the provider where it was `made` in the vault. */
export function nextSteps(credential: string, { id }: ClientAuth, { made = false }): string {
  return numbered([
    ...(made ? uploads(credential) : []),
    `See whether the provider knows it: tokenwell credential auth-test ${credential} ${id}`,
    `Make requests with it: tokenwell credential auth-activate ${credential} ${id}`,
  ]);
}

function uploads(credential: string): string[] {
  const file = `${credential}.cer`;
  return [
    `Write the certificate to a file: tokenwell credential certificate ${credential} --out ${file}`,
    `Upload ${file} at the provider (Entra ID: the app registration, Certificates & secrets, Certificates).`,
  ];
}

function numbered(steps: readonly string[]): string {
  return ['What to do next:', ...steps.map((step, at) => visible(`${at + 1}. ${step}`))].join('\n');
}
