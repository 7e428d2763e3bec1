import type { ExpressionBuilder, Nullable, Selectable } from 'kysely';
import type { ClientAuth, ReadClientAuth, StoredClientAuth } from '../vault/client-auth.js';
import type { Credential } from '../vault/credential.js';
import { endOfProof } from '../vault/expiry.js';
import { randomId } from '../vault/ids.js';
import type { ClientAuthMethod, Place, SigningAlg } from '../vault/ports.js';
import { placeOf, SECRET_VALUE } from '../vault/sealed-fields.js';
import type { Secret } from '../vault/secret.js';
import type { Tx } from '../vault/store.js';
import type { Handle } from './engine.js';
import type { Opening } from './opening.js';
import type { Tables } from './tables.js';

/** What a secret is bound to beside its row: the client, how it proves itself, and wherever that may go. */
export type Destination = Pick<Credential, 'id' | 'clientId' | 'tokenUrl' | 'revocationUrl' | 'issuer'> & {
  method: ClientAuthMethod;
};

type AuthTables = Tables & {
  a: Tables['client_auths'];
  h: Nullable<Tables['client_auths']>;
  s: Nullable<Tables['secrets']>;
};

/**
 * The columns of a client auth `a`, beside those of its credential: with the holder's active one `h` where it is another
 * credential's, and with the secret `s`, of whichever of them holds it.
 */
export function authColumns({ fn, ref }: ExpressionBuilder<AuthTables, 'a' | 'h' | 's'>) {
  return [
    ref('a.id').as('auth_id'),
    ref('a.same_as').as('same_as'),
    fn.coalesce('h.method', 'a.method').as('method'),
    fn.coalesce('h.secret_expires_at', 'a.secret_expires_at').as('secret_expires_at'),
    fn.coalesce('h.signing_alg', 'a.signing_alg').as('signing_alg'),
    fn.coalesce('h.certificate', 'a.certificate').as('certificate'),
    fn.coalesce('h.key_id', 'a.key_id').as('key_id'),
    ref('s.id').as('secret_id'),
  ] as const;
}

export type AuthRow = Pick<
  Selectable<Tables['client_auths']>,
  'method' | 'secret_expires_at' | 'signing_alg' | 'certificate' | 'key_id' | 'same_as'
> & { auth_id: string; secret_id: string | null };

export function clientAuthOf(row: AuthRow): ClientAuth {
  return {
    id: row.auth_id,
    method: row.method as ClientAuthMethod,
    hasSecret: row.secret_id !== null,
    secretExpiresAt: row.secret_expires_at ?? undefined,
    signingAlg: (row.signing_alg as SigningAlg | null) ?? undefined,
    certificate: row.certificate === null ? undefined : JSON.parse(row.certificate),
    keyId: row.key_id ?? undefined,
    sameAs: row.same_as ?? undefined,
  };
}

/** The client secret or private key of a client auth, opened; undefined where there is none. */
export async function secretOf(
  db: Handle,
  opening: Opening,
  clientAuth: string,
  to: Destination,
): Promise<Secret | undefined> {
  const row = await db.selectFrom('secrets').selectAll().where('client_auth', '=', clientAuth).executeTakeFirst();
  if (!row) return undefined;
  return opening.get(placeOfSecret(row, to), row.value, row.kind === 'private_key' ? 'private key' : 'client secret');
}

/** The client auths of credentials, whichever is active. */
export function clientAuthRows(db: Handle, opening: Opening): Tx['clientAuths'] {
  const all = (credential: string) =>
    db
      .selectFrom('client_auths as a')
      .leftJoin('client_auths as h', join => join.onRef('h.credential', '=', 'a.same_as').on('h.active', '=', 1))
      .leftJoin('secrets as s', join => join.on(eb => eb('s.client_auth', '=', eb.fn.coalesce('h.id', 'a.id'))))
      .where('a.credential', '=', credential)
      .select(authColumns)
      .select(['a.active', 'a.created_at']);
  return {
    list: async credential => (await all(credential).orderBy('a.created_at').orderBy('a.id').execute()).map(storedOf),
    find: async (credential, id) => {
      const row = await all(credential).where('a.id', '=', id).executeTakeFirst();
      return row && storedOf(row);
    },
    insert: (credential, input, now) =>
      insertAuth(db, opening, { to: { ...credential, method: input.method }, active: false, now }, input),
    activate: async (before, id, now) => {
      const changed = await db
        .updateTable('credentials')
        .set({ version: before.version + 1, updated_at: now })
        .where('id', '=', before.id)
        .where('version', '=', before.version)
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) return false;
      const mine = db.updateTable('client_auths').where('credential', '=', before.id);
      await mine.set({ active: 0 }).execute();
      await mine.set({ active: 1 }).where('id', '=', id).execute();
      return true;
    },
    remove: async (credential, id) => {
      const removed = await others(db, credential).where('id', '=', id).executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },
    removeOthers: async credential => {
      await others(db, credential).execute();
    },
  };
}

function others(db: Handle, credential: string) {
  return db.deleteFrom('client_auths').where('credential', '=', credential).where('active', '=', 0);
}

function storedOf(row: AuthRow & { active: number; created_at: number }): StoredClientAuth {
  return { ...clientAuthOf(row), active: row.active === 1, createdAt: row.created_at };
}

export async function insertAuth(
  db: Handle,
  opening: Opening,
  { to, active, now }: { to: Destination; active: boolean; now: number },
  input: ReadClientAuth,
): Promise<string> {
  const id = randomId('auth');
  await db
    .insertInto('client_auths')
    .values({
      ...{ id, credential: to.id, active: active ? 1 : 0, created_at: now },
      ...columnsOf(input, { to, since: now }),
    })
    .execute();
  await insertSecret(db, opening, id, to, input);
  return id;
}

/** Replaces what is said of a client auth; what is secret stays where it is not given anew. */
export async function updateAuth(
  db: Handle,
  opening: Opening,
  { clientAuth, to, now }: { clientAuth: ClientAuth; to: Destination; now: number },
  input: ReadClientAuth,
): Promise<void> {
  const own = clientAuth.sameAs === undefined && input.method === clientAuth.method;
  const kept = own && !input.keyPair ? clientAuth.certificate : undefined;
  const given = input.secret !== undefined || input.keyPair !== undefined;
  const mine = db.selectFrom('client_auths').select('proof_at').where('id', '=', clientAuth.id);
  const since = given ? now : ((await mine.executeTakeFirst())?.proof_at ?? now);
  const columns = columnsOf(input, { to, since, kept });
  await db.updateTable('client_auths').set(columns).where('id', '=', clientAuth.id).execute();
  if (!given && input.method !== 'none' && input.sameAs === undefined) return;
  await db.deleteFrom('secrets').where('client_auth', '=', clientAuth.id).execute();
  await insertSecret(db, opening, clientAuth.id, to, input);
}

interface Stored {
  to: Destination;
  /** When the proof came. */
  since: number;
  /** The certificate that stays where none is given. */
  kept?: ClientAuth['certificate'];
}

function columnsOf(input: ReadClientAuth, { to, since, kept }: Stored) {
  const { method, secretExpiresAt, signingAlg, keyPair, keyId, sameAs } = input;
  const said = { method, same_as: sameAs ?? null, proof_at: since };
  // What is the holder's is told by the holder alone.
  if (sameAs !== undefined)
    return { ...said, secret_expires_at: null, signing_alg: null, certificate: null, key_id: null, ...NO_END };
  const certificate = keyPair?.certificate ?? kept;
  const end = endOfProof({ method, secretExpiresAt, certificate }, to.tokenUrl, since);
  return {
    ...said,
    secret_expires_at: secretExpiresAt ?? null,
    signing_alg: signingAlg ?? null,
    certificate: certificate ? JSON.stringify(certificate) : null,
    key_id: keyId ?? null,
    ...(end ? { ends_at: end.at, ends_estimated: end.estimated ? 1 : 0 } : NO_END),
  };
}

const NO_END = { ends_at: null, ends_estimated: 0 };

async function insertSecret(
  db: Handle,
  { sealer }: Opening,
  clientAuth: string,
  to: Destination,
  { secret, keyPair }: ReadClientAuth,
): Promise<void> {
  const value = keyPair?.privateKey ?? secret;
  if (!value) return;
  const kind = keyPair ? 'private_key' : 'client_secret';
  const row = { id: randomId('sec'), client_auth: clientAuth, kind, version: randomId('v') };
  const sealed = sealer.seal(placeOfSecret(row, to), value);
  await db
    .insertInto('secrets')
    .values({ ...row, value: sealed })
    .execute();
}

type SecretRow = Pick<Selectable<Tables['secrets']>, 'id' | 'client_auth' | 'version'>;

function placeOfSecret({ id, client_auth, version }: SecretRow, to: Destination): Place {
  return placeOf(SECRET_VALUE, {
    id,
    client_auth,
    version,
    credential: to.id,
    client_id: to.clientId,
    method: to.method,
    token_url: to.tokenUrl,
    revocation_url: to.revocationUrl ?? '',
    issuer: to.issuer ?? '',
  });
}
