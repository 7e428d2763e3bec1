import type { CredentialFields } from '../credential.js';
import { filled, providerOf } from './catalog.js';

/**
 * Where an administrator approves this application for the whole organisation, in order to give it a scope; undefined
 * where we know of no such page. `client_id`, `redirect_uri` and `state` are still to be added.
 */
export function adminConsentUrl(credential: CredentialFields, scope: string): string | undefined {
  const at = providerOf(credential);
  const template = at?.preset.endpoints.adminConsent;
  if (!at || template === undefined || at.tenant === undefined) return undefined;
  // The administrator's own organisation is found by who signs in.
  const tenant = at.preset.tenant?.any.includes(at.tenant) ? 'organizations' : at.tenant;
  const url = new URL(filled(template, { ...at.cloud.hosts, tenant }));
  url.searchParams.set('scope', scope);
  return url.href;
}
