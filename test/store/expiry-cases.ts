import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Test } from 'tap';
import { migrate } from '../../src/store/migrations.js';
import type { Expiring } from '../../src/vault/expiry.js';
import type { Store } from '../../src/vault/store.js';
import { credentialInput, temporaryFolder } from '../support/vault.js';
import { openEngine } from './open.js';

const MIGRATIONS = new URL('../../migrations/', import.meta.url).pathname;
const NOW = Date.parse('2026-11-01T12:00:00Z');
const DAY = 86_400_000;

/** What ends, on each database. */
export function expiryCases(t: Test, open: (t: Test) => Promise<Store>): void {
  t.test('of one threshold of one end one of many writers says it, and what was mailed is noted', async t => {
    const store = await open(t);
    const input = credentialInput('https://login.example/token', { secretExpiresAt: NOW + 40 * DAY });
    await store.transaction(tx => tx.credentials.insert('acme', input, NOW));
    const later = NOW + 20 * DAY;
    const [notice, another] = await store.expiries.unsaid(later, 10);
    t.match(notice, { threshold: 30, expiring: { kind: 'client_secret', credential: 'acme', endsAt: NOW + 40 * DAY } });
    t.equal(another, undefined);
    if (!notice) return;
    const say = () => store.transaction(tx => tx.expiries.noteSaid(notice, later));
    const said = await Promise.all(Array.from({ length: 8 }, say));
    t.equal(said.filter(Boolean).length, 1);
    t.strictSame(await store.expiries.unsaid(later, 10), []);
    const waiting = async () => (await store.expiries.unmailed(later, 10)).map((one: Expiring) => one.credential);
    await store.expiries.noteMailed([{ ...notice.expiring, id: 'auth_another' }], later);
    t.strictSame(await waiting(), ['acme'], 'the mail was of another one');
    t.equal(await store.expiries.lastMailAt(), undefined);
    await store.expiries.noteMailed([notice.expiring], later + 1);
    t.strictSame(await waiting(), []);
    t.equal(await store.expiries.lastMailAt(), later + 1);
    await store.expiries.forget(NOW + 40 * DAY + 1);
    t.strictSame(
      await store.expiries.unsaid(NOW + 900 * DAY, 10),
      [{ ...notice, threshold: 1 }],
      'long over, not yet said',
    );
    t.equal(await store.expiries.lastMailAt(), later + 1, 'kept, for what it is of is there');
    await store.transaction(async tx => {
      const acme = await tx.credentials.find('acme');
      if (acme) await tx.credentials.remove(acme);
    });
    await store.expiries.forget(NOW + 40 * DAY + 1);
    t.equal(await store.expiries.lastMailAt(), undefined);
  });

  t.test('a calendar link is found by its hash until it is removed, and forgotten long after its end', async t => {
    const store = await open(t);
    const link = (id: string, expiresAt?: number) => ({ id, madeBy: 'ops', createdAt: NOW, expiresAt });
    await store.transaction(async tx => {
      await tx.expiries.insertLink(link('cal_b'), 'hash-b');
      await tx.expiries.insertLink(link('cal_a', NOW + DAY), 'hash-a');
    });
    t.strictSame(await store.expiries.links(), [link('cal_a', NOW + DAY), link('cal_b')]);
    t.strictSame(await store.expiries.findLink('hash-b'), link('cal_b'));
    t.equal(await store.expiries.findLink('hash-c'), undefined);
    t.equal(await store.transaction(tx => tx.expiries.removeLink('cal_b')), true);
    t.equal(await store.transaction(tx => tx.expiries.removeLink('cal_b')), false);
    await store.expiries.forget(NOW + DAY + 1);
    t.strictSame(await store.expiries.links(), []);
  });
}

/** A database from before dates were kept beside what ends. */
export function expiryMigrationCases(t: Test, database: () => Promise<string | undefined>): void {
  t.test('what was stored before has its end after the migration', async t => {
    const folder = temporaryFolder(t);
    const engine = openEngine(folder, await database());
    t.teardown(() => engine.close());
    const older = join(folder, 'migrations');
    cpSync(MIGRATIONS, older, { recursive: true });
    for (const file of readdirSync(older)) if (file >= '0011') rmSync(join(older, file));
    await migrate(engine, older);
    const run = (text: string) => sql.raw(text).execute(engine.writer);
    const fields =
      'id, grant_type, client_id, scope, authorization_params, token_params, disabled, version, created_at, updated_at, token_url';
    const urls = {
      entra: 'https://login.microsoftonline.com/x/oauth2/v2.0/token',
      robot: 'https://oauth2.googleapis.com/token',
      own: 'https://own.example/token',
    };
    for (const [id, url] of Object.entries(urls)) {
      await run(
        `INSERT INTO credentials (${fields}) VALUES ('${id}', 'authorization_code', 'c', 's', '{}', '{}', 0, 1, 1, 1, '${url}')`,
      );
      await run(
        `INSERT INTO accounts (credential, account, state, fail_count) VALUES ('${id}', 'default', 'connected', 0)`,
      );
      await run(`INSERT INTO grants (id, credential, account, kind, generation, refresh_token, scopes, origin, client_id, obtained_at, used_at)
        VALUES ('grant_${id}', '${id}', 'default', 'current', 'g', 'sealed', 's', 'o', 'c', ${NOW - DAY}, ${NOW})`);
    }
    const auths: [id: string, credential: string, method: string, secret: number | null, certificate: string | null][] =
      [
        ['dated', 'entra', 'client_secret_post', NOW + 9 * DAY, null],
        ['undated', 'own', 'client_secret_basic', null, null],
        ['endless', 'robot', 'client_secret_post', null, null],
        [
          'signed',
          'entra',
          'private_key_jwt',
          null,
          JSON.stringify({ chain: 'pem', notAfter: NOW + 8 * DAY, subject: "CN='x'" }),
        ],
      ];
    for (const [id, credential, method, secret, certificate] of auths) {
      const text = certificate === null ? 'NULL' : `'${certificate.replaceAll("'", "''")}'`;
      await run(`INSERT INTO client_auths (id, credential, method, secret_expires_at, certificate, active, created_at)
        VALUES ('${id}', '${credential}', '${method}', ${secret ?? 'NULL'}, ${text}, 1, ${NOW})`);
    }
    await migrate(engine);
    const ends = await engine.reader
      .selectFrom('client_auths')
      .select(['id', 'ends_at', 'ends_estimated', 'proof_at'])
      .orderBy('id')
      .execute();
    t.strictSame(ends, [
      { id: 'dated', ends_at: NOW + 9 * DAY, ends_estimated: 0, proof_at: NOW },
      { id: 'endless', ends_at: null, ends_estimated: 0, proof_at: NOW },
      { id: 'signed', ends_at: NOW + 8 * DAY, ends_estimated: 0, proof_at: NOW },
      { id: 'undated', ends_at: NOW + 365 * DAY, ends_estimated: 1, proof_at: NOW },
    ]);
    const grants = await engine.reader.selectFrom('grants').select(['id', 'idle_ends_at']).orderBy('id').execute();
    t.strictSame(grants, [
      { id: 'grant_entra', idle_ends_at: NOW + 90 * DAY },
      { id: 'grant_own', idle_ends_at: NOW + 7 * DAY },
      { id: 'grant_robot', idle_ends_at: NOW + 180 * DAY },
    ]);
  });
}
