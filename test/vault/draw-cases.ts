import { join } from 'node:path';
import type { Test } from 'tap';
import { openFile } from '../../src/store/sqlite-file.js';
import { Secret } from '../../src/vault/secret.js';
import { hold, json, reset, respond, ScriptedProvider, token } from '../support/scripted-provider.js';
import { credentialInput, outcome, whole } from '../support/vault.js';
import { problem, world } from './world.js';

const WRONG_SECRET = json(401, { error: 'invalid_client', error_description: 'Invalid client secret provided.' });

/** When a token is given, refreshed, or refused, and with which words. */
export function drawCases(t: Test): void {
  t.test('a second draw makes no call; an expired token makes one for two hundred callers', async t => {
    const { provider, clock, draw } = await world(t);
    const first = await draw();
    t.equal((await draw()).token.id, first.token.id);
    t.equal(provider.requests.length, 1);
    clock.advance(3_600_000);
    const many = await Promise.all(Array.from({ length: 200 }, () => draw()));
    t.equal(new Set(many.map(issued => issued.token.id)).size, 1);
    t.equal(provider.requests.length, 2);
  });

  t.test(
    'F24: min_ttl refreshes a token that is too short, and gives it with a warning when none can be longer',
    async t => {
      const { provider, clock, draw } = await world(t);
      provider.next(token('short', { expires_in: 100 }));
      t.equal((await draw()).warning, undefined);
      clock.advance(61_000);
      provider.next(token('short-again', { expires_in: 100 }));
      const second = await draw({ minTtl: 200 });
      t.match(second, { warning: { code: 'min_ttl_unreachable' }, expiresIn: 100 });
      clock.advance(10_000);
      t.match(await draw({ minTtl: 200 }), { warning: { code: 'min_ttl_unreachable' }, expiresIn: 90 });
      t.equal(provider.requests.length, 2, 'not asked again within a minute for that reason');
    },
  );

  t.test('a token that is still good is served with a warning while refreshing fails', async t => {
    const { provider, clock, draw } = await world(t);
    await draw();
    clock.advance(3_000_000);
    provider.next(respond(500, 'boom'));
    t.match(await problem(draw({ minTtl: 1_800 })), { code: 'provider_unavailable' });
    const served = await draw();
    t.match(served, { warning: { code: 'refresh_failing' }, expiresIn: 600 });
    clock.advance(60_000);
    t.match(await draw({ minTtl: 1_800 }), { warning: undefined, expiresIn: 3_600 }, 'the way back');
  });

  t.test('a warning says what failed last, and ends once it is mended, for who draws from memory too', async t => {
    const { vault, provider, clock, admin, draw } = await world(t);
    const refresh = () => vault.vault.accounts.refresh(admin, 'mail', 'default');
    const { token: first } = await draw();
    for (const [answer, words] of [
      [json(400, { error: 'invalid_scope' }), /scope/],
      [WRONG_SECRET, /secret/i],
    ] as const) {
      clock.advance(61_000);
      provider.next(answer);
      await problem(refresh());
      t.match(await draw(), { token: { id: first.id }, warning: { code: 'refresh_failing', detail: words } });
    }
    clock.advance(61_000);
    await refresh();
    const mended = await draw();
    t.equal(mended.warning, undefined);
    t.not(mended.token.id, first.id);
    t.equal(provider.requests.length, 4, 'the newest one was there');
  });

  t.test('F32: a wrong client secret says so, is asked at most once a minute, and at once after a PUT', async t => {
    const { vault, provider, clock, admin, draw } = await world(t);
    provider.always(WRONG_SECRET);
    const refused = await problem(draw());
    t.equal(refused.code, 'provider_refused');
    t.equal(refused.details.class, 'needs_operator');
    t.match(refused.message, /secret/i);
    t.match(refused.details.provider, { error: 'invalid_client' });
    await problem(draw());
    t.equal(provider.requests.length, 1, 'not asked again at once');
    clock.advance(61_000);
    await problem(draw());
    t.equal(provider.requests.length, 2);
    provider.always(token('good'));
    const { credential } = await vault.vault.credentials.get(admin.caller, 'mail');
    await vault.vault.credentials.replace(admin, 'mail', credential.version, credentialInput(provider.url()));
    t.equal((await draw()).token.value.reveal(), 'good');
  });

  t.test('a change of words keeps the token; a change of scope gives it up', async t => {
    const { vault, provider, admin, draw } = await world(t);
    const first = await draw();
    const words = credentialInput(provider.url(), { description: 'other words', secret: undefined });
    await vault.vault.credentials.replace(admin, 'mail', '*', words);
    t.equal((await draw()).token.id, first.token.id);
    const scope = credentialInput(provider.url(), { scope: 'mail.write', secret: undefined });
    await vault.vault.credentials.replace(admin, 'mail', '*', scope);
    t.equal((await draw()).token.scope, 'mail.write');
    t.equal(provider.requests.length, 2);
  });

  t.test('F25: Retry-After keeps every caller away until it has passed', async t => {
    const { provider, clock, draw } = await world(t);
    provider.next(json(429, { error: 'slow' }, { 'retry-after': '120' }));
    t.match((await problem(draw())).details, { class: 'throttled', retryAfter: 120 });
    clock.advance(100_000);
    t.match((await problem(draw())).details, { retryAfter: 20 });
    t.equal(provider.requests.length, 1);
    clock.advance(21_000);
    t.equal(await outcome(draw()), 'ok');
  });

  t.test('F25: the siblings of a throttled client are not sent to the provider either', async t => {
    const { vault, provider, admin, draw } = await world(t);
    await vault.vault.credentials.create(admin, 'sibling', credentialInput(provider.url()));
    const other = await vault.consumer('other', [whole('sibling')]);
    provider.next(json(429, { error: 'slow' }, { 'retry-after': '120' }));
    await problem(draw());
    t.match(await problem(vault.draw(other.key, 'sibling')), { code: 'provider_unavailable' });
    t.equal(provider.requests.length, 1);
  });

  t.test('F26: failures back off; success clears every counter', async t => {
    const { vault, provider, clock, draw } = await world(t);
    for (let failure = 0; failure < 4; failure++) {
      provider.next(reset());
      await problem(draw());
      const account = await vault.store.reads.accounts.find('mail', 'default');
      clock.advance((account?.nextTryAt ?? 0) - clock.now() + 300_000);
    }
    t.equal(provider.requests.length, 4);
    t.equal(await outcome(draw()), 'ok');
    t.match(await vault.store.reads.accounts.find('mail', 'default'), {
      state: 'connected',
      failCount: 0,
      finding: undefined,
    });
    t.equal(await vault.store.reads.findBreaker(provider.url(), 'client'), undefined);
  });

  t.test(
    'F28: a bounded number of draws waits for one call, nobody is lost, and what is slow leaves places for others',
    async t => {
      const mostWaiters = process.env.TEST_LONG ? 20_000 : 1_000;
      const { vault, provider, admin, draw, key: own } = await world(t, {}, { deadlineMs: 120_000, mostWaiters });
      const other = await ScriptedProvider.start();
      t.teardown(() => other.close());
      await vault.vault.credentials.create(admin, 'elsewhere', credentialInput(other.url()));
      await vault.vault.consumers.replacePermissions(admin, 'svc', [whole('mail'), whole('elsewhere')]);
      const { key } = await vault.consumer('neighbour', [whole('mail')]);
      const held = hold(token('at-last'));
      provider.next(held.answer);
      const before = process.memoryUsage().rss;
      const draws: Promise<string>[] = [];
      const places = mostWaiters * 0.9;
      while (draws.length < places + 100) {
        draws.push(...Array.from({ length: 100 }, () => outcome(draw())));
        await new Promise(resolve => setImmediate(resolve));
      }
      // The last to come are turned away while the provider still thinks.
      await Promise.all(draws.slice(places));
      t.equal(await outcome(vault.draw(own, 'elsewhere')), 'ok', 'another provider is drawn from all the while');
      const neighbour = outcome(vault.draw(key, 'mail'));
      held.release();
      t.equal(await neighbour, 'ok', 'and another consumer finds a place at the slow one');
      const outcomes = await Promise.all(draws);
      t.equal(outcomes.filter(code => code === 'ok').length, places);
      t.equal(outcomes.filter(code => code === 'provider_unavailable').length, 100);
      t.equal(provider.requests.length, 1);
      t.comment(`${places} waiters, memory grew by ${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`);
    },
  );

  t.test(
    'D14: a credential changed while its token is on the way: what comes is not stored, the draw starts again',
    async t => {
      const { vault, provider, admin, draw } = await world(t);
      const held = hold(token('of-the-old-client'));
      provider.next(held.answer);
      const drawing = draw();
      await provider.received(1);
      const next = credentialInput(provider.url(), { clientId: 'another' });
      await vault.vault.credentials.replace(admin, 'mail', 1, next);
      held.release();
      const issued = await drawing;
      t.not(issued.token.value.reveal(), 'of-the-old-client');
      t.match(provider.requests.at(-1)?.body, /client_id=another/);
    },
  );

  t.test(
    'a draw may ask for what lies within scope and consent_scope and within its permission; all else is not found',
    async t => {
      const { vault, provider, admin } = await world(t);
      const input = credentialInput(provider.url(), { scope: 'a b', consentScope: 'c' });
      await vault.vault.credentials.create(admin, 'scoped', input);
      const narrow = await vault.consumer('narrow', [{ credential: 'scoped', account: 'default', scopes: ['a', 'c'] }]);
      const ask = (scope?: string) => outcome(vault.draw(narrow.key, 'scoped', scope === undefined ? {} : { scope }));
      t.equal(await ask('a'), 'ok');
      t.equal(await ask('c a'), 'ok');
      t.equal(await ask('b'), 'not_found', 'W23: outside the permission');
      t.equal(await ask(), 'not_found', 'the default scope is wider than the permission');
      t.equal(await ask('d'), 'not_found', 'outside the credential');
      t.same(
        provider.requests.map(request => new URLSearchParams(request.body).get('scope')),
        ['a', 'a c'],
      );
    },
  );

  t.test('authorization_code waits for its first consent; disabled is a conflict; unknown is not found', async t => {
    const { vault, provider, admin, draw } = await world(t);
    const authorizationUrl = 'http://127.0.0.1:1/authorize';
    const person = credentialInput(provider.url(), { grantType: 'authorization_code', authorizationUrl });
    await vault.vault.credentials.create(admin, 'person', person);
    const { key } = await vault.consumer('all', [{ credential: '*', account: '*', scopes: undefined }]);
    t.match(await problem(vault.draw(key, 'person')), { code: 'not_connected', details: { class: 'needs_user' } });
    t.equal(await outcome(vault.draw(key, 'nothing')), 'not_found', 'W9: never another one instead');
    t.equal(await outcome(draw({ account: 'other' })), 'not_found');
    await vault.vault.accounts.setDisabled(admin, 'mail', 'default', true);
    t.match(await problem(draw()), { code: 'conflict', message: /^The account default of mail is disabled/ });
    await vault.vault.credentials.setDisabled(admin, 'mail', true);
    t.match(await problem(draw()), { code: 'conflict', message: /^The credential mail is disabled/ });
    await vault.vault.credentials.setDisabled(admin, 'mail', false);
    await vault.vault.accounts.setDisabled(admin, 'mail', 'default', false);
    t.equal(await outcome(draw()), 'ok');
    t.equal(provider.requests.length, 1);
  });

  t.test('an auditor never draws, whatever its permissions', async t => {
    const { vault } = await world(t);
    const auditor = await vault.consumer('auditor', [whole('mail')], 'auditor');
    t.equal(await outcome(vault.draw(auditor.key, 'mail')), 'not_found');
  });

  t.test('an expired key is refused, by memory and by the store', async t => {
    const { vault, clock, admin } = await world(t);
    const made = await vault.vault.consumers.createKey(admin, 'svc', clock.now() + 60_000);
    const key = made.secret.reveal();
    t.equal(await outcome(vault.draw(key, 'mail')), 'ok');
    clock.advance(60_000);
    t.equal(await outcome(vault.draw(key, 'mail')), 'unauthenticated');
  });

  t.test('an operator is warned of a client secret that expires within two weeks', async t => {
    const { vault, provider, clock, admin } = await world(t);
    const input = credentialInput(provider.url(), { secretExpiresAt: clock.now() + 6 * 86_400_000 });
    await vault.vault.credentials.create(admin, 'ending', input);
    const { key } = await vault.consumer('watcher', [whole('ending')]);
    t.match((await vault.draw(key, 'ending')).warning, { code: 'expiring_secret', detail: /2026-11-07/ });
  });

  t.test(
    'D1: a secret or a token moved to another row does not open there; nothing wrong is sent or given',
    async t => {
      const { vault, provider, clock, admin, draw } = await world(t);
      const secret = new Secret('of-the-other');
      await vault.vault.credentials.create(admin, 'other', credentialInput(provider.url(), { secret }));
      const other = await vault.consumer('other', [whole('other')]);
      const first = await draw();
      await vault.draw(other.key, 'other');
      const database = openFile(join(vault.config.dataDir, 'tokenwell.db'));
      t.teardown(() => void database.close());
      const exchange = (table: string) =>
        database.exec(`update ${table} set value = (select value from ${table} b where b.rowid <> ${table}.rowid)`);
      exchange('tokens');
      await vault.vault.credentials.setDisabled(admin, 'mail', true);
      await vault.vault.credentials.setDisabled(admin, 'mail', false);
      const again = await draw();
      t.not(again.token.id, first.token.id, 'the moved token is not given; a new one is');
      exchange('secrets');
      const calls = provider.requests.length;
      clock.advance(3_600_000);
      const refused = await problem(draw());
      t.match(refused, { code: 'provider_refused', details: { class: 'needs_operator' } });
      t.equal(provider.requests.length, calls, 'nothing was sent');
    },
  );

  t.test('D1: who can write to the database cannot have a secret sent elsewhere', async t => {
    const forgeries = {
      'another token URL': `update credentials set token_url = token_url || '2' where id = 'mail'`,
      'another client id': `update credentials set client_id = 'mine' where id = 'mail'`,
      'another method': `update client_auths set method = 'client_secret_basic' where credential = 'mail'`,
      'another issuer': `update credentials set issuer = 'https://mine.example' where id = 'mail'`,
      'the secret of another credential': `delete from secrets where client_auth = (select id from client_auths where credential = 'mail');
        update secrets set client_auth = (select id from client_auths where credential = 'mail')`,
    };
    for (const [name, sql] of Object.entries(forgeries)) {
      const { vault, provider, admin, draw } = await world(t);
      await vault.vault.credentials.create(admin, 'other', credentialInput(provider.url()));
      const database = openFile(join(vault.config.dataDir, 'tokenwell.db'));
      database.exec(sql);
      database.close();
      t.match(await problem(draw()), { details: { class: 'needs_operator' } }, name);
      t.equal(provider.requests.length, 0, `${name}: nothing was sent`);
    }
  });

  t.test('refused draws are summed in the ledger and limited; good ones are not', async t => {
    const { vault, key, draw } = await world(t);
    const outcomes = await Promise.all(Array.from({ length: 150 }, () => outcome(vault.draw(key, 'nothing'))));
    t.equal(outcomes.filter(code => code === 'not_found').length, 100);
    t.equal(outcomes.filter(code => code === 'rate_limited').length, 50);
    t.equal(await outcome(draw()), 'ok');
    const refusals = (await vault.entries()).filter(entry => entry.action === 'token.refuse');
    t.same(
      refusals.map(({ code, credential, count }) => ({ code, credential, count })),
      [
        { code: 'not_found', credential: 'nothing', count: 100 },
        { code: 'rate_limited', credential: 'nothing', count: 50 },
      ],
    );
  });

  t.test('F6: many refusals of things that do not exist leave few entries, and the ledger stays readable', async t => {
    const { vault, key, admin } = await world(t);
    const waves = process.env.TEST_LONG ? 30 : 3;
    for (let wave = 0; wave < waves; wave++) {
      await Promise.all(Array.from({ length: 300 }, (_, which) => outcome(vault.draw(key, `no-${wave}-${which}`))));
    }
    await vault.vault.ledger.drain();
    const request = { filter: { consumer: 'svc' }, order: 'desc' as const, limit: 1_000, cursor: undefined };
    const { items } = await vault.vault.history.read(admin.caller, request);
    t.comment(`${items.length} entries for ${waves * 300} refusals`);
    t.ok(items.length <= 110, `${items.length} entries for ${waves * 300} refusals within a second`);
  });

  t.test('refusals of one key name a few things each second, and sum the rest', async t => {
    const { vault, clock } = await world(t);
    for (let second = 0; second < 2; second++) {
      for (let which = 0; which < 100; which++) {
        const about = { credential: `n-${which}`, account: 'default', code: 'not_found' };
        vault.vault.ledger.refuse({ consumer: 'svc', key_id: 'k', action: 'token.refuse', ...about });
      }
      clock.advance(1_000);
      vault.vault.ledger.releaseRefusals();
    }
    const refused = (await vault.entries()).filter(({ action }) => action === 'token.refuse');
    t.equal(refused.length, 12);
    t.equal(refused.filter(({ credential }) => credential !== undefined).length, 10);
    t.equal(
      refused.reduce((sum, { count = 1 }) => sum + count, 0),
      200,
      'none is lost',
    );
  });

  t.test('a ledger with thousands of different names is indexed and read', async t => {
    const { vault, admin } = await world(t);
    for (let which = 0; which < 9_000; which++) {
      vault.vault.ledger.refuse({
        consumer: 'svc',
        key_id: `k${which}`,
        action: 'token.refuse',
        credential: `n-${which}`,
      });
    }
    await vault.vault.ledger.drain();
    t.ok((await vault.store.ledger.index(100)) > 15, 'all pages in one transaction');
    const request = { filter: { credential: 'n-8999' }, order: 'asc' as const, limit: 10, cursor: undefined };
    t.equal((await vault.vault.history.read(admin.caller, request)).items.length, 1);
  });

  t.test('D14: a flight for a deleted credential settles nothing in one of the same name', async t => {
    const { vault, provider, admin, key } = await world(t);
    const slow = hold(token('of-the-deleted-one'));
    provider.next(slow.answer);
    const first = outcome(vault.draw(key, 'mail'));
    await provider.received(1);
    await vault.vault.credentials.remove(admin, 'mail', '*');
    await vault.vault.credentials.create(admin, 'mail', credentialInput(provider.url(), { clientId: 'successor' }));
    await vault.vault.consumers.replacePermissions(admin, 'svc', [whole('mail')]);
    const later = hold(WRONG_SECRET);
    provider.next(later.answer);
    const second = outcome(vault.draw(key, 'mail'));
    await provider.received(2);
    slow.release();
    await new Promise(resolve => setTimeout(resolve, 50));
    later.release();
    t.equal(await second, 'provider_refused');
    await first;
    t.equal(await outcome(vault.draw(key, 'mail')), 'provider_refused', 'nothing of the deleted one is stored');
  });

  t.test('successful draws are limited where the operator says so', async t => {
    const { draw, clock } = await world(t, { TOKENWELL_RATE_LIMIT: '5' });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(draw())));
    t.equal(outcomes.filter(code => code === 'rate_limited').length, 3);
    clock.advance(1_000);
    t.equal(await outcome(draw()), 'ok');
  });
}
