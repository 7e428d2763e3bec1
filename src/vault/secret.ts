import { inspect } from 'node:util';

/**
 * A string that must not be seen: client secret, token, key. Printing, logging or serialising it gives `[secret]`;
 * only `reveal()` gives the value, so every use can be found by name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it at the last moment and do not keep the result. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
