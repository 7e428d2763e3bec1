import { CertificateWish, ClientAuth, ClientAuthCreate } from '../../api/client-auths.js';
import { PageQuery, pageOf } from '../../api/fields.js';
import { TestAnswer } from '../../api.js';
import { noCertificate } from '../../vault/errors.js';
import { actorOf, callerOf, presentActorOf } from '../auth.js';
import { keyOf, pageAfter } from '../paging.js';
import {
  CertificateFile,
  CLIENT_AUTH_ID_PATTERN,
  ClientAuthParams,
  CredentialParams,
  Nothing,
} from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { clientAuthInput, storedAuthAnswer } from '../wire.js';

const ID = new RegExp(CLIENT_AUTH_ID_PATTERN);
/** RFC 2585 §3. */
const CERTIFICATE = 'application/pkix-cert';
const tags = ['Credentials'];

const create = {
  operationId: 'createClientAuth',
  summary: 'Put a next secret or certificate beside the active one',
  description:
    'Nothing uses it before it is activated: test it at the provider first. So a secret or certificate is exchanged without a draw that fails. Where the active one is of the same method and has no proof yet, this one takes its place at once (`active`).',
  tags,
  params: CredentialParams,
  body: ClientAuthCreate,
  response: { 201: ClientAuth },
  'x-required-role': 'operator',
  'x-problems': ['conflict'],
} as const;

const list = {
  operationId: 'listClientAuths',
  summary: 'List the ways in which a credential proves itself',
  description: 'In order of id; one is active. Never a secret or a private key.',
  tags,
  params: CredentialParams,
  querystring: PageQuery,
  response: { 200: pageOf(ClientAuth) },
  'x-required-role': 'auditor',
} as const;

const test = {
  operationId: 'testClientAuth',
  summary: 'Try whether the provider knows the client by this one',
  description:
    'Asks for a token of the application, which uses up no person’s grant. The token stays here. At most six a minute.',
  tags,
  params: ClientAuthParams,
  response: { 200: TestAnswer },
  'x-required-role': 'operator',
  'x-problems': ['rate_limited'],
} as const;

const activate = {
  operationId: 'activateClientAuth',
  summary: 'Make requests with this one from now on',
  description: 'The one before stays beside it until it is deleted. Grants and stored tokens stay.',
  tags,
  params: ClientAuthParams,
  response: { 200: ClientAuth },
  'x-required-role': 'operator',
  'x-problems': ['conflict'],
} as const;

const remove = {
  operationId: 'deleteClientAuth',
  summary: 'Delete one that is not active',
  description: 'Its secret or private key is gone with it.',
  tags,
  params: ClientAuthParams,
  response: { 204: Nothing },
  'x-required-role': 'operator',
  'x-problems': ['conflict'],
} as const;

const generate = {
  operationId: 'generateCertificate',
  summary: 'Make a key pair here, beside the active client authentication',
  description:
    'A new RSA key and a certificate that it signed itself. The private key never leaves; download the certificate, upload it at the provider, then test and activate it. Where the active one is private_key_jwt and has no key yet, this one takes its place at once (`active`).',
  tags,
  params: CredentialParams,
  body: CertificateWish,
  response: { 201: ClientAuth },
  'x-required-role': 'operator',
  'x-problems': ['conflict'],
  'x-optional-body': true,
} as const;

const download = {
  operationId: 'downloadCertificate',
  summary: 'Download a certificate as the provider takes it (.cer)',
  description: 'The newest one of the credential, in DER. It is public; the private key is not in it.',
  tags,
  params: CredentialParams,
  response: { 200: { content: { [CERTIFICATE]: { schema: CertificateFile } } } },
  'x-required-role': 'auditor',
} as const;

/** How a credential proves itself: the next secret or certificate beside the active one. */
export const clientAuthRoutes: Routes = (app, { vault }, done) => {
  const { clientAuths } = vault;
  const path = '/credentials/:credential/client-auths';
  const placeOf = (credential: string, id: string) => `/api/v1/credentials/${credential}/client-auths/${id}`;

  app.post(path, { schema: create }, async (request, reply) => {
    const { credential } = request.params;
    const made = await clientAuths.add(presentActorOf(request, reply), credential, clientAuthInput(request.body));
    reply.code(201).header('location', placeOf(credential, made.id));
    return storedAuthAnswer(made);
  });

  app.get(path, { schema: list }, async request => {
    const { cursor, limit } = request.query;
    const found = await clientAuths.list(callerOf(request), request.params.credential);
    return pageAfter(found.map(storedAuthAnswer), keyOf(cursor, ID), limit, ({ id }) => id);
  });

  app.post(`${path}/:id/test`, { schema: test }, async request => {
    const { credential, id } = request.params;
    return await clientAuths.test(actorOf(request), credential, id);
  });

  app.post(`${path}/:id/activate`, { schema: activate }, async request => {
    const { credential, id } = request.params;
    return storedAuthAnswer(await clientAuths.activate(actorOf(request), credential, id));
  });

  app.delete(`${path}/:id`, { schema: remove }, async (request, reply) => {
    const { credential, id } = request.params;
    await clientAuths.remove(actorOf(request), credential, id);
    return reply.code(204).send(null);
  });

  app.post('/credentials/:credential/certificate/generate', { schema: generate }, async (request, reply) => {
    const { credential } = request.params;
    const { subject = `tokenwell ${credential}`.slice(0, 64), months = 24 } = request.body;
    const made = await clientAuths.generate(presentActorOf(request, reply), credential, { subject, months });
    reply.code(201).header('location', placeOf(credential, made.id));
    return storedAuthAnswer(made);
  });

  app.get('/credentials/:credential/certificate.cer', { schema: download }, async (request, reply) => {
    const { credential } = request.params;
    const found = await clientAuths.list(callerOf(request), credential);
    const newest = found.findLast(({ certificate }) => certificate);
    if (!newest?.certificate) throw noCertificate(credential);
    reply.header('content-disposition', `attachment; filename="${credential}.cer"`).type(CERTIFICATE);
    return derOf(newest.certificate.chain);
  });

  done();
};

/** The first certificate of a chain, which is the client's own. */
function derOf(chain: string): Buffer {
  const [own = ''] = chain.split('-----END CERTIFICATE-----');
  return Buffer.from(own.replace('-----BEGIN CERTIFICATE-----', ''), 'base64');
}
