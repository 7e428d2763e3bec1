import { once } from 'node:events';
import { type App, build } from './app.js';
import type { Config } from './config.js';
import { adminKeyFile } from './first-start.js';

const HARD_CAP_MS = 30_000;

/**
 * The serving process: builds, listens, and on SIGTERM or SIGINT finishes what is under way. Resolves to the exit code:
 * 0 after a clean end, 1 when the end took longer than 30 s. Throws when it cannot start.
 */
export async function run(config: Config): Promise<number> {
  const app = await build(config);
  const asked = stopSignal();
  try {
    await app.server.listen({ host: config.host, port: config.port });
    if (config.metricsListen) await listening(app.metrics, config.metricsListen);
  } catch (error) {
    await app.close();
    throw error;
  }
  app.vault.upkeep.start();
  announce(app.fresh, config);
  await asked;
  app.drain();
  const cap = new Promise<number>(resolve => setTimeout(resolve, HARD_CAP_MS, 1).unref());
  const end = async () => {
    await new Promise(resolve => setTimeout(resolve, config.drainSeconds * 1000));
    await app.close();
    return 0;
  };
  return await Promise.race([end(), cap]);
}

/** Resolves once it listens; rejects in plain words where it cannot. */
async function listening(server: App['metrics'], at: NonNullable<Config['metricsListen']>): Promise<void> {
  server.listen(at);
  await once(server, 'listening').catch(cause => {
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    const where = `${at.host} port ${at.port}`;
    throw new Error(`TOKENWELL_METRICS_LISTEN: ${where} cannot be opened${reason}. Choose another one.`, { cause });
  });
}

/** The first request to stop; any further one changes nothing, because the first is being carried out. */
function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    process.on('SIGTERM', () => resolve());
    process.on('SIGINT', () => resolve());
  });
}

function announce(fresh: boolean, config: Config): void {
  const lines = [`Tokenwell serves ${config.publicUrl} · explorer ${config.publicUrl}/docs`];
  if (fresh) lines.push(`First start: the admin key is in ${adminKeyFile(config)}. Move it to a safe place.`);
  process.stderr.write(`${lines.join('\n')}\n`);
}
