import { DEFAULT_SIGNING_ALG } from './client-auth.js';
import type { Credential } from './credential.js';
import type { ClientAtServer } from './ports.js';
import type { Reads } from './store.js';

/** Which client this credential is at its token endpoint, with the secret that proves it. Throws when that does not open. */
export async function clientAt(reads: Pick<Reads, 'credentials'>, credential: Credential): Promise<ClientAtServer> {
  const { tokenUrl, issuer, clientId, clientAuth } = credential;
  const secret = await reads.credentials.secret(credential);
  const { certificate, signingAlg: algorithm = DEFAULT_SIGNING_ALG } = clientAuth;
  const signs = clientAuth.method === 'private_key_jwt' && secret && certificate;
  return {
    tokenUrl,
    ...(issuer === undefined ? {} : { issuer }),
    clientId,
    method: clientAuth.method,
    ...(signs ? { key: { privateKey: secret, certificate, algorithm } } : secret ? { secret } : {}),
  };
}
