import type { Token } from './token.js';

const MOST = 20_000;

/** Which tokens were drawn, so that only those are renewed ahead of their end. Collected here, written now and then. */
export class Usage {
  readonly #noted = new WeakSet<Token>();
  #drawn = new Set<string>();

  /** Called for each draw, so it does next to nothing after the first of a token. */
  note(token: Token): void {
    if (this.#noted.has(token) || this.#drawn.size >= MOST) return;
    this.#noted.add(token);
    this.#drawn.add(token.id);
  }

  /** Gives the ids of the tokens that were noted since the last time; they are kept when the write fails. */
  async handOver(write: (ids: readonly string[]) => Promise<void>): Promise<void> {
    const drawn = this.#drawn;
    this.#drawn = new Set();
    try {
      await write([...drawn]);
    } catch (error) {
      this.#drawn = new Set([...drawn, ...this.#drawn]);
      throw error;
    }
  }
}
