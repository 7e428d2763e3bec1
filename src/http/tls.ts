import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type Server } from 'node:tls';
import type { Logger } from '../vault/logger.js';

/** Where the certificate chain and its private key are, both PEM. */
export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

const LOOK_EVERY_MS = 10_000;

/** Reads the pair. Throws when a file cannot be read or the two do not belong together. */
export async function readTls({ certFile, keyFile }: TlsFiles): Promise<{ cert: string; key: string }> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  createSecureContext({ cert, key });
  return { cert, key };
}

/**
 * Uses a new certificate as soon as the files change; connections that are open keep theirs. A pair that does not
 * load leaves the old one in use: while two files are replaced one after the other, they do not match. Answers the
 * function that stops watching.
 */
export function watchTls(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  log: Logger,
  everyMs = LOOK_EVERY_MS,
) {
  const reload = async () => {
    try {
      server.setSecureContext(await readTls(files));
      log.info({}, 'the TLS certificate was read again');
    } catch (error) {
      log.warn(
        { err: error },
        'the TLS certificate and key changed but do not load together; the old pair stays in use',
      );
    }
  };
  const paths = [files.certFile, files.keyFile];
  const changed = () => void reload();
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, changed);
  return () => {
    for (const path of paths) unwatchFile(path, changed);
  };
}
