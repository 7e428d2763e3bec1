/** A queue of one: whoever takes the turn has it alone until giving it back. First come, first served. */
export class Turn {
  #waiting: (() => void)[] = [];
  #taken = false;

  /** Answers the function that gives the turn back; calling it twice does no harm. */
  async take(): Promise<() => void> {
    if (this.#taken) await new Promise<void>(resolve => this.#waiting.push(resolve));
    this.#taken = true;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken = false;
    };
  }

  /** Whether nobody has it and nobody waits. */
  get idle(): boolean {
    return !this.#taken;
  }
}
