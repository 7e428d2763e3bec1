import { PRESETS } from '../presets/catalog.js';
import type { Purpose } from '../presets/preset.js';
import { googleGuide } from './google.js';
import { googleBeginning } from './google-beginning.js';
import type { Case, Excess, Plan, Step } from './guide.js';
import { microsoftGuide } from './microsoft.js';
import { microsoftBeginning } from './microsoft-beginning.js';

/** Writes the steps at one provider; undefined for a purpose that it does not serve. */
interface GuideWriter {
  /** For what is stored, and what to take away. */
  whole: (one: Case) => { steps: Step[]; remove: Excess[] } | undefined;
  /** Up to where it is stored. */
  beginning: (plan: Plan) => Step[] | undefined;
}

/** The presets that have a guide, by id. */
export const GUIDES: ReadonlyMap<string, GuideWriter> = new Map([
  ['microsoft', { whole: microsoftGuide, beginning: microsoftBeginning }],
  ['google', { whole: googleGuide, beginning: googleBeginning }],
]);

/** Their names, as `microsoft (Microsoft 365)`. */
export function guidedPresets(): string[] {
  return PRESETS.filter(({ id }) => GUIDES.has(id)).map(({ id, name }) => `${id} (${name})`);
}

/** What the tokens of these can be for: what a guide can be asked for. */
export function guidedPurposes(purposes: Partial<Record<Purpose, unknown>>): Purpose[] {
  return (Object.keys(purposes) as Purpose[]).filter(purpose => purpose !== 'custom');
}
