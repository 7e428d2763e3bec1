import type { Place } from './ports.js';

/** A column that holds sealed values, and the columns that say where a value of it lives. */
export interface SealedField {
  readonly table: string;
  readonly field: string;
  /** The columns that say which row it is, and where a value of it may be sent; in order. They may stand in the row's parents. */
  readonly rowKey: readonly string[];
  /** The column that changes with every write of the value. */
  readonly versionColumn: string;
}

/** A database row as far as `placeOf` reads it: the key columns and the version column of its field. */
export type SealedRow<Field extends SealedField> = Readonly<
  Record<Field['rowKey'][number] | Field['versionColumn'], string | number>
>;

/**
 * The secret, certificate or private key of a client auth, bound to the client and to every address that it may go to:
 * whoever can write to the database cannot have it sent elsewhere.
 */
export const SECRET_VALUE = {
  table: 'secrets',
  field: 'value',
  rowKey: ['id', 'client_auth', 'credential', 'client_id', 'method', 'token_url', 'revocation_url', 'issuer'],
  versionColumn: 'version',
} as const satisfies SealedField;

/** The access token of one account for one scope. */
export const TOKEN_VALUE = {
  table: 'tokens',
  field: 'value',
  rowKey: ['credential', 'account', 'scope'],
  versionColumn: 'token_id',
} as const satisfies SealedField;

/** The refresh token of a grant, bound to where and as whom it was obtained, for it goes nowhere else. */
export const GRANT_REFRESH_TOKEN = {
  table: 'grants',
  field: 'refresh_token',
  rowKey: ['id', 'credential', 'account', 'origin', 'client_id'],
  versionColumn: 'generation',
} as const satisfies SealedField;

/** The PKCE verifier of a consent that is under way, bound to what it was begun for: it goes nowhere else. */
export const CONSENT_VERIFIER = {
  table: 'consents',
  field: 'verifier',
  rowKey: ['id', 'credential', 'credential_version', 'account', 'connect_link'],
  versionColumn: 'version',
} as const satisfies SealedField;

/** Every sealed column there is. Key rotation and the tamper tests walk this list, so a new one is covered once it is here. */
export const SEALED_FIELDS: readonly SealedField[] = [SECRET_VALUE, TOKEN_VALUE, GRANT_REFRESH_TOKEN, CONSENT_VERIFIER];

/**
 * The place of a field's value in a database row (column names as in SQL). The one way to make a `Place` for a stored
 * value, so that sealing and opening cannot disagree. Throws a TypeError where the row lacks one of the columns:
 * a value bound to `undefined` would open in another row.
 */
export function placeOf<Field extends SealedField>(field: Field, row: SealedRow<Field>): Place {
  const columns: Readonly<Record<string, string | number>> = row;
  const part = (column: string): string => {
    const value = columns[column];
    if (typeof value === 'string' || Number.isSafeInteger(value)) return String(value);
    throw new TypeError(`A row of ${field.table} without ${column} has no place for ${field.field}.`);
  };
  return { table: field.table, field: field.field, row: field.rowKey.map(part), version: part(field.versionColumn) };
}
