import type { Test } from 'tap';
import { type AccountProgress, renewed } from '../../src/vault/account.js';
import { Secret } from '../../src/vault/secret.js';
import type { Store } from '../../src/vault/store.js';
import { credentialInput, newAccount } from '../support/vault.js';

const NOW = Date.parse('2026-11-01T12:00:00Z');
const DAY = 86_400_000;
const URL_A = 'https://a.example/token';
const PLACE = { account: 'default', scope: 'mail.read', type: 'Bearer', grantedScope: 'mail.read' };

/** What is due, and who does it, on each database. */
export function dueCases(t: Test, open: (t: Test) => Promise<Store>): void {
  t.test('a token is due when it was drawn and its time has come, the longest due first', async t => {
    const store = await open(t);
    for (const [n, id] of ['late', 'early', 'unused', 'later'].entries()) {
      await withToken(store, id, NOW - (n === 1 ? 50 : n) + (id === 'later' ? 100 : 0));
    }
    await store.due.noteDrawn(['tok_late', 'tok_early', 'tok_later', 'tok_unknown'], NOW);
    t.strictSame(await names(store, NOW), ['early', 'late']);
    t.strictSame(await names(store, NOW + 1_000), ['early', 'late', 'later']);
    t.strictSame(await names(store, NOW + DAY), [], 'drawn more than a day ago: not in use any more');
    t.strictSame(await store.due.dueEndpoints(NOW, 10), [{ tokenUrl: URL_A, clientId: 'client' }]);
    t.equal(await store.due.nextDue('early', 'default'), NOW - 50);
    t.equal(await store.due.nextDue('unused', 'default'), undefined);
  });

  t.test('what may not be asked is not due', async t => {
    const store = await open(t);
    const account = (id: string, more: Partial<AccountProgress>) => async () =>
      void (await store.transaction(tx => tx.accounts.revise(newAccount(id), { ...renewed(NOW), ...more })));
    const breaker = (openUntil: number) => async () =>
      void (await store.transaction(tx =>
        tx.saveBreaker({ tokenUrl: URL_A, clientId: 'client', failures: 3, openUntil }),
      ));
    await withToken(store, 'one', NOW - 1);
    await store.due.noteDrawn(['tok_one'], NOW);
    const steps: [string, () => Promise<void>, number][] = [
      ['connected', account('one', {}), 1],
      ['must sign in', account('one', { state: 'needs_user' }), 0],
      ['an operator must act', account('one', { state: 'needs_operator' }), 0],
      ['disabled', account('one', { state: 'disabled' }), 0],
      ['degraded', account('one', { state: 'degraded' }), 1],
      ['its pause', account('one', { nextTryAt: NOW + 1 }), 0],
      ['a pause from before the clock was put back', account('one', { nextTryAt: NOW + DAY }), 1],
      ['its endpoint is away', breaker(NOW + 1), 0],
      ['a breaker from before the clock was put back', breaker(NOW + DAY), 1],
      ['its endpoint may be tried', breaker(NOW), 1],
    ];
    for (const [what, step, count] of steps) {
      await step();
      t.equal((await names(store, NOW)).length, count, what);
      t.equal((await store.due.dueEndpoints(NOW, 10)).length, count, what);
    }
  });

  t.test('tokens that ended are forgotten, the others stay', async t => {
    const store = await open(t);
    await withToken(store, 'ended', NOW);
    await withToken(store, 'living', NOW);
    await store.transaction(async tx => {
      const token = await tx.findToken('ended', PLACE.account, PLACE.scope);
      if (token) await tx.saveToken({ ...token, obtainedAt: NOW - 7_200_000, expiresAt: NOW - 1 });
    });
    const never = { consents: 0, links: 0, candidates: 0, kept: 0 };
    await store.purge({ ...never, tokens: NOW });
    t.equal(await store.reads.findToken('ended', PLACE.account, PLACE.scope), undefined);
    t.ok(await store.reads.findToken('living', PLACE.account, PLACE.scope));
  });

  t.test("a lease by name is one owner's until it is ended or over", async t => {
    const store = await open(t);
    const take = (owner: string, ms = 60_000) => store.due.takeNamed('upkeep x', owner, ms);
    const taken = await Promise.all(Array.from({ length: 10 }, (_, n) => take(`owner-${n}`)));
    t.equal(taken.filter(Boolean).length, 1);
    const owner = `owner-${taken.indexOf(true)}`;
    await store.due.endNamed('upkeep x', 'somebody else');
    t.equal(await take('next'), false);
    await store.due.endNamed('upkeep x', owner);
    t.equal(await take('next', -1), true, 'this one has ended when it begins');
    t.equal(await take('last'), true);
  });
}

async function names(store: Store, now: number): Promise<string[]> {
  const due = await store.due.due({ tokenUrl: URL_A, clientId: 'client' }, now, 10);
  return due.map(({ credential }) => credential);
}

async function withToken(store: Store, credential: string, refreshAt: number): Promise<void> {
  const times = { obtainedAt: NOW - 3_000_000, expiresAt: NOW + 600_000, lifetime: 3_600, refreshAt };
  await store.transaction(async tx => {
    await tx.credentials.insert(credential, credentialInput(URL_A), NOW);
    await tx.accounts.insert(credential, 'default');
    await tx.accounts.revise(newAccount(credential), renewed(NOW));
    await tx.saveToken({ ...PLACE, ...times, credential, id: `tok_${credential}`, value: new Secret('at') });
  });
}
