import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.js';
import { createKeyRows } from './crypto/key-ring.js';
import { createMasterKeyFile, readMasterKeyFile } from './crypto/master-key.js';
import type { FirstContents } from './store/set-up.js';
import { createKey } from './vault/callers.js';

const ADMIN = 'admin';

/** Where the first start leaves the key of the first administrator. */
export function adminKeyFile(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'admin.key');
}

/**
 * What a new database begins with: the master key file (made unless there is one), the key ring, and the consumer
 * `admin`, whose key is written to `admin.key`. Called under the set-up lock, by one instance.
 */
export async function firstContents(config: Config, now: number): Promise<FirstContents> {
  const { masterKeyFile } = config;
  const master = existsSync(masterKeyFile) ? readMasterKeyFile(masterKeyFile) : createMasterKeyFile(masterKeyFile);
  const deployment = randomBytes(16).toString('hex');
  const { id, key, hash } = createKey();
  await writePrivately(adminKeyFile(config), `${key.reveal()}\n`);
  const consumer = { id: ADMIN, description: 'The first administrator', role: 'admin' as const, disabled: false };
  return {
    deployment,
    epoch: randomBytes(16).toString('hex'),
    keys: createKeyRows({ master, deployment, now }),
    admin: {
      consumer: { ...consumer, createdAt: now, updatedAt: now },
      key: { id, consumer: ADMIN, hash, expiresAt: undefined, createdAt: now },
    },
  };
}

/** Writes a file that only its owner can read, durably. One left by a start that was cut short is replaced. */
async function writePrivately(path: string, text: string): Promise<void> {
  // A link that somebody laid here beforehand is not followed.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
