import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Teardown } from '../support/vault.js';

export const PASSWORD = 'p@ss wörd €';

/** Files as OpenSSL writes them; `thumbprint` is what OpenSSL says of the certificate in them (SHA-1, lower-case hex). */
export interface KeyFiles {
  /** Where the files are, each by its name. */
  folder: string;
  /** Base64, by name. */
  pfx(name: string): string;
  pem(name: string): string;
  thumbprint: string;
}

const MODERN = ['-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC', '-macalg', 'sha256'];
const TRIPLE_DES = ['-legacy', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];

/** Makes a chain of three and the files that hold it, with the openssl command; undefined where there is none. */
export function makeKeyFiles(t: Teardown): KeyFiles | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwell-keys-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' }).toString();
  try {
    openssl('version');
  } catch {
    return undefined;
  }
  const rsa = (name: string, bits = 2048) => openssl('genrsa', '-out', `${name}.key`, String(bits));
  const curve = (name: string) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  const selfSigned = (name: string) =>
    openssl('req', '-x509', '-key', `${name}.key`, '-days', '30', '-subj', `/CN=${name}`, '-out', `${name}.pem`);
  const signedByRoot = (name: string, subject: string, days: number) => {
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${subject}`, '-out', `${name}.csr`);
    const by = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-days', String(days), '-out', `${name}.pem`);
  };
  curve('root');
  selfSigned('root');
  rsa('leaf');
  signedByRoot('leaf', 'mail-client', 30);
  const pack = (name: string, from: string, password: string, ...how: string[]) => {
    const parts = ['-inkey', `${from}.key`, '-in', `${from}.pem`, '-passout', `pass:${password}`];
    openssl('pkcs12', '-export', ...parts, ...how, '-out', `${name}.pfx`);
  };
  const chain = ['-certfile', 'root.pem'];
  pack('modern', 'leaf', PASSWORD, ...MODERN, ...chain);
  pack('legacy', 'leaf', PASSWORD, '-legacy', ...chain);
  pack('windows', 'leaf', PASSWORD, ...TRIPLE_DES, ...chain);
  pack('many-rounds', 'leaf', PASSWORD, ...MODERN, '-iter', '100000');
  pack('no-password', 'leaf', '', ...MODERN);
  pack('bomb', 'leaf', 'x', '-keypbe', 'NONE', '-certpbe', 'NONE', '-macalg', 'sha256', '-iter', '10000000');
  openssl('pkcs12', '-export', '-nokeys', '-in', 'leaf.pem', '-passout', 'pass:x', '-out', 'no-key.pfx');
  curve('curve');
  selfSigned('curve');
  pack('curve', 'curve', 'x', ...MODERN);
  rsa('short', 1024);
  selfSigned('short');
  rsa('old');
  signedByRoot('old', 'old', -1);
  pack('old', 'old', 'x', ...MODERN);
  openssl('pkcs8', '-topk8', '-in', 'leaf.key', '-passout', `pass:${PASSWORD}`, '-out', 'leaf-encrypted.key');
  openssl('x509', '-in', 'leaf.pem', '-outform', 'der', '-out', 'leaf.cer');
  openssl('pkey', '-in', 'leaf.key', '-outform', 'der', '-out', 'leaf-key.der');
  const print = openssl('x509', '-in', 'leaf.pem', '-noout', '-fingerprint', '-sha1');
  return {
    folder,
    pfx: name => readFileSync(join(folder, `${name}.pfx`)).toString('base64'),
    pem: name => readFileSync(join(folder, name), 'utf8'),
    thumbprint: print.split('=')[1]?.trim().replaceAll(':', '').toLowerCase() ?? '',
  };
}
