import { createKey } from './callers.js';
import type { Caller, Consumer, ConsumerKey, Permission, Role } from './consumer.js';
import { alreadyExists } from './credentials.js';
import { type FieldError, invalid, missing, VaultError } from './errors.js';
import type { Ledger, Written } from './ledger.js';
import type { Clock, Destinations } from './ports.js';
import { type Actor, actorOf, require } from './roles.js';
import type { Secret } from './secret.js';
import type { Store, Tx } from './store.js';
import { overlaps, type Trust, trustErrors } from './trust.js';

/** What an admin says of a consumer. */
export interface ConsumerInput {
  description: string | undefined;
  role: Role;
  /** Undefined: as it is; a new consumer is enabled. */
  disabled: boolean | undefined;
  /** Left out: no workload stands for it. */
  trust?: Trust | undefined;
}

/** Whoever may call the API: their roles, keys and permissions. Only an admin changes them. */
export class Consumers {
  readonly #store: Store;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #destinations: Destinations;

  constructor(deps: { store: Store; ledger: Ledger; clock: Clock; destinations: Destinations }) {
    this.#store = deps.store;
    this.#ledger = deps.ledger;
    this.#clock = deps.clock;
    this.#destinations = deps.destinations;
  }

  /** Throws `already_exists`, `conflict`. The new consumer has no key and no permission. Calls no issuer. */
  async create(actor: Actor, id: string, input: ConsumerInput): Promise<Consumer> {
    await this.#checkTrust(actor, input.trust);
    const now = this.#clock.now();
    const disabled = input.disabled ?? false;
    const consumer: Consumer = { id, ...input, disabled, createdAt: now, updatedAt: now };
    return await this.#write(actor, 'consumer.create', id, async tx => {
      if (await tx.consumers.find(id)) throw alreadyExists('consumer', id);
      await tx.consumers.insert(consumer);
      return consumer;
    });
  }

  async get(caller: Caller, id: string): Promise<Consumer> {
    require(caller, 'auditor');
    return found(await this.#store.reads.consumers.find(id), id);
  }

  /** In order of id, after the one named. */
  async list(caller: Caller, after: string | undefined, limit: number): Promise<Consumer[]> {
    require(caller, 'auditor');
    return await this.#store.reads.consumers.list(after, limit);
  }

  /** Replaces description, role, trust and whether it is disabled; effective for the next draw on every instance. */
  async replace(actor: Actor, id: string, input: ConsumerInput): Promise<Consumer> {
    await this.#checkTrust(actor, input.trust);
    return await this.#write(actor, 'consumer.update', id, async tx => {
      const before = found(await tx.consumers.find(id), id);
      const disabled = input.disabled ?? before.disabled;
      const after: Consumer = { ...before, trust: undefined, ...input, disabled, updatedAt: this.#clock.now() };
      await tx.consumers.update(after);
      return after;
    });
  }

  /** Removes the consumer with its keys and permissions, and what it told of refused tokens: its name may become another's. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.#write(actor, 'consumer.delete', id, async tx => {
      if (!(await tx.consumers.remove(id))) throw missing('consumer', id);
    });
  }

  /** Makes another key, so that keys can be rotated one by one. The key itself is in this answer and nowhere else. */
  async createKey(
    actor: Actor,
    consumer: string,
    expiresAt: number | undefined,
  ): Promise<ConsumerKey & { secret: Secret }> {
    const now = this.#clock.now();
    if (expiresAt !== undefined && expiresAt <= now) {
      throw invalid([{ field: 'expires_at', rule: 'future', detail: 'expires_at must lie in the future.' }]);
    }
    const { id, key: secret, hash } = createKey();
    const key: ConsumerKey = { id, consumer, hash, expiresAt, createdAt: now };
    return await this.#write(actor, 'key.create', consumer, async tx => {
      found(await tx.consumers.find(consumer), consumer);
      await tx.consumers.insertKey(key);
      return { ...key, secret };
    });
  }

  async keys(caller: Caller, consumer: string): Promise<ConsumerKey[]> {
    await this.get(caller, consumer);
    return await this.#store.reads.consumers.keys(consumer);
  }

  async removeKey(actor: Actor, consumer: string, id: string): Promise<void> {
    await this.#write(actor, 'key.delete', consumer, async tx => {
      if (!(await tx.consumers.removeKey(consumer, id))) throw missing('key', id);
    });
  }

  async permissions(caller: Caller, consumer: string): Promise<Permission[]> {
    await this.get(caller, consumer);
    return await this.#store.reads.consumers.permissions(consumer);
  }

  /** Replaces all permissions of a consumer. Each must be there once and name a credential that exists, or `*`. */
  async replacePermissions(actor: Actor, consumer: string, permissions: Permission[]): Promise<Permission[]> {
    return await this.#write(actor, 'permission.put', consumer, async tx => {
      found(await tx.consumers.find(consumer), consumer);
      const errors = [...repeated(permissions), ...(await unknownCredentials(tx, permissions))];
      if (errors.length > 0) throw invalid(errors);
      await tx.consumers.replacePermissions(consumer, permissions);
      return permissions;
    });
  }

  async #write<T>(actor: Actor, action: string, consumer: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    require(actor.caller, 'admin');
    return await this.#ledger.write(actorOf(actor), async (tx): Promise<Written<T>> => {
      const result = await work(tx);
      return {
        result,
        touched: [{ kind: 'consumer', id: consumer }],
        entry: { action, subject: consumer },
        underLock: tx => requireAlone(tx, consumer),
      };
    });
  }

  async #checkTrust({ caller }: Actor, trust: Trust | undefined): Promise<void> {
    require(caller, 'admin');
    if (!trust) return;
    const errors = await trustErrors(trust, this.#destinations);
    if (errors.length > 0) throw invalid(errors);
  }
}

/** No token may be that of two consumers: nobody could say which of them drew. */
async function requireAlone(tx: Tx, id: string): Promise<void> {
  const trust = (await tx.consumers.find(id))?.trust;
  if (!trust) return;
  const subject = trust.subject.includes('*') ? undefined : trust.subject;
  const others = await tx.consumers.trusting(trust.issuer, trust.audience, subject);
  const other = others.find(one => one.id !== id && one.trust && overlaps(one.trust, trust));
  if (!other) return;
  throw new VaultError(
    'conflict',
    `A token of this issuer, audience and subject could also be that of the consumer ${other.id}, which trusts the subject ${other.trust?.subject}.`,
    { action: 'Give each consumer an audience or a subject of its own.' },
  );
}

function found(consumer: Consumer | undefined, id: string): Consumer {
  if (!consumer) throw missing('consumer', id);
  return consumer;
}

/** The same permission twice is a slip of whoever made the list. */
function repeated(permissions: Permission[]): FieldError[] {
  const texts = permissions.map(({ credential, account, scopes }) => JSON.stringify([credential, account, scopes]));
  const first = new Map(texts.map((text, index) => [text, index] as const).reverse());
  return texts.flatMap((text, index) =>
    first.get(text) === index
      ? []
      : [{ field: `${index}`, rule: 'unique', detail: 'This permission is in the list twice. Give it once.' }],
  );
}

/** A permission for an id that does not exist yet would open whatever is stored under it later. */
async function unknownCredentials(tx: Tx, permissions: Permission[]): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  for (const [index, { credential }] of permissions.entries()) {
    if (credential === '*' || (await tx.credentials.find(credential))) continue;
    errors.push({ field: `${index}.credential`, rule: 'exists', detail: `There is no credential ${credential}.` });
  }
  return errors;
}
