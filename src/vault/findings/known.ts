import type { Known } from './words.js';

const DIRECTORY = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[a-z\d-]+(?:\.[a-z\d-]+)+)$/i;

/** What is known of a credential, for the words of its findings. The tenant is as it was said, else that in the path of an Entra address. */
export function knownOf(credential: {
  tokenUrl: string;
  clientId: string;
  tenant?: string | undefined;
  scope?: string | undefined;
  redirectUri?: string | undefined;
}): Known {
  const { host, pathname } = new URL(credential.tokenUrl);
  const tenant = credential.tenant ?? pathname.split('/')[1] ?? '';
  return {
    host,
    client_id: credential.clientId,
    ...(DIRECTORY.test(tenant) ? { tenant } : {}),
    ...(credential.scope ? { scope: credential.scope } : {}),
    ...(credential.redirectUri ? { redirect_uri: credential.redirectUri } : {}),
  };
}
