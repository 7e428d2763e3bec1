import { createHash, X509Certificate } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';

/** What a strict authorization server knows of a client and of itself. */
export interface Registration {
  clientId: string;
  tokenUrl: string;
  /** PEM. */
  certificate: string;
  algorithm: 'PS256' | 'RS256';
}

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Checks client assertions as Microsoft does (RFC 7523 §3), and remembers each `jti`: none may come twice. */
export class AssertionChecker {
  readonly #registration: Registration;
  readonly #seen = new Set<string>();

  constructor(registration: Registration) {
    this.#registration = registration;
  }

  /** What is wrong with the client's proof in a form; undefined where nothing is. `now` in epoch seconds. */
  async flaw(form: URLSearchParams, now: number): Promise<string | undefined> {
    const { clientId, tokenUrl, certificate, algorithm } = this.#registration;
    const assertion = form.get('client_assertion') ?? '';
    if (form.get('client_assertion_type') !== TYPE) return 'client_assertion_type';
    if (form.get('client_id') !== clientId || form.has('client_secret')) return 'client_id';
    const known = new X509Certificate(certificate);
    const header = decodeProtectedHeader(assertion);
    if (header.alg !== algorithm || header.typ !== 'JWT') return `alg ${header.alg}, typ ${header.typ}`;
    const [name, hash] = algorithm === 'PS256' ? ['x5t#S256', 'sha256'] : ['x5t', 'sha1'];
    const thumbprint = createHash(hash ?? '')
      .update(known.raw)
      .digest('base64url');
    if (header[name ?? ''] !== thumbprint) return `${name} is not the certificate's`;
    const { payload } = await compactVerify(assertion, known.publicKey, { algorithms: [algorithm] });
    return this.#claimsFlaw(JSON.parse(Buffer.from(payload).toString()), { clientId, tokenUrl, now });
  }

  #claimsFlaw(
    claims: Record<string, unknown>,
    { clientId, tokenUrl, now }: { clientId: string; tokenUrl: string; now: number },
  ): string | undefined {
    const { aud, iss, sub, jti, nbf, iat, exp } = claims;
    if (aud !== tokenUrl) return `aud ${aud}`;
    if (iss !== clientId || sub !== clientId) return `iss ${iss}, sub ${sub}`;
    if (typeof jti !== 'string' || this.#seen.has(jti)) return `jti ${jti} came before`;
    this.#seen.add(jti);
    const times = [nbf, iat, exp].map(Number);
    const [notBefore = 0, issued = 0, expires = 0] = times;
    if (!times.every(Number.isSafeInteger) || notBefore > now || issued > now) return `nbf ${nbf}, iat ${iat}`;
    if (expires <= now || expires - now > 600) return `exp in ${expires - now} s`;
    return undefined;
  }
}
