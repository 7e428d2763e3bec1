import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { LEDGER_ACTIONS } from './ledger-actions.js';

// The wire: what requests and answers look like (JSON in snake_case; times RFC 3339 UTC; durations whole seconds).

/** Ids of credentials and consumers: a slug, compared exactly. */
export const SLUG_PATTERN = '^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$';
/** Names of accounts: fit for mailbox addresses, compared exactly. */
export const ACCOUNT_PATTERN = "^[A-Za-z0-9._@+'-]{1,128}$";
/** A scope list (RFC 6749 §3.3): one space between two scopes. */
export const SCOPE_PATTERN = '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+(?: [\\x21\\x23-\\x5B\\x5D-\\x7E]+)*$';
const SCOPE_TOKEN_PATTERN = '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$';
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

function params(description: string) {
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
  description: "1–128 of A–Z, a–z, 0–9 and . _ @ + ' -, such as a mailbox address.",
});
const Scope = Type.String({
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
const Description = text(500, 'For people; nothing depends on it.');
const Flag = (description: string) => Type.Boolean({ description });

/** A list, one page at a time. */
export function pageOf<Item extends TSchema>(item: Item) {
  const next = {
    type: ['string', 'null'],
    description: 'Give it as `cursor` for the next page; null on the last one.',
  };
  return open({ items: Type.Array(item), next_cursor: Type.Unsafe<string | null>(next) });
}

const Cursor = Type.String({ pattern: '^[A-Za-z0-9_-]{1,256}$', description: 'The `next_cursor` of the page before.' });
const Limit = Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Items on a page.' });

/** Which page of a list. */
export const PageQuery = closed({ cursor: Type.Optional(Cursor), limit: Limit });
// Problems

const FieldProblem = open({
  field: Type.String({ description: 'Dotted path of the field, query parameter or header.' }),
  rule: Type.String({ description: 'The broken rule, a stable word.' }),
  detail: Type.String({ description: 'The rule in a sentence.' }),
});

export const ProviderWords = open(
  {
    error: Type.Optional(Type.String()),
    error_description: Type.Optional(Type.String()),
    codes: Type.Optional(Type.Array(Type.String())),
    trace_id: Type.Optional(Type.String()),
    correlation_id: Type.Optional(Type.String()),
    timestamp: Type.Optional(Type.String()),
  },
  { description: 'What the provider said.' },
);

export const ProblemClass = words(
  ['needs_user', 'needs_admin', 'needs_operator', 'throttled', 'unavailable', 'in_doubt'],
  'Who must act, or why it is nobody’s fault.',
);

/** The body of every answer that says no (RFC 9457). */
export const Problem = open({
  type: Type.String({ description: '`urn:tokenwell:problem:` and the code.' }),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String({ description: 'What happened, in plain words.' }),
  code: Type.String({ description: 'A stable word for programs.' }),
  request_id: Type.String({ description: 'Names this request in the log and the ledger.' }),
  errors: Type.Optional(Type.Array(FieldProblem)),
  class: Type.Optional(ProblemClass),
  action: Type.Optional(Type.String({ description: 'What to do, in a sentence.' })),
  connect_url: Type.Optional(
    Type.String({ format: 'uri', description: 'The page of the account that needs attention.' }),
  ),
  retry_after: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Seconds to wait; the Retry-After header says the same.' }),
  ),
  provider: Type.Optional(ProviderWords),
});

// Credentials

const Method = words(
  ['client_secret_post', 'client_secret_basic', 'none'],
  'How the client proves itself to the provider.',
);
const ClientSecret = Type.String({
  minLength: 1,
  maxLength: 4096,
  pattern: PLAIN_TEXT_PATTERN,
  writeOnly: true,
  description: 'Write-only. Left out in a PUT, the stored secret stays.',
});

const clientAuthInput = {
  method: Method,
  secret: Type.Optional(ClientSecret),
  secret_expires_at: Type.Optional(Time),
};
const clientAuthState = {
  id: Type.String({ description: 'Names this way to prove itself.' }),
  has_secret: Type.Boolean({ description: 'Whether a secret is stored.' }),
};

const credentialFields = {
  description: Type.Optional(Description),
  grant_type: words(['client_credentials', 'authorization_code'], 'How tokens are obtained (RFC 6749 §4.4, §4.1).'),
  authorization_url: Type.Optional(Url),
  token_url: Url,
  revocation_url: Type.Optional(Url),
  issuer: Type.Optional(Url),
  client_id: text(512, 'The client id that the provider gave.', 1),
  scope: Scope,
  consent_scope: Type.Optional(Scope),
  authorization_params: Type.Optional(params('Further parameters of the authorization request.')),
  token_params: Type.Optional(params('Further parameters of the token request, such as `resource` or `audience`.')),
  refresh_policy: Type.Optional(
    words(['none', 'grace', 'strict'], 'How the provider treats a refresh token that was used.'),
  ),
  grace_seconds: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2_592_000, description: 'How long a used refresh token still works.' }),
  ),
};

const stateCount = Type.Optional(Type.Integer({ minimum: 0 }));
const credentialState = {
  disabled: Flag('Whether draws are stopped by a person.'),
  redirect_uri: Type.String({ format: 'uri', description: 'The redirect URI to register at the provider.' }),
  accounts: open(
    {
      pending: stateCount,
      connected: stateCount,
      degraded: stateCount,
      needs_user: stateCount,
      needs_admin: stateCount,
      needs_operator: stateCount,
      disabled: stateCount,
    },
    { description: 'How many accounts are in which state.' },
  ),
  version: Type.Integer({ minimum: 1, description: 'Grows with every change; the ETag.' }),
  created_at: Time,
  updated_at: Time,
};

/** What is read of a credential and never said; given in a POST, it is refused. */
export const SET_BY_TOKENWELL: ReadonlySet<string> = new Set(
  [clientAuthState, credentialState].flatMap(fields => Object.keys(fields)),
);

/** A new credential. */
export const CredentialCreate = closed({ id: Slug, ...credentialFields, client_auth: closed(clientAuthInput) });

/** A credential's replacement: whatever GET answers may be sent back; read-only fields are ignored. */
export const CredentialReplace = closed({
  ...credentialFields,
  client_auth: closed({ ...clientAuthInput, ...Type.Partial(Type.Object(clientAuthState)).properties }),
  id: Type.Optional(Slug),
  ...Type.Partial(Type.Object(credentialState)).properties,
});

/** A credential as it is read. */
export const Credential = open({
  id: Slug,
  ...credentialFields,
  client_auth: open({ ...clientAuthState, method: Method, secret_expires_at: Type.Optional(Time) }),
  ...credentialState,
});

/** Which account to test; `default` unless said. */
export const TestRequest = closed({ account: Type.Optional(AccountName) });

/** How a test went, step by step. */
export const TestAnswer = open({
  ok: Flag('Whether the provider gave a token.'),
  steps: Type.Array(
    open({
      step: Type.String(),
      ok: Type.Boolean(),
      ms: Type.Integer({ minimum: 0, description: 'Milliseconds.' }),
      detail: Type.String(),
    }),
  ),
  finding: Type.Optional(
    open({
      class: ProblemClass,
      reason: Type.String({ description: 'A stable word.' }),
      message: Type.String(),
      action: Type.String({ description: 'What to do, in a sentence.' }),
      provider: Type.Optional(ProviderWords),
    }),
  ),
});

// Tokens

/** What kind of token is wanted. */
export const TokenQuery = closed({
  account: Type.String({ ...AccountName, default: 'default' }),
  min_ttl: Type.Integer({
    minimum: 0,
    maximum: 86_400,
    default: 60,
    description: 'Seconds that the token must still live.',
  }),
  scope: Type.Optional(Scope),
});

/** An access token. */
export const Token = open({
  access_token: Type.String(),
  token_type: Type.String(),
  expires_at: Time,
  expires_in: Type.Integer({ minimum: 0, description: 'Seconds from now.' }),
  scope: Type.String(),
  credential: Type.String(),
  account: Type.String(),
  token_id: Type.String({ description: 'Names this token in the ledger.' }),
  warning: Type.Optional(
    open({
      code: words(['refresh_failing', 'min_ttl_unreachable', 'expiring_secret'], 'A stable word.'),
      detail: Type.String(),
      retry_after: Type.Optional(Type.Integer({ minimum: 0, description: 'Seconds.' })),
    }),
  ),
});

// Consumers

const Role = words(['service', 'auditor', 'operator', 'admin'], 'What the consumer may do.');
const consumerFields = {
  description: Type.Optional(Description),
  role: Role,
  disabled: Type.Optional(Type.Boolean({ description: 'A disabled consumer is answered 401. Left out: as it is.' })),
};

/** A new consumer. */
export const ConsumerCreate = closed({ id: Slug, ...consumerFields });
/** A consumer's replacement: whatever GET answers may be sent back; read-only fields are ignored. */
export const ConsumerReplace = closed({
  ...consumerFields,
  id: Type.Optional(Slug),
  created_at: Type.Optional(Time),
  updated_at: Type.Optional(Time),
});
/** A consumer as it is read. */
export const Consumer = open({
  id: Slug,
  ...consumerFields,
  disabled: Type.Boolean(),
  created_at: Time,
  updated_at: Time,
});

/** A new API key, which may end by itself. */
export const KeyCreate = closed({ expires_at: Type.Optional(Time) });
const keyFields = { id: Type.String(), expires_at: Type.Optional(Time), created_at: Time };
/** An API key as it is listed. */
export const Key = open(keyFields);
/** An API key in the one answer that holds it. */
export const NewKey = open({ ...keyFields, key: Type.String({ description: 'The key itself, shown once.' }) });

const orAny = (pattern: string) => `^(?:\\*|${pattern.slice(1, -1)})$`;

/** A permission as it is given. */
export const PermissionInput = closed({
  credential: Type.String({ pattern: orAny(SLUG_PATTERN), description: 'The id of a credential, or * for any.' }),
  account: Type.Optional(
    Type.String({ pattern: orAny(ACCOUNT_PATTERN), description: 'The name of an account, or * for any. Left out: *.' }),
  ),
  scopes: Type.Optional(
    Type.Array(Type.String({ pattern: SCOPE_TOKEN_PATTERN, maxLength: 1024, description: 'One scope.' }), {
      maxItems: 100,
      description: 'The only scopes that may be asked. Left out: every scope.',
    }),
  ),
});
/** All permissions of a consumer as they are given. */
export const PermissionsInput = Type.Array(PermissionInput, { maxItems: 1000 });
/** A permission as it is read. */
export const Permission = open({
  credential: Type.String(),
  account: Type.String(),
  scopes: Type.Optional(Type.Array(Type.String())),
});

/** All permissions of a consumer as they are read. */
export const Permissions = Type.Array(Permission);

/** Who is behind a key. */
export const Me = open({
  consumer: Type.String(),
  role: Role,
  key: open({ id: Type.String(), expires_at: Type.Optional(Time) }),
  permissions: Permissions,
});

// Ledger

/** Which entries of the ledger; times from (included) to (not). */
export const LedgerQuery = closed({
  cursor: Type.Optional(Cursor),
  limit: Limit,
  order: Type.Enum(['asc', 'desc'], { type: 'string', default: 'desc', description: 'Oldest or newest first.' }),
  credential: Type.Optional(Slug),
  account: Type.Optional(AccountName),
  consumer: Type.Optional(Slug),
  action: Type.Optional(words([...LEDGER_ACTIONS], 'What happened, such as `token.issue`.')),
  from: Type.Optional(Time),
  to: Type.Optional(Time),
});

/** One entry of the ledger. */
export const LedgerEntry = open({
  id: Type.String(),
  at: Time,
  writer: Type.String({ description: 'The start of the instance that wrote it.' }),
  revision: Type.Integer({ description: 'The revision under which it was written.' }),
  consumer: Type.Optional(Type.String()),
  key_id: Type.Optional(Type.String()),
  action: Type.String(),
  subject: Type.Optional(Type.String({ description: 'The consumer, link or consent that it is about.' })),
  credential: Type.Optional(Type.String()),
  account: Type.Optional(Type.String()),
  scope: Type.Optional(Type.String()),
  outcome: words(['ok', 'refused', 'failed'], 'How it went.'),
  code: Type.Optional(Type.String()),
  token_id: Type.Optional(Type.String()),
  expires_at: Type.Optional(Time),
  request_id: Type.Optional(Type.String()),
  count: Type.Optional(Type.Integer({ description: 'How many equal refusals this entry sums up.' })),
});

export type Problem = Static<typeof Problem>;
export type CredentialCreate = Static<typeof CredentialCreate>;
export type CredentialReplace = Static<typeof CredentialReplace>;
export type Credential = Static<typeof Credential>;
export type TestAnswer = Static<typeof TestAnswer>;
export type Token = Static<typeof Token>;
export type Consumer = Static<typeof Consumer>;
export type ConsumerInput = Static<typeof ConsumerReplace>;
export type Key = Static<typeof Key>;
export type NewKey = Static<typeof NewKey>;
export type PermissionInput = Static<typeof PermissionInput>;
export type Permission = Static<typeof Permission>;
export type Me = Static<typeof Me>;
export type LedgerQuery = Static<typeof LedgerQuery>;
export type LedgerEntry = Static<typeof LedgerEntry>;
