import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { build } from '../../src/app.js';
import { createMasterKeyFile } from '../../src/crypto/master-key.js';
import { openFile } from '../../src/store/sqlite-file.js';
import { temporaryFolder, testConfig } from '../support/vault.js';
import { fill, type RunningVault, startRunningVault } from './running-vault.js';
import { run, words } from './terminal.js';

/** Changes the database behind the vault's back. */
function tamper(folder: string, sql: string): void {
  const database = openFile(join(folder, 'tokenwell.db'));
  database.exec(sql);
  database.close();
}

/** A folder in which a vault has served once and serves no more. */
async function laid(t: Test): Promise<string> {
  const folder = temporaryFolder(t);
  const app = await build(testConfig(folder), { logTo: { write: () => undefined } });
  await app.close();
  return folder;
}

/** What was done to the consumer admin, and what the recovery says and records of it. */
const LOST = [
  { done: [], says: /1 earlier key of admin ended/, code: undefined },
  { done: ['replace admin --role service'], says: /it is an enabled admin again/, code: 'restored' },
  { done: ['disable admin'], says: /it is an enabled admin again/, code: 'restored' },
  { done: ['delete admin'], says: /had been deleted; it is there again/, code: 'recreated' },
];

async function recover(vault: RunningVault): Promise<{ key: string; err: string }> {
  const { TOKENWELL_DATA_DIR } = vault.variables;
  const { code, out, err } = await run(words('consumer key admin --offline'), { TOKENWELL_DATA_DIR });
  if (code !== 0) throw new Error(err);
  return { key: out.trim(), err };
}

export function offlineCases(t: Test): void {
  t.test('a ledger is verified beside the running vault, and its heads are kept', async t => {
    const vault = await startRunningVault(t);
    const key = await fill(vault);
    await vault.must(words('token mail'), { key });
    const heads = join(vault.folder, 'heads.json');
    const text = await vault.must(['ledger', 'verify', '--save-heads', heads]);
    t.match(
      text,
      /^The ledger is whole: \d+ pages with \d+ entries\.\n\nHeads.*\nWRITER +PAGE +MAC\n[0-9a-f]{16} +\d+ +[0-9a-f]{64}\n$/,
    );
    t.match(JSON.parse(readFileSync(heads, 'utf8')), [{ writer: String, seq: Number, mac: String }]);
    await vault.must(words('token mail'), { key });
    const again = JSON.parse(await vault.must(['ledger', 'verify', '--anchor', heads, '--json']));
    t.match(again, { heads: [{ writer: String }], pages: Number });
    t.notOk(again.flaw);
  });

  t.test('D6: a changed page ends with 4, is named with its entries, and its heads are not kept', async t => {
    const vault = await startRunningVault(t);
    await fill(vault);
    tamper(vault.folder, `update ledger_pages set body = replace(body, 'mail', 'liam') where seq = 3`);
    const heads = join(vault.folder, 'heads.json');
    const { code, out, err } = await run(['ledger', 'verify', '--save-heads', heads], vault.variables);
    t.equal(code, 4);
    t.match(
      out,
      /^The ledger has a flaw\.[\s\S]*first bad page +3 of writer \w+\nwhat is wrong +a page was changed[\s\S]*credential\.create +ok +admin +liam\n$/,
    );
    t.match(err, /not saved/);
    t.notOk(existsSync(heads));
    const answer = await run(words('ledger verify --json'), vault.variables);
    t.equal(answer.code, 4);
    t.match(JSON.parse(answer.out), {
      flaw: { seq: 3, kind: 'page_changed', entries: [{ action: 'credential.create' }] },
    });
  });

  t.test('D6: a cut at the end is seen with the anchor alone', async t => {
    const vault = await startRunningVault(t);
    await fill(vault);
    const anchor = JSON.stringify(JSON.parse(await vault.must(words('ledger verify --json'))).heads);
    tamper(vault.folder, 'delete from ledger_pages where seq = (select max(seq) from ledger_pages)');
    t.equal((await run(words('ledger verify'), vault.variables)).code, 0, 'without it');
    const { code, out } = await run(words('ledger verify --anchor -'), vault.variables, { input: anchor });
    t.equal(code, 4);
    t.match(out, /pages that were there before are gone[\s\S]*None of its entries can be read/);
  });

  t.test('a lost admin key is replaced beside the running vault, which heeds it at once', async t => {
    for (const { done, says, code } of LOST) {
      const vault = await startRunningVault(t);
      await fill(vault);
      await vault.must(words('consumer create root --role admin'));
      const root = (await vault.must(words('consumer key root'))).trim();
      await vault.must(words('consumer permit admin mail'));
      await vault.must(words('token mail'));
      for (const line of done) await vault.must(words(`consumer ${line}`), { key: root });
      const { key, err } = await recover(vault);
      t.match(err, says);
      t.equal(
        (await run(words('token mail'), vault.variables)).code,
        1,
        'the earlier key draws no more, even from memory',
      );
      t.match(await vault.must(['me'], { key }), /consumer +admin\nrole +admin\n/);
      await vault.must(words('consumer create made-by-the-new-key'), { key });
      const [entry] = JSON.parse(await vault.must(words('ledger list --action key.recover --json'), { key })).items;
      t.match(entry, { subject: 'admin', outcome: 'ok', request_id: 'offline' });
      t.equal(entry.code, code);
      t.notOk('consumer' in entry, 'nobody called');
      await vault.must(words('ledger verify'));
    }
  });

  t.test('without a database nothing is made', async t => {
    const folder = join(temporaryFolder(t), 'none');
    for (const line of ['ledger verify', 'consumer key admin --offline', 'migrate']) {
      const { code, err } = await run(words(line), { TOKENWELL_DATA_DIR: folder });
      t.match({ code, err }, { code: 1, err: /^tokenwell: There is no database at .*TOKENWELL_DATA_DIR\.\n$/ }, line);
    }
    t.notOk(existsSync(folder));
  });

  t.test('a start that is refused ends with 1 and one sentence', async t => {
    const vault = await startRunningVault(t);
    const other = await laid(t);
    const wrongKey = join(other, 'wrong.key');
    createMasterKeyFile(wrongKey);
    const newer = await laid(t);
    tamper(
      newer,
      `update meta set min_reader = 9999; update kysely_migration set name = '9999_later' where name like '0001%'`,
    );
    const file = join(other, 'file');
    writeFileSync(file, '');
    for (const [says, variables] of [
      [/already serves .*tokenwell\.db/, { TOKENWELL_DATA_DIR: vault.folder }],
      [/wants the master key with the id \w{16}/, { TOKENWELL_DATA_DIR: other, TOKENWELL_MASTER_KEY_FILE: wrongKey }],
      [/has schema version 9999/, { TOKENWELL_DATA_DIR: newer }],
      [/cannot be used \(ENOTDIR\)/, { TOKENWELL_DATA_DIR: join(file, 'data') }],
    ] as const) {
      const { code, out, err } = await run(['serve'], variables);
      t.match({ code, out, err }, { code: 1, out: '', err: says });
      t.equal(err.trimEnd().split('\n').length, 1, err);
      t.notMatch(err, / at .*:\d+/, 'no stack');
    }
  });

  t.test('a database that does not answer ends with 3, and its password is not shown', async t => {
    for (const line of ['serve', 'migrate', 'ledger verify', 'consumer key admin --offline']) {
      const variables = {
        TOKENWELL_DATA_DIR: temporaryFolder(t),
        TOKENWELL_DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/vault',
      };
      const { code, err } = await run(words(line), variables);
      t.match({ code, err }, { code: 3, err: /database cannot be used[\s\S]*ECONNREFUSED/ }, line);
      t.notMatch(err, 'hunter2');
    }
  });

  t.test('migrate says which steps it applied', async t => {
    const folder = await laid(t);
    const variables = { TOKENWELL_DATA_DIR: folder };
    t.match(await run(['migrate'], variables), { code: 0, out: /up to date; nothing was applied/ });
    const empty = temporaryFolder(t);
    openFile(join(empty, 'tokenwell.db')).close();
    const { code, out } = await run(['migrate'], { TOKENWELL_DATA_DIR: empty });
    t.match({ code, out }, { code: 0, out: /^Applied:\n {2}0001_init\n/ });
  });
}
