import type { Clock } from '../../src/vault/ports.js';

/** A clock that stands still until it is told otherwise. `sleep` passes its time at once and gives others a turn. */
export class TestClock implements Clock {
  #now: number;
  #turnedBack = 0;

  constructor(now = Date.parse('2026-11-01T12:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now + this.#turnedBack;
  }

  async sleep(ms: number): Promise<void> {
    this.#now += ms;
    await new Promise(resolve => setImmediate(resolve));
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  /** The wall clock is put back, as an operator or a time server may do; the monotonic one goes on. */
  turnBack(ms: number): void {
    this.#now -= ms;
    this.#turnedBack += ms;
  }
}
