import { createRequire } from 'node:module';

// tap has each process that a test starts note every file that it loads, for coverage that nobody asks for here: such
// a process needed twice the CPU time to start, and an environment that was not the one the test gave it.
const onSpawn: { removeAllListeners(): void } = createRequire(import.meta.url)('process-on-spawn');
onSpawn.removeAllListeners();
