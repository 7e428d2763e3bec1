import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts. */
export interface Certificate {
  key: string;
  cert: string;
}

/** A throw-away certificate authority. */
export interface Authority {
  /** Its own certificate (PEM), to be trusted. */
  ca: string;
  /** A certificate for a DNS name. `days` below zero makes one that has expired. */
  issue(name: string, days?: number): Certificate;
  /** A certificate for a DNS name that is signed by nobody but itself. */
  selfSigned(name: string): Certificate;
  /** Removes the files. */
  remove(): void;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes an authority with the openssl command. Undefined where there is none: skip the test and say so. */
export function createAuthority(): Authority | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwell-ca-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  try {
    openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=Test authority',
    );
  } catch {
    remove();
    return undefined;
  }
  return {
    ca: read('ca.pem'),
    remove,
    issue(name, days = 2) {
      writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${name}\n`);
      openssl('req', ...NEW_KEY, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', `/CN=${name}`);
      const from = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
      openssl('x509', '-req', '-in', 'request.pem', ...from, '-days', String(days), '-out', 'cert.pem');
      return { key: read('key.pem'), cert: read('cert.pem') };
    },
    selfSigned(name) {
      const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
      openssl('req', '-x509', ...NEW_KEY, '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', ...names);
      return { key: read('key.pem'), cert: read('cert.pem') };
    },
  };
}
