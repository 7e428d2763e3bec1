import type { Token } from './token.js';

const MOST = 20_000;

/** Which tokens were drawn, so that only those are renewed ahead of their end. Collected here, written now and then. */
export class Usage {
  readonly #noted = new WeakSet<Token>();
  #drawn: string[] = [];

  /** Called for each draw, so it does next to nothing after the first of a token. */
  note(token: Token): void {
    if (this.#noted.has(token) || this.#drawn.length >= MOST) return;
    this.#noted.add(token);
    this.#drawn.push(token.id);
  }

  /** Gives the ids of the tokens that were noted since the last time; they are kept when the write fails. */
  async handOver(write: (ids: readonly string[]) => Promise<void>): Promise<void> {
    const drawn = this.#drawn;
    this.#drawn = [];
    try {
      await write(drawn);
    } catch (error) {
      this.#drawn = [...drawn, ...this.#drawn];
      throw error;
    }
  }
}
