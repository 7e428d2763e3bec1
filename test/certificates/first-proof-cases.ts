import type { Test } from 'tap';
import { broken, newCredential, type Running, startRunning } from '../http/running.js';
import { json, respond } from '../support/scripted-provider.js';
import { AUTHS, activeAuth, certificateOf, MAIL } from './client-auths.js';
import { ofCertificate, strict } from './strict.js';

const ACCOUNT = `${MAIL}/accounts/default`;
const SECRET_ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

/** A running vault whose credential `mail` proves itself as said, and a second one, `shared`, that uses its proof. */
async function startWith(t: Test, client_auth: object, more: object = {}) {
  const running = await startRunning(t);
  const { send, keys, provider } = running;
  const store = async (id: string, auth: object) => {
    const body = newCredential(id, provider.url(), { client_auth: auth, ...more });
    t.equal((await send('POST', '/api/v1/credentials', { key: keys.operator, body })).status, 201, id);
  };
  await store('mail', client_auth);
  await store('shared', { same_as: 'mail' });
  const permissions = [{ credential: 'mail' }, { credential: 'shared' }];
  await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: permissions });
  const draw = async (id = 'mail') =>
    (await send('GET', `/api/v1/credentials/${id}/token`, { key: keys.service })).status;
  const account = async (id = 'mail') =>
    (await send('GET', `/api/v1/credentials/${id}/accounts/default`, { key: keys.auditor })).json;
  return { ...running, draw, account };
}

async function generate({ send, keys }: Running) {
  return (await send('POST', `${MAIL}/certificate/generate`, { key: keys.operator })).json;
}

/** The first proof of a credential that has none, and what a next one changes for the accounts. */
export function firstProofCases(t: Test): void {
  t.test('the first certificate of a credential is used at once, and no other is left beside it', async t => {
    const running = await startWith(t, { method: 'private_key_jwt', signing_alg: 'RS256' });
    const { send, keys, provider, draw, account } = running;
    for (const id of ['mail', 'shared']) t.equal(await draw(id), 424, id);
    t.match(await account(), {
      state: 'needs_operator',
      finding: { reason: 'no_private_key', action: /\(tokenwell credential certificate-generate mail\)/ },
    });
    const made = await generate(running);
    t.match(made, { active: true, has_secret: true, signing_alg: 'RS256' });
    t.match((await send('GET', AUTHS, { key: keys.auditor })).json.items, [{ id: made.id, active: true }]);
    t.equal((await send('GET', AUTHS, { key: keys.auditor })).json.items.length, 1, 'there is nothing to go back to');
    const certificate = await certificateOf(send, keys.auditor);
    const registration = { clientId: 'client', tokenUrl: provider.url(), certificate, algorithm: 'RS256' } as const;
    const flaws: string[] = [];
    provider.always(strict([ofCertificate(registration)], flaws));
    for (const id of ['mail', 'shared']) t.equal(await draw(id), 200, `${id} asks at once`);
    t.match(await account('shared'), { state: 'connected' });
    t.strictSame(flaws, []);
    t.match(await generate(running), { active: false }, 'the next one waits');
    t.equal((await activeAuth(send, keys.auditor)).id, made.id);
  });

  t.test('what is of another method, shared, or beside a client without proof waits all the same', async t => {
    const running = await startWith(t, { method: 'private_key_jwt' });
    const { send, keys } = running;
    const add = async (body: object, path = AUTHS) => (await send('POST', path, { key: keys.operator, body })).json;
    t.match(await add({ method: 'client_secret_post', secret: 's' }), { active: false });
    const own = { method: 'client_secret_post', secret: 's' };
    t.match(await add(own, '/api/v1/credentials/shared/client-auths'), { active: false });
    const generated = await send('POST', '/api/v1/credentials/shared/certificate/generate', { key: keys.operator });
    t.match(generated.json, { active: false }, 'to share was chosen');
    t.match((await send('GET', '/api/v1/credentials/mail', { key: keys.auditor })).json, {
      client_auth: { has_secret: false },
    });
    const people = { grant_type: 'authorization_code', authorization_url: `${running.provider.url()}/authorize` };
    const open = await startWith(t, { method: 'none' }, people);
    const first = await activeAuth(open.send, open.keys.auditor);
    t.match(await open.send('POST', AUTHS, { key: open.keys.operator, body: { method: 'none' } }), {
      json: { active: false },
    });
    t.equal((await activeAuth(open.send, open.keys.auditor)).id, first.id);
  });

  t.test('a next proof ends what an operator was told of the accounts, and nothing else', async t => {
    const { send, keys, provider, draw, account } = await startWith(t, { method: 'client_secret_post', secret: 'old' });
    const { operator: key } = keys;
    const next = async (secret: string) => {
      const made = await send('POST', AUTHS, { key, body: { method: 'client_secret_post', secret } });
      t.equal((await send('POST', `${AUTHS}/${made.json.id}/activate`, { key })).status, 200);
    };
    provider.always(json(401, { error: 'invalid_client' }));
    for (const id of ['mail', 'shared']) {
      await draw(id);
      t.match(await account(id), { state: 'needs_operator', finding: { class: 'needs_operator' } });
    }
    await next('second');
    for (const id of ['mail', 'shared']) {
      t.match(await account(id), { state: 'pending' });
      t.equal((await account(id)).finding, undefined, id);
    }
    await draw('shared');
    const body = {
      ...newCredential('mail', provider.url()),
      client_auth: { method: 'client_secret_post', secret: 'x' },
    };
    const replaced = await send('PUT', MAIL, { key, headers: { 'if-match': '*' }, body });
    t.equal(replaced.status, 200);
    t.match(await account('shared'), { state: 'pending' }, 'a replace of the holder, too');
    await draw();
    await send('POST', `${ACCOUNT}/disable`, { key });
    await next('third');
    t.match(await account(), { state: 'disabled' });
    t.equal((await account()).finding, undefined);
    await send('POST', `${ACCOUNT}/enable`, { key });
    provider.always(respond(503, ''));
    await draw();
    await next('fourth');
    t.match(await account(), { finding: { class: 'unavailable' } }, 'no operator could mend that');
  });

  t.test('a test that fails for its proof names the one that waits', async t => {
    const { send, keys, provider } = await startWith(t, { method: 'client_secret_post', secret: 'old' });
    const { operator: key } = keys;
    const test = async () => (await send('POST', `${MAIL}/test`, { key })).json.finding;
    provider.always(json(401, { error: 'invalid_client' }));
    t.notMatch(await test(), { action: /One is waiting/ });
    const { id } = (await send('POST', AUTHS, { key, body: { method: 'client_secret_post', secret: 'next' } })).json;
    const both = `One is waiting: tokenwell credential auth-test mail ${id}, then tokenwell credential auth-activate mail ${id}`;
    t.match(await test(), { class: 'needs_operator', action: both });
    provider.always(json(400, { error: 'invalid_scope' }));
    t.notMatch(await test(), { action: /One is waiting/ }, 'no other proof mends a scope');
    provider.always(respond(503, ''));
    t.notMatch(await test(), { action: /One is waiting/ });
  });

  t.test('space around a secret is refused before anything else is said of it, also of a next one', async t => {
    const { send, keys, provider } = await startWith(t, { method: 'client_secret_post', secret: 'a b' });
    for (const secret of [` ${SECRET_ID}`, `${SECRET_ID} `, 'x ', '\u00a0x', ' ']) {
      const client_auth = { method: 'client_secret_post', secret };
      const body = newCredential('new', provider.url(), { client_auth });
      const created = await send('POST', '/api/v1/credentials', { key: keys.operator, body });
      t.strictSame(broken(created), ['client_auth.secret no_space_around'], JSON.stringify(secret));
      const beside = await send('POST', AUTHS, { key: keys.operator, body: client_auth });
      t.strictSame(broken(beside), ['client_auth.secret no_space_around'], JSON.stringify(secret));
      t.match(beside.json, { errors: [{ detail: /begins or ends with a space/ }] });
    }
  });

  t.test('a Secret ID is refused beside the active secret, too', async t => {
    const { send, keys } = await startRunning(t);
    const client_auth = { method: 'client_secret_post', secret: 's' };
    const entra = { preset: 'microsoft', tenant: 'acme.example', purpose: 'imap', client_id: SECRET_ID, client_auth };
    const body = { id: 'mail', grant_type: 'client_credentials', ...entra };
    t.equal((await send('POST', '/api/v1/credentials', { key: keys.operator, body })).status, 201);
    const next = { method: 'client_secret_post', secret: SECRET_ID };
    t.strictSame(broken(await send('POST', AUTHS, { key: keys.operator, body: next })), [
      'client_auth.secret secret_id',
    ]);
  });
}
