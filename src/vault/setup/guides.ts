import { PRESETS } from '../presets/catalog.js';
import type { Purpose } from '../presets/preset.js';
import { googleGuide } from './google.js';
import type { Case, Excess, Step } from './guide.js';
import { microsoftGuide } from './microsoft.js';

/** Writes the steps for one case, and what to take away; undefined for a purpose that the provider does not serve. */
export type GuideWriter = (one: Case) => { steps: Step[]; remove: Excess[] } | undefined;

/** The presets that have a guide, by id. */
export const GUIDES: ReadonlyMap<string, GuideWriter> = new Map([
  ['microsoft', microsoftGuide],
  ['google', googleGuide],
]);

/** Their names, as `microsoft (Microsoft 365)`. */
export function guidedPresets(): string[] {
  return PRESETS.filter(({ id }) => GUIDES.has(id)).map(({ id, name }) => `${id} (${name})`);
}

/** What the tokens of these can be for: what a guide can be asked for. */
export function guidedPurposes(purposes: Partial<Record<Purpose, unknown>>): Purpose[] {
  return (Object.keys(purposes) as Purpose[]).filter(purpose => purpose !== 'custom');
}
