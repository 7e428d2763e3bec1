import type { FastifyRequest } from 'fastify';
import { ACCOUNT_PATTERN, SCOPE_PATTERN, SLUG_PATTERN } from '../../api/fields.js';
import { unauthenticated } from '../../vault/callers.js';
import type { Caller } from '../../vault/consumer.js';
import { notFound, VaultError } from '../../vault/errors.js';
import { DEFAULT_ACCOUNT } from '../../vault/ids.js';
import type { DrawRequest } from '../../vault/tokens.js';
import type { Vault } from '../../vault/vault.js';
import { isJwt } from '../../vault/workloads.js';
import { identify, refusal } from '../auth.js';
import { clientOf } from '../client-authentication.js';
import { GrantRefused } from '../oauth-errors.js';
import { OAuthToken, TokenForm } from '../oauth-schemas.js';
import { pointing } from '../problems.js';
import { AccountParams, CredentialParams } from '../route-schemas.js';
import type { Routes } from '../scope.js';

const MIN_TTL = 60;
const TARGET = new RegExp(`^(${SLUG_PATTERN.slice(1, -1)})(?:/(${ACCOUNT_PATTERN.slice(1, -1)}))?$`);
const SCOPE = new RegExp(SCOPE_PATTERN);

const shared = {
  tags: ['Token endpoint'],
  consumes: ['application/x-www-form-urlencoded'],
  security: [{ client: [] }, {}],
  body: TokenForm,
  response: { 200: OAuthToken },
} as const;

const byScope = {
  ...shared,
  operationId: 'grantToken',
  summary: 'Obtain a token as an OAuth client',
  description:
    'RFC 6749 §4.4 for software that speaks OAuth and nothing else. `client_id` is the id of the consumer, `client_secret` its API key (or, for a trusted workload, `client_assertion` its JWT: RFC 7523 §2.2); `scope` is `<credential>` or `<credential>/<account>`.',
} as const;

const byCredential = {
  ...shared,
  operationId: 'grantTokenOfCredential',
  summary: 'Obtain a token of a credential as an OAuth client',
  description:
    'As `POST /oauth2/token`, with the credential in the path. `scope` may be left out, or is one that a draw may ask.',
  params: CredentialParams,
} as const;

const byAccount = {
  ...byCredential,
  operationId: 'grantTokenOfAccount',
  summary: 'Obtain a token of an account as an OAuth client',
  description: 'As `POST /oauth2/token`, with credential and account in the path.',
  params: AccountParams,
} as const;

/** The standard token endpoint (RFC 6749 §3.2, client credentials grant). Its errors are those of §5.2. */
export const tokenEndpointRoutes: Routes = (app, { vault, publicUrl }, done) => {
  app.addHook('onRequest', (_request, reply, next) => {
    reply.header('pragma', 'no-cache');
    next();
  });

  const issue = async (caller: Caller, named: Target, requestId: string) => {
    try {
      return await vault.tokens.issue(caller, { ...named, minTtl: MIN_TTL, requestId });
    } catch (error) {
      throw pointing(error, publicUrl, named);
    }
  };

  const grant = async (request: FastifyRequest, form: TokenForm, target: (asked: string | undefined) => Target) => {
    const caller = await authenticate(vault, request, form);
    // A parameter without a value counts as left out (RFC 6749 §3.2).
    const asked = form.scope || undefined;
    try {
      const { token, expiresIn } = await issue(caller, target(asked), request.id);
      return { access_token: token.value.reveal(), token_type: token.type, expires_in: expiresIn, scope: asked };
    } catch (error) {
      throw refused(error, caller);
    }
  };

  app.post('/token', { schema: byScope }, request => grant(request, request.body, namedBy));

  app.post('/:credential/token', { schema: byCredential }, request =>
    grant(request, request.body, asked => ({ ...request.params, account: DEFAULT_ACCOUNT, scope: scopeOf(asked) })),
  );

  app.post('/:credential/:account/token', { schema: byAccount }, request =>
    grant(request, request.body, asked => ({ ...request.params, scope: scopeOf(asked) })),
  );

  done();
};

type Target = Pick<DrawRequest, 'credential' | 'account' | 'scope'>;

function namedBy(asked: string | undefined): Target {
  if (!asked)
    throw new GrantRefused('invalid_request', 'scope is missing: the id of a credential, or credential/account.');
  const [, credential, account = DEFAULT_ACCOUNT] = TARGET.exec(asked) ?? [];
  if (credential === undefined) throw notFound('credential');
  return { credential, account, scope: undefined };
}

function scopeOf(asked: string | undefined): string | undefined {
  if (asked !== undefined && !SCOPE.test(asked)) throw notFound('scope');
  return asked;
}

async function authenticate(vault: Vault, request: FastifyRequest, form: TokenForm): Promise<Caller> {
  const client = clientOf(request.headers.authorization, form);
  const caller = vault.callers.recall(client.key) ?? (await identifyClient(vault, request, client.key));
  if (client.id !== undefined && caller.consumer !== client.id)
    throw refusal(vault, request, client.key) ?? unauthenticated();
  request.caller = caller;
  if (form.grant_type === 'client_credentials') return caller;
  throw new GrantRefused('unsupported_grant_type', 'grant_type is always client_credentials here.');
}

/** The holder of a workload token is told which check failed, as with a draw; of a key nothing is told. */
async function identifyClient(vault: Vault, request: FastifyRequest, key: string): Promise<Caller> {
  try {
    return await identify(vault, request, key);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'unauthenticated' || !isJwt(key)) throw error;
    throw new GrantRefused('invalid_client', error.message);
  }
}

/** An auditor is told that it never draws, which depends on nothing that it names. */
function refused(error: unknown, caller: Caller): unknown {
  const unknown = error instanceof VaultError && error.code === 'not_found';
  return unknown && caller.role === 'auditor'
    ? new GrantRefused('unauthorized_client', 'An auditor never draws tokens.')
    : error;
}
