/** How long I/O gets after the deadline before the call is given up: one turn of the event loop, generously. */
const GRACE_MS = 150;

/**
 * A deadline for a whole call, in milliseconds from its making. It is soft: timers run before waiting I/O is read, so
 * after a pause (garbage collection, a stopped machine) a hard one would throw away an answer that has already
 * arrived, and with it a rotated refresh token. After the deadline I/O gets one more turn.
 */
export class SoftDeadline {
  readonly #passed: Promise<'passed'>;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#passed = new Promise(resolve => {
      this.#timer = setTimeout(() => {
        this.#timer = setTimeout(resolve, GRACE_MS, 'passed');
      }, ms);
    });
  }

  /** The outcome of `work`, or `late()` thrown once the deadline has passed. `work` itself is not stopped. */
  async race<T>(work: Promise<T>, late: () => Error): Promise<T> {
    const first = await Promise.race([work.then(value => ({ value })), this.#passed]);
    if (first === 'passed') throw late();
    return first.value;
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
