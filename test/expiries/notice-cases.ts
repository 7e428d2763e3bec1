import type { Test } from 'tap';
import { Secret } from '../../src/vault/secret.js';
import { startVault, type TestVault, temporaryFolder } from '../support/vault.js';
import type { DatabaseUnderTest } from '../vault/databases.js';
import { DAY, expiryWorld } from './world.js';

const ROBOT = { description: undefined, role: 'service', disabled: false } as const;

/** The notices of the ledger: whose end, and at which threshold. */
async function said({ entries }: Pick<TestVault, 'entries'>) {
  const notices = (await entries()).filter(({ action }) => action === 'expiry.notice');
  return notices.map(({ credential, account, subject, code }) =>
    [credential ?? subject, account, code].filter(word => word !== undefined).join(' '),
  );
}

/** What is said of ends that come near. */
export function noticeCases(t: Test, database: DatabaseUnderTest): void {
  const start = async (t: Test, options: Parameters<typeof expiryWorld>[1] = {}) =>
    await expiryWorld(t, { ...options, env: await database.env() });

  t.test('each threshold is said once, the narrowest alone where several were crossed at once', async t => {
    const { vault, clock, create } = await start(t);
    const { notices } = vault.vault;
    await create('acme', { secretExpiresAt: clock.now() + 100 * DAY });
    const steps: [days: number, code: string | undefined][] = [
      [100, undefined],
      [61, undefined],
      [60, 'client_secret_within_60_days'],
      [59, undefined],
      [30, 'client_secret_within_30_days'],
      [14, 'client_secret_within_14_days'],
      [13, undefined],
      [3, 'client_secret_within_7_days'],
      [0, 'client_secret_within_1_days'],
      [-20, undefined],
    ];
    let left = 100;
    let before: string[] = [];
    for (const [days, code] of steps) {
      clock.advance((left - days) * DAY);
      left = days;
      for (let n = 0; n < 2; n++) await notices.say();
      const now = await said(vault);
      t.strictSame(now.slice(before.length), code ? [`acme ${code}`] : [], `${days} days before`);
      before = now;
    }
    const [entry] = (await vault.entries()).filter(({ action }) => action === 'expiry.notice');
    t.match(entry, { outcome: 'ok', credential: 'acme', subject: /^auth_/, expires_at: clock.now() - 20 * DAY });
    t.equal(entry?.consumer, undefined, 'nobody asked for it');
  });

  t.test('of a new secret, and of an end that is later than was said, thresholds begin anew', async t => {
    const { vault, clock, create, replace } = await start(t);
    await create('acme', { secretExpiresAt: clock.now() + 40 * DAY });
    clock.advance(15 * DAY);
    await vault.vault.notices.say();
    t.strictSame(await said(vault), ['acme client_secret_within_30_days']);
    await replace('acme', { secret: new Secret('second'), secretExpiresAt: clock.now() + 90 * DAY });
    await vault.vault.notices.say();
    t.equal((await said(vault)).length, 1);
    clock.advance(65 * DAY);
    await vault.vault.notices.say();
    t.strictSame((await said(vault)).slice(1), ['acme client_secret_within_30_days']);
  });

  t.test('what is stored with less than a threshold left is said at once, once, and then at the next one', async t => {
    const { vault, admin, clock, create } = await start(t);
    const { notices, consumers } = vault.vault;
    const atOnce = async () => {
      const before = (await said(vault)).length;
      for (let n = 0; n < 2; n++) await notices.say();
      return (await said(vault)).slice(before);
    };
    await create('short', { secretExpiresAt: clock.now() + 10 * DAY });
    t.strictSame(await atOnce(), ['short client_secret_within_14_days'], 'one notice, not one for each threshold');
    await create('over', { secretExpiresAt: clock.now() - (clock.now() % DAY) });
    t.strictSame(await atOnce(), ['over client_secret_within_1_days'], 'what is over when it is stored too');
    await consumers.create(admin, 'robot', ROBOT);
    await consumers.createKey(admin, 'robot', clock.now() + 20 * DAY);
    t.strictSame(await atOnce(), [`robot consumer_key_within_30_days`]);
    clock.advance(4 * DAY);
    t.strictSame(await atOnce(), ['short client_secret_within_7_days']);
  });

  t.test('what ended long before anybody could say it is said once, and not again when it is forgotten', async t => {
    const { vault, admin, clock, create } = await start(t);
    const { notices } = vault.vault;
    const ofOff = async () => (await said(vault)).filter(text => text.startsWith('off'));
    await create('off', { secretExpiresAt: clock.now() + 80 * DAY });
    await vault.vault.credentials.setDisabled(admin, 'off', true);
    clock.advance(200 * DAY);
    await notices.say();
    t.strictSame(await ofOff(), []);
    await vault.vault.credentials.setDisabled(admin, 'off', false);
    await notices.round();
    t.strictSame(await ofOff(), ['off client_secret_within_1_days']);
    for (let n = 0; n < 3; n++) {
      clock.advance(70 * DAY);
      await notices.round();
    }
    t.equal((await ofOff()).length, 1);
  });

  t.test('what presses nobody, and a key made for a day, is not said', async t => {
    const { vault, admin, clock, create, link, connect } = await start(t);
    await create('off', { secretExpiresAt: clock.now() + 50 * DAY });
    await vault.vault.credentials.setDisabled(admin, 'off', true);
    await vault.vault.consumers.create(admin, 'robot', ROBOT);
    await vault.vault.consumers.createKey(admin, 'robot', clock.now() + DAY);
    await vault.vault.consumers.createKey(admin, 'svc', clock.now() + 20 * DAY);
    await link('second', { expiresIn: 30 * 86_400 });
    await connect();
    await vault.vault.notices.say();
    t.strictSame(await said(vault), []);
    clock.advance(6 * DAY + 1);
    await vault.vault.notices.say();
    t.strictSame(await said(vault), ['mail default refresh_token_within_1_days'], 'nobody used it');
  });

  t.test('a restart says nothing again', async t => {
    const env = await database.env();
    const dataDir = temporaryFolder(t);
    const { vault, clock, create } = await expiryWorld(t, { env, dataDir });
    await create('acme', { secretExpiresAt: clock.now() + 100 * DAY });
    clock.advance(75 * DAY);
    await vault.vault.notices.say();
    if (database.name === 'sqlite') await vault.close();
    const again = await startVault(t, { env, dataDir, overrides: { clock } });
    await again.vault.notices.say();
    t.strictSame(await said(again), ['acme client_secret_within_30_days']);
  });

  t.test('the log says it too, without the name of an account; many at once are said in several rounds', async t => {
    const { vault, clock, connect } = await start(t);
    for (const name of ['a', 'b', 'c']) await connect(`${name}@acme.example`);
    clock.advance(6 * DAY + 1);
    const lines: string[] = [];
    const keep = (fields: object, text: string) => void lines.push(JSON.stringify({ ...fields, text }));
    const log = { info: keep, warn: keep, error: keep };
    const { Notices } = await import('../../src/vault/notices.js');
    const { ledger } = vault.vault;
    await new Notices({ store: vault.store, ledger, clock, log }).say();
    t.equal((await said(vault)).length, 3);
    t.equal(lines.length, 3);
    t.match(JSON.parse(lines[0] ?? '{}'), {
      ...{ kind: 'refresh_token', credential: 'mail', threshold: 1, days_left: 0, estimated: true },
      text: 'Access of an account of mail ends on 2026-11-08',
    });
    t.notMatch(lines.join(), /@acme/);
    t.match(await vault.store.expiries.unsaid(clock.now() - 12 * 3_600_000, 2), { length: 0 });
  });
}

/** Two instances on one database. */
export function twoInstanceNoticeCases(t: Test, database: DatabaseUnderTest): void {
  t.test('two instances that look at the same moment say each threshold once', async t => {
    const env = await database.env();
    const { vault, clock, create } = await expiryWorld(t, { env });
    const two = await startVault(t, { env, dataDir: vault.config.dataDir, overrides: { clock } });
    for (let n = 0; n < 12; n++) await create(`acme-${n}`, { secretExpiresAt: clock.now() + 100 * DAY });
    for (const days of [75, 20]) {
      clock.advance(days * DAY);
      await Promise.all([vault, two, vault, two].map(one => one.vault.notices.say()));
    }
    const found = await said(vault);
    t.equal(found.length, 24);
    t.equal(new Set(found).size, 24);
    t.equal((await vault.vault.verify()).flaw, undefined, 'and the ledger is whole');
  });
}
