import type { GrantType } from '../credential.js';
import { VaultError } from '../errors.js';
import type { Guide, Plan } from './guide.js';
import { guidedPresets } from './guides.js';
import { flawOf } from './quoting.js';

// What begins every guide, and where none is written.

/** What a guide is of. */
export function headOf(id: string, { at, purpose, mailboxes }: Pick<Plan, 'at' | 'purpose' | 'mailboxes'>) {
  const clouds = Object.keys(at.preset.clouds).length;
  const provider = clouds > 1 ? `${at.preset.name}, ${at.cloud.name}` : at.preset.name;
  return { credential: id, preset: at.preset.id, provider, purpose, mailboxes } satisfies Partial<Guide>;
}

/** Throws `conflict`: whatever cannot be valid is not quoted but refused, as nobody should paste it anywhere. */
export function refuseUnusable(values: Readonly<Record<string, string | readonly string[] | undefined>>): void {
  for (const [name, value = []] of Object.entries(values)) {
    for (const one of [value].flat()) {
      const flaw = flawOf(one);
      if (flaw === undefined) continue;
      throw new VaultError('conflict', `No guide is written, for ${name} ${flaw}`, {
        class: 'needs_operator',
        action: `An operator must put ${name} right, then ask again.`,
      });
    }
  }
}

/** 404 that names the presets with a guide. */
export function noGuide(id: string, grantType: GrantType): VaultError {
  const presets = guidedPresets().join(' and ');
  return new VaultError('not_found', `There is no set-up guide for ${id}: its provider with ${grantType} has none.`, {
    action: `Guides are there for: ${presets}. Where it is one of them, say so in preset.`,
  });
}
