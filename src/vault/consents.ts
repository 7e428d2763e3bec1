import { type Callback, type CallbackRefusal, meaningOf, readCallback, tellsOfApproval } from './callback.js';
import { clientAt } from './client-at.js';
import type { ConnectLinks } from './connect-links.js';
import {
  CONSENT_MS,
  type ConnectLink,
  type Consent,
  type ConsentOutcome,
  type ConsentStart,
  MOST_STARTS,
  usable,
} from './consent.js';
import type { Credential } from './credential.js';
import { VaultError } from './errors.js';
import { knownOf } from './findings/known.js';
import type { Known } from './findings/words.js';
import { consentScope, exchangeScope } from './grant.js';
import type { Exchanged, Granting } from './granting.js';
import { randomId } from './ids.js';
import type { Ledger } from './ledger.js';
import type { Limits } from './limits.js';
import { createOpaque, hasHash, hashOf, isOpaque } from './opaque.js';
import { type OtherPerson, otherPerson } from './other-person.js';
import { type Clock, type Provider, ProviderFailure } from './ports.js';
import { adminConsentUrl } from './presets/admin-consent.js';
import { resourceScope, scopeTokens } from './scopes.js';
import { Secret } from './secret.js';
import type { Failpoints } from './steps.js';
import type { Store } from './store.js';

/** What the page of a link shows. */
export interface LinkPage {
  link: ConnectLink;
  credential: Credential;
}

/** How a consent ended, for its page; no outcome while its callback has not come, or was cut off half-way. */
export interface EndedConsent extends Pick<Consent, 'outcome' | 'returnTo'> {
  /** Who asked: the credential's description, else its id. */
  asker: string;
  /** Whether its link may begin another one. */
  mayRetry: boolean;
  /** Where somebody else signed in than the link, or the account, is for. */
  other: OtherPerson | undefined;
  /** The credential, where it needs nobody else and can be tested once an administrator allowed it. */
  tests: string | undefined;
}

/** Where a callback leads: to the page of its consent, or to a page that says why nothing was done. */
export type CallbackEnd =
  | { consent: string; repeated?: true; adminLink?: Secret }
  /** `adminLink`: a link that the mailbox owner may send to an administrator; known only now. */
  | { refused: CallbackRefusal };

interface ConsentsDeps {
  store: Store;
  provider: Provider;
  ledger: Ledger;
  limits: Limits;
  granting: Granting;
  connectLinks: ConnectLinks;
  clock: Clock;
  failpoints: Failpoints;
  /** Exactly as it is registered at the providers. */
  redirectUri: string;
}

/** The browser dance (RFC 6749 §4.1, RFC 7636, RFC 9700): begun by a link, ended by a callback. */
export class Consents {
  readonly #deps: ConsentsDeps;

  constructor(deps: ConsentsDeps) {
    this.#deps = deps;
  }

  /** What stands behind a link that may still be used; undefined for every other, whatever the reason. */
  async page(token: string): Promise<LinkPage | undefined> {
    if (!isOpaque(token)) return undefined;
    const { reads } = this.#deps.store;
    const link = await reads.consents.findLink(hashOf(token));
    if (!link || !usable(link, this.#deps.clock.now())) return undefined;
    const credential = await reads.credentials.find(link.credential);
    const account = await reads.accounts.find(link.credential, link.account);
    // Who disabled an account did not mean its owner to enable it.
    if (!credential || credential.disabled || !account || account.state === 'disabled') return undefined;
    return { link, credential };
  }

  /** Begins a consent; undefined when the link may not. */
  async start(token: string, requestId: string): Promise<ConsentStart | undefined> {
    const page = await this.page(token);
    if (!page) return undefined;
    const { link, credential } = page;
    const now = this.#deps.clock.now();
    const [browser, verifier] = [createOpaque(), createOpaque()];
    const id = randomId('con');
    const state = `${id}.${createOpaque().reveal()}`;
    const consent: Consent = {
      id,
      browserHash: hashOf(browser.reveal()),
      link: link.id,
      kind: link.kind,
      credential: link.credential,
      credentialVersion: credential.version,
      account: link.account,
      startedBy: link.madeBy,
      scopes: link.kind === 'connect' ? consentScope(credential) : '',
      returnTo: link.returnTo,
      startedAt: now,
      expiresAt: now + CONSENT_MS,
      usedAt: undefined,
      outcome: undefined,
    };
    const started = await this.#begin(consent, hashOf(state), verifier, requestId);
    if (!started) return undefined;
    return { id, location: this.#location(page, state, verifier), browser, expiresAt: consent.expiresAt };
  }

  async #begin(consent: Consent, stateHash: string, verifier: Secret, requestId: string): Promise<boolean> {
    const { credential, account, link } = consent;
    return await this.#deps.ledger.write({ request_id: requestId }, async tx => {
      const counted = await tx.consents.countStart(link, MOST_STARTS, consent.startedAt);
      if (counted) await tx.consents.insertConsent(consent, stateHash, verifier);
      const outcome = counted ? ('ok' as const) : ('refused' as const);
      const entry = { action: 'consent.start', credential, account, subject: link, outcome };
      return { result: counted, touched: [], entry };
    });
  }

  #location({ link, credential }: LinkPage, state: string, verifier: Secret): string {
    const { clientId, authorizationUrl = '', authorizationParams } = credential;
    const { redirectUri } = this.#deps;
    if (link.kind === 'admin_consent') {
      const url = new URL(link.adminConsentUrl ?? authorizationUrl);
      for (const [name, value] of Object.entries({ client_id: clientId, redirect_uri: redirectUri, state })) {
        url.searchParams.set(name, value);
      }
      return url.href;
    }
    const scope = consentScope(credential);
    return this.#deps.provider.authorizationUrl({
      authorizationUrl,
      clientId,
      redirectUri,
      scope,
      state,
      verifier,
      ...(scopeTokens(scope).includes('openid') ? { nonce: nonceOf(verifier) } : {}),
      ...(link.loginHint === undefined ? {} : { loginHint: link.loginHint }),
      params: authorizationParams,
    });
  }

  /**
   * Takes what the provider sent back. `browserOf` gives what this browser holds for a consent. A callback that is
   * malformed, foreign, late or repeated changes nothing and asks the provider nothing.
   */
  async finish(
    query: URLSearchParams,
    browserOf: (consent: string) => string | undefined,
    request: { id: string; address: string },
  ): Promise<CallbackEnd> {
    const callback = readCallback(query);
    const found = callback && (await this.#find(callback, browserOf));
    const refusal = found === undefined ? 'malformed' : typeof found === 'string' ? found : await this.#claim(found);
    if (refusal === 'used' && typeof found === 'object') return { consent: found.id, repeated: true };
    if (refusal !== undefined)
      return { refused: this.#refuse(refusal, request, typeof found === 'object' ? found : undefined) };
    if (!callback || typeof found !== 'object') return { refused: 'malformed' };
    await this.#deps.failpoints('consent.claimed');
    await this.#conclude(found, callback, request.id);
    const adminLink = await this.#adminLink(found);
    return { consent: found.id, ...(adminLink ? { adminLink } : {}) };
  }

  /** The consent that this callback ends, whose browser this is; or why there is none. */
  async #find(
    callback: Callback,
    browserOf: (consent: string) => string | undefined,
  ): Promise<Consent | CallbackRefusal> {
    const { reads } = this.#deps.store;
    const consent = await reads.consents.findConsentByState(hashOf(callback.state));
    if (!consent || consent.id !== callback.consent) return 'unknown';
    const browser = browserOf(consent.id);
    if (!isOpaque(browser) || !hasHash(browser, consent.browserHash)) return 'other_browser';
    if (consent.usedAt !== undefined) return consent;
    if (consent.expiresAt <= this.#deps.clock.now()) return 'expired';
    if (!(await this.#isOpen(consent))) return 'link_over';
    if (consent.kind === 'admin_consent' && !tellsOfApproval(callback)) return 'malformed';
    return (await this.#isOurIssuer(consent, callback.iss)) ? consent : 'issuer';
  }

  /** A link is spent by the first consent that is completed; others that it began end with it. */
  async #isOpen(consent: Consent): Promise<boolean> {
    const link = await this.#deps.store.reads.consents.linkOf(consent.link);
    return link !== undefined && link.endedAt === undefined;
  }

  /** RFC 9207 §2.4: exactly the issuer that the credential names; where it names none, that of the working grant. */
  async #isOurIssuer({ credential: id, account }: Consent, iss: string | undefined): Promise<boolean> {
    if (iss === undefined) return true;
    const { reads } = this.#deps.store;
    const issuer = (await reads.credentials.find(id))?.issuer;
    if (issuer !== undefined) return issuer.includes('{') || iss === issuer;
    const before = (await reads.grants.find(id, account, 'current'))?.issuer;
    return before === undefined || iss === before;
  }

  async #claim(consent: Consent): Promise<CallbackRefusal | undefined> {
    const { clock, store } = this.#deps;
    if (consent.usedAt !== undefined) return 'used';
    const claimed = await store.transaction(tx => tx.consents.claim(consent.id, clock.now()));
    return claimed ? undefined : 'used';
  }

  /** In the ledger as a sum, so that nobody fills it; past the limit it is one and the same for all. */
  #refuse(
    refusal: CallbackRefusal,
    { id, address }: { id: string; address: string },
    consent: Consent | undefined,
  ): CallbackRefusal {
    const limited = this.#deps.limits.refusedConsent(address);
    const about = consent && !limited ? { credential: consent.credential, account: consent.account } : {};
    this.#deps.ledger.refuse({ action: 'consent.refuse', code: refusal, request_id: id, ...about });
    return limited ? 'too_many' : refusal;
  }

  async #conclude(consent: Consent, callback: Callback, requestId: string): Promise<void> {
    const { granting } = this.#deps;
    if (callback.error !== undefined) {
      const { error, errorDescription } = callback;
      const provider = this.#deps.provider.words({ error, error_description: errorDescription });
      const meaning = meaningOf(error, provider, await this.#known(consent));
      return await granting.ended(consent, { ...meaning, ...(provider ? { provider } : {}) }, requestId);
    }
    if (consent.kind === 'admin_consent') {
      const tenant = /^[\w.-]{1,100}$/.exec(callback.adminTenant ?? '')?.[0] ?? 'unknown';
      return await granting.ended(consent, { code: 'admin_consented', tenant }, requestId);
    }
    if (callback.code === undefined)
      return await granting.ended(consent, meaningOf('no_code') satisfies ConsentOutcome, requestId);
    const askedAt = this.#deps.clock.now();
    const answer = await this.#exchange(consent, new Secret(callback.code));
    await granting.grant(consent, answer, { askedAt, iss: callback.iss, requestId });
  }

  async #known({ credential: id }: Consent): Promise<Known> {
    const credential = await this.#deps.store.reads.credentials.find(id);
    if (!credential) return {};
    const { redirectUri } = this.#deps;
    return knownOf({ ...credential, scope: consentScope(credential), redirectUri });
  }

  /** Where only an administrator can go on: a link for the mailbox owner to send, if the provider has a page for that. */
  async #adminLink(consent: Consent): Promise<Secret | undefined> {
    const { store, connectLinks } = this.#deps;
    // One that was given for an administrator gives no further one.
    if (consent.kind !== 'connect') return undefined;
    const ended = await store.reads.consents.findConsent(consent.id);
    if (!ended?.outcome || !isForAdministrator(ended.outcome)) return undefined;
    const credential = await store.reads.credentials.find(consent.credential);
    if (!credential) return undefined;
    const url = adminConsentUrl(credential, resourceScope(consentScope(credential)));
    return url === undefined ? undefined : await connectLinks.forAdministrator(credential, consent, url);
  }

  async #exchange(consent: Consent, code: Secret): Promise<Exchanged | ProviderFailure | undefined> {
    const { store, provider, redirectUri } = this.#deps;
    const credential = await this.#unchanged(consent);
    const verifier = credential && (await store.reads.consents.verifier(consent));
    if (!credential || !verifier) return undefined;
    try {
      const client = await clientAt(store.reads, credential);
      const scope = exchangeScope(credential);
      const request = {
        ...client,
        code,
        redirectUri,
        verifier,
        ...(scopeTokens(consent.scopes).includes('openid') ? { nonce: nonceOf(verifier) } : {}),
        ...(scope === undefined ? {} : { scope }),
        params: credential.tokenParams,
      };
      return { credential, client, answer: await provider.exchangeCode(request) };
    } catch (error) {
      if (error instanceof ProviderFailure) return error;
      if (!(error instanceof VaultError) || error.code !== 'provider_refused') throw error;
      // A secret does not open when it was exchanged a moment ago, which is no tampering.
      return (await this.#unchanged(consent)) && unopened(error);
    }
  }

  /** Nothing goes where it was not meant to go, or is granted for scopes that the person was not shown. */
  async #unchanged({ credential: id, credentialVersion }: Consent): Promise<Credential | undefined> {
    const credential = await this.#deps.store.reads.credentials.find(id);
    return credential?.version === credentialVersion ? credential : undefined;
  }

  /** How a consent ended, for the browser that began it and for no other. */
  async ended(id: string, browser: string | undefined): Promise<EndedConsent | undefined> {
    const { reads } = this.#deps.store;
    const consent = await reads.consents.findConsent(id);
    if (!consent || !isOpaque(browser) || !hasHash(browser, consent.browserHash)) return undefined;
    const credential = await reads.credentials.find(consent.credential);
    const link = await reads.consents.linkOf(consent.link);
    const mayRetry = link !== undefined && usable(link, this.#deps.clock.now());
    const { outcome, returnTo } = consent;
    const tests = credential && credential.grantType !== 'authorization_code' ? credential.id : undefined;
    const name = outcome?.code === 'connected' ? outcome.name : undefined;
    const other = otherPerson(name, { account: consent.account, loginHint: link?.loginHint });
    return { asker: credential?.description ?? consent.credential, outcome, returnTo, mayRetry, other, tests };
  }
}

/** Bound to the verifier, which is sealed and sent nowhere but to the token endpoint; so it need not be stored itself. */
function nonceOf(verifier: Secret): string {
  return hashOf(`tokenwell nonce ${verifier.reveal()}`);
}

function unopened({ message, details }: VaultError): ProviderFailure {
  const action = details.action ?? 'Give the client secret again.';
  return new ProviderFailure({ class: 'misconfigured', reason: 'not_opened', message, action, sent: 'not_sent' });
}

/** Whether an administrator's consent is what is missing, by the error or by what the provider's codes say. */
function isForAdministrator(outcome: ConsentOutcome): boolean {
  if (!('class' in outcome)) return false;
  return outcome.code === 'needs_admin' || (outcome.who === 'tenant_admin' && outcome.script === 'admin-consent');
}
