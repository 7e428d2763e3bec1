interface Hall {
  taken: number;
  waiting: (() => void)[];
}

/** So many places for each name: whoever finds none waits for one. First come, first served. */
export class Places {
  readonly #most: number;
  readonly #halls = new Map<string, Hall>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Answers the function that gives the place back; it must be called exactly once. */
  async take(name: string): Promise<() => void> {
    const hall = this.#halls.get(name) ?? { taken: 0, waiting: [] };
    this.#halls.set(name, hall);
    if (hall.taken < this.#most) hall.taken += 1;
    else await new Promise<void>(resolve => hall.waiting.push(resolve));
    return () => this.#giveBack(name, hall);
  }

  #giveBack(name: string, hall: Hall): void {
    const next = hall.waiting.shift();
    // The place goes from hand to hand.
    if (next) next();
    else hall.taken -= 1;
    if (hall.taken === 0) this.#halls.delete(name);
  }
}
