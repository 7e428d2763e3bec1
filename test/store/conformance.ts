import type { Test } from 'tap';
import { fresh, renewed } from '../../src/vault/account.js';
import type { Page } from '../../src/vault/page.js';
import { Secret } from '../../src/vault/secret.js';
import type { Store, Tx } from '../../src/vault/store.js';
import type { Token } from '../../src/vault/token.js';
import { credentialInput, newAccount } from '../support/vault.js';

const NOW = 1_800_000_000_000;

/** A page that is written as it is; its MAC is not looked at here. */
export function pageAt(revision: number, seq: number, writer = 'conformance'): Page {
  const body = JSON.stringify({ at: NOW, action: 'token.issue', consumer: 'svc', outcome: 'ok' });
  return { writer, seq, revision, firstAt: NOW, lastAt: NOW, count: 1, heads: '', body, mac: `mac-${writer}-${seq}` };
}

let writes = 0;

/** A management write that does `work` and concludes as the domain does. */
export async function write<T>(store: Store, touched: string[], work: (tx: Tx) => Promise<T>): Promise<T> {
  writes += 1;
  const writer = `write-${writes}`;
  return await store.transaction(async tx => {
    const result = await work(tx);
    const changes = touched.map(id => ({ kind: 'credential' as const, id }));
    await tx.conclude(changes, async revision => ({ page: pageAt(revision, 1, writer), settle: () => undefined }));
    return result;
  });
}

async function withCredential(store: Store, id: string): Promise<void> {
  await write(store, [], async tx => {
    await tx.credentials.insert(id, credentialInput('https://login.example/token'), NOW);
    await tx.accounts.insert(id, 'default');
  });
}

async function found(store: Store, id: string) {
  const credential = await store.reads.credentials.find(id);
  if (!credential) throw new Error(`${id} is missing`);
  return credential;
}

function tokenOf(credential: string, more: Partial<Token> = {}): Token {
  const base = { credential, account: 'default', scope: 'mail.read', id: 'tok_1', value: new Secret('at-1') };
  const times = { obtainedAt: NOW, expiresAt: NOW + 3_600_000, lifetime: 3600, refreshAt: NOW + 3_300_000 };
  return { ...base, type: 'Bearer', grantedScope: 'mail.read', ...times, ...more };
}

/** What every database must do for the domain. `open` answers a store over a new, set-up database. */
export function conformance(t: Test, open: (t: Test) => Promise<Store>): void {
  t.test('a credential comes back as it was stored, with its secret sealed apart', async t => {
    const store = await open(t);
    const input = credentialInput('https://login.example/token', { tokenParams: { resource: 'r' }, description: 'd' });
    await write(store, [], async tx => {
      await tx.credentials.insert('acme', input, NOW);
      await tx.accounts.insert('acme', 'default');
    });
    const credential = await found(store, 'acme');
    t.match(credential, { tokenUrl: input.tokenUrl, tokenParams: { resource: 'r' }, description: 'd', version: 1 });
    t.equal(credential.clientAuth.hasSecret, true);
    t.equal((await store.reads.credentials.secret(credential))?.reveal(), 'client-secret');
    t.same((await store.reads.accounts.counts(['acme'])).get('acme'), { pending: 1 });
  });

  t.test('an update needs the version that it read, and replaces the secret only when one is given', async t => {
    const store = await open(t);
    await withCredential(store, 'acme');
    const before = await found(store, 'acme');
    const keep = credentialInput('https://login.example/token', { secret: undefined, description: 'second' });
    t.equal(await write(store, ['acme'], tx => tx.credentials.update(before, keep, NOW)), true);
    t.equal(await write(store, ['acme'], tx => tx.credentials.update(before, keep, NOW)), false, 'the old version');
    const after = await found(store, 'acme');
    t.equal((await store.reads.credentials.secret(after))?.reveal(), 'client-secret');
    const next = credentialInput('https://login.example/token', { secret: new Secret('second-secret') });
    await write(store, ['acme'], tx => tx.credentials.update(after, next, NOW));
    t.equal((await store.reads.credentials.secret(await found(store, 'acme')))?.reveal(), 'second-secret');
  });

  t.test('removing a credential removes its secrets, tokens and every permission that names it', async t => {
    const store = await open(t);
    await withCredential(store, 'acme');
    const consumer = { id: 'svc', description: undefined, role: 'service' as const, disabled: false };
    await write(store, [], async tx => {
      await tx.consumers.insert({ ...consumer, createdAt: NOW, updatedAt: NOW });
      const mine = { credential: 'acme', account: '*', scopes: ['mail.read'] };
      await tx.consumers.replacePermissions('svc', [mine, { credential: '*', account: 'default', scopes: undefined }]);
      await tx.saveToken(tokenOf('acme'));
    });
    t.equal((await store.reads.consumers.permissions('svc')).length, 2);
    const before = await found(store, 'acme');
    t.equal(await write(store, ['acme'], tx => tx.credentials.remove(before)), true);
    t.equal(await store.reads.findToken('acme', 'default', 'mail.read'), undefined);
    t.same(await store.reads.consumers.permissions('svc'), [
      { credential: '*', account: 'default', scopes: undefined },
    ]);
  });

  t.test('a report stands beside an account, is counted while it is new, and goes with the tokens', async t => {
    const store = await open(t);
    for (const id of ['a', 'b']) await withCredential(store, id);
    const place = { credential: 'a', account: 'default' };
    const report = { as: 'setting', by: 'svc', at: NOW };
    await store.transaction(tx => tx.accounts.report(place, report));
    t.strictSame((await store.reads.accounts.find('a', 'default'))?.reported, report);
    t.strictSame([...(await store.reads.accounts.reported(['a', 'b'], NOW - 1))], [['a', 1]]);
    t.strictSame([...(await store.reads.accounts.reported(['a', 'b'], NOW))], [], 'too old');
    const account = await store.reads.accounts.find('a', 'default');
    if (account) await store.transaction(tx => tx.accounts.revise(account, { ...account, state: 'needs_operator' }));
    t.strictSame([...(await store.reads.accounts.reported(['a'], NOW - 1))], [], 'its state needs somebody anyway');
    t.strictSame((await store.reads.accounts.find('a', 'default'))?.reported, report);
    await store.transaction(tx => tx.accounts.forgetTokens(place));
    t.equal((await store.reads.accounts.find('a', 'default'))?.reported, undefined);
    await store.transaction(tx => tx.accounts.report(place, report));
    await store.transaction(tx => tx.accounts.report(place, undefined));
    t.equal((await store.reads.accounts.find('a', 'default'))?.reported, undefined);
  });

  t.test('lists go in order of id, page by page', async t => {
    const store = await open(t);
    for (const id of ['b', 'a', 'd', 'c']) await withCredential(store, id);
    const first = await store.reads.credentials.list(undefined, 3);
    const ids = first.map(credential => credential.id);
    t.same(ids, ['a', 'b', 'c']);
    t.same(
      (await store.reads.credentials.list(ids.at(-1), 3)).map(credential => credential.id),
      ['d'],
    );
  });

  t.test('a transaction that throws leaves nothing behind, and others go on', async t => {
    const store = await open(t);
    const failing = store.transaction(async tx => {
      await tx.credentials.insert('gone', credentialInput('https://login.example/token'), NOW);
      throw new Error('no');
    });
    await t.rejects(failing, { message: 'no' });
    t.equal(await store.reads.credentials.find('gone'), undefined);
    await withCredential(store, 'kept');
    t.ok(await store.reads.credentials.find('kept'));
  });

  t.test('twenty writes at once all arrive, each with a revision of its own', async t => {
    const store = await open(t);
    const start = (await store.standing()).revision;
    const ids = Array.from({ length: 20 }, (_, which) => `c${which}`);
    await Promise.all(
      ids.map(id => write(store, [id], tx => tx.credentials.insert(id, credentialInput('https://x.example/t'), NOW))),
    );
    t.equal((await store.reads.credentials.list(undefined, 100)).length, 20);
    t.equal((await store.standing()).revision, start + 20);
  });

  leaseCases(t, open);
  pageCases(t, open);
}

function leaseCases(t: Test, open: (t: Test) => Promise<Store>): void {
  t.test('a lease is taken by one of ten, again when it was given back, and again when it has ended', async t => {
    const store = await open(t);
    await withCredential(store, 'acme');
    const take = (ms: number) => store.takeLease('acme', 'default', 'me', ms);
    const taken = (await Promise.all(Array.from({ length: 10 }, () => take(60_000)))).filter(Boolean);
    t.equal(taken.length, 1);
    await store.releaseLease('acme', 'default', taken[0]?.fence ?? -1);
    t.ok(await take(-1), 'given back; this one has ended when it begins');
    const next = await take(60_000);
    t.ok(next, 'the one before has ended');
    await store.releaseLease('acme', 'default', (next?.fence ?? 0) - 1);
    t.notOk(await take(60_000), 'a stale fence releases nothing');
  });

  t.test('F8: who has lost the lease cannot write the outcome', async t => {
    const store = await open(t);
    await withCredential(store, 'acme');
    const stale = await store.takeLease('acme', 'default', 'one', -1);
    const current = await store.takeLease('acme', 'default', 'two', 60_000);
    const settle = (fence = -1) => write(store, [], tx => tx.accounts.settle(newAccount('acme'), fence, renewed(NOW)));
    t.equal(await settle(stale?.fence), false);
    t.equal(await settle(current?.fence), true);
    t.equal((await store.reads.accounts.find('acme', 'default'))?.state, 'connected');
  });

  t.test('D14: a revision takes the lease away from whoever is refreshing, and the tokens with it', async t => {
    const store = await open(t);
    await withCredential(store, 'acme');
    await write(store, [], tx => tx.saveToken(tokenOf('acme')));
    const lease = await store.takeLease('acme', 'default', 'one', 60_000);
    await write(store, ['acme'], async tx => {
      await tx.accounts.revise(newAccount('acme'), fresh());
      await tx.accounts.forgetTokens({ credential: 'acme', account: 'default' });
    });
    const settled = write(store, [], tx => tx.accounts.settle(newAccount('acme'), lease?.fence ?? -1, renewed(NOW)));
    t.equal(await settled, false);
    t.equal(await store.reads.findToken('acme', 'default', 'mail.read'), undefined);
  });

  t.test('a saved token replaces the one of the same scope and clears the expired ones', async t => {
    const store = await open(t);
    await withCredential(store, 'acme');
    await write(store, [], async tx => {
      await tx.saveToken(tokenOf('acme', { scope: 'old', expiresAt: NOW - 1, obtainedAt: NOW - 10 }));
      await tx.saveToken(tokenOf('acme'));
      await tx.saveToken(tokenOf('acme', { id: 'tok_2', value: new Secret('at-2') }));
    });
    t.equal((await store.reads.findToken('acme', 'default', 'mail.read'))?.value.reveal(), 'at-2');
    t.equal(await store.reads.findToken('acme', 'default', 'old'), undefined);
  });

  t.test('one of many callers may try an endpoint whose pause is over', async t => {
    const store = await open(t);
    const breaker = { tokenUrl: 'https://x.example/t', clientId: 'c', failures: 3, openUntil: NOW };
    await store.transaction(tx => tx.saveBreaker(breaker));
    const claims = await Promise.all(Array.from({ length: 8 }, () => store.claimBreaker(breaker, NOW + 1, 5_000)));
    t.equal(claims.filter(Boolean).length, 1);
  });
}

function pageCases(t: Test, open: (t: Test) => Promise<Store>): void {
  const offer = async (store: Store, page: Page, epoch?: string) => {
    const fates: string[] = [];
    const settle = (fate: string) => void fates.push(fate);
    const known = epoch ?? (await store.standing()).epoch;
    const result = await store.appendPage(async () => ({ page, epoch: known, settle }));
    return { result, fates };
  };

  t.test('a page is written at the current revision, and answered with the changes at an older one', async t => {
    const store = await open(t);
    const { revision } = await store.standing();
    t.match(await offer(store, pageAt(revision, 1)), { result: { written: true }, fates: ['committed'] });
    await write(store, ['acme', 'other'], async () => undefined);
    const overtaken = await offer(store, pageAt(revision, 2));
    t.match(overtaken, { result: { written: false, standing: { revision: revision + 1 } }, fates: ['not_written'] });
    const ids = overtaken.result.written ? [] : overtaken.result.changes?.map(change => change.id).sort();
    t.same(ids, ['acme', 'other']);
    t.equal(await store.ledger.findPage('conformance', 2), undefined, 'nothing was written');
  });

  t.test('below the floor, in the future or in another epoch the feed cannot tell', async t => {
    const store = await open(t);
    const { revision } = await store.standing();
    await write(store, ['a'], async () => undefined);
    await write(store, ['b'], async () => undefined);
    await store.purgeChanges(0, Date.now() + 1_000);
    for (const [page, epoch] of [
      [pageAt(revision, 1)],
      [pageAt(revision + 99, 1)],
      [pageAt(revision, 1), 'another'],
    ] as const) {
      const { result } = await offer(store, page, epoch);
      t.match(result, { written: false, changes: undefined });
    }
  });

  t.test('the same page cannot be written twice', async t => {
    const store = await open(t);
    const { revision } = await store.standing();
    await offer(store, pageAt(revision, 1));
    await t.rejects(offer(store, pageAt(revision, 1)));
    t.match(await offer(store, pageAt(revision, 2)), { result: { written: true } }, 'the connection is still good');
  });

  t.test('positions are given once and without gaps, by any number of indexers', async t => {
    const store = await open(t);
    const { revision } = await store.standing();
    for (let seq = 1; seq <= 40; seq++) await offer(store, pageAt(revision, seq));
    await Promise.all(Array.from({ length: 6 }, () => store.ledger.index(15)));
    while ((await store.ledger.index(15)) > 0);
    const pages = await store.ledger.pages({}, { position: 1, order: 'asc' }, 1_000);
    t.same(
      pages.map(page => page.firstPosition),
      pages.map((_, index) => index + 1),
    );
    t.ok(pages.length >= 40);
    const mine = await store.ledger.pages(
      { consumer: 'svc', action: 'token.issue' },
      { position: 30, order: 'desc' },
      5,
    );
    t.same(
      mine.map(page => page.firstPosition),
      [29, 28, 27, 26, 25],
    );
    t.same(await store.ledger.pages({ consumer: 'nobody' }, { position: 1, order: 'asc' }, 5), []);
  });
}
