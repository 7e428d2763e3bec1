import type { Credential } from '../credential.js';
import { missingScopes, resourceScope, scopeTokens } from '../scopes.js';
import type { Token } from '../token.js';
import { providerOf } from './catalog.js';

/** What a token allows, against what it is for. `missing` and `excess` as the provider names them. */
export interface Access {
  missing: string[];
  excess: string[];
  /**
   * `notice`: all may be well, for what is missing may come from elsewhere than the token; `warning`: it works, and opens
   * more than it is for; `critical`: it will not work.
   */
  severity: 'notice' | 'warning' | 'critical';
  /** What it means and what to do, in sentences. */
  detail: string;
}

/** Names in a token came from outside; one that is not of this form is none that we know. */
const NAME = /^[\w.:/-]{1,100}$/;
const MOST_NAMES = 50;

/** What an access token of a purpose holds too little or too much of; undefined where all is well or nobody can tell. */
export function accessOf(credential: Credential, token: Token): Access | undefined {
  const at = providerOf(credential);
  const habits = at?.preset.grants[credential.grantType];
  const wanted = purposesOf(credential).flatMap(purpose => habits?.purposes[purpose] ?? []);
  const held = habits && heldBy(token, habits.claim);
  if (wanted.length === 0 || held === undefined) return undefined;
  const needs = [...new Set(wanted.flatMap(purpose => purpose.needs))];
  const missing = missingScopes(needs.join(' '), held.join(' '));
  // Whatever was asked for by name is meant.
  const meant = `${needs.join(' ')} ${credential.scope} ${credential.consentScope ?? ''}`;
  const harmless = at?.preset.harmless ?? [];
  const excess = missingScopes(resourceScope(held.join(' ')), meant).filter(name => !harmless.includes(name));
  const unsure = missing.filter(name => wanted.some(at => at.orElsewhere !== undefined && at.needs.includes(name)));
  const lacking = missing.filter(name => !unsure.includes(name));
  const wide = wanted.filter(({ everywhere }) => everywhere).flatMap(purpose => purpose.needs);
  const granted = [...new Set(wide)].filter(name => !missing.includes(name));
  if (missing.length === 0 && excess.length === 0 && granted.length === 0) return undefined;
  const elsewhere = wanted.find(({ orElsewhere }) => orElsewhere !== undefined)?.orElsewhere ?? '';
  const severity = lacking.length > 0 ? 'critical' : excess.length > 0 || granted.length > 0 ? 'warning' : 'notice';
  const said = [
    lackingText(lacking),
    unsureText(unsure, elsewhere),
    excessText(excess),
    wideText(granted, credential.id),
  ];
  return { missing, excess, severity, detail: said.filter(text => text !== '').join(' ') };
}

function purposesOf({ purpose, mailboxes }: Credential) {
  return [...new Set([...(purpose ? [purpose] : []), ...mailboxes.flatMap(({ purposes }) => purposes)])];
}

/** The permissions that the token names: in a claim of its own where it is a JWT, else as the provider said beside it. */
function heldBy(token: Token, claim: 'roles' | 'scp' | undefined): string[] | undefined {
  if (claim === undefined) return scopeTokens(token.grantedScope);
  const claims = claimsOf(token.value.reveal());
  if (!claims) return undefined;
  const said = claims[claim];
  const names = Array.isArray(said) ? said : typeof said === 'string' ? said.split(' ') : [];
  return names.filter((name): name is string => typeof name === 'string' && NAME.test(name)).slice(0, MOST_NAMES);
}

/** Read to be told, never believed: nothing is decided by it. */
function claimsOf(token: string): Record<string, unknown> | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function lackingText(names: readonly string[]): string {
  if (names.length === 0) return '';
  return `The token lacks ${names.join(', ')}: an administrator must add it to the application and approve it.`;
}

function unsureText(names: readonly string[], elsewhere: string): string {
  if (names.length === 0) return '';
  const well = `The token does not name ${names.join(', ')}, which is as it should be where ${elsewhere} gives it.`;
  return `${well} Otherwise an administrator must do so.`;
}

function excessText(names: readonly string[]): string {
  return names.length === 0 ? '' : `It opens more than it is for: have ${names.join(', ')} taken from the application.`;
}

/** What was granted for the whole organisation, and could be given for some mailboxes alone. */
function wideText(names: readonly string[], id: string): string {
  if (names.length === 0) return '';
  return (
    `${names.join(', ')} was granted in Entra ID, so it reaches every mailbox of the organisation, unless an application ` +
    'access policy keeps it to some. The set-up guide gives it for the named mailboxes alone, and has it taken from the ' +
    `application: tokenwell credential setup ${id}`
  );
}
