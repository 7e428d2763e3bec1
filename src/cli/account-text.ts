import type { Account, ConnectLink, Credential } from '../client/client.js';
import { providerText } from './failure-text.js';
import { facts, table } from './table.js';
import { visible } from './terminal-text.js';
import { actorInWords, isUnclaimed, signInAdvice, stateInWords } from './words.js';

/** The accounts of a credential, one a line; then what those wait for that nobody has signed in for. */
export function accountTable(credential: Credential, accounts: readonly Account[]): string {
  const { id, grant_type } = credential;
  if (accounts.length === 0) {
    return visible(`${id} has no account. Make a link for one with: tokenwell account link ${id} <account>`);
  }
  const rows = accounts.map(account => {
    const waits = account.candidate ? 'yes' : '';
    return [
      account.account,
      stateInWords(account, credential),
      signedIn(account) ?? '',
      account.last_success_at ?? 'never',
      waits,
    ];
  });
  const whole = table(['account', 'state', 'signed in', 'last success', 'waits for you'], rows);
  const unclaimed = accounts.filter(({ state }) => isUnclaimed(state, grant_type) && !credential.disabled);
  const waiting = unclaimed.map(({ account }) => visible(`${account}: ${signInAdvice(`${id} ${account}`)}`));
  const enable = credential.disabled ? [visible(enableAdvice(`credential enable ${id}`))] : [];
  return [whole, ...[[...enable, ...waiting].join('\n')].filter(text => text !== '')].join('\n\n');
}

/** One account, one fact a line; then who must act, and what waits for a decision. */
export function accountFacts(account: Account, credential: Credential): string {
  const { grant, finding } = account;
  const step = nextStep(account, credential);
  const own = facts({
    credential: account.credential,
    account: account.account,
    state: stateInWords(account, credential),
    'signed in': signedIn(account),
    'somebody else': account.other_person?.message,
    'about them': account.other_person?.action,
    organisation: grant?.identity?.tenant,
    'consented at': grant?.obtained_at,
    granted: grant?.scopes.join(' '),
    'not granted': grant && grant.missing_scopes.length > 0 ? grant.missing_scopes.join(' ') : undefined,
    lasts: grant && (grant.lasting ? 'until it is ended' : 'only as long as its token: there is no refresh token'),
    'last success': account.last_success_at ?? 'never',
    [account.access?.severity === 'notice' ? 'not in the token' : 'too little']: named(account.access?.missing),
    'too much': named(account.access?.excess),
    'about that': account.access?.detail,
    'next try': account.next_try_at,
    'next refresh': account.next_refresh_at,
    'what is wrong': finding?.message,
    'who must act': step?.actor,
    'what to do': step?.action,
    'read more': finding?.link,
    'provider said': providerText(finding?.provider),
    ...reportedFacts(account),
  });
  return account.candidate ? `${own}\n\n${candidateText(account, account.candidate)}` : own;
}

/** What a consumer told, which says nothing of the state: tokens leave as before. */
function reportedFacts({ reported }: Account): Record<string, string | undefined> {
  if (!reported) return {};
  return {
    'a consumer told': `${reported.message} (${reported.by}, ${reported.at})`,
    'who mends it': actorInWords(reported, ''),
    'how to mend it': reported.action,
    'more about it': reported.link,
  };
}

function named(permissions: readonly string[] = []): string | undefined {
  return permissions.length > 0 ? permissions.join(', ') : undefined;
}

/** Who must act, and what to do; what stands in the way of every draw comes first. */
function nextStep(
  { credential: id, account, state, finding }: Account,
  { disabled, grant_type }: Credential,
): { actor: string; action: string } | undefined {
  const operator = actorInWords({ class: 'needs_operator' }, '');
  if (disabled) return { actor: operator, action: enableAdvice(`credential enable ${id}`) };
  if (state === 'disabled') return { actor: operator, action: enableAdvice(`account enable ${id} ${account}`) };
  if (finding) return { actor: actorInWords(finding, finding.reason), action: finding.action };
  if (!isUnclaimed(state, grant_type)) return undefined;
  return { actor: actorInWords({ class: 'needs_user' }, ''), action: signInAdvice(`${id} ${account}`) };
}

function enableAdvice(command: string): string {
  return `No token leaves. Where that is no longer meant: tokenwell ${command}`;
}

/** The links of a credential, one a line, oldest first. */
export function linkTable(credential: string, links: readonly ConnectLink[]): string {
  if (links.length === 0) return `${credential} has no link. Make one with: tokenwell account link ${credential}`;
  const oldestFirst = [...links].sort((one, other) => (one.created_at < other.created_at ? -1 : 1));
  const rows = oldestFirst.map(link => {
    const purpose = link.kind === 'connect' ? link.account : 'administrator';
    return [link.id, purpose, linkInWords(link), link.expires_at, link.made_by];
  });
  return table(['link id', 'for', 'state', 'ends', 'made by'], rows);
}

function linkInWords({ usable, ended_at, completed_at, starts }: ConnectLink): string {
  if (usable) return starts === 0 ? 'not used yet' : 'begun, not finished';
  if (completed_at !== undefined) return 'used';
  return ended_at === undefined ? 'over' : 'ended';
}

function signedIn({ grant }: Account): string | undefined {
  if (!grant) return undefined;
  return grant.identity ? (grant.identity.name ?? grant.identity.subject) : 'not said by the provider';
}

function candidateText(
  { credential, account, finding }: Account,
  candidate: NonNullable<Account['candidate']>,
): string {
  const lines = facts({
    'signed in': candidate.name ?? candidate.subject ?? 'not said by the provider',
    id: candidate.id,
    organisation: candidate.tenant,
    'came at': candidate.at,
    grants: candidate.scopes.join(' '),
  });
  const decide = visible(`tokenwell account accept ${credential} ${account} --candidate ${candidate.id}, or reject`);
  const what = finding?.reason === 'other_identity' ? 'What the last refresh brought' : 'A newer consent';
  return `${what} differs from this one and waits for you (${decide}):\n${lines}`;
}
