import { type Answer, json, type ScriptedProvider, token } from './scripted-provider.js';

export const ROTATIONS = ['none', 'grace', 'strict'] as const;
/**
 * What a provider does with refresh tokens: `none` never changes one; `grace` takes the last one again and gives the same
 * successor; `strict` takes each once and ends the whole grant when it sees one that was used.
 */
export type Rotation = (typeof ROTATIONS)[number];

/** The refresh tokens of one grant, in order. */
export class RefreshTokens {
  readonly #create: (generation: number) => string;
  readonly #given: string[] = [];
  #ended = false;

  /** `create` makes the token of a generation; the first is 1. */
  constructor(create: (generation: number) => string) {
    this.#create = create;
  }

  get generation(): number {
    return this.#given.length;
  }

  /** The one that works now. */
  get last(): string {
    return this.#given.at(-1) ?? '';
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Gives one of a new consent, whatever was before. */
  begin(): string {
    this.#ended = false;
    return this.#next();
  }

  end(): void {
    this.#ended = true;
  }

  /** Takes one that was presented; gives the one of the answer, undefined where the grant has ended. */
  take(presented: string, kind: Rotation): string | undefined {
    if (presented === this.last) {
      if (kind !== 'none' && !this.#ended) this.#next();
    } else if (kind !== 'grace' || presented !== this.#given.at(-2)) {
      this.#ended = true;
    }
    return this.#ended ? undefined : this.last;
  }

  #next(): string {
    this.#given.push(this.#create(this.generation + 1));
    return this.last;
  }
}

/** What a rotating provider was asked, and how its coming answers fare on their way. */
export interface Rotating {
  /** Refreshes that it answered with a token. */
  readonly refreshes: number;
  /** Refreshes that it refused with invalid_grant. */
  readonly refusals: number;
  /** Seconds that the coming access tokens live. */
  lifetime: number;
  /** Exchanges one coming answer, after the provider has done what it does: a lost one has rotated all the same. */
  spoil(...how: ((good: Answer) => Answer)[]): void;
}

/** Makes a scripted provider rotate the refresh tokens of its grants; a code begins the grant of its name, `name.1` … */
export function rotate(provider: ScriptedProvider, kind: Rotation, lifetime: number): Rotating {
  const grants = new Map<string, RefreshTokens>();
  const grantOf = (name: string) => {
    const grant = grants.get(name) ?? new RefreshTokens(generation => `${name}.${generation}`);
    grants.set(name, grant);
    return grant;
  };
  const spoils: ((good: Answer) => Answer)[] = [];
  const seen = { refreshes: 0, refusals: 0, lifetime, spoil: (...how: typeof spoils) => void spoils.push(...how) };
  const answerTo = (form: URLSearchParams): Answer => {
    const presented = form.get('refresh_token');
    const refresh_token =
      presented === null
        ? grantOf(form.get('code') ?? '').begin()
        : grantOf(presented.split('.')[0] ?? '').take(presented, kind);
    if (presented !== null) seen[refresh_token === undefined ? 'refusals' : 'refreshes'] += 1;
    if (refresh_token === undefined) return json(400, { error: 'invalid_grant' });
    return token(`access-${provider.requests.length}`, { refresh_token, expires_in: seen.lifetime });
  };
  provider.always((socket, request) => {
    const answer = answerTo(request.form);
    const spoil = request.form.has('code') ? undefined : spoils.shift();
    (spoil ? spoil(answer) : answer)(socket, request);
  });
  return seen;
}
