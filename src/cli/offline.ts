import { type OpenVault, openOffline } from '../app.js';
import type { Config } from '../config.js';

/** What a verification found. */
export type Verification = Awaited<ReturnType<OpenVault['vault']['verify']>>;

/** The newest page of a writer, as it is kept outside for the next verification. */
export type Head = Verification['heads'][number];

/** Verifies the whole ledger, also beside a running vault. `anchor` are heads that were kept outside. */
export async function verify(config: Config, anchor: Head[]): Promise<Verification> {
  return await opened(config, ({ vault }) => vault.verify(anchor));
}

/** Replaces the keys of the consumer `admin` by a new one, also beside a running vault. */
export async function recoverAdmin(config: Config): ReturnType<OpenVault['vault']['recoverAdmin']> {
  return await opened(config, ({ vault }) => vault.recoverAdmin());
}

async function opened<Result>(config: Config, work: (vault: OpenVault) => Promise<Result>): Promise<Result> {
  const vault = await openOffline(config);
  try {
    return await work(vault);
  } finally {
    await vault.close();
  }
}
