import type { Test } from 'tap';
import { STEPS, type Step } from '../../src/vault/steps.js';
import { consentWorld } from './world.js';

const HOUR = 3_600_000;

/** The named steps, at which tests hold, fail or kill. */
export function stepCases(t: Test): void {
  t.test(
    'every named step is passed by a consent, a draw, a refresh and a change, and none has another name',
    async t => {
      const passed = new Set<Step>();
      const failpoints = (step: Step) => void passed.add(step);
      const { vault, clock, admin, connect, draw } = await consentWorld(t, { overrides: { failpoints } });
      await connect();
      await draw();
      clock.advance(HOUR);
      await draw();
      await vault.vault.credentials.setDisabled(admin, 'mail', true);
      t.strictSame([...passed].sort(), [...STEPS].sort());
    },
  );
}
