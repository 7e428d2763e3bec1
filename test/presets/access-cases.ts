import { UnsecuredJWT } from 'jose';
import type { Test } from 'tap';
import { startRunning } from '../http/running.js';
import { token } from '../support/scripted-provider.js';
import { TENANT } from './said.js';

/** An access token as Entra makes them, for those who look into it; nobody checks its signature. */
function entraToken(claims: Record<string, unknown>): string {
  return `${new UnsecuredJWT(claims).encode()}c2ln`;
}

/** What a token allows, against the purpose that the credential was stored for. */
export function accessCases(t: Test): void {
  t.test(
    'too little or too much of a token is told at the test and on the account, and no draw depends on it',
    async t => {
      const { send, keys, provider } = await startRunning(t);
      const client_auth = { method: 'client_secret_post', secret: 's' };
      const common = { preset: 'microsoft', tenant: TENANT, token_url: provider.url(), client_id: 'c', client_auth };
      const create = async (id: string, more: object) => {
        const body = { id, grant_type: 'client_credentials', ...common, ...more };
        t.match(await send('POST', '/api/v1/credentials', { key: keys.operator, body }), { status: 201 });
      };
      await create('imap', { purpose: 'imap' });
      await create('both', { purpose: 'imap', mailboxes: [{ address: 'a@b', purposes: ['smtp'] }] });
      await create('graph', { purpose: 'graph-read', mailboxes: [{ address: 'a@b', purposes: ['graph-send'] }] });
      const test = async (id: string) =>
        (await send('POST', `/api/v1/credentials/${id}/test`, { key: keys.operator })).json;
      const account = async (id: string) =>
        (await send('GET', `/api/v1/credentials/${id}/accounts/default`, { key: keys.operator })).json;

      provider.always(token(entraToken({ roles: ['IMAP.AccessAsApp'] })));
      t.match(await test('imap'), { ok: true, steps: [{}, { step: 'token', ok: true }] });
      t.equal((await account('imap')).access, undefined);

      provider.always(token(entraToken({ roles: ['full_access_as_app', 'Mail.Read', 'bad name\u0007'] })));
      const lacking = await test('imap');
      t.match(lacking, {
        ok: false,
        steps: [{}, { step: 'token', ok: true }, { step: 'access', ok: false }],
        finding: { class: 'needs_admin', reason: 'access_missing', action: /must add IMAP\.AccessAsApp/ },
      });
      const { access, state } = await account('imap');
      t.match(access, {
        missing: ['IMAP.AccessAsApp'],
        excess: ['Mail.Read', 'full_access_as_app'],
        severity: 'critical',
        detail: /opens more than it is for: have Mail\.Read, full_access_as_app taken/,
      });
      t.equal(state, 'connected', 'the provider gave what was asked');
      await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: '*' }] });
      t.equal((await send('GET', '/api/v1/credentials/imap/token', { key: keys.service })).status, 200);

      provider.always(token(entraToken({ aud: 'https://graph.microsoft.com' })));
      t.match(await test('graph'), {
        ok: true,
        steps: [{}, {}, { step: 'access', ok: true, detail: /RBAC for Applications/ }],
      });
      const unsure = (await account('graph')).access;
      t.match(unsure, {
        missing: ['Mail.Read', 'Mail.Send'],
        excess: [],
        severity: 'notice',
        detail: /as it should be/,
      });

      provider.always(token(entraToken({ roles: ['Mail.Read', 'Mail.Send'] })));
      t.match(await test('graph'), { ok: true, steps: [{}, {}, { step: 'access', ok: true }] });
      const wide = Object((await account('graph')).access);
      t.match(wide, { missing: [], excess: [], severity: 'warning' });
      t.match(wide.detail, /^Mail\.Read, Mail\.Send was granted in Entra ID, so it reaches every mailbox/);
      t.match(wide.detail, /for the named mailboxes alone.*tokenwell credential setup graph$/);

      provider.always(token(entraToken({ roles: [] })));
      t.match(
        await test('both'),
        { ok: false, steps: [{}, {}, { step: 'access', ok: false }] },
        'IMAP by its permission',
      );

      provider.always(token('opaque'));
      t.match(await test('graph'), { ok: true });
      t.equal((await account('graph')).access, undefined, 'nobody can tell');
    },
  );
}
