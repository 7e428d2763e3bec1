import type { Preset } from './preset.js';

/** Any other authorization server: nothing is known, so nothing is filled in. */
export const custom: Preset = {
  id: 'custom',
  name: 'another provider',
  clouds: { public: { name: 'the only one', hosts: {}, servers: {} } },
  endpoints: {},
  grants: { client_credentials: { purposes: {} }, authorization_code: { purposes: {} }, jwt_bearer: { purposes: {} } },
  notes: ['Give its addresses and scopes yourself, or let them be discovered from its issuer.'],
};
