import { createPrivateKey, generatePrimeSync, type JsonWebKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Test } from 'tap';
import { createKeyPairs } from '../../src/crypto/certificates/key-pairs.js';
import type { PlainPair } from '../../src/crypto/certificates/pair.js';
import { readPem } from '../../src/crypto/certificates/pem.js';
import { readPfx } from '../../src/crypto/certificates/pfx.js';
import { makeSelfSigned } from '../../src/crypto/certificates/self-signed.js';
import { type KeyPairFile, UnusableKeyPair } from '../../src/vault/ports.js';
import { Secret } from '../../src/vault/secret.js';
import type { TestClock } from '../support/clock.js';
import { type KeyFiles, PASSWORD } from './files.js';

/** Real time, for openssl dated its certificates by it. */
const now = { now: () => Date.now() } as TestClock;

function pfx(files: KeyFiles, name: string, password = PASSWORD): KeyPairFile {
  return { pfx: files.pfx(name), password: new Secret(password) };
}

/** Here and now, without the process that reads what came from outside. */
async function read(file: KeyPairFile): Promise<PlainPair> {
  const password = file.password?.reveal();
  if ('pfx' in file) return await readPfx({ pfx: file.pfx, password: password ?? '' }, Date.now());
  return readPem({ certificate: file.certificate, privateKey: file.privateKey.reveal(), password }, Date.now());
}

/** The rule that a file breaks, as `field rule`. */
async function broken(reading: Promise<unknown>): Promise<string> {
  const error = await reading.catch((error: unknown) => error);
  return error instanceof UnusableKeyPair ? `${error.field} ${error.rule}` : String(error);
}

/** The same with the number of a month that there is not. */
function withoutDate(pem: string, which: 'notBefore' | 'notAfter'): string {
  const der = Buffer.from(new X509Certificate(pem).raw);
  // As UTCTime: two digits of the year, two of the month …
  const times = [...der.toString('latin1').matchAll(/\d{12}Z/g)];
  der.write('99', (times[which === 'notBefore' ? 0 : 1]?.index ?? 0) + 2, 'latin1');
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

function flipped(number: string): string {
  const bytes = Buffer.from(number, 'base64url');
  const at = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64url');
}

/** A key as if the product of two primes were one: each number follows from the others, and no signature is true. */
function ofNoPrimes(): JsonWebKey {
  const e = 65_537n;
  const prime = (bits: number) => generatePrimeSync(bits, { bigint: true });
  const [p, q] = [prime(520) * prime(520), prime(1024)];
  const d = inverse(e, (p - 1n) * (q - 1n));
  const text = (number: bigint) => {
    const hex = number.toString(16);
    return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
  };
  const parts = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  return { kty: 'RSA', ...Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, text(value)])) };
}

/** By Euclid's algorithm, extended. */
function inverse(of: bigint, modulus: bigint): bigint {
  let [rest, next, factor, other] = [modulus, of, 0n, 1n];
  while (next !== 0n) {
    const times = rest / next;
    [rest, next, factor, other] = [next, rest - times * next, other, factor - times * other];
  }
  return ((factor % modulus) + modulus) % modulus;
}

/** Key pairs as files bring them. */
export function readingCases(t: Test, files: KeyFiles): void {
  t.test(
    'a PKCS#12 file of today and of before gives its key, its certificate and those that vouch for it',
    async t => {
      const expected: [name: string, password: string, chain: number][] = [
        ['modern', PASSWORD, 2],
        ['legacy', PASSWORD, 2],
        ['windows', PASSWORD, 2],
        ['many-rounds', PASSWORD, 1],
        ['no-password', '', 1],
      ];
      for (const [name, password, chain] of expected) {
        const { certificate, privateKey } = await read(pfx(files, name, password));
        t.equal(certificate?.thumbprintSha1, files.thumbprint, name);
        t.equal(certificate?.subject, 'CN=mail-client');
        t.equal((certificate?.chain ?? '').split('BEGIN CERTIFICATE').length - 1, chain);
        t.match(privateKey, /^-----BEGIN PRIVATE KEY-----/);
      }
    },
  );

  t.test('certificate and key in PEM do as well, the key encrypted or not', async t => {
    const [certificate, plain, encrypted] = ['leaf.pem', 'leaf.key', 'leaf-encrypted.key'].map(files.pem);
    const readKey = async (key = '', password?: string) =>
      await read({
        certificate: certificate ?? '',
        privateKey: new Secret(key),
        ...(password === undefined ? {} : { password: new Secret(password) }),
      });
    t.equal((await readKey(plain)).certificate?.thumbprintSha1, files.thumbprint);
    t.equal((await readKey(encrypted, PASSWORD)).certificate?.thumbprintSha1, files.thumbprint);
  });

  t.test('what is wrong with a file is said by field and rule, each with a sentence of its own', async t => {
    const pem = (certificate: string, key: string, password?: string): KeyPairFile => ({
      certificate: files.pem(certificate),
      privateKey: new Secret(files.pem(key)),
      ...(password === undefined ? {} : { password: new Secret(password) }),
    });
    const flaws: [string, KeyPairFile][] = [
      ['password wrong_password', pfx(files, 'modern', 'wrong')],
      ['password wrong_password', pfx(files, 'legacy', 'wrong')],
      ['pfx expired', pfx(files, 'old', 'x')],
      ['pfx not_rsa', pfx(files, 'curve', 'x')],
      ['pfx no_private_key', pfx(files, 'no-key', 'x')],
      ['pfx not_pkcs12', { pfx: Buffer.alloc(5_000, 7).toString('base64'), password: new Secret('x') }],
      ['pfx not_pkcs12', { pfx: '', password: new Secret('x') }],
      ['private_key key_length', pem('short.pem', 'short.key')],
      ['private_key key_mismatch', pem('leaf.pem', 'root.key')],
      ['certificate expired', pem('old.pem', 'old.key')],
      ['password required', pem('leaf.pem', 'leaf-encrypted.key')],
      ['password wrong_password', pem('leaf.pem', 'leaf-encrypted.key', 'wrong')],
      ['private_key not_a_private_key', pem('leaf.pem', 'leaf.pem')],
      ['certificate holds_private_key', pem('leaf.key', 'leaf.key')],
      ['password required', pfx(files, 'modern', '')],
      ['password required', pfx(files, 'legacy', '')],
    ];
    for (const [rule, file] of flaws) t.equal(await broken(read(file)), rule);
  });

  t.test('a file given in the place of another is named, with what to give', async t => {
    const asPfx = (text: string | Buffer): KeyPairFile => ({
      pfx: Buffer.from(text).toString('base64'),
      password: new Secret(''),
    });
    const asPem = (certificate: string, key: string): KeyPairFile => ({ certificate, privateKey: new Secret(key) });
    const [certificate, key, request] = ['leaf.pem', 'leaf.key', 'leaf.csr'].map(files.pem) as [string, string, string];
    const base64 = (pem: string) => pem.replace(/-----[^-]+-----/g, '');
    const der = (name: string) => readFileSync(join(files.folder, name));
    const cases: [KeyPairFile, RegExp][] = [
      [asPfx(der('leaf.cer')), /^This is a certificate alone, in DER.* Give the PFX file .*exported together/],
      [asPfx(der('leaf-key.der')), /^This is a private key alone, in DER\. Give the PFX file/],
      [asPfx(certificate), /^This is a certificate in PEM: .* Give a PFX file that holds both, or /],
      [asPfx(key), /^This is a private key alone, in PEM\. Give a PFX file that holds both/],
      [asPfx(certificate + key), /^This is PEM, with .* each by itself\./],
      [asPfx(files.pfx('modern')), /^This is the base64 text of a PFX file\. Give the file itself\.$/],
      [asPfx(der('modern.pfx').subarray(0, 900)), /^This is no PKCS#12 file .* or it is damaged/],
      [asPem(der('modern.pfx').toString('utf8'), key), /^This is a PFX file .* Give it as the PFX file/],
      [asPem(files.pfx('legacy'), key), /^This is a PFX file .* Give it as the PFX file/],
      [asPem(der('leaf.cer').toString('utf8'), key), /^This is a certificate alone, in DER.*openssl x509 -inform der/],
      [asPem(base64(certificate), key), /^This is base64 without the lines/],
      [asPem(request, key), /^This is a request for a certificate .* Give the certificate that was made of it/],
      [asPem('Hello', key), /^There is no certificate in it\. .*-----BEGIN CERTIFICATE-----/],
      [asPem(certificate, certificate), /^This is a certificate in PEM: .* Give the private key/],
      [
        asPem(certificate, der('leaf-key.der').toString('utf8')),
        /^This is a private key alone.*openssl pkey -inform der/,
      ],
      [asPem(certificate, der('windows.pfx').toString('utf8')), /^This is a PFX file .* Give it as the PFX file/],
      [asPem(certificate, 'Hello'), /^The private key cannot be read\. Give it as PEM\.$/],
      [asPfx(der('modern.pfx')), /^The PFX file has a password\. Give it too/],
    ];
    for (const [file, says] of cases) t.match(await read(file).catch((error: Error) => error.message), says);
  });

  t.test('a file that counts to ten million is refused in bounds, and nobody else waits for it', async t => {
    t.equal(await broken(read(pfx(files, 'bomb', 'x'))), 'pfx too_costly');
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const inTime = createKeyPairs({ clock: now, longestMs: 20_000 });
    t.equal((await inTime.read(pfx(files, 'modern'))).certificate?.thumbprintSha1, files.thumbprint);
    const late = createKeyPairs({ clock: now, longestMs: 50 });
    t.equal(await broken(late.read(pfx(files, 'many-rounds'))), 'pfx too_costly', 'killed when its time is over');
    clearInterval(timer);
    t.ok(turns > 20, `the event loop went round ${turns} times meanwhile`);
  });

  t.test('a certificate whose dates cannot be read is none', async t => {
    const privateKey = new Secret(files.pem('leaf.key'));
    for (const which of ['notBefore', 'notAfter'] as const) {
      const certificate = withoutDate(files.pem('leaf.pem'), which);
      t.equal(await broken(read({ certificate, privateKey })), 'certificate not_a_certificate', which);
    }
  });

  t.test('a key whose numbers do not belong together is none, alone and with its certificate', async t => {
    const good = createPrivateKey(files.pem('leaf.key'));
    const numbers = good.export({ format: 'jwk' });
    const alone = async (jwk: JsonWebKey) => {
      const key = createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' });
      return { certificate: undefined, privateKey: new Secret(key.toString()) };
    };
    t.match(await read(await alone(numbers)), { privateKey: /^-----BEGIN PRIVATE KEY-----/ });
    for (const name of ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const) {
      const damaged = await alone({ ...numbers, [name]: flipped(numbers[name] ?? '') });
      t.equal(await broken(read(damaged)), 'private_key not_a_private_key', name);
    }
    t.equal(await broken(read(await alone(ofNoPrimes()))), 'private_key not_a_private_key', 'p is no prime');
    const pair = { ...(await alone({ ...numbers, d: flipped(numbers.d ?? '') })), certificate: files.pem('leaf.pem') };
    t.equal(await broken(read(pair)), 'private_key not_a_private_key');
  });

  t.test('the process that reads gives way to requests', async t => {
    const file = join(files.folder, 'priority.cjs');
    const answer = '{ pair: { privateKey: String(require("node:os").getPriority()) } }';
    writeFileSync(file, `process.once('message', () => process.send(${answer}));`);
    const { privateKey } = await createKeyPairs({ clock: now, process: pathToFileURL(file) }).read(
      pfx(files, 'modern'),
    );
    t.ok(Number(privateKey.reveal()) > 0, privateKey.reveal());
  });

  t.test('a key pair made here is read by OpenSSL, and its subject says what was asked for', async t => {
    const { certificate, privateKey } = await makeSelfSigned({ subject: 'Mail, "vault" + Ü', months: 13 }, Date.now());
    const own = new X509Certificate(certificate?.chain ?? '');
    t.ok(own.verify(own.publicKey), 'it signed itself');
    t.ok(own.checkPrivateKey(createPrivateKey(privateKey)));
    t.match(own.toLegacyObject().subject, { CN: 'Mail, "vault" + Ü' });
    const days = ((certificate?.notAfter ?? 0) - Date.now()) / 86_400_000;
    t.ok(days > 390 && days < 400, `${Math.round(days)} days`);
    t.notMatch(own.keyUsage?.join() ?? '', /1\.3\.6\.1\.5\.5\.7\.3\.1/, 'it serves no web site');
  });
}
