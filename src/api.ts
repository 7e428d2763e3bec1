import { type Static, Type } from 'typebox';
import { clientAuthState, clientAuthView, ownOrShared } from './api/client-auths.js';
import { credentialFields, credentialShown } from './api/credentials.js';
import {
  ACCOUNT_PATTERN,
  AccountName,
  Cursor,
  closed,
  Description,
  Flag,
  Limit,
  open,
  SCOPE_TOKEN_PATTERN,
  Scope,
  SLUG_PATTERN,
  Slug,
  Time,
  text,
  words,
} from './api/fields.js';
import { Trust, TrustView, Workload } from './api/workloads.js';
import { LEDGER_ACTIONS } from './ledger-actions.js';

// The wire: what requests and answers look like (JSON in snake_case; times RFC 3339 UTC; durations whole seconds).

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

export const Who = words(
  ['mailbox_owner', 'tenant_admin', 'exchange_admin', 'operator', 'provider'],
  'Who must act: the owner of the mailbox, an administrator of their organisation, whoever administers the mailboxes, an operator of this vault; `provider`: nobody here, waiting helps.',
);
export const FindingLink = Type.String({ format: 'uri', description: 'A page of the provider that explains more.' });

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
  who: Type.Optional(Who),
  action: Type.Optional(Type.String({ description: 'What to do, in plain words.' })),
  link: Type.Optional(FindingLink),
  connect_url: Type.Optional(
    Type.String({ format: 'uri', description: 'The page of the account that needs attention.' }),
  ),
  retry_after: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Seconds to wait; the Retry-After header says the same.' }),
  ),
  provider: Type.Optional(ProviderWords),
});

// Credentials

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
  reported_accounts: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'How many accounts whose state needs nobody have a `reported`. Left out: none.',
    }),
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
export const CredentialCreate = closed({ id: Slug, ...credentialFields, client_auth: closed(ownOrShared) });

/** A credential's replacement: whatever GET answers may be sent back; read-only fields are ignored. */
export const CredentialReplace = closed({
  ...credentialFields,
  client_auth: closed({ ...ownOrShared, ...Type.Partial(Type.Object(clientAuthState)).properties }),
  id: Type.Optional(Slug),
  ...Type.Partial(Type.Object(credentialState)).properties,
});

/** A credential as it is read. */
export const Credential = open({
  id: Slug,
  ...credentialShown,
  client_auth: open(clientAuthView),
  ...credentialState,
});

/** Which account to test; its first one unless said. */
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
      who: Type.Optional(Who),
      reason: Type.String({ description: 'A stable word.' }),
      message: Type.String(),
      action: Type.String({ description: 'What to do, in plain words.' }),
      link: Type.Optional(FindingLink),
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

/** A token that a server refused. */
export const RejectedToken = closed({
  token_id: text(64, 'The `token_id` of the token that was refused.', 1),
  account: Type.Optional({ ...AccountName, default: 'default' }),
  scope: Type.Optional(Scope),
  status: Type.Optional(
    Type.Integer({ minimum: 100, maximum: 599, description: 'The status of the server’s HTTP answer.' }),
  ),
  www_authenticate: Type.Optional(
    text(8192, 'Its WWW-Authenticate header, with the claims challenge if there is one.'),
  ),
  sasl: Type.Optional(
    text(8192, 'What an IMAP, POP or SMTP server sent after XOAUTH2 or OAUTHBEARER, base64 of JSON.'),
  ),
  detail: Type.Optional(text(1000, 'The last line of the server, such as `535 5.7.3 Authentication unsuccessful`.')),
});

// Consumers

const Role = words(['service', 'auditor', 'operator', 'admin'], 'What the consumer may do.');
const consumerFields = {
  description: Type.Optional(Description),
  role: Role,
  disabled: Type.Optional(Type.Boolean({ description: 'A disabled consumer is answered 401. Left out: as it is.' })),
  trust: Type.Optional(Trust),
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
  trust: Type.Optional(TrustView),
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

/** Who is behind a key or a workload token. */
export const Me = open({
  consumer: Type.String(),
  role: Role,
  key: Type.Optional(open({ id: Type.String(), expires_at: Type.Optional(Time) })),
  workload: Type.Optional(Workload),
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
  workload: Type.Optional(Type.String({ description: 'The subject of the workload that came without a key.' })),
  action: Type.String(),
  subject: Type.Optional(Type.String({ description: 'The consumer, link or consent that it is about.' })),
  credential: Type.Optional(Type.String()),
  account: Type.Optional(Type.String()),
  scope: Type.Optional(Type.String()),
  outcome: words(['ok', 'refused', 'failed'], 'How it went.'),
  code: Type.Optional(Type.String()),
  state: Type.Optional(Type.String({ description: 'The state of the account, where it is another one than before.' })),
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
export type RejectedToken = Static<typeof RejectedToken>;
export type Consumer = Static<typeof Consumer>;
export type ConsumerInput = Static<typeof ConsumerReplace>;
export type Key = Static<typeof Key>;
export type NewKey = Static<typeof NewKey>;
export type PermissionInput = Static<typeof PermissionInput>;
export type Permission = Static<typeof Permission>;
export type Me = Static<typeof Me>;
export type LedgerQuery = Static<typeof LedgerQuery>;
export type LedgerEntry = Static<typeof LedgerEntry>;
