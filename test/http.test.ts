import t from 'tap';
import { accountCases } from './http/account-cases.js';
import { badInputs } from './http/bad-input.js';
import { callerCases } from './http/caller-cases.js';
import { documentCases } from './http/document-cases.js';
import { drainCases } from './http/drain-cases.js';
import { drawCases } from './http/draw-cases.js';
import { linkCases } from './http/link-cases.js';
import { logCases } from './http/log-cases.js';
import { pageCases } from './http/page-cases.js';
import { requestCases } from './http/request-cases.js';
import { resourceCases } from './http/resource-cases.js';
import { broken, newCredential, startRunning } from './http/running.js';
import { tlsCases } from './http/tls-cases.js';
import { tokenEndpointCases } from './http/token-endpoint-cases.js';

t.test('bad input is refused with the field and the rule, and nothing is stored', async t => {
  const running = await startRunning(t);
  const key = running.keys.admin;
  const good = newCredential('new', running.provider.url());
  for (const { name, method = 'POST', path = '/api/v1/credentials', asked, ...expected } of badInputs(good)) {
    const answer = await running.send(method, path, { key, ...asked });
    t.equal(answer.status, expected.status ?? 400, `${name}: ${answer.text.slice(0, 200)}`);
    t.equal(answer.json.code, expected.code ?? 'invalid_request', name);
    t.equal(answer.headers.get('content-type'), 'application/problem+json', name);
    if (expected.rules) t.strictSame(broken(answer).sort(), expected.rules.sort(), name);
  }
  t.equal(Object.hasOwn(Object.prototype, 'polluted'), false, 'no prototype was touched');
  const { json } = await running.send('GET', '/api/v1/credentials', { key });
  t.strictSame(
    json.items.map((item: { id: string }) => item.id),
    ['acme'],
  );
  t.equal((await running.send('POST', '/api/v1/credentials', { key, body: good })).status, 201, 'the good one is good');
});

t.test('callers', async t => callerCases(t));
t.test('resources', async t => resourceCases(t));
t.test('accounts', async t => accountCases(t));
t.test('links', async t => linkCases(t));
t.test('pages', async t => pageCases(t));
t.test('draws', async t => drawCases(t));
t.test('the standard token endpoint', async t => tokenEndpointCases(t));
t.test('requests as bytes', async t => requestCases(t));
t.test('the document', async t => documentCases(t));
t.test('the log', async t => logCases(t));
t.test('stopping', async t => drainCases(t));
t.test('TLS', async t => tlsCases(t));
