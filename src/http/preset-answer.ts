import type { Preset as PresetWire } from '../api/presets.js';
import type { GrantHabits, Preset } from '../vault/presets/preset.js';

/** A preset as the API shows it. */
export function presetAnswer({ endpoints, ...preset }: Preset): PresetWire {
  return {
    id: preset.id,
    name: preset.name,
    tenant: preset.tenant && { hint: preset.tenant.hint, any: [...preset.tenant.any] },
    clouds: Object.entries(preset.clouds).map(([id, { name, hosts, servers, unsure = [] }]) => ({
      id,
      name,
      hosts: { ...hosts },
      servers,
      unsure: [...unsure],
    })),
    authorization_url: endpoints.authorizationUrl,
    token_url: endpoints.tokenUrl,
    revocation_url: endpoints.revocationUrl,
    issuer: endpoints.issuer,
    grant_types: Object.entries(preset.grants).map(([grantType, habits]) => habitsAnswer(grantType, habits)),
    refresh_policy: preset.refreshPolicy,
    idle_days: preset.idleDays,
    notes: [...preset.notes],
  };
}

function habitsAnswer(grantType: string, { purposes, authorizationParams, signingAlg }: GrantHabits) {
  const served = Object.entries(purposes) as [
    PresetWire['grant_types'][number]['purposes'][number]['purpose'],
    { scope: string; needs: readonly string[] },
  ][];
  return {
    grant_type: grantType,
    purposes: served.map(([purpose, { scope, needs }]) => ({ purpose, scope, needs: [...needs] })),
    authorization_params: authorizationParams && { ...authorizationParams },
    signing_alg: signingAlg,
  };
}
