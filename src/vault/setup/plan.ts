import type { CredentialInput, GrantType } from '../credential.js';
import { plannedErrors } from '../credential-rules.js';
import { invalid } from '../errors.js';
import { providerOf } from '../presets/catalog.js';
import { expand } from '../presets/expansion.js';
import type { CloudId, Purpose } from '../presets/preset.js';
import type { Guide, Plan } from './guide.js';
import { GUIDES } from './guides.js';
import { headOf, noGuide, refuseUnusable } from './unguided.js';

/** What an operator says of a credential that is to be stored. */
export interface Planned {
  preset: string | undefined;
  tenant: string | undefined;
  cloud: CloudId | undefined;
  grantType: GrantType;
  method: CredentialInput['method'] | undefined;
}

interface Planning extends Pick<Plan, 'id' | 'redirectUri' | 'localOnly'> {
  planned: Planned;
  purpose: Purpose | undefined;
  mailbox: string | undefined;
}

/** What a new credential would be, as far as it is known. Throws `invalid_request` for what its provider would refuse, `not_found`. */
export function planOf({ id, planned, purpose, mailbox, ...address }: Planning): Plan {
  const { preset, grantType } = planned;
  if (preset === undefined) {
    const detail = 'Say at which provider the credential is to be: preset is microsoft or google.';
    throw invalid([{ field: 'preset', rule: 'required', detail }]);
  }
  if (!GUIDES.has(preset)) throw noGuide(id, grantType);
  if (purpose === undefined) {
    throw invalid([{ field: 'purpose', rule: 'required', detail: 'Say what the tokens are to be for, such as imap.' }]);
  }
  const mailboxes = mailbox === undefined ? [] : [mailbox];
  const method = planned.method ?? (grantType === 'jwt_bearer' ? 'private_key_jwt' : 'client_secret_post');
  const credential = expand({
    ...UNSAID,
    ...planned,
    method,
    purpose,
    mailboxes: mailboxes.map(address => ({ address, purposes: [] })),
  });
  const errors = plannedErrors(credential);
  if (errors.length > 0) throw invalid(errors);
  const at = providerOf(credential);
  if (!at) throw noGuide(id, grantType);
  return { id, credential, at, purpose, mailboxes, ...address };
}

const UNSAID = {
  description: undefined,
  consentScope: undefined,
  tokenParams: {},
  graceSeconds: undefined,
  secret: undefined,
  secretExpiresAt: undefined,
  keyFile: undefined,
  keyId: undefined,
  sameAs: undefined,
};

/** The beginning of a guide, up to where the credential is stored. Throws `conflict`, `not_found`. */
export function planGuideFor(plan: Plan): Guide {
  const { id, at, credential, mailboxes, redirectUri } = plan;
  refuseUnusable({ tenant: at.tenant, redirect_uri: redirectUri, mailbox: mailboxes });
  const steps = GUIDES.get(at.preset.id)?.beginning(plan);
  if (!steps) throw noGuide(id, credential.grantType);
  return { ...headOf(id, plan), steps, remove: [] };
}
