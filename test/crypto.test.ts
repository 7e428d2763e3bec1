import { createSecretKey, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openEnvelope, SealError, sealEnvelope } from '../src/crypto/envelope.js';
import { createKeyRows, KeyRingError, openKeyRing } from '../src/crypto/key-ring.js';
import { createMasterKeyFile, MasterKeyError, readMasterKeyFile } from '../src/crypto/master-key.js';
import type { Place } from '../src/vault/ports.js';
import { placeOf, SECRET_VALUE, type SealedField, TOKEN_VALUE } from '../src/vault/sealed-fields.js';
import { Secret } from '../src/vault/secret.js';
import { macByHand, openByHand, sealByHand } from './crypto/by-hand.js';
import * as frozen from './crypto/frozen.js';
import { badFiles, FIXED_MASTER_KEY, modes } from './crypto/master-keys.js';
import { everyPlace } from './crypto/places.js';
import { copyRows, newMaster, newRing, rawKey, rowOf } from './crypto/rings.js';
import { flippedBits, lengthened, otherBytes, respelled, truncated } from './crypto/tampering.js';

const REFUSAL = 'This sealed value does not open here.';
const HERE = placeOf(SECRET_VALUE, {
  id: 's1',
  client_auth: 'a1',
  credential: 'c1',
  client_id: 'client',
  method: 'client_secret_post',
  token_url: 'https://idp.example/token',
  revocation_url: '',
  issuer: '',
  version: 1,
});

/** Whether it is the one error, with the one message and nothing else to learn from. */
function isRefusal(error: unknown): boolean {
  return error instanceof SealError && error.message === REFUSAL && error.cause === undefined;
}

/** How many of the inputs were refused with the one error, and those that were not. */
function refusals(inputs: Iterable<string>, open: (sealed: string) => unknown): { tried: number; others: string[] } {
  const others: string[] = [];
  let tried = 0;
  for (const input of inputs) {
    tried += 1;
    try {
      open(input);
      others.push(`opened: ${input}`);
    } catch (error) {
      if (!isRefusal(error)) others.push(`${error}: ${input}`);
    }
  }
  return { tried, others };
}

function fixedMaster(t: Test, text = `${FIXED_MASTER_KEY}\n`) {
  const path = join(t.testdir(), 'master.key');
  writeFileSync(path, text, { mode: 0o400 });
  return { path, master: readMasterKeyFile(path) };
}

t.test('an envelope is as documented: known answer, and the same from a second implementation', async t => {
  const { key, kid, context, plain, sealed } = frozen.envelope;
  const keyObject = createSecretKey(key);
  t.equal(
    sealEnvelope({ kid, key: keyObject }, context, Buffer.from(plain), () => frozen.nonce),
    sealed,
  );
  t.equal(await sealByHand({ key, kid, iv: frozen.nonce, context, plain }), sealed);
  t.equal(openEnvelope(() => keyObject, context, sealed).toString(), plain);
});

t.test('values, key rows and page MACs of version 1 are understood for ever', async t => {
  const { master } = fixedMaster(t);
  t.equal(master.id, frozen.masterId);
  const ring = openKeyRing({ master, deployment: 'deployment-1', rows: frozen.rows });
  t.equal(ring.sealer.open(frozen.token.place, frozen.token.sealed).reveal(), frozen.token.plain);
  t.equal(ring.chain.mac(...frozen.page.parts), frozen.page.mac);
  t.equal(await macByHand(frozen.ledgerKey, frozen.page.parts), frozen.page.mac);
});

t.test('what is sealed now has the documented format', async t => {
  const { master } = fixedMaster(t);
  const { sealer } = openKeyRing({ master, deployment: 'deployment-1', rows: frozen.rows });
  const sealed = sealer.seal(frozen.token.place, new Secret('plain'));
  const plain = await openByHand({ key: frozen.dataKey, context: frozen.token.context, sealed });
  t.equal(Buffer.from(plain).toString(), 'plain');
  t.equal(Buffer.from(sealed, 'base64url').toString('hex', 0, 10), '0101dddddddddddddddd');
});

t.test('any text comes back as it went in', async t => {
  const { sealer } = newRing(t, 'd').ring;
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constant(''), fc.constant('\ufeffa\0'));
  const place = fc.record<Place>({
    table: fc.string(),
    field: fc.string(),
    row: fc.array(fc.string(), { maxLength: 4 }),
    version: fc.string(),
  });
  let tried = 0;
  const property = fc.property(place, place, text, (here, there, plain) => {
    tried += 1;
    const sealed = sealer.seal(here, new Secret(plain));
    const comesBack = sealer.open(here, sealed).reveal() === plain;
    const same = JSON.stringify(here) === JSON.stringify(there);
    return comesBack && (same || refusals([sealed], value => sealer.open(there, value)).others.length === 0);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 1000 }));
  t.comment(`${tried} texts and pairs of places tried`);
});

t.test('a text that UTF-8 cannot hold is refused, not changed', async t => {
  const { sealer } = newRing(t, 'd').ring;
  t.throws(() => sealer.seal(HERE, new Secret('a\ud83d')), TypeError);
  t.equal(sealer.open(HERE, sealer.seal(HERE, new Secret('\ud83d\udd11'))).reveal(), '🔑');
});

t.test('D1, D2: a value opens at its own place and nowhere else, the full matrix', async t => {
  const { master, rows } = newRing(t, 'one');
  const twin = copyRows(master, rows, 'one', 'two');
  const sealers = [
    openKeyRing({ master, deployment: 'one', rows }).sealer,
    openKeyRing({ master, deployment: 'two', rows: twin }).sealer,
  ];
  const spots = sealers.flatMap(sealer => everyPlace().map(place => ({ sealer, place })));
  const sealed = spots.map(({ sealer, place }, index) => sealer.seal(place, new Secret(`secret ${index}`)));
  let moved = 0;
  for (const [at, { sealer, place }] of spots.entries()) {
    const foreign = sealed.filter((_, index) => index !== at);
    const { tried, others } = refusals(foreign, value => sealer.open(place, value));
    if (others.length > 0) t.fail(`${JSON.stringify(place)}: ${others}`);
    if (sealer.open(place, sealed[at] ?? '').reveal() !== `secret ${at}`) t.fail(`${JSON.stringify(place)}: lost`);
    moved += tried;
  }
  t.equal(moved, spots.length * (spots.length - 1));
  t.comment(`${spots.length} places, ${moved} moves tried`);
});

t.test('D4, D5: whatever is done to an envelope, there is one error and one message', async t => {
  const { sealer } = newRing(t, 'd').ring;
  let count = 0;
  for (const plain of ['', 'a', 'ab', 'abc', 'a refresh token of some length']) {
    const sealed = sealer.seal(HERE, new Secret(plain));
    const spoiled = { flippedBits, respelled, truncated, lengthened };
    for (const [name, spoil] of Object.entries(spoiled)) {
      const { tried, others } = refusals(spoil(sealed), value => sealer.open(HERE, value));
      t.ok(tried > 10);
      t.strictSame(others, [], `${name}, ${plain.length} characters`);
      count += tried;
    }
  }
  t.comment(`${count} spoiled envelopes tried`);
});

t.test('D5: unknown version, suite and key id fail closed, and plain text is never taken', async t => {
  const { sealer } = newRing(t, 'd').ring;
  const sealed = sealer.seal(HERE, new Secret('a secret'));
  for (const [index, name] of ['version', 'suite', 'key id'].entries()) {
    const { tried, others } = refusals(otherBytes(sealed, index), value => sealer.open(HERE, value));
    t.equal(tried, 255);
    t.strictSame(others, [], name);
  }
  const stranger = newRing(t, 'd').ring.sealer;
  const inputs = ['', 'a secret', 'plain:a secret', '{}', 'AQ', 'A'.repeat(80), stranger.seal(HERE, new Secret('a'))];
  t.strictSame(refusals(inputs, value => sealer.open(HERE, value)).others, []);
});

t.test('spelling, version, suite and length are checked before a key is looked for', async t => {
  const { sealed, context } = frozen.envelope;
  const asked: string[] = [];
  const keyOf = (kid: string) => {
    asked.push(kid);
    return undefined;
  };
  for (const index of [0, 1]) refusals(otherBytes(sealed, index), value => openEnvelope(keyOf, context, value));
  const tooShort = Array.from({ length: 50 }, (_, length) => sealed.slice(0, length));
  refusals([...respelled(sealed.slice(0, 50)), ...tooShort], value => openEnvelope(keyOf, context, value));
  t.strictSame(asked, []);
  refusals([sealed], value => openEnvelope(keyOf, context, value));
  t.strictSame(asked, [frozen.envelope.kid]);
});

t.test('a key id of another form is refused before anything is sealed', async t => {
  const key = createSecretKey(randomBytes(32));
  for (const kid of ['', 'abc', 'ABCDEF0123456789', 'g123456789abcdef', '0123456789abcdef0']) {
    t.throws(() => sealEnvelope({ kid, key }, ['label'], Buffer.from('a')), TypeError, kid);
  }
});

t.test('10,000 values of one place have 10,000 nonces', async t => {
  const { sealer } = newRing(t, 'd').ring;
  const nonces = new Set<string>();
  for (let index = 0; index < 10_000; index += 1) {
    const bytes = Buffer.from(sealer.seal(HERE, new Secret('the same')), 'base64url');
    nonces.add(bytes.toString('hex', 10, 22));
  }
  t.equal(nonces.size, 10_000);
});

t.test('a place needs every column of its row', async t => {
  t.strictSame(placeOf(TOKEN_VALUE, { credential: 'c', account: 'a', scope: '', token_id: 7 }), {
    table: 'tokens',
    field: 'value',
    row: ['c', 'a', ''],
    version: '7',
  });
  const field: SealedField = TOKEN_VALUE;
  const whole: Record<string, string | number> = { credential: 'c', account: 'a', scope: 's', token_id: 't' };
  for (const column of Object.keys(whole)) {
    const row = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== column));
    t.throws(() => placeOf(field, row), TypeError, `without ${column}`);
    t.throws(() => placeOf(field, { ...row, [column]: Number.NaN }), TypeError, `${column} is no number`);
  }
});

t.test('the chain tells apart what only differs in where its parts begin', async t => {
  const { chain } = newRing(t, 'd').ring;
  const lists = [[], [''], ['', ''], ['ab'], ['a', 'b'], ['', 'ab'], ['ab', ''], ['b', 'a'], ['a', 'b', '']];
  t.equal(new Set(lists.map(parts => chain.mac(...parts))).size, lists.length);
  t.match(chain.mac('a'), /^[0-9a-f]{64}$/);
  t.not(chain.mac('a'), newRing(t, 'd').ring.chain.mac('a'), 'another ring, another chain');
});

t.test('a key ring has one random key for each purpose', async t => {
  const master = newMaster(t);
  const make = () => createKeyRows({ master, deployment: 'd', now: 42 });
  const rows = make();
  t.match(rows, [
    { kid: /^[0-9a-f]{16}$/, purpose: 'data', masterId: master.id, state: 'active', createdAt: 42 },
    { kid: /^[0-9a-f]{16}$/, purpose: 'ledger', masterId: master.id, state: 'active', createdAt: 42 },
  ]);
  const keys = [...rows, ...make()].map(row => rawKey(master, 'd', row).toString('hex'));
  t.equal(new Set(keys).size, 4);
  t.ok(keys.every(key => /^[0-9a-f]{64}$/.test(key) && !JSON.stringify(rows).includes(key)));
});

t.test('a wrong master key is named before anything else is looked at', async t => {
  const { master, rows } = newRing(t, 'd');
  const other = newMaster(t);
  const spoiled = rows.map(row => ({ ...row, wrapped: 'rubbish' }));
  for (const given of [rows, spoiled, [...rows, ...createKeyRows({ master: other, deployment: 'd', now: 0 })]]) {
    t.throws(() => openKeyRing({ master: other, deployment: 'd', rows: given }), {
      name: 'MasterKeyError',
      fault: 'other_key',
      message: new RegExp(`wants the master key with the id ${master.id}; the one given has the id ${other.id}\\.`),
    });
  }
});

t.test('D1, D5: a key row that was changed, moved or relabelled does not open', async t => {
  const { master, rows } = newRing(t, 'd');
  const [data, ledger] = [rowOf(rows, 'data'), rowOf(rows, 'ledger')];
  const short = sealEnvelope(
    { kid: master.id, key: master.key },
    ['tokenwell wrapped key v1', 'd', data.kid, 'data'],
    Buffer.alloc(16),
  );
  const changed = {
    'another deployment': { deployment: 'e', rows },
    'wrapped keys exchanged': {
      rows: [
        { ...data, wrapped: ledger.wrapped },
        { ...ledger, wrapped: data.wrapped },
      ],
    },
    'purposes exchanged': {
      rows: [
        { ...data, purpose: 'ledger' as const },
        { ...ledger, purpose: 'data' as const },
      ],
    },
    'another key id': { rows: [{ ...data, kid: '0'.repeat(16) }, ledger] },
    'a sealed value for a key': { rows: [{ ...data, wrapped: frozen.token.sealed }, ledger] },
    'a key of 128 bits': { rows: [{ ...data, wrapped: short }, ledger] },
    'an empty key': { rows: [{ ...data, wrapped: '' }, ledger] },
    'no rows': { rows: [] },
    'no active key': { rows: [{ ...data, state: 'decrypt' as const }, ledger] },
    'no ledger key': { rows: [data] },
    'two active keys': { rows: [data, { ...data }, ledger] },
  };
  for (const [name, ring] of Object.entries(changed)) {
    t.throws(() => openKeyRing({ master, deployment: 'd', ...ring }), KeyRingError, name);
  }
});

t.test('a retired key opens what it sealed and seals nothing more', async t => {
  const { master, rows, ring } = newRing(t, 'd');
  const old = ring.sealer.seal(HERE, new Secret('old'));
  const fresh = rowOf(createKeyRows({ master, deployment: 'd', now: 1 }), 'data');
  const rotated = rows.map(row => (row.purpose === 'data' ? { ...row, state: 'decrypt' as const } : row));
  const { sealer } = openKeyRing({ master, deployment: 'd', rows: [...rotated, fresh] });
  t.equal(sealer.open(HERE, old).reveal(), 'old');
  const sealed = sealer.seal(HERE, new Secret('new'));
  t.equal(Buffer.from(sealed, 'base64url').toString('hex', 2, 10), fresh.kid);
  t.throws(() => ring.sealer.open(HERE, sealed), SealError);
});

t.test('a new master key file is a random key on one line, for its owner only', async t => {
  const path = join(t.testdir(), 'master.key');
  const made = createMasterKeyFile(path);
  t.match(readFileSync(path, 'utf8'), /^twm1_[A-Za-z0-9_-]{43}\n$/);
  t.equal(statSync(path).mode & 0o777, 0o400);
  const read = readMasterKeyFile(path);
  t.equal(read.id, made.id);
  t.ok(read.key.equals(made.key));
  t.equal(read.key.symmetricKeySize, 32);
  const before = readFileSync(path, 'utf8');
  t.throws(() => createMasterKeyFile(path), { name: 'MasterKeyError', fault: 'already_exists' });
  t.equal(readFileSync(path, 'utf8'), before, 'never overwritten');
  t.not(createMasterKeyFile(`${path}.2`).id, made.id);
  t.throws(() => createMasterKeyFile(join(path, 'below', 'a', 'file')), { code: 'ENOTDIR' });
});

t.test('D17: a weak, cut or foreign master key is refused with its own sentence', async t => {
  const path = join(t.testdir(), 'master.key');
  for (const { title, text, fault, says } of badFiles) {
    writeFileSync(path, text, { mode: 0o400 });
    t.throws(() => readMasterKeyFile(path), { name: 'MasterKeyError', fault, message: says }, title);
    const message = messageOf(() => readMasterKeyFile(path));
    t.ok(
      message.includes(path) && !message.includes(text.trim().slice(5, 20) || '\0'),
      `${title}: names the path only`,
    );
  }
  t.comment(`${badFiles.length} bad keys tried`);
});

t.test('D17: a master key that is missing or no file is refused', async t => {
  const folder = t.testdir();
  mkdirSync(join(folder, 'a-folder'), 0o700);
  t.throws(() => readMasterKeyFile(join(folder, 'none')), {
    fault: 'missing',
    message: /There is no master key file at/,
  });
  t.throws(() => readMasterKeyFile(join(folder, 'a-folder')), { fault: 'not_a_file', message: /not a regular file/ });
  t.throws(() => readMasterKeyFile(join(folder, 'a\0b')), { fault: 'unreadable', message: /cannot be read \(\w+\)/ });
});

t.test(
  'D17: a master key that others may read or the group may change is refused, with the command that helps',
  async t => {
    const { path } = fixedMaster(t);
    for (const [mode, taken] of modes) {
      chmodSync(path, mode);
      const name = mode.toString(8);
      if (taken) t.equal(readMasterKeyFile(path).id, frozen.masterId, name);
      else
        t.throws(
          () => readMasterKeyFile(path),
          { fault: 'exposed', message: /\(mode 0\d{3}\)\. Run: chmod 0400 \// },
          name,
        );
    }
  },
);

t.test('a file without its newline, or with that of Windows, is read', async t => {
  for (const end of ['', '\n', '\r\n']) t.equal(fixedMaster(t, FIXED_MASTER_KEY + end).master.id, frozen.masterId);
});

t.test('keys do not print', async t => {
  const { master, rows, ring } = newRing(t, 'd');
  const printed = `${inspect({ master, ring }, { depth: 9, showHidden: true })} ${JSON.stringify({ master, ring })}`;
  const keys = [master.key.export(), ...rows.map(row => rawKey(master, 'd', row))];
  t.ok(keys.every(key => !printed.includes(key.toString('hex')) && !printed.includes(key.toString('base64url'))));
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof MasterKeyError) return error.message;
    throw error;
  }
  return '';
}
