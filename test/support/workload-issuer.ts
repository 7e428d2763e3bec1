import { createHmac } from 'node:crypto';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { TestClock } from './clock.js';
import { type Answer, json, ScriptedProvider } from './scripted-provider.js';
import type { Teardown } from './vault.js';

/** A key pair of an issuer, under the name that its tokens give. */
export interface IssuerKey {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/** What a token says otherwise than a good one; undefined leaves it out. */
export interface TokenWish {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: IssuerKey;
}

/** A key pair with a name, as issuers make them. */
export async function createIssuerKey(kid: string, alg = 'RS256'): Promise<IssuerKey> {
  return { kid, alg, ...(await generateKeyPair(alg, { extractable: true })) };
}

/** A real issuer on loopback: metadata and JWKS over HTTP, tokens signed with its key, times by the test's clock. */
export class WorkloadIssuer {
  readonly server: ScriptedProvider;
  /** Its name, which is its address, with a path as many have one. */
  readonly url: string;
  readonly #clock: TestClock;
  /** What signs from now on. */
  key: IssuerKey;
  /** What is published. */
  keys: IssuerKey[];
  /** Further members of the metadata. */
  metadata: Record<string, unknown> = {};
  /** In the place of the published keys. */
  jwks: Answer | undefined;
  /** Whether only the metadata of RFC 8414 is there. */
  plainOAuth = false;

  private constructor(server: ScriptedProvider, clock: TestClock, key: IssuerKey) {
    this.server = server;
    this.url = `http://127.0.0.1:${server.port}/realms/cluster`;
    this.#clock = clock;
    this.key = key;
    this.keys = [key];
  }

  /** Starts one, with an RSA key of the name k1; ended with the test. */
  static async start(t: Teardown, clock: TestClock): Promise<WorkloadIssuer> {
    const server = await ScriptedProvider.start();
    t.teardown(() => server.close());
    const issuer = new WorkloadIssuer(server, clock, await createIssuerKey('k1'));
    const published = await Promise.all(issuer.keys.map(publicJwk));
    let known: readonly IssuerKey[] = issuer.keys;
    let jwks: JWK[] = published;
    server.always((socket, request) => {
      void (async () => {
        if (known !== issuer.keys) jwks = await Promise.all(issuer.keys.map(publicJwk));
        known = issuer.keys;
        issuer.#answer(request.path, jwks)(socket, request);
      })();
    });
    return issuer;
  }

  /** How often its keys were fetched. */
  get fetches(): number {
    return this.server.requests.filter(({ path }) => path === '/jwks').length;
  }

  /** From now on it signs with another key, and publishes that one alone. */
  async rotate(kid: string): Promise<void> {
    this.key = await createIssuerKey(kid);
    this.keys = [this.key];
  }

  /** A token of this workload for the audience `tokenwell`, good for ten minutes unless said otherwise. */
  async token({ claims = {}, header = {}, key = this.key }: TokenWish = {}): Promise<string> {
    return await new SignJWT(this.#claims(claims))
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  /** The same, with the claims and header as they are and this signature; no library would make it. */
  async byHand(header: Record<string, unknown>, sign: (input: string) => string): Promise<string> {
    const input = `${encode(header)}.${encode(this.#claims({}))}`;
    return `${input}.${sign(input)}`;
  }

  /** A token whose HMAC is made with the public key: what a careless checker takes for the issuer's word. */
  async confused(): Promise<string> {
    const pem = await exportSPKI(this.key.publicKey);
    const sign = (input: string) => createHmac('sha256', pem).update(input).digest('base64url');
    return await this.byHand({ alg: 'HS256', kid: this.key.kid, typ: 'JWT' }, sign);
  }

  #claims(more: Record<string, unknown>): Record<string, unknown> {
    const now = Math.floor(this.#clock.now() / 1000);
    const usual = { iss: this.url, sub: 'system:serviceaccount:mail:fetcher', aud: ['tokenwell'], iat: now };
    const claims = { ...usual, exp: now + 600, ...more };
    return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  }

  #answer(path: string, jwks: JWK[]): Answer {
    if (path === '/jwks') return this.jwks ?? json(200, { keys: jwks });
    const wellKnown = this.plainOAuth
      ? '/.well-known/oauth-authorization-server/realms/cluster'
      : '/realms/cluster/.well-known/openid-configuration';
    if (path !== wellKnown) return json(404, { error: 'not_found' });
    const jwks_uri = `http://127.0.0.1:${this.server.port}/jwks`;
    return json(200, { issuer: this.url, jwks_uri, ...this.metadata });
  }
}

/** A key as an issuer publishes it. */
export async function publicJwk({ kid, alg, publicKey }: IssuerKey): Promise<JWK> {
  return { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
