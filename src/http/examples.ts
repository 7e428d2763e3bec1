import type * as accounts from '../api/accounts.js';
import type * as clientAuths from '../api/client-auths.js';
import type * as api from '../api.js';
import type { OAuthToken } from './oauth-schemas.js';
import { DISCOVERED } from './preset-answer.js';
import { providerExamples } from './provider-examples.js';

/** What the API document shows: one request and one answer of every operation. Nothing here is a real secret. */

const credential: api.Credential = {
  id: 'acme-mail',
  description: 'Mailboxes of Acme',
  grant_type: 'client_credentials',
  token_url: 'https://login.example.com/oauth2/v2.0/token',
  client_id: '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10',
  client_auth: {
    id: 'auth_8FJ2kQ0mS7q1xv3b5n9dLw',
    method: 'client_secret_post',
    has_secret: true,
    secret_expires_at: '2028-01-31T00:00:00.000Z',
  },
  scope: 'https://outlook.example.com/.default',
  authorization_params: {},
  token_params: {},
  disabled: false,
  redirect_uri: 'http://127.0.0.1:8080/OAuth2Callback',
  accounts: { connected: 1 },
  version: 3,
  created_at: '2027-01-31T09:00:00.000Z',
  updated_at: '2027-02-01T12:30:00.000Z',
};

const newCredential: api.CredentialCreate = {
  id: credential.id,
  description: 'Mailboxes of Acme',
  grant_type: 'client_credentials',
  token_url: credential.token_url,
  client_id: credential.client_id,
  client_auth: {
    method: 'client_secret_post',
    secret: 'the-secret-from-the-provider',
    secret_expires_at: '2028-01-31T00:00:00Z',
  },
  scope: credential.scope,
};

const nextAuth: clientAuths.ClientAuth = {
  id: 'auth_Rw7uYk2eT5mXq0b9c3hVaA',
  method: 'private_key_jwt',
  has_secret: true,
  certificate: {
    subject: 'CN=tokenwell acme-mail',
    thumbprint_sha1: '3f1a9c0b7d52e8846a1fb0c9d37e5a2641c8f09b',
    thumbprint_sha256: '9b74c9897bac770ffc029102a200c5de0f6d1e3a5b8c47d29e60f1a3b5c7d9e1',
    not_before: '2027-12-01T08:55:00.000Z',
    not_after: '2029-12-01T09:00:00.000Z',
  },
  active: false,
  created_at: '2027-12-01T09:00:00.000Z',
};

const activeAuth: clientAuths.ClientAuth = {
  ...credential.client_auth,
  active: true,
  created_at: credential.created_at,
};

const account: accounts.Account = {
  credential: 'acme-people',
  account: 'info@acme.example',
  state: 'connected',
  last_success_at: '2027-02-01T12:30:00.000Z',
  next_refresh_at: '2027-02-01T13:22:00.000Z',
  grant: {
    obtained_at: '2027-01-31T09:40:00.000Z',
    scopes: ['https://outlook.example.com/IMAP.AccessAsUser.All'],
    missing_scopes: ['https://outlook.example.com/SMTP.Send'],
    lasting: true,
    identity: {
      issuer: 'https://login.example.com/72f988bf/v2.0',
      subject: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
      tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47',
      name: 'info@acme.example',
    },
  },
  candidate: {
    id: 'grant_3q2-7wAAAAAAAAAAAAAAAA',
    subject: 'AAAAAAAAAAAAAAAAAAAAAOB1kPz6r3nT0cXyWv5jLmE',
    name: 'sales@acme.example',
    tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47',
    scopes: ['https://outlook.example.com/IMAP.AccessAsUser.All'],
    at: '2027-02-01T08:15:00.000Z',
  },
};

const refused: accounts.Account = {
  credential: 'acme-people',
  account: 'default',
  state: 'needs_user',
  finding: {
    class: 'needs_user',
    who: 'mailbox_owner',
    reason: 'grant_refused',
    message: 'The provider no longer accepts this sign-in.',
    action: 'The owner of the mailbox must sign in again: make a connect link and send it.',
    at: '2027-02-01T11:00:00.000Z',
    provider: { error: 'invalid_grant' },
  },
  last_success_at: '2027-02-01T09:58:00.000Z',
};

const { candidate: _, ...decided } = account;

const link: accounts.ConnectLink = {
  id: 'link_3uQ1sYb7Kc0Zt5WvN8xRfA',
  kind: 'connect',
  account: 'info@acme.example',
  login_hint: 'info@acme.example',
  return_to: 'https://portal.example.com/mailboxes',
  made_by: 'ops',
  starts: 1,
  created_at: '2027-01-31T09:30:00.000Z',
  expires_at: '2027-02-01T09:30:00.000Z',
  ended_at: '2027-01-31T09:40:00.000Z',
  completed_at: '2027-01-31T09:40:00.000Z',
  usable: false,
};

const newLink: accounts.NewConnectLink = {
  id: link.id,
  url: 'http://127.0.0.1:8080/connect/what-is-shown-once',
  expires_at: link.expires_at,
};

const consumer: api.Consumer = {
  id: 'mail-reader',
  description: 'Reads the mailboxes of Acme',
  role: 'service',
  disabled: false,
  created_at: '2027-01-31T09:10:00.000Z',
  updated_at: '2027-01-31T09:10:00.000Z',
};

const key: api.Key = {
  id: 'k3v9c2mw8xqa',
  expires_at: '2028-01-31T00:00:00.000Z',
  created_at: '2027-01-31T09:12:00.000Z',
};

const permissions: api.Permission[] = [
  { credential: 'acme-mail', account: '*' },
  { credential: 'acme-send', account: 'default', scopes: ['https://outlook.example.com/SMTP.SendAsApp'] },
];

const token: api.Token = {
  access_token: 'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.…',
  token_type: 'Bearer',
  expires_at: '2027-02-01T13:30:00.000Z',
  expires_in: 3540,
  scope: credential.scope,
  credential: credential.id,
  account: 'default',
  token_id: 'tok_Zb1cF4yN0s8vKq2h6TtPpA',
};

const oauthToken: OAuthToken = {
  access_token: token.access_token,
  token_type: 'Bearer',
  expires_in: 3540,
  scope: credential.id,
};

const entry: api.LedgerEntry = {
  id: '5b0d7c1e9a42f386-17-0',
  at: '2027-02-01T12:31:00.000Z',
  writer: '5b0d7c1e9a42f386',
  revision: 42,
  consumer: consumer.id,
  key_id: key.id,
  action: 'token.issue',
  credential: credential.id,
  account: 'default',
  scope: credential.scope,
  outcome: 'ok',
  token_id: token.token_id,
  expires_at: token.expires_at,
  request_id: '5b0d7c1e-2s',
};

const form = { grant_type: 'client_credentials', client_id: consumer.id, client_secret: 'twk_k3v9c2mw8xqa_…' };

/**
 * Of parameters that must be given, by name: the explorer fills them in, so they name what the demo has. One that may be
 * left out has none: filled in, it would make the first request another one than was meant.
 */
export const PARAMETERS: Record<string, unknown> = {
  credential: 'demo-mail',
  account: 'default',
  consumer: 'helpdesk',
  id: key.id,
  'deleteConnectLink id': link.id,
  'testClientAuth id': nextAuth.id,
  'activateClientAuth id': nextAuth.id,
  'deleteClientAuth id': nextAuth.id,
};

/** The credentials whose accounts are connected by people have a name of their own in the demo. */
for (const operation of [
  'createConnectLink',
  'listConnectLinks',
  'deleteConnectLink',
  'acceptCandidate',
  'rejectCandidate',
]) {
  PARAMETERS[`${operation} credential`] = 'info-mail';
}

/** A guide for what is not stored needs nothing to be there. */
Object.assign(PARAMETERS, {
  'getSetupGuide credential': 'acme-mail',
  'getSetupGuide purpose': 'imap',
  'getSetupGuide preset': 'microsoft',
  'getSetupGuide tenant': 'acme.example',
});

/** By operation. */
export const REQUESTS: Record<string, unknown> = {
  createCredential: newCredential,
  discoverProvider: { issuer: DISCOVERED.issuer },
  replaceCredential: { ...credential, description: 'Mailboxes of Acme and Sons' },
  testCredential: { account: 'default' },
  createClientAuth: {
    method: 'client_secret_post',
    secret: 'the-next-secret-from-the-provider',
    secret_expires_at: '2029-01-31T00:00:00Z',
  },
  generateCertificate: { subject: 'tokenwell acme-mail', months: 24 },
  createConnectLink: {
    account: link.account,
    login_hint: link.login_hint,
    return_to: link.return_to,
    expires_in: 86_400,
  },
  createAdminConsentLink: { admin_consent_url: 'https://login.example.com/organizations/v2.0/adminconsent' },
  rejectToken: {
    token_id: token.token_id,
    status: 401,
    www_authenticate: 'Bearer realm="", error="invalid_token"',
  },
  createConsumer: { id: consumer.id, description: consumer.description, role: consumer.role },
  replaceConsumer: { ...consumer, disabled: true },
  createKey: { expires_at: '2028-01-31T00:00:00Z' },
  replacePermissions: permissions,
  grantToken: { ...form, scope: credential.id },
  grantTokenOfCredential: form,
  grantTokenOfAccount: form,
};

/** By operation; by operation and content type where there are two; by status for the token endpoint's errors. */
export const ANSWERS: Record<string, unknown> = {
  createCredential: { ...credential, accounts: { pending: 1 }, version: 1 },
  discoverProvider: DISCOVERED,
  ...providerExamples(),
  listCredentials: { items: [credential], next_cursor: null },
  getCredential: credential,
  replaceCredential: { ...credential, description: 'Mailboxes of Acme and Sons', version: 4 },
  disableCredential: { ...credential, disabled: true, version: 4 },
  enableCredential: { ...credential, version: 5 },
  testCredential: {
    ok: false,
    steps: [
      { step: 'stored', ok: true, ms: 1, detail: 'The credential is stored and complete.' },
      { step: 'token', ok: false, ms: 212, detail: 'The provider says that the client secret is wrong.' },
    ],
    finding: {
      class: 'needs_operator',
      who: 'operator',
      reason: 'provider_refused',
      message: 'The provider says that the client secret is wrong.',
      action: 'Create a new secret at the provider and store it here.',
      provider: { error: 'invalid_client' },
    },
  },
  createClientAuth: {
    id: nextAuth.id,
    method: 'client_secret_post',
    has_secret: true,
    secret_expires_at: '2029-01-31T00:00:00.000Z',
    active: false,
    created_at: nextAuth.created_at,
  },
  listClientAuths: { items: [activeAuth, nextAuth], next_cursor: null },
  testClientAuth: {
    ok: true,
    steps: [{ step: 'token', ok: true, ms: 187, detail: 'The provider gave a token for 3599 s.' }],
  },
  activateClientAuth: { ...nextAuth, active: true },
  generateCertificate: nextAuth,
  'downloadCertificate application/pkix-cert': 'the certificate in DER',
  listAccounts: { items: [refused, account], next_cursor: null },
  getAccount: account,
  refreshAccount: account,
  disableAccount: { ...account, state: 'disabled' },
  enableAccount: account,
  acceptCandidate: decided,
  rejectCandidate: decided,
  createConnectLink: {
    ...newLink,
    warnings: [
      {
        code: 'no_refresh_token',
        detail: 'The consent asks for no refresh token, so access ends with the first token, after about an hour.',
      },
    ],
  },
  createAdminConsentLink: newLink,
  listConnectLinks: { items: [link], next_cursor: null },
  drawToken: token,
  rejectToken: token,
  createConsumer: consumer,
  listConsumers: { items: [consumer], next_cursor: null },
  getConsumer: consumer,
  replaceConsumer: { ...consumer, disabled: true },
  createKey: { ...key, key: 'twk_k3v9c2mw8xqa_…' },
  listKeys: { items: [key], next_cursor: null },
  getPermissions: permissions,
  replacePermissions: permissions,
  getMe: { consumer: consumer.id, role: consumer.role, key: { id: key.id, expires_at: key.expires_at }, permissions },
  readLedger: { items: [entry], next_cursor: 'MTY' },
  'readLedger application/x-ndjson': `${JSON.stringify(entry)}\n`,
  grantToken: oauthToken,
  grantTokenOfCredential: { ...oauthToken, scope: undefined },
  grantTokenOfAccount: { ...oauthToken, scope: undefined },
  getAuthorizationServerMetadata: {
    issuer: 'http://127.0.0.1:8080',
    token_endpoint: 'http://127.0.0.1:8080/oauth2/token',
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    service_documentation: 'http://127.0.0.1:8080/docs',
  },
  getHealth: { status: 'ok' },
  getReadiness: { status: 'ready' },
  'oauth 400': {
    error: 'invalid_scope',
    error_description: 'There is no such credential or account, or this client may not use it.',
  },
  'oauth 401': { error: 'invalid_client', error_description: 'A valid API key is needed.' },
  'oauth 413': { error: 'invalid_request', error_description: 'The body is larger than this route takes.' },
  'oauth 415': {
    error: 'invalid_request',
    error_description: 'A body is taken here with the header Content-Type: application/x-www-form-urlencoded alone.',
  },
  'oauth 429': { error: 'slow_down', error_description: 'Too many wrong API keys. Wait 20 s.' },
  'oauth 503': { error: 'temporarily_unavailable', error_description: 'The provider does not answer. Try again.' },
};
