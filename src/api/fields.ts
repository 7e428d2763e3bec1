import { type TProperties, type TSchema, Type } from 'typebox';

// What the wire is made of: names, texts, times and addresses, and the objects and lists that hold them.

/** Ids of credentials and consumers: a slug, compared exactly. */
export const SLUG_PATTERN = '^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$';
/** Names of accounts: fit for mailbox addresses, compared exactly. */
export const ACCOUNT_PATTERN = "^(?!\\.{1,2}$)[A-Za-z0-9._@+'-]{1,128}$";
/** A scope list (RFC 6749 §3.3): one space between two scopes. */
export const SCOPE_PATTERN = '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+(?: [\\x21\\x23-\\x5B\\x5D-\\x7E]+)*$';
export const SCOPE_TOKEN_PATTERN = '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$';
/** Text on one line, without control characters and broken surrogates. */
export const PLAIN_TEXT_PATTERN = '^[^\\p{Cc}\\p{Cs}]*$';
const PARAM_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
const PARAM_NAME = 'A name has at most 64 letters, digits, dots, dashes and underscores; first a letter or digit.';

/** What comes in is refused where it holds anything unknown. */
export function closed<Properties extends TProperties>(properties: Properties, options: { description?: string } = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/** What is answered may grow: clients ignore what they do not know. */
export function open<Properties extends TProperties>(properties: Properties, options: { description?: string } = {}) {
  return Type.Object(properties, options);
}

export function words<const Words extends string[]>(values: [...Words], description: string) {
  return Type.Enum(values, { type: 'string', description });
}

export function text(maxLength: number, description: string, minLength = 0) {
  return Type.String({ minLength, maxLength, pattern: PLAIN_TEXT_PATTERN, description });
}

export function params(description: string) {
  const value = text(1024, 'One value.');
  return Type.Record(Type.String(), value, {
    maxProperties: 20,
    propertyNames: { type: 'string', pattern: PARAM_NAME_PATTERN, description: PARAM_NAME },
    description,
  });
}

/** The id of a credential or consumer. */
export const Slug = Type.String({
  pattern: SLUG_PATTERN,
  description: '1–64 lower-case letters, digits, dots, dashes and underscores; begins and ends with a letter or digit.',
});
/** The name of an account. */
export const AccountName = Type.String({
  pattern: ACCOUNT_PATTERN,
  description: "1–128 of A–Z, a–z, 0–9 and . _ @ + ' -, such as a mailbox address; not . or .. alone.",
});
export const Scope = Type.String({
  pattern: SCOPE_PATTERN,
  maxLength: 4096,
  description: 'Scopes of printable ASCII without quotes and backslashes, one space between two (RFC 6749 §3.3).',
});
export const Time = Type.String({
  format: 'date-time',
  description: 'A date and time with its zone, as in 2027-01-31T12:00:00Z.',
});
export const Url = Type.String({
  format: 'uri',
  maxLength: 2048,
  description: 'An absolute URL; https unless the operator allowed its host.',
});
/** Its form is judged with its rules, for the one issuer of every tenant of Microsoft holds `{tenantid}`. */
export const Issuer = Type.String({
  pattern: '^[!-~]+$',
  maxLength: 2048,
  description: 'Who vouches for ID tokens; `{tenantid}` in it stands for the tenant of the one who signed in.',
});
export const Description = text(500, 'For people; nothing depends on it.');
export const Flag = (description: string) => Type.Boolean({ description });

/** A list, one page at a time. */
export function pageOf<Item extends TSchema>(item: Item) {
  const next = {
    type: ['string', 'null'],
    description: 'Give it as `cursor` for the next page; null on the last one.',
  };
  return open({ items: Type.Array(item), next_cursor: Type.Unsafe<string | null>(next) });
}

export const Cursor = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,256}$',
  description: 'The `next_cursor` of the page before.',
});
export const Limit = Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Items on a page.' });

/** Which page of a list. */
export const PageQuery = closed({ cursor: Type.Optional(Cursor), limit: Limit });
