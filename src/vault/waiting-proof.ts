import type { Credential } from './credential.js';
import type { Script } from './findings/words.js';
import type { Reads } from './store.js';
import type { TestResult } from './testing.js';

type Failed = NonNullable<TestResult['finding']>;

/** The steps of a set-up guide by which a next proof comes. */
const BY_PROOF: ReadonlySet<Script | undefined> = new Set<Script>(['certificate', 'new-secret']);

/** What became of a test, with what to do where a secret or certificate waits that could be used in place of the one that failed. */
export async function withWaiting(
  reads: Pick<Reads, 'clientAuths' | 'accounts'>,
  { id, clientAuth }: Credential,
  account: string,
  finding: Failed,
): Promise<Failed> {
  const lacks = clientAuth.method !== 'none' && !clientAuth.hasSecret;
  const told = (await reads.accounts.find(id, account))?.finding;
  const about = told?.class === finding.class && BY_PROOF.has(told.script);
  if (finding.class !== 'needs_operator' || (!lacks && !about)) return finding;
  const waiting = (await reads.clientAuths.list(id)).findLast(one => !one.active && one.hasSecret);
  if (!waiting) return finding;
  const command = (verb: string) => `tokenwell credential ${verb} ${id} ${waiting.id}`;
  const next = `One is waiting: ${command('auth-test')}, then ${command('auth-activate')}`;
  return { ...finding, action: lacks ? next : `${finding.action} ${next}` };
}
