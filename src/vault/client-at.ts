import { DEFAULT_SIGNING_ALG } from './client-auth.js';
import type { Credential } from './credential.js';
import type { ClientAtServer, ClientAuthMethod, ClientKey } from './ports.js';
import type { Secret } from './secret.js';
import type { Reads } from './store.js';

/** Which client this credential is at its token endpoint, with the secret that proves it. Throws when that does not open. */
export async function clientAt(reads: Pick<Reads, 'credentials'>, credential: Credential): Promise<ClientAtServer> {
  const { id, tokenUrl, issuer, clientId, tenant, clientAuth } = credential;
  const secret = await reads.credentials.secret(credential);
  const { certificate, keyId, signingAlg: algorithm = DEFAULT_SIGNING_ALG } = clientAuth;
  const named = { ...(certificate ? { certificate } : {}), ...(keyId === undefined ? {} : { keyId }) };
  return {
    tokenUrl,
    ...(issuer === undefined ? {} : { issuer }),
    clientId,
    ...(tenant === undefined ? {} : { tenant }),
    credential: id,
    method: clientAuth.method,
    ...(secret && proofOf(clientAuth.method, secret, { ...named, algorithm })),
  };
}

function proofOf(method: ClientAuthMethod, secret: Secret, signs: Omit<ClientKey, 'privateKey'>) {
  return method === 'private_key_jwt' ? { key: { privateKey: secret, ...signs } } : { secret };
}
