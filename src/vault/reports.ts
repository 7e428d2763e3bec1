import type { Account, Report } from './account.js';
import type { Credential } from './credential.js';
import { knownOf } from './findings/known.js';
import { replyNamed } from './findings/look-up.js';
import { filledWords, type Known, type Words, wordsWhere } from './findings/words.js';
import { providerOf } from './presets/catalog.js';
import { GUIDES } from './setup/guides.js';
import type { Store } from './store.js';

/** A report that nobody repeats for so long is told no more. */
const TOLD_MS = 14 * 86_400_000;

/** What a consumer told, in the words of the catalogue. */
export interface Reported extends Words, Pick<Report, 'by' | 'at'> {}

/** What operators are told of an account's last report; undefined where there is none, or where it is too old. */
export function reportedOf(credential: Credential, account: Account, now: number): Reported | undefined {
  const { reported } = account;
  if (!reported || reported.at <= toldSince(now)) return undefined;
  const words = reportWords(reported.as, credential, knownOf(credential, account.account));
  return words && { ...words, by: reported.by, at: reported.at };
}

/** An operator had a new token brought: what was told before it counts no more. `account` is as it was then. */
export async function forgetReport(store: Store, account: Account): Promise<void> {
  if (account.reported) await store.transaction(tx => tx.accounts.report(account, undefined));
}

/** Reports from before then are told no more. */
export function toldSince(now: number): number {
  return now - TOLD_MS;
}

/** The words for a report of that name, with what is known to whom they are for; undefined for a name that the catalogue does not know. */
export function reportWords(name: string, credential: Credential, known: Known): Words | undefined {
  const words = wordsWhere(credential.grantType === 'authorization_code', replyNamed(name));
  if (!words) return undefined;
  const { command, ...rest } = filledWords(words, known);
  return { ...rest, ...(command === undefined || !isServed(command, credential) ? {} : { command }) };
}

/** Only some providers have a guide. */
function isServed(command: string, credential: Credential): boolean {
  return !command.startsWith('credential setup ') || GUIDES.has(providerOf(credential)?.preset.id ?? '');
}
