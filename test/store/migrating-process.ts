import { join } from 'node:path';
import { migrate } from '../../src/store/migrations.js';
import { openPostgres } from '../../src/store/postgres.js';
import { openSqlite } from '../../src/store/sqlite.js';
import { Secret } from '../../src/vault/secret.js';

// A process that is killed in the middle of its migration: it tells its parent after so many statements and stops there.
const [folder = '', url = '', round = '0'] = process.argv.slice(2);
const engine =
  url === ''
    ? openSqlite(join(folder, 'tokenwell.db'), { serving: true, now: () => Date.now() })
    : openPostgres(new Secret(url), { allowUnsafe: true, lost: () => undefined });
const script = engine.script;
const wholeSteps = Number(round) % 2;
let steps = 0;
engine.script = async (handle, text) => {
  steps += 1;
  if (steps <= wholeSteps) return await script(handle, text);
  const begun = text.split(/;\s*$/m).slice(0, 3 + Number(round) * 2);
  if (steps === 1) await script(handle, begun.join(';\n'));
  process.send?.('half-way');
  await new Promise(() => undefined);
};
await migrate(engine);
