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
import { type Planned, planGuideFor, planOf } from './plan.js';
import { headOf, noGuide, refuseUnusable } from './unguided.js';

/** What a guide is asked for; the credential's own where it is left out. */
export interface Wish {
  purpose: Purpose | undefined;
  /** One address, in place of those that the credential names. */
  mailbox: string | undefined;
  /** What is to be stored, where nothing is yet. */
  planned: Planned | undefined;
}

interface SetupDeps {
  credentials: Credentials;
  clientAuths: ClientAuths;
  clock: Clock;
  redirectUri: string;
  localOnly: boolean;
}

/** Guides for administrators: what to set up at the provider, with the credential's own values. */
export class Setup {
  readonly #deps: SetupDeps;

  constructor({ credentials, clientAuths, clock, redirectUri, localOnly }: SetupDeps) {
    this.#deps = { credentials, clientAuths, clock, redirectUri, localOnly };
  }

  /**
   * Throws `not_found` also where the provider has no guide, `invalid_request` where no purpose is known or the plan is
   * none, `conflict` where something can stand in no command, or where what is planned is stored already, `forbidden`.
   */
  async guide(caller: Caller, id: string, { purpose: wanted, mailbox, planned }: Wish): Promise<Guide> {
    const { credentials, clientAuths, clock, redirectUri, localOnly } = this.#deps;
    const address = { redirectUri, localOnly };
    const stored = await credentials.isStored(caller, id);
    if (planned && stored) throw storedAlready(id);
    if (planned) return planGuideFor(planOf({ id, planned, purpose: wanted, mailbox, ...address }));
    if (!stored) throw notYet(id);
    const { credential } = await credentials.get(caller, id);
    const held = await clientAuths.list(caller, credential.clientAuth.sameAs ?? id);
    const certificate = held.findLast(one => one.certificate)?.certificate;
    const at = guidedProvider(credential);
    const purpose = purposeOf(credential, at, wanted);
    const mailboxes = mailbox === undefined ? mailboxesFor(credential, purpose) : [mailbox];
    return guideFor({ credential, certificate, at, purpose, mailboxes, ...address, now: clock.now() });
  }
}

/** The guide for a case whose provider has one. Throws `conflict`, `not_found`. */
export function guideFor(one: Case): Guide {
  const { credential, at, mailboxes, redirectUri } = one;
  const { clientId, clientAuth } = credential;
  refuseUnusable({
    client_id: clientId,
    tenant: at.tenant,
    'client_auth.key_id': clientAuth.keyId,
    redirect_uri: redirectUri,
    mailbox: mailboxes,
  });
  const written = GUIDES.get(at.preset.id)?.whole(one);
  if (!written) throw noGuide(credential.id, credential.grantType);
  return { ...headOf(credential.id, one), ...written };
}

function guidedProvider(credential: Credential): AtProvider {
  const at = providerOf(credential);
  const served = at?.preset.grants[credential.grantType]?.purposes ?? {};
  if (at && GUIDES.has(at.preset.id) && guidedPurposes(served).length > 0) return at;
  throw noGuide(credential.id, credential.grantType);
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

function storedAlready(id: string): VaultError {
  return new VaultError('conflict', `${id} is stored already, so there is nothing to plan.`, {
    class: 'needs_operator',
    action: `Ask without a preset, with purpose and mailbox at most (tokenwell credential setup ${id}): the guide has the values that are stored.`,
  });
}

function notYet(id: string): VaultError {
  return new VaultError('not_found', `There is no credential ${id} yet.`, {
    action: `Say what it is to become, and the guide begins before there is anything: give preset, tenant and purpose (tokenwell credential setup ${id} --preset microsoft --tenant acme.example --purpose imap). There are guides for the presets ${guidedPresets().join(' and ')}.`,
  });
}
