import { Type } from 'typebox';
import { AccountName, closed, Description, Issuer, params, Scope, text, Url, words } from './fields.js';

// The wire of what an operator says of a credential.

/** What a token is for. */
export const Purpose = words(
  ['imap', 'pop', 'smtp', 'graph-read', 'graph-readwrite', 'graph-send', 'custom'],
  'What the tokens are for.',
);

const MailServer = closed({
  host: Type.String({ pattern: '^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$', description: 'The DNS name.' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  tls: words(['implicit', 'starttls'], 'TLS from the first byte, or asked for.'),
});
export const Servers = closed(
  { imap: Type.Optional(MailServer), pop: Type.Optional(MailServer), smtp: Type.Optional(MailServer) },
  { description: 'The mail servers; of the preset unless said.' },
);
const Mailbox = closed({
  address: Type.String({ ...AccountName, description: 'The address of a mailbox.' }),
  purposes: Type.Optional(Type.Array(Purpose, { maxItems: 7, description: 'All, where none is named.' })),
});

/** What is said of a credential. `token_url` and `scope` are needed unless a preset knows them. */
export const credentialFields = {
  description: Type.Optional(Description),
  grant_type: words(
    ['client_credentials', 'authorization_code', 'jwt_bearer'],
    'How tokens are obtained (RFC 6749 §4.4, §4.1; RFC 7523 §2.1).',
  ),
  preset: Type.Optional(
    text(40, 'What we know of a provider, by its id in `/api/v1/presets`: fills in whatever is left out below.', 1),
  ),
  tenant: Type.Optional(text(256, 'The organisation at the provider: for Microsoft the Directory (tenant) ID.', 1)),
  cloud: Type.Optional(words(['public', 'gcc-high', 'dod', 'china'], 'The national cloud; GCC is `public`.')),
  purpose: Type.Optional(Purpose),
  authorization_url: Type.Optional(Url),
  token_url: Type.Optional(Url),
  revocation_url: Type.Optional(Url),
  issuer: Type.Optional(Issuer),
  client_id: text(512, 'The client id that the provider gave.', 1),
  scope: Type.Optional(Scope),
  consent_scope: Type.Optional(Scope),
  authorization_params: Type.Optional(params('Further parameters of the authorization request.')),
  token_params: Type.Optional(params('Further parameters of the token request, such as `resource` or `audience`.')),
  refresh_policy: Type.Optional(
    words(['none', 'grace', 'strict'], 'How the provider treats a refresh token that was used.'),
  ),
  grace_seconds: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2_592_000, description: 'How long a used refresh token still works.' }),
  ),
  servers: Type.Optional(Servers),
  mailboxes: Type.Optional(
    Type.Array(Mailbox, {
      maxItems: 1000,
      description: 'For set-up scripts and probes; the accounts of jwt_bearer.',
    }),
  ),
};

/** How it is read: with all that was filled in. */
export const credentialShown = { ...credentialFields, token_url: Url, scope: Scope };
