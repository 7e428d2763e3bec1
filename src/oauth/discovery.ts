import { type Discover, type Discovered, unfit } from '../vault/discovering.js';
import { invalid, VaultError } from '../vault/errors.js';
import type { ClientAuthMethod, GuardedFetch } from '../vault/ports.js';
import { IssuerFaulty, issuerMetadata } from './issuer-metadata.js';

const METHODS: readonly ClientAuthMethod[] = ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'];
const MOST = 200;
const PLAIN = /^[!-~]{1,2048}$/;
const WAIT_SECONDS = 10;

/** The `Discover` port over the guarded way out. */
export function createDiscovery(fetch: GuardedFetch): Discover {
  return async issuer => read(issuer, await metadataOf(fetch, issuer));
}

async function metadataOf(fetch: GuardedFetch, issuer: string): Promise<Record<string, unknown>> {
  try {
    return await issuerMetadata(fetch, issuer);
  } catch (error) {
    if (!(error instanceof IssuerFaulty)) throw error;
    const { class: errorClass, message, action } = error.fault;
    const detail = `Nothing was discovered at this issuer: ${message}`;
    if (errorClass === 'needs_operator') throw invalid([unfit('discoverable', detail)]);
    throw new VaultError('provider_unavailable', detail, { class: errorClass, action, retryAfter: WAIT_SECONDS });
  }
}

function read(issuer: string, metadata: Record<string, unknown>): Discovered {
  const tokenUrl = urlOf(metadata.token_endpoint);
  if (tokenUrl === undefined)
    throw invalid([unfit('token_endpoint', 'The metadata of this issuer names no token endpoint.')]);
  const offered = listOf(metadata.token_endpoint_auth_methods_supported);
  const known = METHODS.filter(method => offered.length === 0 || offered.includes(method));
  return {
    issuer,
    authorizationUrl: urlOf(metadata.authorization_endpoint),
    tokenUrl,
    revocationUrl: urlOf(metadata.revocation_endpoint),
    methods: known,
    grantTypes: listOf(metadata.grant_types_supported),
    scopes: listOf(metadata.scopes_supported),
  };
}

/** An address of the web in its plain form; what a shell or a reader would take for more than that is none. */
function urlOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && /^https?:\/\/[\w.~:/?@%=&+,[\]-]+$/.test(text) && URL.canParse(text) ? text : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && PLAIN.test(value) ? value : undefined;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap(one => textOf(one) ?? []).slice(0, MOST) : [];
}
