import type { SaidCredential } from '../../src/vault/presets/expansion.js';
import { credentialInput } from '../support/vault.js';

/** What an operator says who leaves to the preset whatever it knows. */
export function saying(more: Partial<SaidCredential>): SaidCredential {
  const { tokenUrl: _, scope: __, authorizationParams: ___, servers: ____, ...said } = credentialInput('');
  return { ...said, clientId: CLIENT, ...more };
}

/** An Application (client) ID. */
export const CLIENT = '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10';
export const TENANT = '4d2f9b1e-6f0a-4c3e-9a57-1b8f0c2d7e64';
