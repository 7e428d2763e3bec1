import type { Credential } from '../client/client.js';
import { authText, certificateFacts } from './client-auth-text.js';
import { lacksKey } from './credential-next.js';
import { facts, table } from './table.js';
import { visible } from './terminal-text.js';
import { accountsInWords, isUnclaimed, serviceInWords, signInAdvice } from './words.js';

/** Credentials, one a line. */
export function credentialTable(credentials: readonly Credential[]): string {
  if (credentials.length === 0) return 'There is no credential yet. Store one with: tokenwell credential create --help';
  const rows = credentials.map(credential => {
    const accounts = credential.disabled ? 'disabled' : accountsInWords(credential);
    return [credential.id, accounts, credential.grant_type, credential.description ?? ''];
  });
  const whole = table(['credential', 'accounts', 'grant type', 'description'], rows);
  const waiting = credentials.flatMap(credential => {
    const advice = awaited(credential);
    return advice === undefined ? [] : [visible(`${credential.id}: ${advice}`)];
  });
  return waiting.length > 0 ? `${whole}\n\n${waiting.join('\n')}` : whole;
}

/** One credential, one fact a line; `unsure` are the protocols whose mail server may have another name. */
export function credentialFacts(credential: Credential, unsure: readonly string[] = []): string {
  return facts({
    credential: credential.id,
    description: credential.description,
    state: serviceInWords(credential),
    accounts: accountsInWords(credential),
    'what to do': awaited(credential),
    'grant type': credential.grant_type,
    provider: providerText(credential),
    purpose: credential.purpose,
    'authorization url': credential.authorization_url,
    'token url': credential.token_url,
    'revocation url': credential.revocation_url,
    issuer: credential.issuer,
    'redirect uri': credential.grant_type === 'authorization_code' ? credential.redirect_uri : undefined,
    'client id': credential.client_id,
    ...authFacts(credential),
    scope: credential.scope,
    'consent scope': credential.consent_scope,
    'authorization params': pairs(credential.authorization_params),
    'token params': pairs(credential.token_params),
    'refresh policy': policyText(credential),
    'mail servers': serversText(credential, unsure),
    'try first': tryFirst(credential, unsure),
    mailboxes: mailboxesText(credential),
    version: String(credential.version),
    created: credential.created_at,
    changed: credential.updated_at,
  });
}

/** What the accounts wait for that nobody has signed in for; undefined where none waits. */
function awaited({ id, disabled, grant_type, accounts }: Credential): string | undefined {
  if (disabled || !accounts.pending || !isUnclaimed('pending', grant_type)) return undefined;
  return signInAdvice(`${id} [account]`);
}

function authFacts({ id, client_auth }: Credential) {
  const generate = `tokenwell credential certificate-generate ${id}`;
  const missing = lacksKey(client_auth);
  return {
    'client auth': authText(client_auth),
    ...certificateFacts(client_auth),
    'still needed': missing
      ? `A certificate. Have one made: ${generate}, or give one with credential replace.`
      : undefined,
  };
}

function policyText({ refresh_policy, grace_seconds }: Credential): string | undefined {
  return grace_seconds === undefined ? refresh_policy : `${refresh_policy ?? 'not given'}, ${grace_seconds} s`;
}

function pairs(params: Readonly<Record<string, string>> = {}): string | undefined {
  const given = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  return given.length > 0 ? given.join(' ') : undefined;
}

/** Which preset it has, where in it, and as which tenant. */
function providerText({ preset, cloud, tenant }: Credential): string | undefined {
  const parts = [preset, cloud, tenant && `tenant ${tenant}`].filter(part => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** Sources differ about some names, so one of them may be wrong. */
function tryFirst({ id }: Credential, unsure: readonly string[]): string | undefined {
  const servers = unsure.map(protocol => `--mail-server ${protocol}=<host>:<port>`).join(' ');
  return servers === ''
    ? undefined
    : `${unsure.join(', ')}. Where it does not answer: tokenwell credential replace ${id} ${servers}`;
}

function serversText({ servers = {} }: Credential, unsure: readonly string[]): string | undefined {
  const all = Object.entries(servers).map(([protocol, { host, port, tls }]) => {
    return `${protocol} ${host}:${port} (${tls}${unsure.includes(protocol) ? ', not sure' : ''})`;
  });
  return all.length > 0 ? all.join(', ') : undefined;
}

function mailboxesText({ mailboxes = [] }: Credential): string | undefined {
  const all = mailboxes.map(({ address, purposes = [] }) =>
    purposes.length > 0 ? `${address} (${purposes.join(', ')})` : address,
  );
  return all.length > 0 ? all.join(', ') : undefined;
}
