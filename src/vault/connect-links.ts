import type { ConnectLink, Consent, LinkKind } from './consent.js';
import type { Caller } from './consumer.js';
import type { Credential } from './credential.js';
import { type FieldError, invalid, missing, VaultError } from './errors.js';
import { consentScope } from './grant.js';
import { DEFAULT_ACCOUNT, randomId } from './ids.js';
import type { Ledger, WriteActor, Written } from './ledger.js';
import { createOpaque, hashOf } from './opaque.js';
import type { Clock } from './ports.js';
import { adminConsentUrl } from './presets/admin-consent.js';
import { type Actor, actorOf, require } from './roles.js';
import { resourceScope, scopeTokens } from './scopes.js';
import type { Secret } from './secret.js';
import type { Store } from './store.js';

/** What an operator says of a new link. */
export interface LinkInput {
  account: string;
  loginHint: string | undefined;
  returnTo: string | undefined;
  adminConsentUrl: string | undefined;
  /** Seconds. */
  expiresIn: number;
}

/** A new link: the only time that what stands in its address is known. */
export interface NewLink {
  link: ConnectLink;
  token: Secret;
  /** What the operator should know before sending it. */
  warnings: { code: 'no_refresh_token' | 'local_address'; detail: string }[];
}

const WEEK_SECONDS = 7 * 86_400;

const LOCAL_ADDRESS = {
  code: 'local_address',
  detail:
    'The vault has no public address, so this link opens in a browser of its own machine alone. To send it to somebody, ' +
    'start the vault with TOKENWELL_PUBLIC_URL set to the https address by which browsers reach it, and make a new link.',
} as const;

/** Addresses that let somebody give consent without signing in here. */
export class ConnectLinks {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #origins: readonly string[];
  readonly #localOnly: boolean;

  /** `origins`: where a result page may lead on to; our own and those that the configuration names. */
  constructor(deps: { store: Store; ledger: Ledger; clock: Clock; origins: readonly string[]; localOnly: boolean }) {
    this.#store = deps.store;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#origins = deps.origins;
    this.#localOnly = deps.localOnly;
  }

  /** A link for a mailbox owner; its account begins here. Throws `not_found`, `invalid_request`, `conflict`. */
  async create(actor: Actor, credentialId: string, input: LinkInput): Promise<NewLink> {
    const credential = await this.#credential(actor, credentialId);
    if (credential.grantType !== 'authorization_code') throw noConsent(credential);
    const errors = this.#returnToErrors(input.returnTo);
    if (errors.length > 0) throw invalid(errors);
    return await this.#make(actorOf(actor), actor.caller.consumer, credential, 'connect', input);
  }

  /** A link for an administrator of the provider; it changes no account. */
  async createForAdmin(
    actor: Actor,
    credentialId: string,
    input: Pick<LinkInput, 'adminConsentUrl' | 'expiresIn'>,
  ): Promise<NewLink> {
    const credential = await this.#credential(actor, credentialId);
    const url = input.adminConsentUrl ?? adminConsentUrl(credential, resourceScope(consentScope(credential)));
    const errors = input.adminConsentUrl === undefined && url !== undefined ? [] : adminUrlErrors(credential, url);
    if (errors.length > 0) throw invalid(errors);
    const whole = {
      ...input,
      adminConsentUrl: url,
      account: DEFAULT_ACCOUNT,
      loginHint: undefined,
      returnTo: undefined,
    };
    return await this.#make(actorOf(actor), actor.caller.consumer, credential, 'admin_consent', whole);
  }

  /**
   * A link that a mailbox owner sends on, in the name of whoever made theirs, when only an administrator can go on. There
   * is one for each of theirs: a newer one ends the one before. Undefined when theirs was ended meanwhile.
   */
  async forAdministrator(
    credential: Credential,
    { link: parent, startedBy }: Pick<Consent, 'link' | 'startedBy'>,
    adminConsentUrl: string,
  ): Promise<Secret | undefined> {
    const about = { account: DEFAULT_ACCOUNT, loginHint: undefined, returnTo: undefined };
    const input = { ...about, adminConsentUrl, expiresIn: WEEK_SECONDS };
    const { link, token } = this.#new(startedBy, credential, 'admin_consent', input, parent);
    const made = await this.#ledger.write({}, async tx => {
      const open = await tx.consents.holdLink(parent);
      if (open) {
        await tx.consents.endChildren(parent, link.createdAt);
        await tx.consents.insertLink(link, hashOf(token.reveal()));
      }
      return { result: open, touched: [], entry: madeEntry(link, open) };
    });
    return made ? token : undefined;
  }

  async list(caller: Caller, credential: string): Promise<ConnectLink[]> {
    require(caller, 'auditor');
    if (!(await this.#store.reads.credentials.find(credential))) throw missing('credential', credential);
    return await this.#store.reads.consents.links(credential);
  }

  /** From now on its page says that it is over. */
  async remove(actor: Actor, credential: string, id: string): Promise<void> {
    require(actor.caller, 'operator');
    await this.#ledger.write(actorOf(actor), async tx => {
      if (!(await tx.consents.removeLink(credential, id))) throw missing('link', id);
      await tx.consents.endChildren(id, this.#clock.now());
      return { result: undefined, touched: [], entry: { action: 'consent.unlink', credential, subject: id } };
    });
  }

  async #credential(actor: Actor, id: string): Promise<Credential> {
    require(actor.caller, 'operator');
    const credential = await this.#store.reads.credentials.find(id);
    if (!credential) throw missing('credential', id);
    return credential;
  }

  async #make(
    actor: WriteActor,
    madeBy: string,
    credential: Credential,
    kind: LinkKind,
    input: LinkInput,
  ): Promise<NewLink> {
    const { link, token } = this.#new(madeBy, credential, kind, input);
    await this.#ledger.write(actor, async tx => {
      const { account } = link;
      if (!(await tx.accounts.find(credential.id, account))) await tx.accounts.insert(credential.id, account);
      await tx.consents.insertLink(link, hashOf(token.reveal()));
      return { result: undefined, touched: [], entry: madeEntry(link, true) };
    });
    const reach = this.#localOnly ? [LOCAL_ADDRESS] : [];
    return { link, token, warnings: [...reach, ...(kind === 'connect' ? lastingWarnings(credential) : [])] };
  }

  #new(
    madeBy: string,
    credential: Credential,
    kind: LinkKind,
    input: LinkInput,
    parent?: string,
  ): Pick<NewLink, 'link' | 'token'> {
    const { account, loginHint, adminConsentUrl, expiresIn } = input;
    const now = this.#clock.now();
    const link: ConnectLink = {
      id: randomId('link'),
      kind,
      credential: credential.id,
      account,
      loginHint,
      // As a browser would write it, so that it leads where it was checked to lead.
      returnTo: input.returnTo && new URL(input.returnTo).href,
      adminConsentUrl,
      madeBy,
      parent,
      starts: 0,
      createdAt: now,
      expiresAt: now + expiresIn * 1000,
      endedAt: undefined,
      completedAt: undefined,
    };
    return { link, token: createOpaque() };
  }

  #returnToErrors(returnTo: string | undefined): FieldError[] {
    if (returnTo === undefined) return [];
    // Only what the URL standard makes of the text counts, for a browser will do the same (C12).
    const url = URL.canParse(returnTo) ? new URL(returnTo) : undefined;
    const web = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
    if (web && this.#origins.includes(url.origin)) return [];
    const detail = `return_to must begin with one of: ${this.#origins.join(', ')} (TOKENWELL_RETURN_TO_ORIGINS).`;
    return [{ field: 'return_to', rule: 'origin', detail }];
  }
}

function madeEntry({ id, credential, account }: ConnectLink, made: boolean): Written<void>['entry'] {
  return { action: 'consent.link', credential, account, subject: id, outcome: made ? 'ok' : 'refused' };
}

/** Whether the provider will give a refresh token: Microsoft and the standard by a scope, Google by a parameter. */
function lastingWarnings(credential: Credential): NewLink['warnings'] {
  const { authorizationUrl, authorizationParams } = credential;
  const inUrl = authorizationUrl && new URL(authorizationUrl).searchParams.get('access_type');
  const offline = (authorizationParams.access_type ?? inUrl) === 'offline';
  if (offline || scopeTokens(consentScope(credential)).includes('offline_access')) return [];
  const detail =
    'The consent asks for no refresh token, so access ends with the first token, after about an hour. Add ' +
    'offline_access to the scope (Microsoft, OpenID Connect) or access_type=offline to authorization_params (Google).';
  return [{ code: 'no_refresh_token', detail }];
}

function adminUrlErrors(credential: Credential, url: string | undefined): FieldError[] {
  const field = 'admin_consent_url';
  if (url === undefined) {
    const detail =
      'It is needed: the address at which the provider lets an administrator approve, which is not known here.';
    return [{ field, rule: 'required', detail }];
  }
  const own = [credential.tokenUrl, credential.authorizationUrl].flatMap(one => (one ? [new URL(one).origin] : []));
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && parsed.username === '' && parsed.password === '' && own.includes(parsed.origin)) return [];
  const detail = `It must have the origin of the credential's token URL or authorization URL: ${[...new Set(own)].join(' or ')}.`;
  return [{ field, rule: 'origin', detail }];
}

function noConsent({ id, grantType }: Credential): VaultError {
  return new VaultError('conflict', `Nobody signs in for ${id}: its grant type is ${grantType}.`, {
    action: 'Draw a token, or test the credential; a connect link is for the grant type authorization_code.',
  });
}
