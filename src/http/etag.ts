import type { Expected } from '../vault/credentials.js';
import { invalid, VaultError } from '../vault/errors.js';

const STRONG = /^"([1-9]\d{0,14})"$/;

/** The entity tag of a version (RFC 9110 §8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** The version that If-Match asks for (RFC 9110 §13.1.1). Throws `precondition_required`, `invalid_request`. */
export function expectedVersion(ifMatch: string | undefined): Expected {
  if (ifMatch === undefined) {
    throw new VaultError(
      'precondition_required',
      'This changes what may have changed meanwhile, so say what you have read.',
      {
        action: 'Send the ETag of your last GET in If-Match, or * to change whatever is there.',
      },
    );
  }
  if (ifMatch === '*') return '*';
  const version = STRONG.exec(ifMatch)?.[1];
  if (version !== undefined) return Number(version);
  const detail = 'If-Match takes one ETag as GET gave it, in quotes and without W/, or *.';
  throw invalid([{ field: 'if-match', rule: 'etag', detail }]);
}
