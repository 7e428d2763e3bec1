import type { Place } from './ports.js';

/** A column that holds sealed values, and the columns that say where a value of it lives. */
export interface SealedField {
  readonly table: string;
  readonly field: string;
  /** The columns of the row's key, in order. */
  readonly rowKey: readonly string[];
  /** The column that changes with every write of the value. */
  readonly versionColumn: string;
}

/** A database row as far as `placeOf` reads it: the key columns and the version column of its field. */
export type SealedRow<Field extends SealedField> = Readonly<
  Record<Field['rowKey'][number] | Field['versionColumn'], string | number>
>;

/** The secret, certificate or private key of a client auth. */
export const SECRET_VALUE = {
  table: 'secrets',
  field: 'value',
  rowKey: ['id'],
  versionColumn: 'version',
} as const satisfies SealedField;

/** The access token of one account for one scope. */
export const TOKEN_VALUE = {
  table: 'tokens',
  field: 'value',
  rowKey: ['credential', 'account', 'scope'],
  versionColumn: 'token_id',
} as const satisfies SealedField;

/** The refresh token of a grant. */
export const GRANT_REFRESH_TOKEN = {
  table: 'grants',
  field: 'refresh_token',
  rowKey: ['id'],
  versionColumn: 'generation',
} as const satisfies SealedField;

/** The PKCE verifier of a consent that is under way. */
export const CONSENT_VERIFIER = {
  table: 'consents',
  field: 'verifier',
  rowKey: ['id'],
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
