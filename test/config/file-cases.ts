import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { readConfig } from '../../src/config.js';
import { picturable } from '../../src/console/address.js';
import { type Authority, createAuthority } from '../support/certificates.js';
import { mistakesOf } from './cases.js';

const [CERT, KEY, CA] = ['TOKENWELL_TLS_CERT_FILE', 'TOKENWELL_TLS_KEY_FILE', 'TOKENWELL_CA_FILE'] as const;
const LOGO = 'TOKENWELL_BRAND_LOGO_FILE';

function cutOff(pem: string): string {
  const lines = pem.trim().split('\n');
  return [...lines.slice(0, 2), lines.at(-1), ''].join('\n');
}

/** Files that variables name: looked into before anything is made, so that all mistakes are told together. */
export function fileCases(t: Test): void {
  const authority = createAuthority();
  const skip = authority ? false : 'there is no openssl command';
  t.teardown(() => authority?.remove());

  t.test('TLS needs both files, and both must be readable', { skip }, async t => {
    const pair = (authority as Authority).issue('vault.example');
    const folder = t.testdir({ 'cert.pem': pair.cert, 'key.pem': pair.key });
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const tls = { [CERT]: cert, [KEY]: key };
    t.match(readConfig({ ...tls, TOKENWELL_HOST: 'vault.example' }), {
      tls: { certFile: cert, keyFile: key },
      publicUrl: 'https://vault.example:8080',
    });
    t.ok(Object.isFrozen(readConfig(tls).tls));
    t.match(
      mistakesOf(() => readConfig({ ...tls, TOKENWELL_HOST: '0.0.0.0' })),
      [/^TOKENWELL_PUBLIC_URL is not set; allowed: the https:\/\/ address that browsers use/],
    );
    for (const name of [CERT, KEY]) {
      const half = Object.fromEntries(Object.entries(tls).filter(([other]) => other !== name));
      t.match(
        mistakesOf(() => readConfig(half)),
        [new RegExp(`^${name} is not set; allowed: .* go together\\.$`)],
      );
    }
    t.strictSame(
      mistakesOf(() => readConfig({ TOKENWELL_HOST: 'vault.example', ...tls, [KEY]: '/no/such/key.pem' })),
      [`${KEY} names /no/such/key.pem, which cannot be read (ENOENT); allowed: a file that this user may read.`],
    );
  });

  t.test('a certificate or key that is none is told with variable, file, flaw and cure', { skip }, async t => {
    const { ca, issue } = authority as Authority;
    const [pair, other] = [issue('vault.example'), issue('other.example')];
    const locked = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n';
    const files = { cert: pair.cert, key: pair.key, other: other.key, ca, locked, empty: '', text: 'hello' };
    const folder = t.testdir({
      ...files,
      halfCert: cutOff(pair.cert),
      halfKey: cutOff(pair.key),
      bundle: ca + cutOff(ca),
    });
    const at = (name: string) => join(folder, name);
    const chain = "; allowed: the server's certificate and then";
    const key =
      '; allowed: the private key of the certificate in PEM (-----BEGIN PRIVATE KEY-----), without a passphrase.';
    const cases: [variables: Record<string, string>, says: string][] = [
      [
        { [CERT]: at('text'), [KEY]: at('key') },
        `${CERT} names ${at('text')}, which holds no certificate in PEM${chain}`,
      ],
      [
        { [CERT]: at('empty'), [KEY]: at('key') },
        `${CERT} names ${at('empty')}, which holds no certificate in PEM${chain}`,
      ],
      [
        { [CERT]: at('key'), [KEY]: at('key') },
        `${CERT} names ${at('key')}, which holds no certificate in PEM${chain}`,
      ],
      [
        { [CERT]: at('halfCert'), [KEY]: at('key') },
        `${CERT} names ${at('halfCert')}, whose certificate is broken off`,
      ],
      [
        { [CERT]: at('cert'), [KEY]: at('cert') },
        `${KEY} names ${at('cert')}, which holds no private key in PEM${key}`,
      ],
      [{ [CERT]: at('cert'), [KEY]: at('halfKey') }, `${KEY} names ${at('halfKey')}, whose private key is broken off`],
      [
        { [CERT]: at('cert'), [KEY]: at('locked') },
        `${KEY} names ${at('locked')}, whose key is protected by a passphrase`,
      ],
      [
        { [CERT]: at('cert'), [KEY]: at('other') },
        `${KEY} names ${at('other')}, which is not the key of the certificate in ${at('cert')}`,
      ],
      [
        { [CA]: at('text') },
        `${CA} names ${at('text')}, which holds no certificate in PEM; allowed: certificates of auth`,
      ],
      [
        { [CA]: at('bundle') },
        `${CA} names ${at('bundle')}, whose certificate 2 is broken; allowed: certificates of auth`,
      ],
      [{ [CA]: at('gone') }, `${CA} names ${at('gone')}, which cannot be read (ENOENT); allowed: a file`],
    ];
    for (const [variables, says] of cases) {
      const lines = mistakesOf(() => readConfig(variables));
      t.strictSame(
        lines.map(line => line.slice(0, says.length)),
        [says],
      );
      t.notMatch(lines.join(), /routines|error:0/, 'not in the words of OpenSSL');
    }
    t.equal(readConfig({ [CA]: at('ca') }).caFile, at('ca'));
    const all = {
      [CERT]: at('text'),
      [KEY]: at('text'),
      [CA]: at('text'),
      [LOGO]: at('text'),
      TOKENWELL_DATA_DIR: at('data'),
    };
    t.equal(mistakesOf(() => readConfig(all)).length, 4, 'all at once');
    t.notOk(existsSync(at('data')), 'and nothing was made');
  });

  t.test('the picture of whoever runs the vault is read by what it is, not by its name', async t => {
    const svg = '<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg"/>';
    const png = Buffer.from('89504e470d0a1a0a00', 'hex');
    const much = `<svg>${'x'.repeat(262_144)}`;
    const folder = t.testdir({ 'a.png': svg, 'b.txt': png, 'c.svg': '<html><svg/>', 'd.svg': much });
    const logo = (name: string) => readConfig({ [LOGO]: join(folder, name) }).brandLogo;
    t.match(logo('a.png'), /^data:image\/svg\+xml;base64,/);
    t.equal(picturable(logo('b.txt')), `data:image/png;base64,${png.toString('base64')}`);
    const says = (name: string) => mistakesOf(() => logo(name));
    t.match(says('c.svg'), [
      /^TOKENWELL_BRAND_LOGO_FILE names .*c\.svg, which is no such picture; allowed: a picture in PNG/,
    ]);
    t.match(says('d.svg'), [/d\.svg, which has 262149 bytes; allowed: .* at most 262144 bytes\.$/]);
  });
}
