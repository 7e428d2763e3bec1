import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../src/app.js';
import { readConfig } from '../src/config.js';

/** Writes openapi/openapi.json from the routes of a vault that nobody ever calls. */
const TARGET = new URL('../openapi/openapi.json', import.meta.url);

const dataDir = await mkdtemp(join(tmpdir(), 'tokenwell-openapi-'));
try {
  const config = readConfig({ TOKENWELL_DATA_DIR: dataDir, TOKENWELL_LOG_LEVEL: 'silent' });
  const app = await build(config);
  const answer = await app.server.inject('/openapi.json');
  await writeFile(TARGET, `${JSON.stringify(answer.json(), null, 2)}\n`);
  await app.close();
} finally {
  await rm(dataDir, { recursive: true });
}
