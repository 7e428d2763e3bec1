import { createHash, randomBytes } from 'node:crypto';
import { RefreshTokens, type Rotation } from '../rotation.js';

/** Milliseconds that a code may be redeemed. */
const CODE_MS = 600_000;

/** What an authorization request asked for. */
export interface Asked {
  clientId: string;
  redirectUri: string;
  /** PKCE, S256. */
  challenge: string;
  scope: string;
  nonce: string | undefined;
  /** Whether a refresh token is given. */
  lasting: boolean;
}

/** What a person allowed. */
export interface Grant extends Asked {
  number: number;
  person: string;
  refreshTokens: RefreshTokens;
}

interface Code {
  grant: Grant;
  until: number;
  used: boolean;
}

/** The grants of a provider, and what is exchanged for them. A text that is answered says why nothing is given. */
export class Grants {
  readonly #codes = new Map<string, Code>();
  readonly #byToken = new Map<string, Grant>();
  #count = 0;

  /** A code for what this person has allowed. */
  allow(asked: Asked, person: string): string {
    this.#count += 1;
    const refreshTokens: RefreshTokens = new RefreshTokens(() => {
      const token = opaque('refresh');
      this.#byToken.set(token, grant);
      return token;
    });
    const grant: Grant = { ...asked, person, number: this.#count, refreshTokens };
    const code = opaque('code');
    this.#codes.set(code, { grant, until: Date.now() + CODE_MS, used: false });
    return code;
  }

  /** RFC 6749 §4.1.3, RFC 7636 §4.6. A code that comes a second time ends what the first gave (RFC 6749 §4.1.2). */
  redeem(code: string, by: { clientId: string; redirectUri: string; verifier: string }): Grant | string {
    const found = this.#codes.get(code);
    if (!found) return 'The code is not known.';
    const { grant } = found;
    if (found.used) {
      grant.refreshTokens.end();
      return 'The code was used before; its grant has ended.';
    }
    found.used = true;
    if (found.until <= Date.now()) return 'The code is older than ten minutes.';
    if (by.clientId !== grant.clientId) return 'The code was given to another client.';
    if (by.redirectUri !== grant.redirectUri) return 'The redirect_uri is not that of the authorization request.';
    if (s256(by.verifier) !== grant.challenge) return 'The code_verifier does not fit the code_challenge (PKCE).';
    if (grant.lasting) grant.refreshTokens.begin();
    return grant;
  }

  refresh(token: string, clientId: string, rotation: Rotation): Grant | string {
    const grant = this.#byToken.get(token);
    if (!grant) return 'The refresh token is not known.';
    if (grant.clientId !== clientId) return 'The refresh token was given to another client.';
    const { refreshTokens } = grant;
    if (refreshTokens.ended) return 'The grant has ended.';
    if (refreshTokens.take(token, rotation) !== undefined) return grant;
    return 'The refresh token was used before; its grant has ended.';
  }

  /** RFC 7009: one that is not known is no mistake. */
  revoke(token: string): Grant | undefined {
    const grant = this.#byToken.get(token);
    grant?.refreshTokens.end();
    return grant;
  }
}

/** A token that means nothing and cannot be guessed. */
export function opaque(kind: string): string {
  return `${kind}-${randomBytes(18).toString('base64url')}`;
}

function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
