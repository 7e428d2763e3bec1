import type { Test } from 'tap';
import { CATALOGUE } from '../../src/vault/findings/look-up.js';
import type { TextRow } from '../../src/vault/findings/words.js';
import type { RejectionReport } from '../../src/vault/rejection.js';
import { Rejections } from '../../src/vault/rejections.js';
import type { Actor } from '../../src/vault/roles.js';
import { consentWorld } from '../consent/world.js';
import { json } from '../support/scripted-provider.js';
import { credentialInput, outcome, type TestVault, whole } from '../support/vault.js';
import type { DatabaseUnderTest } from './databases.js';
import { problem, world } from './world.js';

const DAY = 86_400_000;
const NOTHING = { status: undefined, wwwAuthenticate: undefined, sasl: undefined };
const NOT_CONNECTED = 'A03 BAD User is authenticated but not connected. <script>alert(1)</script>';
const REPLIED: TextRow[] = [...Object.values(CATALOGUE.replies).flat(), ...CATALOGUE.google.GOOGLE_TEXTS];
const SWITCHED_OFF = 'protocol is disabled';
const BLOCKED = '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria';

/** Tells, as the consumer with this key, that a server refused the token that it draws. */
function teller(vault: TestVault, key: string, credential = 'mail', account = 'default') {
  return async (detail: string | undefined, more: Partial<RejectionReport> = {}) => {
    const { token } = await vault.draw(key, credential, { account });
    const asked = { credential, account, minTtl: 60, scope: undefined, requestId: 'test' };
    const report = { ...NOTHING, detail, tokenId: token.id, ...more };
    return await vault.vault.tokens.reject(await vault.vault.callers.identify(key), asked, report);
  };
}

async function told(vault: TestVault, admin: Actor, credential = 'mail', account = 'default') {
  return (await vault.vault.accounts.get(admin.caller, credential, account)).reported;
}

/** What a consumer told that no new token mends: kept to be read, and worth no more than the word of one consumer. */
export function reportCases(t: Test, database: DatabaseUnderTest): void {
  t.test('a reply that no new token mends stays on the account: what it means, who told it, when', async t => {
    const { vault, admin, key, clock } = await world(t, await database.env());
    t.match(await problem(teller(vault, key)(NOT_CONNECTED)), { code: 'provider_refused' });
    const reported = await told(vault, admin);
    t.match(reported, { by: 'svc', at: clock.now(), who: 'exchange_admin', happened: /does not open this mailbox/ });
    t.match((await vault.vault.accounts.list(admin.caller, 'mail'))[0], { reported: { by: 'svc' } });
    t.match(await vault.vault.credentials.get(admin.caller, 'mail'), { reported: 1 });
    t.equal((await vault.entries()).filter(({ action }) => action === 'token.reject').length, 1);
    clock.advance(1);
    t.equal(await outcome(teller(vault, key)(BLOCKED)), 'provider_refused');
    t.match(await told(vault, admin), { who: 'tenant_admin', at: clock.now() }, 'only the newest is kept');
    const { reported: row } = (await vault.store.reads.accounts.find('mail', 'default')) ?? {};
    t.strictSame(row, { as: 'security defaults policy', by: 'svc', at: clock.now() }, 'in words of ours');
  });

  t.test('every known reply is answered and kept in words, whether anybody signs in or not', async t => {
    const attended = await consentWorld(t, { env: await database.env() });
    await attended.connect();
    for (const { vault, admin, key, clock } of [attended, await world(t, await database.env())]) {
      for (const { texts, who } of REPLIED) {
        clock.advance(2 * 3_600_000); // the next token
        const detail = `400 ${texts[0]}`;
        t.match(
          await problem(teller(vault, key)(detail)),
          { code: 'provider_refused', details: { action: /./ } },
          detail,
        );
        const kept = await told(vault, admin);
        t.match(kept, { happened: /./, todo: /./ }, `${detail}: kept`);
        if (vault === attended.vault) t.equal(kept?.who, who, detail);
        else t.not(kept?.who, 'mailbox_owner', `${detail}: nobody signs in`);
      }
    }
  });

  t.test('a report takes nothing from others: no state, no token, no draw, no pause', async t => {
    const { vault, admin, key, clock, provider, draw } = await world(t, await database.env());
    const hostile = await vault.consumer('hostile', [whole('mail')]);
    const { token } = await draw();
    const { reported: _, ...before } = (await vault.store.reads.accounts.find('mail', 'default')) ?? {};
    const standing = await vault.store.standing();
    for (const detail of [NOT_CONNECTED, BLOCKED, undefined, 'protocol is disabled', 'x'.repeat(8_000)]) {
      t.equal(await outcome(teller(vault, hostile.key)(detail)), 'provider_refused');
      t.equal((await draw()).token.id, token.id);
      t.equal((await draw()).warning, undefined);
    }
    t.equal((await told(vault, admin))?.by, 'hostile');
    const { reported, ...after } = (await vault.store.reads.accounts.find('mail', 'default')) ?? {};
    t.strictSame(after, before, 'state, pause and counters are as they were');
    t.ok(JSON.stringify(reported).length < 200, 'however long the report');
    t.equal((await vault.store.standing()).revision, standing.revision, 'no memory forgets anything');
    t.equal(provider.requests.length, 1);
    t.equal((await vault.draw(key, 'mail')).token.id, token.id);
    clock.advance(2 * 3_600_000);
    t.equal(await outcome(draw()), 'ok', 'and a next one is had');
    t.equal((await told(vault, admin))?.by, 'hostile', 'which says nothing of the mailbox');
  });

  t.test('a report of what was replaced, marked or removed meanwhile writes nothing', async t => {
    const { vault, admin, key, clock, provider } = await world(t, await database.env());
    const { ledger, limits, accounts, callers, credentials } = vault.vault;
    const rejections = new Rejections({ ledger, limits, clock });
    const caller = await callers.identify(key);
    const replaced = () => accounts.refresh(admin, 'mail', 'default');
    const remade = async () => {
      await credentials.remove(admin, 'mail', '*');
      await credentials.create(admin, 'mail', credentialInput(provider.url()));
    };
    const marked = async () => {
      const read = await newest();
      await vault.store.transaction(tx => tx.rejectToken(read, { at: clock.now(), claims: undefined }));
    };
    const newest = async () => {
      const found = await vault.store.reads.findToken('mail', 'default', 'mail.read');
      if (!found) throw new Error('no token is stored');
      return found;
    };
    for (const detail of [NOT_CONNECTED, SWITCHED_OFF, 'A1 NO something new']) {
      for (const meanwhile of [replaced, marked, remade]) {
        clock.advance(2 * 3_600_000);
        const { key: drawing } = await vault.consumer(`svc-${clock.now()}`, [whole('mail')]);
        await vault.draw(drawing, 'mail');
        clock.advance(detail === NOT_CONNECTED ? 1 : 60_000);
        const read = await newest();
        const of = await credentials.get(admin.caller, 'mail');
        await meanwhile();
        const report = { ...NOTHING, detail, tokenId: read.id };
        t.equal(await rejections.note({ caller, requestId: 'r' }, read, { report, of: of.credential }), undefined);
        t.equal(await told(vault, admin), undefined, `${detail}, ${meanwhile.name}: no report`);
      }
    }
    t.strictSame((await vault.entries()).filter(({ action }) => action === 'token.reject').length, 0);
  });

  t.test('a refresh that is under way is not disturbed by a report', async t => {
    const { vault, key } = await world(t, await database.env());
    await vault.draw(key, 'mail');
    const lease = await vault.store.takeLease('mail', 'default', 'another', 60_000);
    t.equal(await outcome(teller(vault, key)(NOT_CONNECTED)), 'provider_refused');
    t.equal(await vault.store.takeLease('mail', 'default', 'third', 60_000), undefined, 'the lease is still held');
    t.ok(
      lease && (await vault.store.intend({ credential: 'mail', account: 'default' }, lease.fence, { id: 'i', at: 1 })),
    );
  });

  t.test('it goes when something else is told, even where a newer token may mend that', async t => {
    const { vault, admin, key, clock } = await world(t, await database.env());
    const tell = teller(vault, key);
    t.equal(await outcome(tell(NOT_CONNECTED)), 'provider_refused');
    clock.advance(60_000);
    t.equal(await outcome(tell(NOT_CONNECTED)), 'provider_refused', 'no newer token helps, however old this one is');
    t.ok(await told(vault, admin), 'the same again says nothing new');
    clock.advance(60_000);
    t.equal(await outcome(tell('A1 NO something new')), 'ok');
    t.equal(await told(vault, admin), undefined);
  });

  t.test('it goes after 14 days, unless it is told again', async t => {
    const { vault, admin, key, clock } = await world(t, await database.env());
    t.equal(await outcome(teller(vault, key)(NOT_CONNECTED)), 'provider_refused');
    clock.advance(14 * DAY - 1);
    t.ok(await told(vault, admin));
    t.equal(await outcome(teller(vault, key)(NOT_CONNECTED)), 'provider_refused');
    clock.advance(14 * DAY - 1);
    t.ok(await told(vault, admin), 'told again');
    clock.advance(1);
    t.equal(await told(vault, admin), undefined);
    t.match(await vault.vault.credentials.get(admin.caller, 'mail'), { reported: 0 });
  });

  t.test('it goes when an operator’s test or refresh brings a new token, and stays when none comes', async t => {
    const { vault, admin, key, clock, provider } = await world(t, await database.env());
    const { testing, accounts } = vault.vault;
    for (const ask of [
      () => testing.test(admin, 'mail', 'default').then(({ ok }) => ok),
      () =>
        accounts.refresh(admin, 'mail', 'default').then(
          () => true,
          () => false,
        ),
    ]) {
      clock.advance(10 * 60_000);
      await vault.draw(key, 'mail', { minTtl: 3_500 });
      t.equal(await outcome(teller(vault, key)(NOT_CONNECTED)), 'provider_refused');
      provider.next(json(503, {}));
      t.equal(await ask(), false);
      t.ok(await told(vault, admin));
      t.equal(await ask(), true);
      t.equal(await told(vault, admin), undefined);
    }
  });

  t.test('it goes with the consumer that told it, and what others told stays', async t => {
    const { vault, admin, key, provider } = await world(t, await database.env());
    await vault.vault.credentials.create(admin, 'second', credentialInput(provider.url()));
    const other = await vault.consumer('other', [whole('second')]);
    t.equal(await outcome(teller(vault, key)(NOT_CONNECTED)), 'provider_refused');
    t.equal(await outcome(teller(vault, other.key, 'second')(NOT_CONNECTED)), 'provider_refused');
    await vault.vault.consumers.remove(admin, 'svc');
    await vault.consumer('svc', [whole('mail')]);
    t.equal(await told(vault, admin), undefined, 'a new consumer of this name told nothing');
    t.equal((await told(vault, admin, 'second'))?.by, 'other');
  });

  t.test('it goes when the account is connected anew, and when its credential asks for something else', async t => {
    const { vault, admin, key, clock, connect, provider } = await consentWorld(t, { env: await database.env() });
    await connect();
    t.equal(await outcome(teller(vault, key)(NOT_CONNECTED)), 'provider_refused');
    await connect();
    t.equal(await told(vault, admin), undefined);
    t.equal(await outcome(teller(vault, key)(NOT_CONNECTED)), 'provider_refused');
    t.ok(await told(vault, admin));
    clock.advance(1);
    const input = credentialInput(provider.url(), {
      grantType: 'authorization_code',
      authorizationUrl: `${new URL(provider.url()).origin}/authorize`,
      scope: 'mail.read mail.send offline_access openid',
    });
    await vault.vault.credentials.replace(admin, 'mail', '*', input);
    t.equal(await told(vault, admin), undefined);
  });

  t.test('the mailbox is filled in where it is known, and so is the command of the guide', async t => {
    const { vault, admin, key, provider } = await world(t, await database.env());
    const tell = teller(vault, key);
    t.equal(await outcome(tell(NOT_CONNECTED)), 'provider_refused');
    t.match(await told(vault, admin), { todo: /-Identity <mailbox> / });
    t.notOk('command' in ((await told(vault, admin)) ?? {}), 'of this provider there is no guide');
    const named = credentialInput(provider.url(), {
      preset: 'microsoft',
      tenant: 'acme.example',
      purpose: 'imap',
      scope: 'https://outlook.office365.com/.default',
      mailboxes: [{ address: 'info@acme.example', purposes: [] }],
    });
    await vault.vault.credentials.create(admin, 'office', named);
    const office = await vault.consumer('office', [whole('office')]);
    const { details } = await problem(teller(vault, office.key, 'office')(NOT_CONNECTED));
    t.ok(
      details.action?.endsWith('In Tokenwell: `tokenwell credential setup office --mailbox <mailbox>`.'),
      'its command',
    );
    const command = 'credential setup office --mailbox info@acme.example';
    t.match(await told(vault, admin, 'office'), { todo: /-Identity info@acme\.example /, command });
    const two = [...named.mailboxes, { address: 'other@acme.example', purposes: [] }];
    await vault.vault.credentials.replace(admin, 'office', '*', { ...named, secret: undefined, mailboxes: two });
    const either = { command: 'credential setup office --mailbox <mailbox>' };
    t.match(await told(vault, admin, 'office'), either, 'it may be either');
  });

  t.test('who reports is told of the credential no more than they drew, and operators all of it', async t => {
    const { vault, admin, clock, provider } = await world(t, await database.env());
    const [seen, answers]: [string[], string[]] = [[], []];
    const input = credentialInput(provider.url(), {
      clientId: 'hidden-client',
      scope: 'mail.read hidden.scope',
      mailboxes: [{ address: 'hidden@acme.example', purposes: [] }],
    });
    await vault.vault.credentials.create(admin, 'secret', input);
    const part = await vault.consumer('part', [{ ...whole('secret'), scopes: ['mail.read'] }]);
    const caller = await vault.vault.callers.identify(part.key);
    for (const { texts } of REPLIED) {
      clock.advance(2 * 3_600_000);
      const { token } = await vault.draw(part.key, 'secret', { scope: 'mail.read' });
      const asked = { credential: 'secret', account: 'default', minTtl: 60, scope: 'mail.read', requestId: 'test' };
      const report = { ...NOTHING, detail: texts[0], tokenId: token.id };
      const { message, details } = await problem(vault.vault.tokens.reject(caller, asked, report));
      t.notMatch(`${message} ${JSON.stringify(details)}`, /hidden/, `${texts[0]}`);
      seen.push(JSON.stringify(await told(vault, admin, 'secret')));
      answers.push(details.action ?? '');
    }
    for (const word of ['hidden@acme.example', 'hidden-client', 'mail.read hidden.scope']) {
      t.ok(
        seen.some(text => text.includes(word)),
        `operators: ${word}`,
      );
    }
    t.ok(
      answers.some(text => text.includes('exactly the scopes mail.read under')),
      'their own scope',
    );
  });

  t.test('an account that is named as a mailbox is that mailbox', async t => {
    const { vault, admin, key, connect } = await consentWorld(t, { env: await database.env() });
    await connect('info@acme.example');
    const { details } = await problem(teller(vault, key, 'mail', 'info@acme.example')(NOT_CONNECTED));
    t.match(details.action, /-Identity info@acme\.example /);
    t.match(await told(vault, admin, 'mail', 'info@acme.example'), { todo: /-Identity info@acme\.example / });
  });
}
