import type { Account, ConnectLink, NewConnectLink } from '../api/accounts.js';
import type { AccountName, Finding } from '../vault/account.js';
import type { AccountView, Disconnected } from '../vault/accounts.js';
import type { NewLink } from '../vault/connect-links.js';
import { type ConnectLink as Link, usable } from '../vault/consent.js';
import { whoOf } from '../vault/errors.js';
import { actionOf } from '../vault/findings/words.js';
import type { Grant } from '../vault/grant.js';
import { type OtherPerson, otherPersonInWords } from '../vault/other-person.js';
import type { Reported } from '../vault/reports.js';
import { scopeTokens } from '../vault/scopes.js';
import { textOf, timeOf } from './wire.js';

/** Accounts and links between the domain and the wire. */

/** An account as GET answers it. */
export function accountAnswer(view: AccountView): Account {
  const { account, grant, missing, candidate, otherPerson, nextDue, access, reported } = view;
  return {
    credential: account.credential,
    account: account.account,
    state: account.state,
    finding: account.finding && findingAnswer(account.finding),
    reported: reported && reportedAnswer(reported),
    last_success_at: timeOf(account.lastSuccessAt),
    next_try_at: timeOf(account.nextTryAt),
    next_refresh_at: timeOf(nextDue),
    grant: grant && grantAnswer(grant, missing),
    candidate: candidate && candidateAnswer(candidate),
    other_person: otherPerson && otherPersonAnswer(otherPerson, account),
    access,
  };
}

/** One that was stored before findings named who must act is told by its class. */
function findingAnswer({ script: _, who, ...finding }: Finding): NonNullable<Account['finding']> {
  return { ...finding, who: who ?? whoOf(finding.class), at: textOf(finding.at) };
}

function reportedAnswer({ happened, who, link, by, at, ...words }: Reported): NonNullable<Account['reported']> {
  return { who, message: happened, action: actionOf(words), ...(link ? { link } : {}), by, at: textOf(at) };
}

function grantAnswer(grant: Grant, missing: string[]): NonNullable<Account['grant']> {
  return {
    obtained_at: textOf(grant.obtainedAt),
    scopes: scopeTokens(grant.scopes),
    missing_scopes: missing,
    lasting: grant.hasRefreshToken,
    client_auth: grant.clientAuth || undefined,
    identity: grant.identity,
  };
}

function candidateAnswer({ id, identity, scopes, kindSince }: Grant): NonNullable<Account['candidate']> {
  const { subject, name, tenant } = identity ?? {};
  return { id, subject, name, tenant, scopes: scopeTokens(scopes), at: textOf(kindSince) };
}

function otherPersonAnswer(other: OtherPerson, of: AccountName): NonNullable<Account['other_person']> {
  return { signed_in: other.signedIn, meant: other.meant, by: other.by, ...otherPersonInWords(other, of) };
}

/** A link in the one answer that holds its address. */
export function newLinkAnswer({ link, token, warnings }: NewLink, publicUrl: string): NewConnectLink {
  const about = warnings.length > 0 ? { warnings } : {};
  return { id: link.id, url: `${publicUrl}/connect/${token.reveal()}`, expires_at: textOf(link.expiresAt), ...about };
}

/** A link as it is listed: never its address, which is not stored. */
export function linkAnswer(link: Link, now: number): ConnectLink {
  return {
    id: link.id,
    kind: link.kind,
    account: link.account,
    login_hint: link.loginHint,
    return_to: link.returnTo,
    made_by: link.madeBy,
    starts: link.starts,
    created_at: textOf(link.createdAt),
    expires_at: textOf(link.expiresAt),
    ended_at: timeOf(link.endedAt),
    completed_at: timeOf(link.completedAt),
    usable: usable(link, now),
  };
}

/** The headers that say that a grant ended here and not at its provider; none where it ended there too. */
export function revocationHeaders({ revoked }: Disconnected): Record<string, string> {
  if (revoked === true) return {};
  // A header is ASCII (RFC 9110 §5.5), and what a provider is called may not be.
  return { 'tokenwell-revoked': 'no', 'tokenwell-detail': revoked.replace(/[^\x20-\x7e]/g, '?') };
}
