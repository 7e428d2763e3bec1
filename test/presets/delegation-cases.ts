import { generateKeyPairSync } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';
import type { Test } from 'tap';
import { startRunning } from '../http/running.js';
import { type Answer, json, token } from '../support/scripted-provider.js';

const CLIENT = 'mail-vault@acme.iam.gserviceaccount.com';
const SCOPE = 'https://mail.google.com/';

/** A running vault with a service account (jwt_bearer) that acts for two mailboxes. */
async function startDelegated(t: Test) {
  const running = await startRunning(t);
  const { send, keys, provider } = running;
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const private_key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const client_auth = { method: 'private_key_jwt', key_id: 'key-1', certificate: { private_key } };
  const mailboxes = [{ address: 'anna@acme.example' }, { address: 'info@acme.example', purposes: ['imap'] }];
  const body = {
    id: 'mail',
    grant_type: 'jwt_bearer',
    preset: 'google',
    purpose: 'imap',
    token_url: provider.url(),
    client_id: CLIENT,
    client_auth,
    mailboxes,
  };
  const made = await send('POST', '/api/v1/credentials', { key: keys.operator, body });
  await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: 'mail' }] });
  const draw = (account: string) =>
    send('GET', `/api/v1/credentials/mail/token?account=${account}`, { key: keys.service });
  return { ...running, pair, body, made, draw };
}

/** Mailboxes that a service account acts for (RFC 7523 §2.1; Google, "Using OAuth 2.0 for Server to Server Applications"). */
export function delegationCases(t: Test): void {
  t.test('each mailbox is an account, and its token is asked for with an assertion as Google wants it', async t => {
    const { provider, pair, made, draw, send, keys } = await startDelegated(t);
    t.match(made, { status: 201, json: { client_auth: { has_secret: true, key_id: 'key-1', signing_alg: 'RS256' } } });
    t.match(made.json.accounts, { pending: 2 });
    t.notMatch(made.text, /PRIVATE KEY/);
    const seen = new Set<unknown>();
    const strict: Answer = (socket, request) => {
      const { form } = request;
      const assertion = form.get('assertion') ?? '';
      void compactVerify(assertion, pair.publicKey, { algorithms: ['RS256'] }).then(({ payload }) => {
        const { iss, sub, aud, scope, iat, exp, jti } = JSON.parse(Buffer.from(payload).toString());
        const now = Date.now() / 1000;
        const good =
          form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
          !form.has('client_id') &&
          !form.has('client_assertion') &&
          decodeProtectedHeader(assertion).kid === 'key-1' &&
          iss === CLIENT &&
          aud === provider.url() &&
          scope === SCOPE &&
          exp - iat <= 3600 &&
          iat <= now &&
          exp > now &&
          !seen.has(jti);
        seen.add(jti);
        (good ? token(`at-${sub}`) : json(400, { error: 'invalid_grant' }))(socket, request);
      });
    };
    provider.always(strict);
    t.match(await draw('anna@acme.example'), {
      status: 200,
      json: { access_token: 'at-anna@acme.example', scope: SCOPE },
    });
    t.match(await draw('info@acme.example'), { status: 200, json: { access_token: 'at-info@acme.example' } });
    t.equal((await draw('default')).status, 404, 'there is no default account');
    const test = await send('POST', '/api/v1/credentials/mail/test', { key: keys.operator });
    t.match(test.json, { ok: true }, 'the first mailbox, where none is named');
    const auth = made.json.client_auth as { id?: string };
    const staged = await send('POST', `/api/v1/credentials/mail/client-auths/${auth.id}/test`, { key: keys.operator });
    t.match(staged.json, { ok: true });
  });

  t.test('the accounts follow the mailboxes of a PUT', async t => {
    const { made, send, keys, draw, provider } = await startDelegated(t);
    provider.always(token('at-1'));
    t.equal((await draw('anna@acme.example')).status, 200);
    const put = (mailboxes: unknown, more = {}) =>
      send('PUT', '/api/v1/credentials/mail', {
        key: keys.operator,
        headers: { 'if-match': '*' },
        body: { ...made.json, mailboxes, ...more },
      });
    t.match(await put([{ address: 'info@acme.example' }, { address: 'new@acme.example' }]), { status: 200 });
    t.equal((await draw('anna@acme.example')).status, 404, 'it acts for it no longer');
    t.equal((await draw('new@acme.example')).status, 200);
    const rule = (rule: string) => ({ status: 400, json: { errors: [{ rule }] } });
    t.match(await put([]), rule('required'));
    t.match(await put([{ address: 'a@b' }, { address: 'A@b' }]), rule('unique'));
    for (const address of ['default', '__proto__', 'a@b@c'])
      t.match(await put([{ address }]), rule('address'), address);
    for (const address of ['.', '..']) t.match(await put([{ address }]), rule('pattern'), address);
    const person = { grant_type: 'authorization_code', preset: undefined, authorization_url: provider.url() };
    t.match(await put([{ address: 'a@b' }], person), rule('immutable'));
    const gone = await send('DELETE', '/api/v1/credentials/mail/accounts/new@acme.example', { key: keys.operator });
    t.equal(gone.status, 204);
    t.equal((await draw('new@acme.example')).status, 200, 'it is named, so it begins anew');
  });

  t.test('a refused assertion says what to check, and the clock where it is the clock', async t => {
    const { provider, send, keys } = await startDelegated(t);
    const test = async () => (await send('POST', '/api/v1/credentials/mail/test', { key: keys.operator })).json.finding;
    const said = { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' };
    provider.always(json(400, said, { date: new Date().toUTCString() }));
    const deleted = /key of the service account was deleted/;
    t.match(await test(), { class: 'needs_operator', reason: 'provider_refused', message: deleted, provider: said });
    provider.always(json(400, { error: 'invalid_grant' }, { date: new Date().toUTCString() }));
    t.match(await test(), { class: 'needs_operator', message: /does not accept the assertion: its key is not one/ });
    const late = { ...said, error_description: 'Invalid JWT: Token must be a short-lived token (60 minutes).' };
    provider.always(json(400, late, { date: new Date(Date.now() - 600_000).toUTCString() }));
    t.match(await test(), { class: 'needs_operator', message: /10 min ahead/, action: /NTP/ });
    provider.always((socket, request) =>
      json(400, { error: 'invalid_grant', error_description: `no ${request.form.get('assertion')}` })(socket, request),
    );
    t.notMatch(JSON.stringify(await test()), /eyJ/, 'the assertion that it echoes is not shown');
  });

  t.test('a key without a certificate is for jwt_bearer alone, and a key must be good', async t => {
    const { body, send, keys } = await startDelegated(t);
    const create = (more: object) =>
      send('POST', '/api/v1/credentials', { key: keys.operator, body: { ...body, ...more } });
    const application = {
      id: 'other',
      grant_type: 'client_credentials',
      preset: undefined,
      purpose: undefined,
      scope: 'x',
    };
    const rules = [{ field: 'client_auth.certificate.certificate', rule: 'required' }];
    t.match(await create(application), { status: 400, json: { errors: rules } });
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const weak = { method: 'private_key_jwt', certificate: { private_key: short } };
    t.match(await create({ id: 'weak', client_auth: weak }), {
      status: 400,
      json: { errors: [{ rule: 'key_length' }] },
    });
    const secret = { method: 'client_secret_post', secret: 's' };
    const method = [{ field: 'client_auth.method', rule: 'not_for_this_grant' }];
    t.match(await create({ id: 'sec', client_auth: secret }), { status: 400, json: { errors: method } });
  });
}
