import type { Discovered, Preset as PresetWire } from '../api/presets.js';
import type { GrantHabits, Preset } from '../vault/presets/preset.js';

/** An example of what is discovered. */
export const DISCOVERED: Discovered = {
  issuer: 'https://login.example.com',
  authorization_url: 'https://login.example.com/authorize',
  token_url: 'https://login.example.com/token',
  revocation_url: 'https://login.example.com/revoke',
  client_auth_methods: ['client_secret_basic', 'private_key_jwt'],
  grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
  scopes: ['openid', 'offline_access', 'mail.read'],
};

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
