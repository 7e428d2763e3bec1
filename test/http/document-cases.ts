import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { strangeKey } from './caller-cases.js';
import { type RoleName, type Running, startRunning } from './running.js';

interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: { in: string; name: string; required?: boolean; example?: unknown }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content?: Record<string, { schema: { $ref?: string }; example?: unknown }> }>;
  'x-required-role'?: string;
}

interface Route {
  method: string;
  path: string;
  operation: Operation;
}

/** Every operation of this release. */
const OPERATIONS = `
  GET /healthz · GET /readyz · GET /.well-known/oauth-authorization-server
  GET /metrics · GET /api/v1/me · GET /api/v1/ledger · GET /api/v1/expiries
  GET,POST /api/v1/expiries/calendar-links · DELETE /api/v1/expiries/calendar-links/{id}
  GET /api/v1/presets · POST /api/v1/presets/discover
  GET,POST /api/v1/credentials · GET,PUT,DELETE /api/v1/credentials/{credential}
  POST /api/v1/credentials/{credential}/disable · POST /api/v1/credentials/{credential}/enable
  POST /api/v1/credentials/{credential}/test · GET /api/v1/credentials/{credential}/token
  POST /api/v1/credentials/{credential}/token/rejected
  GET /api/v1/credentials/{credential}/accounts · GET,DELETE /api/v1/credentials/{credential}/accounts/{account}
  POST /api/v1/credentials/{credential}/accounts/{account}/refresh
  POST /api/v1/credentials/{credential}/accounts/{account}/import
  POST /api/v1/credentials/{credential}/accounts/{account}/disable
  POST /api/v1/credentials/{credential}/accounts/{account}/enable
  POST /api/v1/credentials/{credential}/accounts/{account}/candidate/accept
  POST /api/v1/credentials/{credential}/accounts/{account}/candidate/reject
  GET,POST /api/v1/credentials/{credential}/client-auths
  POST /api/v1/credentials/{credential}/client-auths/{id}/test
  POST /api/v1/credentials/{credential}/client-auths/{id}/activate
  DELETE /api/v1/credentials/{credential}/client-auths/{id}
  POST /api/v1/credentials/{credential}/certificate/generate · GET /api/v1/credentials/{credential}/certificate.cer
  GET,POST /api/v1/credentials/{credential}/connect-links
  DELETE /api/v1/credentials/{credential}/connect-links/{id}
  POST /api/v1/credentials/{credential}/admin-consent-links · GET /api/v1/credentials/{credential}/setup
  GET,POST /api/v1/consumers · GET,PUT,DELETE /api/v1/consumers/{consumer}
  GET,POST /api/v1/consumers/{consumer}/keys · DELETE /api/v1/consumers/{consumer}/keys/{id}
  GET,PUT /api/v1/consumers/{consumer}/permissions
  POST /oauth2/token · POST /oauth2/{credential}/token · POST /oauth2/{credential}/{account}/token`;

function expectedOperations(): string[] {
  const entries = OPERATIONS.split(/[·\n]/)
    .map(text => text.trim())
    .filter(text => text !== '');
  return entries.flatMap(entry => {
    const [methods = '', path] = entry.split(' ');
    return methods.split(',').map(method => `${method} ${path}`);
  });
}

async function routesOf({ send }: Running): Promise<Route[]> {
  const { paths }: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
    (await send('GET', '/openapi.json')).text,
  );
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** The OpenAPI document, and what it says of who may call what. */
export function documentCases(t: Test): void {
  t.test('the committed document is that of the routes (npm run openapi)', async t => {
    const { send } = await startRunning(t);
    const { json, status } = await send('GET', '/openapi.json');
    t.equal(status, 200);
    const file = new URL('../../openapi/openapi.json', import.meta.url);
    const committed = readFileSync(file, 'utf8');
    json.servers = [{ url: 'http://127.0.0.1:8080' }];
    t.ok(`${JSON.stringify(json, null, 2)}\n` === committed, 'openapi/openapi.json is current');
  });

  t.test('every operation is described, with an example of its request and its answer', async t => {
    const routes = await routesOf(await startRunning(t));
    t.strictSame(routes.map(({ method, path }) => `${method} ${path}`).sort(), expectedOperations().sort());
    for (const { operation: one } of routes) {
      const { operationId: id, responses } = one;
      t.ok(one.summary && one.description && one.tags?.length === 1, id);
      for (const { name, required, example } of one.parameters ?? []) {
        // The explorer fills examples in: one of what may be left out would change the request.
        t.equal(example !== undefined, required === true, `${id}: ${name}`);
      }
      for (const body of Object.values(one.requestBody?.content ?? {})) t.ok(body.example, `${id}: request`);
      for (const [status, { content = {} }] of Object.entries(responses)) {
        if (status === '204') continue;
        for (const [type, { schema, example }] of Object.entries(content)) {
          if (status.startsWith('2')) t.ok(example, `${id}: answer ${type}`);
          else t.match(schema.$ref, /^#\/components\/schemas\/(?:Problem|OAuthError)$/, `${id}: ${status}`);
        }
        t.ok(Object.keys(content).length > 0, `${id}: ${status}`);
      }
    }
    t.equal(new Set(routes.map(({ operation }) => operation.operationId)).size, routes.length);
  });

  t.test('W6: each operation × each caller', async t => {
    const running = await startRunning(t);
    for (const route of await routesOf(running)) {
      const role = route.operation['x-required-role'];
      if (role === undefined)
        t.ok(route.operation.security?.length === 0 || route.path.startsWith('/oauth2/'), route.path);
      for (const caller of ['none', 'wrong', 'service', 'auditor', 'operator', 'admin'] as const) {
        const status = await call(running, route, caller);
        const expected = expectedFor(role, caller);
        const name = `${route.method} ${route.path} × ${caller}`;
        // The issuer of the example is nobody's, so what is asked of it goes unanswered.
        const unanswered = status === 503 && route.operation.operationId === 'discoverProvider';
        const wrong = status === 401 || status === 403 || (status >= 500 && !unanswered);
        if (expected === 'else') t.notOk(wrong, `${name}: ${status}`);
        else t.equal(status, expected, name);
      }
    }
  });

  t.test('the explorer comes with a policy of its own, the API with one that allows nothing', async t => {
    const { send } = await startRunning(t);
    for (const path of ['/docs', '/docs/', '/docs/static/swagger-ui-bundle.js', '/docs/json']) {
      const { status, headers } = await send('GET', path);
      t.equal(status, 200, path);
      const policy = headers.get('content-security-policy') ?? '';
      t.match(policy, /default-src 'none'.*script-src 'self';/, path);
      t.notMatch(policy, /unsafe|https:;|\*/, path);
      t.equal(headers.get('referrer-policy'), 'no-referrer');
      t.equal(headers.get('x-content-type-options'), 'nosniff');
    }
    const { headers } = await send('GET', '/api/v1/me');
    t.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");
    t.equal(headers.get('referrer-policy'), 'no-referrer');
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('cache-control'), 'no-store');
    t.equal(headers.get('strict-transport-security'), null, 'http stays http');
    const gone = await send('GET', '/docs/static/nothing.js');
    t.match(gone, { status: 404, json: { code: 'not_found' } });
  });
}

const RANKS = ['service', 'auditor', 'operator', 'admin'];

function expectedFor(role: string | undefined, caller: 'none' | 'wrong' | RoleName): 401 | 403 | 'else' {
  if (role === undefined) return 'else';
  if (caller === 'none' || caller === 'wrong') return 401;
  return role === 'any' || role === 'draw' || RANKS.indexOf(caller) >= RANKS.indexOf(role) ? 'else' : 403;
}

/** Calls with the example of the document, upon things that do not exist, so that nothing changes between two calls. */
async function call({ send, keys }: Running, route: Route, caller: 'none' | 'wrong' | RoleName): Promise<number> {
  const ids: Record<string, string> = {
    credential: 'nothing',
    consumer: 'nobody',
    account: 'default',
    id: idFor(route.path),
  };
  const path = route.path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? '');
  const [[type, media] = []] = Object.entries(route.operation.requestBody?.content ?? {});
  const key = caller === 'none' ? undefined : caller === 'wrong' ? strangeKey() : keys[caller];
  const form = type === 'application/x-www-form-urlencoded';
  const grant = { grant_type: 'client_credentials', client_id: 'svc', client_secret: keys.service, scope: 'nothing' };
  const example = { ...(media?.example as object), id: ids[path.includes('consumer') ? 'consumer' : 'credential'] };
  const { status } = await send(route.method, path, {
    ...(key === undefined || form ? {} : { key }),
    ...(form ? { raw: new URLSearchParams(grant).toString() } : {}),
    ...(media && !form ? { body: Array.isArray(media.example) ? media.example : bodyFor(route, example) } : {}),
    headers: { 'if-match': '*', ...(form ? { 'content-type': type } : {}) },
  });
  return status;
}

function idFor(path: string): string {
  if (path.includes('calendar-links')) return `cal_${'a'.repeat(22)}`;
  if (path.includes('connect-links')) return `link_${'a'.repeat(22)}`;
  return path.includes('client-auths') ? `auth_${'a'.repeat(22)}` : 'abcdefghijkm';
}

/** An id goes only where there is one; in a PUT it is that of the path. */
function bodyFor({ operation, path }: Route, example: { id?: string | undefined }): object {
  const { id, ...rest } = example;
  const takesId = /^(?:create|replace)(?:Credential|Consumer)$/.test(operation.operationId);
  return takesId ? { ...rest, id: path.includes('{') ? id : `made-by-${operation.operationId.toLowerCase()}` } : rest;
}
