import {
  AdminConsentLinkCreate,
  ConnectLink,
  ConnectLinkCreate,
  LINK_SECONDS,
  NewConnectLink,
} from '../../api/accounts.js';
import { PageQuery, pageOf } from '../../api/fields.js';
import { DEFAULT_ACCOUNT } from '../../vault/ids.js';
import { linkAnswer, newLinkAnswer } from '../account-wire.js';
import { actorOf, callerOf } from '../auth.js';
import { keyOf, pageAfter } from '../paging.js';
import { CredentialParams, LINK_ID_PATTERN, LinkParams, Nothing } from '../route-schemas.js';
import type { Routes } from '../scope.js';

const ID = new RegExp(LINK_ID_PATTERN);
const tags = ['Accounts'];
const params = CredentialParams;

const create = {
  operationId: 'createConnectLink',
  summary: 'Make a link for the owner of a mailbox',
  description:
    'An address that lets somebody sign in and consent without a key of this vault; its account begins here if it is new. The address is in this answer and nowhere else. It may be opened any number of times and is spent by the first completed consent.',
  tags,
  params,
  body: ConnectLinkCreate,
  response: { 201: NewConnectLink },
  'x-required-role': 'operator',
  'x-optional-body': true,
  'x-problems': ['conflict'],
} as const;

const list = {
  operationId: 'listConnectLinks',
  summary: 'List the links of a credential',
  description: 'In order of id, those for administrators among them; never their addresses.',
  tags,
  params,
  querystring: PageQuery,
  response: { 200: pageOf(ConnectLink) },
  'x-required-role': 'auditor',
} as const;

const remove = {
  operationId: 'deleteConnectLink',
  summary: 'Delete a link',
  description: 'From now on its page says that it is over. What it has connected stays.',
  tags,
  params: LinkParams,
  response: { 204: Nothing },
  'x-required-role': 'operator',
} as const;

const createForAdmin = {
  operationId: 'createAdminConsentLink',
  summary: 'Make a link for an administrator of the provider',
  description:
    'An address that leads an administrator to where the provider lets the application be approved for everybody. It changes no account. `admin_consent_url` is needed where no preset knows it.',
  tags,
  params,
  body: AdminConsentLinkCreate,
  response: { 201: NewConnectLink },
  'x-required-role': 'operator',
  'x-optional-body': true,
} as const;

/** Links by which people connect an account, or approve the application, without a key. */
export const connectLinkRoutes: Routes = (app, { vault, publicUrl, clock }, done) => {
  const { connectLinks } = vault;
  const path = '/credentials/:credential/connect-links';
  const placeOf = (credential: string, id: string) => `/api/v1/credentials/${credential}/connect-links/${id}`;

  app.post(path, { schema: create }, async (request, reply) => {
    const { credential } = request.params;
    const { account = DEFAULT_ACCOUNT, login_hint, return_to, expires_in = LINK_SECONDS } = request.body;
    const wanted = { account, loginHint: login_hint, returnTo: return_to, expiresIn: expires_in };
    const made = await connectLinks.create(actorOf(request), credential, { ...wanted, adminConsentUrl: undefined });
    reply.code(201).header('location', placeOf(credential, made.link.id));
    return newLinkAnswer(made, publicUrl);
  });

  app.get(path, { schema: list }, async request => {
    const { cursor, limit } = request.query;
    const found = await connectLinks.list(callerOf(request), request.params.credential);
    const now = clock.now();
    const answers = found.map(link => linkAnswer(link, now));
    return pageAfter(answers, keyOf(cursor, ID), limit, ({ id }) => id);
  });

  app.delete(`${path}/:id`, { schema: remove }, async (request, reply) => {
    const { credential, id } = request.params;
    await connectLinks.remove(actorOf(request), credential, id);
    return reply.code(204).send(null);
  });

  app.post('/credentials/:credential/admin-consent-links', { schema: createForAdmin }, async (request, reply) => {
    const { credential } = request.params;
    const { admin_consent_url, expires_in = LINK_SECONDS } = request.body;
    const wanted = { adminConsentUrl: admin_consent_url, expiresIn: expires_in };
    const made = await connectLinks.createForAdmin(actorOf(request), credential, wanted);
    reply.code(201).header('location', placeOf(credential, made.link.id));
    return newLinkAnswer(made, publicUrl);
  });

  done();
};
