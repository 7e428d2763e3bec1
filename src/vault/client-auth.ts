import type { Certificate, ClientAuthMethod, KeyPair, KeyPairFile, SigningAlg } from './ports.js';
import type { Secret } from './secret.js';

/** One way for a credential to prove itself, as it looks from outside; secret and private key stay in the store. */
export interface ClientAuth {
  id: string;
  method: ClientAuthMethod;
  /** Whether its client secret or private key is stored. */
  hasSecret: boolean;
  /** Epoch milliseconds, as the operator said. */
  secretExpiresAt: number | undefined;
  /** For `private_key_jwt`. */
  signingAlg: SigningAlg | undefined;
  certificate: Certificate | undefined;
  /** The name by which the provider knows the key, where it gave one. */
  keyId: string | undefined;
  /** The credential that holds it, where it is not this one's own: everything above is as it is there. */
  sameAs: string | undefined;
}

/** Among those of its credential. */
export interface StoredClientAuth extends ClientAuth {
  /** Whether it is the one that requests are made with. */
  active: boolean;
  createdAt: number;
}

/** What an operator brings of one. What is secret and left out stays as it is stored. */
export interface ClientAuthInput {
  method: ClientAuthMethod;
  secret: Secret | undefined;
  secretExpiresAt: number | undefined;
  signingAlg: SigningAlg | undefined;
  keyFile: KeyPairFile | undefined;
  keyId: string | undefined;
  /** Another credential whose active client auth is this one's too; then `method` is that one's. */
  sameAs: string | undefined;
}

/** A key pair read from what was brought, ready to be stored. */
export type ReadClientAuth = ClientAuthInput & { keyPair?: KeyPair | undefined };

/** PS256 names the certificate by SHA-256, and is what Microsoft and RFC 7518 recommend. */
export const DEFAULT_SIGNING_ALG: SigningAlg = 'PS256';
