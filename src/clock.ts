import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './vault/ports.js';

/** The machine's clock. The one place where time comes in; everything else is handed a `Clock`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async ms => {
    await sleep(ms, undefined, { ref: false });
  },
};
