import type { Credential } from '../../src/vault/credential.js';
import type { Certificate } from '../../src/vault/ports.js';
import { providerOf } from '../../src/vault/presets/catalog.js';
import { expand, type SaidCredential } from '../../src/vault/presets/expansion.js';
import type { Case, Guide, Plan } from '../../src/vault/setup/guide.js';
import { type Planned, planOf } from '../../src/vault/setup/plan.js';
import { guideFor } from '../../src/vault/setup/setup.js';
import { saying, TENANT } from '../presets/said.js';

export const CLIENT = '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10';
export const REDIRECT = 'https://vault.acme.example/OAuth2Callback';

export const certificate: Certificate = {
  chain: '-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n',
  thumbprintSha1: '3f1a9c0b7d52e8846a1fb0c9d37e5a2641c8f09b',
  thumbprintSha256: '9b74c9897bac770ffc029102a200c5de0f6d1e3a5b8c47d29e60f1a3b5c7d9e1',
  subject: 'CN=tokenwell mail',
  notBefore: 0,
  notAfter: Date.parse('2029-11-22T00:00:00Z'),
};

/** A case as an operator makes one: what is not said comes from the preset. */
export function caseOf(said: Partial<SaidCredential> & Pick<Case, 'purpose'>, more: Partial<Case> = {}): Case {
  const own = said.preset === 'google' ? {} : { tenant: TENANT };
  const filledIn = expand(saying({ preset: 'microsoft', ...own, clientId: CLIENT, ...said }));
  const proof = { id: 'auth', hasSecret: true, certificate: undefined, keyId: undefined, sameAs: said.sameAs };
  const clientAuth = { ...proof, secretExpiresAt: undefined, signingAlg: undefined, method: filledIn.method };
  const kept = { id: 'mail', disabled: false, version: 1, createdAt: 0, updatedAt: 0 };
  const credential: Credential = { ...filledIn, ...kept, clientAuth };
  const at = providerOf(credential);
  if (!at) throw new Error('no provider');
  const mailboxes = ['info@acme.example', "o'brien@acme.example"];
  const held = filledIn.method === 'private_key_jwt' ? certificate : undefined;
  const now = Date.parse('2026-11-21T12:00:00Z');
  return {
    credential,
    certificate: held,
    at,
    purpose: said.purpose,
    mailboxes,
    redirectUri: REDIRECT,
    localOnly: false,
    now,
    ...more,
  };
}

/** A plan as an operator makes one, for IMAP by client_credentials unless said. */
export function planFor({
  purpose = 'imap',
  localOnly = false,
  ...said
}: Partial<Planned> & Partial<Pick<Plan, 'purpose' | 'localOnly'>>): Plan {
  const unsaid = { preset: 'microsoft', tenant: undefined, cloud: undefined, method: undefined };
  const planned = { ...unsaid, grantType: 'client_credentials' as const, ...said };
  return planOf({ id: 'mail', planned, purpose, mailbox: 'info@acme.example', redirectUri: REDIRECT, localOnly });
}

/** The guide of such a case. */
export function guideOf(...said: Parameters<typeof caseOf>): Guide {
  return guideFor(caseOf(...said));
}

/** The ids of its steps. */
export function idsOf({ steps }: Guide): string[] {
  return steps.map(({ id }) => id);
}

/** All that its steps say and do, without what must not be granted. */
export function stepsText({ steps }: Guide): string {
  return steps
    .flatMap(({ title, why, text, instructions = [], commands = [], link = '' }) => [
      ...[title, why, ...(text ? [text] : []), ...instructions].map(({ plain }) => plain),
      ...commands.map(({ text }) => text),
      link,
    ])
    .join('\n');
}

/** The commands of one step for one shell, as they are run. */
export function commandsOf({ steps }: Guide, id: string, shell = 'powershell'): string {
  const commands = steps.find(step => step.id === id)?.commands ?? [];
  return commands
    .filter(one => one.shell === shell)
    .map(({ text }) => text)
    .join('\n');
}
