import type { Place } from '../../src/vault/ports.js';
import { placeOf, SEALED_FIELDS, type SealedField } from '../../src/vault/sealed-fields.js';

const VERSIONS = ['1', '2', '11'];

/**
 * Keys of three rows. The first two read the same when their parts are joined, so a binding that only joins them mixes
 * them up; the third is simply another row.
 */
function keysOf({ rowKey }: SealedField): string[][] {
  const parts = rowKey.map((_, index) => `k${index}`);
  const shifted = [parts.join(''), ...rowKey.slice(1).map(() => '')];
  const other = rowKey.map(() => 'other');
  return rowKey.length > 1 ? [parts, shifted, other] : [parts, ['k01'], other];
}

/** Every registered field × three rows × three versions. A field that joins the registry is covered from then on. */
export function everyPlace(): Place[] {
  return SEALED_FIELDS.flatMap(field =>
    keysOf(field).flatMap(key =>
      VERSIONS.map(version => {
        const columns = field.rowKey.map((column, index): [string, string] => [column, key[index] ?? '']);
        return placeOf(field, Object.fromEntries([...columns, [field.versionColumn, version]]));
      }),
    ),
  );
}
