import { utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import type { Test } from 'tap';
import { build } from '../../src/app.js';
import { readTls, watchTls } from '../../src/http/tls.js';
import { type Authority, createAuthority } from '../support/certificates.js';
import { temporaryFolder, testConfig } from '../support/vault.js';

/** The certificate that a server shows now. */
function shown(port: number, ca: string): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca, servername: 'vault.test' }, () => {
      resolve(socket.getPeerCertificate());
      socket.end();
    }).on('error', reject);
  });
}

/** The files of a certificate and its key, as the settings name them. */
export function writePair(folder: string, pair: { cert: string; key: string }) {
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  writeFileSync(files.certFile, pair.cert);
  writeFileSync(files.keyFile, pair.key);
  return files;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Our own TLS. */
export function tlsCases(t: Test): void {
  const authority = createAuthority();
  const skip = authority ? false : 'there is no openssl command';
  t.teardown(() => authority?.remove());

  t.test('the vault serves its own TLS', { skip }, async t => {
    const { ca, issue } = authority as Authority;
    const files = writePair(temporaryFolder(t), issue('vault.test'));
    const env = { TOKENWELL_TLS_CERT_FILE: files.certFile, TOKENWELL_TLS_KEY_FILE: files.keyFile };
    const app = await build(testConfig(temporaryFolder(t), env), { logTo: { write: () => undefined } });
    t.teardown(() => app.close());
    await app.server.listen({ host: '127.0.0.1', port: 0 });
    t.equal((await shown(portOf(app.server.server), ca)).subject.CN, 'vault.test');
  });

  t.test('a new certificate is used at once, a broken pair never', { skip }, async t => {
    const { ca, issue } = authority as Authority;
    const folder = temporaryFolder(t);
    const [first, second] = [issue('vault.test'), issue('vault.test')];
    const files = writePair(folder, first);
    const server = createServer(await readTls(files));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => void server.close());
    const said: string[] = [];
    const say = (_fields: object, message: string) => void said.push(message);
    const stop = watchTls(server, files, { info: say, warn: say, error: say }, 20);
    t.teardown(stop);
    const serial = async () => (await shown(portOf(server), ca)).serialNumber;
    const heard = async (words: RegExp) => {
      for (let n = 1; !said.some(message => words.test(message)); n++) {
        await new Promise(resolve => setTimeout(resolve, 50));
        // A watch that began late, on a busy machine, took the new file for the old one.
        utimesSync(files.certFile, n, n);
      }
    };
    const before = await serial();
    writeFileSync(files.certFile, second.cert);
    await heard(/stays in use/);
    t.equal(await serial(), before, 'a certificate without its key changes nothing');
    writeFileSync(files.keyFile, second.key);
    await heard(/read again/);
    t.not(await serial(), before, 'both together are used');
    await t.rejects(readTls({ ...files, certFile: files.keyFile }), 'and a start with a broken pair is refused');
  });
}
