import { json, type ScriptedProvider, token } from './scripted-provider.js';

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

/** Makes a scripted provider rotate the refresh tokens of its one grant, `refresh-1` and so on. */
export function rotate(provider: ScriptedProvider, kind: Rotation, lifetime: number): void {
  const grant = new RefreshTokens(generation => `refresh-${generation}`);
  provider.always((socket, request) => {
    const isNew = request.form.get('grant_type') === 'authorization_code';
    const refresh_token = isNew ? grant.begin() : grant.take(request.form.get('refresh_token') ?? '', kind);
    const good = token(`access-${provider.requests.length}`, { refresh_token, expires_in: lifetime });
    (refresh_token === undefined ? json(400, { error: 'invalid_grant' }) : good)(socket, request);
  });
}
