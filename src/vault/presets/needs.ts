import type { Credential } from '../credential.js';
import { providerOf } from './catalog.js';

/**
 * The permissions that an administrator of the provider has to approve for what the credential is for, and no others;
 * none where its preset does not know, or gives them elsewhere.
 */
export function neededPermissions(credential: Credential): readonly string[] {
  const { purpose, mailboxes, grantType } = credential;
  const purposes = [...(purpose === undefined ? [] : [purpose]), ...mailboxes.flatMap(one => one.purposes)];
  const served = providerOf(credential)?.preset.grants[grantType]?.purposes ?? {};
  return [...new Set(purposes.flatMap(one => (served[one]?.orElsewhere ? [] : (served[one]?.needs ?? []))))];
}
