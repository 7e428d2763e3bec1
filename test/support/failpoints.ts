import type { Step } from '../../src/vault/steps.js';

/** Holds whoever reaches a step until it is released; the first to arrive only. */
export class Failpoint {
  readonly #step: Step;
  #armed = false;
  #arrived = () => {};
  #release = () => {};
  #released = Promise.resolve();

  constructor(step: Step) {
    this.#step = step;
  }

  /** Arms it once; resolves when somebody has arrived. */
  arm(): Promise<void> {
    this.#armed = true;
    this.#released = new Promise(resolve => {
      this.#release = resolve;
    });
    return new Promise(resolve => {
      this.#arrived = resolve;
    });
  }

  release(): void {
    this.#release();
  }

  /** To be given as the failpoints override. */
  readonly reach = async (step: Step): Promise<void> => {
    if (step !== this.#step || !this.#armed) return;
    this.#armed = false;
    this.#arrived();
    await this.#released;
  };
}
