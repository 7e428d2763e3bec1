import { readFileSync } from 'node:fs';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import * as accounts from '../api/accounts.js';
import * as clientAuths from '../api/client-auths.js';
import * as expiries from '../api/expiries.js';
import { SetupGuide } from '../api/setup.js';
import * as api from '../api.js';
import { type ApiDocument, completed } from './api-document.js';
import { OAuthError, OAuthToken } from './oauth-schemas.js';

/** Bodies that have a name in the document. */
const SCHEMAS = {
  Problem: api.Problem,
  Credential: api.Credential,
  CredentialCreate: api.CredentialCreate,
  CredentialReplace: api.CredentialReplace,
  TestAnswer: api.TestAnswer,
  SetupGuide,
  ClientAuth: clientAuths.ClientAuth,
  ClientAuthCreate: clientAuths.ClientAuthCreate,
  CertificateWish: clientAuths.CertificateWish,
  Account: accounts.Account,
  ConnectLink: accounts.ConnectLink,
  ConnectLinkCreate: accounts.ConnectLinkCreate,
  AdminConsentLinkCreate: accounts.AdminConsentLinkCreate,
  NewConnectLink: accounts.NewConnectLink,
  Expiry: expiries.Expiry,
  CalendarLink: expiries.CalendarLink,
  CalendarLinkCreate: expiries.CalendarLinkCreate,
  NewCalendarLink: expiries.NewCalendarLink,
  Token: api.Token,
  Consumer: api.Consumer,
  ConsumerCreate: api.ConsumerCreate,
  ConsumerReplace: api.ConsumerReplace,
  Key: api.Key,
  NewKey: api.NewKey,
  PermissionInput: api.PermissionInput,
  Permission: api.Permission,
  Me: api.Me,
  LedgerEntry: api.LedgerEntry,
  OAuthToken,
  OAuthError,
};

const TAGS = [
  { name: 'Tokens', description: 'What services are here for.' },
  {
    name: 'Credentials',
    description: 'OAuth client registrations, stored by operators. Secrets go in and never come out.',
  },
  {
    name: 'Accounts',
    description: 'Whom a credential may act as: what each account was given, and the links by which people give it.',
  },
  { name: 'Consumers', description: 'Whoever calls this API: services and people, their keys and permissions.' },
  { name: 'Expiries', description: 'What will end, before it does, and the calendars that show it.' },
  { name: 'Ledger', description: 'Who received or changed what.' },
  { name: 'Me', description: 'What your own key stands for.' },
  { name: 'Token endpoint', description: 'RFC 6749 for software that speaks OAuth and nothing else.' },
  { name: 'Health', description: 'For load balancers and watches.' },
];

const DESCRIPTION = `An OAuth 2.0 credential vault. Operators store credentials; services draw access tokens with an API key and a
permission; every draw is in the ledger before the token leaves. Every answer that says no is a problem (RFC 9457) with a
stable \`code\`, a \`request_id\`, and where it helps what to do.`;

/**
 * Collects the routes that are registered from now on. Answers the function that makes the OpenAPI 3.1 document once
 * the app is ready; it is made once.
 */
export async function describeApi(app: FastifyInstance, publicUrl: string): Promise<() => ApiDocument> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tokenwell',
        version: packageVersion(),
        description: DESCRIPTION.replaceAll('\n', ' '),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      tags: TAGS,
      security: [{ apiKey: [] }],
      components: {
        schemas: SCHEMAS,
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'The API key of a consumer, `twk_…`, or the JWT of a workload that a consumer trusts.',
          },
          client: { type: 'http', scheme: 'basic', description: 'The id of a consumer and its API key.' },
        },
      },
    },
  });
  let document: ApiDocument | undefined;
  return () => {
    document ??= completed(JSON.parse(JSON.stringify(app.swagger())));
    return document;
  };
}

function packageVersion(): string {
  const about: { version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return about.version;
}
