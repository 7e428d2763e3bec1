import { vaultKeyErrors } from './callers.js';
import type { ClientAuth, ClientAuthInput, ReadClientAuth } from './client-auth.js';
import type { GrantType } from './credential.js';
import { type FieldError, invalid } from './errors.js';
import { type KeyPairFile, type KeyPairs, UnusableKeyPair } from './ports.js';
import type { Secret } from './secret.js';

/** What does not belong to the method, or to any: a secret is for two of them, a key pair for one. */
export function proofErrors(input: ClientAuthInput, grantType: GrantType): FieldError[] {
  const { method, secret, keyFile, signingAlg, keyId, sameAs } = input;
  if (sameAs !== undefined) return secret || keyFile ? [notOwn(secret ? 'secret' : 'certificate')] : [];
  const error = (field: string, detail: string) => ({
    field: `client_auth.${field}`,
    rule: 'not_for_this_method',
    detail,
  });
  const errors = vaultKeyErrors('client_auth.secret', secret, 'client secret');
  if (secret && isPadded(secret)) errors.push(PADDED_SECRET);
  if (secret && method === 'none')
    errors.push(error('secret', 'A client with method none has no secret; leave it out.'));
  if (secret && method === 'private_key_jwt')
    errors.push(error('secret', 'private_key_jwt needs no client secret but a certificate; leave it out.'));
  if (keyFile && method !== 'private_key_jwt')
    errors.push(error('certificate', 'A certificate is for the method private_key_jwt; leave it out, or choose that.'));
  if (signingAlg && method !== 'private_key_jwt')
    errors.push(error('signing_alg', 'signing_alg is for the method private_key_jwt; leave it out.'));
  if (keyId && method !== 'private_key_jwt')
    errors.push(error('key_id', 'key_id names a private key, so it is for the method private_key_jwt; leave it out.'));
  if (keyFile && !('pfx' in keyFile) && keyFile.certificate === undefined && grantType !== 'jwt_bearer') {
    const detail = 'The provider knows the private key by its certificate, so give that too.';
    errors.push({ field: 'client_auth.certificate.certificate', rule: 'required', detail });
  }
  return errors;
}

/** Whether there is space around it, which is no part of any secret that providers give. */
function isPadded(secret: Secret): boolean {
  return secret.reveal() !== secret.reveal().trim();
}

const PADDED_SECRET = {
  field: 'client_auth.secret',
  rule: 'no_space_around',
  detail: 'The secret begins or ends with a space, which providers take for a part of it. Leave the space out.',
};

function notOwn(field: string): FieldError {
  const detail = `With same_as the other credential holds it; leave out ${field}.`;
  return { field: `client_auth.${field}`, rule: 'not_with_same_as', detail };
}

/**
 * What is missing of a proof: a secret must be given where none is stored. A key pair need not, for it can be made here
 * afterwards.
 */
export function missingProof({ method, secret, sameAs }: ClientAuthInput, stored?: ClientAuth): FieldError[] {
  if (method === 'none' || method === 'private_key_jwt' || secret || sameAs !== undefined) return [];
  if (stored?.hasSecret && stored.sameAs === undefined && stored.method !== 'private_key_jwt') return [];
  return [{ field: 'client_auth.secret', rule: 'required', detail: 'This method needs the client secret.' }];
}

/** Whether the active one was to prove itself like this and has nothing to do it with, so that no draw can work yet. */
export function isFirstProof({ method, sameAs }: ClientAuthInput, active: ClientAuth): boolean {
  if (active.method === 'none' || active.hasSecret || active.sameAs !== undefined) return false;
  return method === active.method && sameAs === undefined;
}

/** A stored proof that would go elsewhere, or be used in another way, must be given again (invariant 13). */
export function movedProof({ method, secret, keyFile, sameAs }: ClientAuthInput, stored: ClientAuth): FieldError[] {
  if (method === 'none' || secret || keyFile || sameAs !== undefined) return [];
  if (!stored.hasSecret || stored.sameAs !== undefined) return [];
  const [field, what] =
    method === 'private_key_jwt' ? ['certificate', 'certificate and its key'] : ['secret', 'secret'];
  const detail = `This change sends the ${what} to another place or in another way, so give the ${what} again.`;
  return [{ field: `client_auth.${field}`, rule: 'required_with_new_destination', detail }];
}

/** Reads the key pair that was brought, if any. Throws `invalid_request`, `provider_unavailable` while others are read. */
export async function readProof<Input extends ClientAuthInput>(
  keyPairs: KeyPairs,
  input: Input,
  gone: AbortSignal | undefined,
): Promise<Input & ReadClientAuth> {
  const { keyFile } = input;
  return { ...input, keyPair: keyFile && (await readKeyPair(keyPairs, keyFile, gone)) };
}

async function readKeyPair(keyPairs: KeyPairs, file: KeyPairFile, gone: AbortSignal | undefined) {
  try {
    return await keyPairs.read(file, gone);
  } catch (error) {
    if (!(error instanceof UnusableKeyPair)) throw error;
    const { field, rule, message: detail } = error;
    throw invalid([{ field: `client_auth.certificate.${field}`, rule, detail }]);
  }
}
