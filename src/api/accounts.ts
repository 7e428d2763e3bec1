import { type Static, Type } from 'typebox';
import { FindingLink, ProblemClass, ProviderWords, Who } from '../api.js';
import { AccountName, closed, open, Slug, Time, text, Url, words } from './fields.js';

// The wire of accounts, and of the links by which people connect them.

const scopes = (description: string) => Type.Array(Type.String(), { description });

const Finding = open(
  {
    class: ProblemClass,
    who: Type.Optional(Who),
    reason: Type.String({ description: 'A stable word.' }),
    message: Type.String({ description: 'What is wrong, in plain words.' }),
    action: Type.String({ description: 'What to do, in plain words.' }),
    link: Type.Optional(FindingLink),
    at: Time,
    provider: Type.Optional(ProviderWords),
  },
  { description: 'What the last failure means. Left out: nothing failed since the last success.' },
);

const Reported = open(
  {
    who: Who,
    message: Type.String({ description: 'What the server’s reply means, in the words of Tokenwell.' }),
    action: Type.String({ description: 'What to do, in plain words.' }),
    link: Type.Optional(FindingLink),
    by: Type.String({ description: 'The consumer that told it last.' }),
    at: Time,
  },
  {
    description:
      'What a consumer told last that a server refuses although the token is new (`POST …/token/rejected`). It stops no draw and is no part of `state`. Left out: nothing, something else since, a newer connection or an operator’s test, or 14 days without being told again.',
  },
);

const Identity = open(
  {
    issuer: Type.String({ description: 'Who vouches for it.' }),
    subject: Type.String({ description: 'What names the person or mailbox there and never changes.' }),
    tenant: Type.Optional(Type.String({ description: 'The organisation.' })),
    name: Type.Optional(Type.String({ description: 'For people; it may change.' })),
  },
  { description: 'Who signed in. Left out: the provider did not say, so it is not known.' },
);

const Grant = open(
  {
    obtained_at: Time,
    scopes: scopes('What was granted.'),
    missing_scopes: scopes('What the consent asked for and the grant does not hold.'),
    lasting: Type.Boolean({
      description: 'Whether there is a refresh token. Without one, access ends with the access token.',
    }),
    client_auth: Type.Optional(
      Type.String({
        description: 'The client authentication of the credential that obtained it; it may be deleted since.',
      }),
    ),
    identity: Type.Optional(Identity),
  },
  { description: 'What was given at the last consent. Left out: nobody has consented, or nobody needs to.' },
);

const Candidate = open(
  {
    id: Type.String({ description: 'Names it where it is accepted or rejected.' }),
    subject: Type.Optional(Type.String({ description: 'Left out: the provider did not say who signed in.' })),
    name: Type.Optional(Type.String()),
    tenant: Type.Optional(Type.String()),
    scopes: scopes('What it would bring.'),
    at: Time,
  },
  {
    description:
      'A newer grant that differs from the one in use and waits for an operator: accept or reject it. Left out: none waits.',
  },
);

const OtherPerson = open(
  {
    signed_in: Type.String({ description: 'Their address, as the provider told it.' }),
    meant: Type.String({ description: 'The address of the link, or of the account.' }),
    by: words(
      ['login_hint', 'account'],
      'What names `meant`: the login hint of the link, else the account’s own name.',
    ),
    message: Type.String({ description: 'What it means, in plain words.' }),
    action: Type.String({ description: 'What to do, in plain words.' }),
  },
  {
    description:
      'Somebody else signed in than the link, or the account, is for: as it should be where they may open a shared mailbox. It stops no draw. Left out: nobody else, no address to compare, or an operator accepted it (`…/candidate/accept`).',
  },
);

const Access = open(
  {
    missing: scopes('What the newest token does not hold, and its purpose needs.'),
    excess: scopes('What it holds and its purpose does not need.'),
    severity: words(
      ['notice', 'warning', 'critical'],
      '`notice`: all may be well, for what the token does not name may be given in another way; `warning`: it works, and opens more than it is for; `critical`: what the purpose needs is missing.',
    ),
    detail: Type.String({ description: 'What it means and what to do.' }),
  },
  {
    description:
      'What the newest token holds too little or too much of, or for too many mailboxes. Left out: nothing, nobody can tell, or it is a list.',
  },
);

/** An account of a credential. */
export const Account = open({
  credential: Slug,
  account: AccountName,
  state: words(
    ['pending', 'connected', 'degraded', 'needs_user', 'needs_admin', 'needs_operator', 'disabled'],
    'How it is doing, or who must act.',
  ),
  finding: Type.Optional(Finding),
  reported: Type.Optional(Reported),
  last_success_at: Type.Optional(Time),
  next_try_at: Type.Optional({ ...Time, description: 'The provider is not asked before. Left out: no pause.' }),
  next_refresh_at: Type.Optional({
    ...Time,
    description:
      'When it is refreshed although nobody draws: a token in use before its end, a refresh token before it lies idle too long.',
  }),
  grant: Type.Optional(Grant),
  candidate: Type.Optional(Candidate),
  other_person: Type.Optional(OtherPerson),
  access: Type.Optional(Access),
});

/** A refresh token that other software obtained (RFC 6749 §A.17). */
export const RefreshTokenImport = closed({
  refresh_token: Type.String({
    minLength: 1,
    maxLength: 8192,
    pattern: '^[\\x20-\\x7E]+$',
    writeOnly: true,
    description: 'Write-only. Used once at the token URL before it is kept.',
  }),
});

/** What became of it. */
export const ImportAnswer = open({
  in_use: Type.Boolean({ description: 'Whether draws use it from now on. Otherwise it waits as `candidate`.' }),
  waits_because: Type.Optional(
    words(
      ['identity_refused', 'identity_unknown', 'other_identity', 'fewer_scopes', 'changed_meanwhile'],
      'Why it waits for your word beside the grant in use.',
    ),
  ),
  account: Account,
});

/** Which waiting grant is meant. */
export const CandidateQuery = closed({
  id: Type.Optional(
    text(64, 'The `id` of the candidate that you saw; when another one waits by now, the answer is 412.', 1),
  ),
});

/** Seconds that a link may be used unless its maker says otherwise. */
export const LINK_SECONDS = 86_400;

const ExpiresIn = Type.Optional(
  Type.Integer({
    minimum: 60,
    maximum: 2_592_000,
    default: LINK_SECONDS,
    description: 'Seconds that the link may be used.',
  }),
);

/** A new link for the owner of a mailbox; everything may be left out. */
export const ConnectLinkCreate = closed({
  account: Type.Optional({ ...AccountName, default: 'default' }),
  login_hint: Type.Optional(text(320, 'The address that the sign-in page of the provider is filled with.', 1)),
  return_to: Type.Optional(
    text(
      2048,
      'Where the page after the consent leads on to: an address of this vault or of an origin in TOKENWELL_RETURN_TO_ORIGINS.',
      1,
    ),
  ),
  expires_in: ExpiresIn,
});

/** A new link for an administrator of the provider; everything may be left out. */
export const AdminConsentLinkCreate = closed({
  admin_consent_url: Type.Optional({
    ...Url,
    description: 'Where the provider lets an administrator approve; at the origin of the token or authorization URL.',
  }),
  expires_in: ExpiresIn,
});

const linkId = Type.String({ description: 'Names the link; it opens nothing.' });

const LinkWarning = open({
  code: words(['no_refresh_token', 'local_address'], 'A stable word.'),
  detail: Type.String({ description: 'What is wrong, and what to do about it.' }),
});

/** A link in the one answer that holds its address. */
export const NewConnectLink = open({
  id: linkId,
  url: Type.String({
    format: 'uri',
    description: 'The link itself, shown once. Whoever has it may use it: send it to nobody but the person it is for.',
  }),
  expires_at: Time,
  warnings: Type.Optional(Type.Array(LinkWarning, { description: 'What to know before sending it.' })),
});

/** A link as it is listed. */
export const ConnectLink = open({
  id: linkId,
  kind: words(['connect', 'admin_consent'], 'For the owner of a mailbox, or for an administrator of the provider.'),
  account: Type.String({ description: '`default` for an administrator’s link, which changes no account.' }),
  login_hint: Type.Optional(Type.String()),
  return_to: Type.Optional(Type.String()),
  made_by: Type.String({ description: 'The consumer that made it.' }),
  starts: Type.Integer({ minimum: 0, description: 'How many consents it has begun, of at most ten.' }),
  created_at: Time,
  expires_at: Time,
  ended_at: Type.Optional({
    ...Time,
    description: 'When a completed consent spent it, or its account was disconnected.',
  }),
  completed_at: Type.Optional({ ...Time, description: 'When a consent that it began was completed.' }),
  usable: Type.Boolean({ description: 'Whether it can still begin a consent, as long as its credential is enabled.' }),
});

export type Account = Static<typeof Account>;
export type ImportAnswer = Static<typeof ImportAnswer>;
export type ConnectLinkCreate = Static<typeof ConnectLinkCreate>;
export type AdminConsentLinkCreate = Static<typeof AdminConsentLinkCreate>;
export type NewConnectLink = Static<typeof NewConnectLink>;
export type ConnectLink = Static<typeof ConnectLink>;
