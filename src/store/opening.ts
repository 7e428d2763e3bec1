import { VaultError } from '../vault/errors.js';
import type { Logger } from '../vault/logger.js';
import type { Place, Sealer } from '../vault/ports.js';
import type { Secret } from '../vault/secret.js';

/** Opens sealed values where they lie. One that does not open was moved or changed: that is reported, never guessed. */
export class Opening {
  readonly sealer: Sealer;
  readonly #log: Logger;

  constructor(deps: { sealer: Sealer; log: Logger }) {
    this.sealer = deps.sealer;
    this.#log = deps.log;
  }

  /** Undefined when it does not open; for values that can be had again. */
  find(place: Place, sealed: string): Secret | undefined {
    try {
      return this.sealer.open(place, sealed);
    } catch {
      const { table, field, row } = place;
      this.#log.error({ table, field, row }, 'a sealed value does not open where it lies; was the database changed?');
      return undefined;
    }
  }

  /** Throws `provider_refused` when it does not open; for values that only a person can give again. */
  get(place: Place, sealed: string, what: string): Secret {
    const opened = this.find(place, sealed);
    if (opened) return opened;
    throw new VaultError('provider_refused', `The stored ${what} does not open: somebody changed or moved it.`, {
      class: 'needs_operator',
      action: `Give the ${what} again, and find out who can write to the database.`,
    });
  }
}
