import type { ClientAuths } from '../client-auths.js';
import type { Caller } from '../consumer.js';
import type { Credential } from '../credential.js';
import type { Credentials } from '../credentials.js';
import { invalid, VaultError } from '../errors.js';
import type { Clock } from '../ports.js';
import { type AtProvider, providerOf } from '../presets/catalog.js';
import type { Purpose } from '../presets/preset.js';
import type { Case, Guide } from './guide.js';
import { GUIDES, guidedPresets, guidedPurposes } from './guides.js';
import { flawOf } from './quoting.js';

/** What a guide is asked for; the credential's own where it is left out. */
export interface Wish {
  purpose: Purpose | undefined;
  /** One address, in place of those that the credential names. */
  mailbox: string | undefined;
}

/** Guides for administrators: what to set up at the provider, with the credential's own values. */
export class Setup {
  readonly #deps: { credentials: Credentials; clientAuths: ClientAuths; clock: Clock; redirectUri: string };

  constructor({
    credentials,
    clientAuths,
    clock,
    redirectUri,
  }: {
    credentials: Credentials;
    clientAuths: ClientAuths;
    clock: Clock;
    redirectUri: string;
  }) {
    this.#deps = { credentials, clientAuths, clock, redirectUri };
  }

  /**
   * Throws `not_found` also where the provider has no guide, `invalid_request` where no purpose is known, `conflict`
   * where something stored can stand in no command, `forbidden`.
   */
  async guide(caller: Caller, id: string, { purpose: wanted, mailbox }: Wish): Promise<Guide> {
    const { credentials, clientAuths, clock, redirectUri } = this.#deps;
    const { credential } = await credentials.get(caller, id);
    const held = await clientAuths.list(caller, credential.clientAuth.sameAs ?? id);
    const certificate = held.findLast(one => one.certificate)?.certificate;
    const at = guidedProvider(credential);
    const purpose = purposeOf(credential, at, wanted);
    const mailboxes = mailbox === undefined ? mailboxesFor(credential, purpose) : [mailbox];
    return guideFor({ credential, certificate, at, purpose, mailboxes, redirectUri, now: clock.now() });
  }
}

/** The guide for a case whose provider has one. Throws `conflict`, `not_found`. */
export function guideFor(one: Case): Guide {
  refuseUnusable(one);
  const { credential, at, purpose, mailboxes } = one;
  const written = GUIDES.get(at.preset.id)?.(one);
  if (!written) throw noGuide(credential);
  const clouds = Object.keys(at.preset.clouds).length;
  const provider = clouds > 1 ? `${at.preset.name}, ${at.cloud.name}` : at.preset.name;
  return { credential: credential.id, preset: at.preset.id, provider, purpose, mailboxes, ...written };
}

function guidedProvider(credential: Credential): AtProvider {
  const at = providerOf(credential);
  const served = at?.preset.grants[credential.grantType]?.purposes ?? {};
  if (!at || !GUIDES.has(at.preset.id) || guidedPurposes(served).length === 0) throw noGuide(credential);
  return at;
}

function purposeOf({ purpose: own, grantType, id }: Credential, { preset }: AtProvider, wanted: Purpose | undefined) {
  const choices = guidedPurposes(preset.grants[grantType]?.purposes ?? {});
  const purpose = wanted ?? own;
  if (purpose !== undefined && choices.includes(purpose)) return purpose;
  const list = choices.join(', ');
  const detail =
    wanted === undefined
      ? `The credential ${id} does not say what it is for. Give purpose as one of: ${list}.`
      : `At ${preset.name} there is no ${wanted} with ${grantType}. Give purpose as one of: ${list}.`;
  throw invalid([{ field: 'purpose', rule: wanted === undefined ? 'required' : 'one_of', detail }]);
}

function mailboxesFor({ mailboxes }: Credential, purpose: Purpose): string[] {
  return mailboxes
    .filter(({ purposes }) => purposes.length === 0 || purposes.includes(purpose))
    .map(({ address }) => address);
}

/** Whatever cannot be valid is not quoted but refused: nobody should paste it anywhere. */
function refuseUnusable({ credential, at, mailboxes, redirectUri }: Case): void {
  const { clientId, clientAuth } = credential;
  const values: [name: string, value: string | undefined][] = [
    ['client_id', clientId],
    ['tenant', at.tenant],
    ['client_auth.key_id', clientAuth.keyId],
    ['redirect_uri', redirectUri],
    ...mailboxes.map(address => ['mailbox', address] as [string, string]),
  ];
  for (const [name, value] of values) {
    const flaw = value === undefined ? undefined : flawOf(value);
    if (flaw === undefined) continue;
    throw new VaultError('conflict', `No guide is written, for ${name} ${flaw}`, {
      class: 'needs_operator',
      action: `An operator must put ${name} right, then ask again.`,
    });
  }
}

function noGuide({ id, grantType }: Credential): VaultError {
  const presets = guidedPresets().join(' and ');
  return new VaultError('not_found', `There is no set-up guide for ${id}: its provider with ${grantType} has none.`, {
    action: `Guides are there for: ${presets}. Where it is one of them, say so in preset.`,
  });
}
