import type { Test } from 'tap';
import { accountAnswer } from '../../src/http/account-wire.js';
import { token } from '../support/scripted-provider.js';
import { idToken, type World, type Worlds } from './world.js';

const ANNA = 'anna@acme.example';
const INFO = 'info@acme.example';
const DAY = 86_400_000;

/** Somebody signs in by a link of this account; answers how the consent ended and what is known of the account. */
async function signsIn(
  { vault: { vault }, admin, link, begin, back, provider }: World,
  { account = 'default', hint, claims }: { account?: string; hint?: string; claims: Record<string, unknown> },
) {
  const dance = await begin(await link(account, hint === undefined ? {} : { loginHint: hint }));
  provider.next(token('access', { refresh_token: 'refresh', id_token: idToken(claims, dance.nonce) }));
  await back(dance, { code: 'the-code' });
  const ended = await vault.consents.ended(dance.consent, dance.browser);
  const view = await vault.accounts.get(admin.caller, 'mail', account);
  return { ended, other: accountAnswer(view).other_person };
}

const anna = { sub: 'anna', preferred_username: ANNA };

/** Who signed in first, and whom the link or the account is for. */
export function otherPersonCases(t: Test, consentWorld: Worlds): void {
  t.test('another person than the link is for is told on the page and with the account, and stops nothing', async t => {
    const world = await consentWorld(t);
    const { ended, other } = await signsIn(world, { hint: INFO, claims: anna });
    t.match(ended, { outcome: { code: 'connected' }, other: { signedIn: ANNA, meant: INFO, by: 'login_hint' } });
    t.match(other, {
      signed_in: ANNA,
      meant: INFO,
      by: 'login_hint',
      message: `${ANNA} signed in, and the link was for ${INFO}.`,
      action:
        /shared mailbox.*tokenwell account accept mail default says so.*tokenwell account disconnect mail default,/,
    });
    t.ok(await world.draw(), 'draws go on');
    const [listed] = await world.vault.vault.accounts.list(world.admin.caller, 'mail');
    t.match(listed, { otherPerson: { signedIn: ANNA } });
  });

  t.test('nothing is told of whom the link or the account names, nor where an address is missing', async t => {
    const world = await consentWorld(t);
    const said = { preferred_username: undefined, name: 'Anna' };
    const same: [string, Parameters<typeof signsIn>[1]][] = [
      ['the one of the link', { account: 'one', hint: 'ANNA@acme.example', claims: anna }],
      ['the one of the account', { account: 'Anna@Acme.example', claims: anna }],
      ['the one of the link, who opens the mailbox of the account', { account: INFO, hint: ANNA, claims: anna }],
      ['the one of the account by a link for somebody else', { account: ANNA, hint: INFO, claims: anna }],
      ['neither names anybody', { account: 'two', claims: anna }],
      ['a hint that is no address', { account: 'three', hint: 'anna', claims: anna }],
      ['a provider that tells a name', { account: 'four', hint: INFO, claims: { ...anna, ...said } }],
    ];
    for (const [what, one] of same) {
      const { ended, other } = await signsIn(world, one);
      t.match(ended, { outcome: { code: 'connected' } }, what);
      t.strictSame([ended?.other, other], [undefined, undefined], what);
    }
    const { other } = await signsIn(world, { account: 'shop@acme.example', claims: anna });
    t.match(other, { by: 'account', message: `${ANNA} signed in, and the account is for shop@acme.example.` });
  });

  t.test('an operator accepts the other person once; of somebody new it is told anew', async t => {
    const world = await consentWorld(t);
    const { accounts } = world.vault.vault;
    const actor = world.admin;
    await signsIn(world, { hint: INFO, claims: anna });
    t.match(await accounts.accept(actor, 'mail', 'default'), {
      otherPerson: undefined,
      account: { state: 'connected' },
    });
    await t.rejects(accounts.accept(actor, 'mail', 'default'), { code: 'conflict' }, 'there is nothing more to accept');
    t.match(await signsIn(world, { hint: INFO, claims: anna }), { other: undefined }, 'she signs in again');
    await accounts.disconnect(actor, 'mail', 'default');
    t.match(await signsIn(world, { hint: INFO, claims: anna }), { other: { signed_in: ANNA } }, 'a new account');
  });

  t.test('what waited and was accepted is nobody else', async t => {
    const world = await consentWorld(t);
    const { accounts } = world.vault.vault;
    const actor = world.admin;
    await signsIn(world, { hint: INFO, claims: { sub: 'info', preferred_username: INFO } });
    const { other } = await signsIn(world, { hint: INFO, claims: anna });
    t.equal(other, undefined, 'the one in use is still the right one');
    t.match(await accounts.accept(actor, 'mail', 'default'), {
      grant: { identity: { name: ANNA } },
      otherPerson: undefined,
    });
  });

  t.test('it is told as long as the grant is in use, and not only as long as links are kept', async t => {
    const world = await consentWorld(t);
    await signsIn(world, { hint: INFO, claims: anna });
    await signsIn(world, { account: 'gone', hint: INFO, claims: anna });
    const { vault, store } = world.vault;
    await vault.accounts.disconnect(world.admin, 'mail', 'gone');
    const later = world.clock.now() + 60 * DAY;
    await store.purge({ consents: later, links: later, candidates: later, kept: later, tokens: later });
    t.match(await vault.accounts.get(world.admin.caller, 'mail', 'default'), { otherPerson: { meant: INFO } });
    t.equal((await store.reads.consents.links('mail')).length, 1, 'the other link went with its month');
  });
}
