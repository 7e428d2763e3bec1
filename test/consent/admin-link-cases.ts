import type { Test } from 'tap';
import { credentialInput } from '../support/vault.js';
import type { Dance, World, Worlds } from './world.js';

const ENTRA = 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize';

/** A world whose provider has a page for administrators. */
async function startWorld(t: Test, consentWorld: Worlds): Promise<World> {
  const resolve = async () => [{ address: '20.190.160.1', family: 4 as const }];
  return await consentWorld(t, { input: { authorizationUrl: ENTRA }, overrides: { resolve } });
}

/** Comes back with "an administrator must approve"; answers what its owner may send to one. */
async function askedForAdmin({ back }: World, dance: Dance): Promise<string | undefined> {
  const end = await back(dance, { error: 'consent_required' });
  return 'consent' in end ? end.adminLink?.reveal() : undefined;
}

/** Links that mailbox owners are given for an administrator (C18: a link is no more than what its maker meant). */
export function adminLinkCases(t: Test, consentWorld: Worlds): void {
  t.test('C18: a link for an administrator gives no further one, and its answers change no account', async t => {
    const world = await startWorld(t, consentWorld);
    const { vault, admin, begin, link } = world;
    const mine = await link('info');
    const given = await askedForAdmin(world, await begin(mine));
    if (given === undefined) return void t.fail('no link was given');
    for (let time = 0; time < 3; time++) t.equal(await askedForAdmin(world, await begin(given)), undefined);
    t.equal((await vault.vault.connectLinks.list(admin.caller, 'mail')).length, 2);
    t.match(await vault.store.reads.accounts.find('mail', 'info'), { state: 'needs_admin' });
    t.match(await vault.store.reads.accounts.find('mail', 'default'), { state: 'pending' });
  });

  t.test('C18: of the links for an administrator that one connect link led to only the newest is alive', async t => {
    const world = await startWorld(t, consentWorld);
    const { vault, begin, back, link } = world;
    const mine = await link();
    const [first, second] = [await begin(mine), await begin(mine)];
    const older = (await askedForAdmin(world, first)) ?? '';
    const begun = await begin(older);
    const newer = (await askedForAdmin(world, second)) ?? '';
    t.equal(await vault.vault.consents.page(older), undefined);
    t.strictSame(await back(begun, { admin_consent: 'True' }), { refused: 'link_over' });
    await back(await begin(newer), { admin_consent: 'True', tenant: 'acme' });
    t.ok(await vault.vault.consents.page(mine), 'and the owner can go on');
  });

  t.test('C18: whoever ends a connect link ends what it led to', async t => {
    const world = await startWorld(t, consentWorld);
    const { vault, admin, begin, link } = world;
    const { connectLinks, accounts, consents } = vault.vault;
    const ways: Record<string, (id: string) => Promise<unknown>> = {
      'the link is deleted': id => connectLinks.remove(admin, 'mail', id),
      'its account is disconnected': () => accounts.disconnect(admin, 'mail', 'info'),
    };
    for (const [name, end] of Object.entries(ways)) {
      const mine = await link('info');
      const given = (await askedForAdmin(world, await begin(mine))) ?? '';
      const other = (await askedForAdmin(world, await begin(await link('other')))) ?? '';
      t.ok(await consents.page(given));
      await end((await consents.page(mine))?.link.id ?? '');
      t.equal(await consents.page(given), undefined, name);
      t.ok(await consents.page(other), 'and no other one');
    }
  });

  t.test('C18: a connect link that is deleted while its owner comes back leads to nothing', async t => {
    const world = await startWorld(t, consentWorld);
    const { vault, admin, begin, link, back } = world;
    const dance = await begin(await link());
    const { findConsent } = vault.store.reads.consents;
    const { connectLinks } = vault.vault;
    vault.store.reads.consents.findConsent = async id => {
      for (const one of await connectLinks.list(admin.caller, 'mail')) await connectLinks.remove(admin, 'mail', one.id);
      return await findConsent(id);
    };
    t.match(await back(dance, { error: 'consent_required' }), { consent: dance.consent, adminLink: undefined });
    t.strictSame(await connectLinks.list(admin.caller, 'mail'), []);
  });

  t.test(
    'an owner who was turned away by its codes gets a link for the administrator, and nothing else changes',
    async t => {
      const world = await startWorld(t, consentWorld);
      const { vault, begin, back, link } = world;
      const cases = {
        AADSTS90094: true,
        AADSTS65001: true,
        AADSTS50105: false,
        AADSTS65004: false,
        AADSTS700016: false,
      };
      for (const [code, gets] of Object.entries(cases)) {
        const dance = await begin(await link());
        const end = await back(dance, { error: 'access_denied', error_description: `${code}: no` });
        t.equal('adminLink' in end, gets, code);
        t.match(
          await vault.vault.consents.ended(dance.consent, dance.browser),
          { outcome: { code: 'declined' } },
          code,
        );
        t.match(
          await vault.store.reads.accounts.find('mail', 'default'),
          { state: 'pending', finding: undefined },
          code,
        );
      }
    },
  );

  t.test('after an administrator’s consent for an application its test is next', async t => {
    const { vault, admin, provider, begin, back } = await consentWorld(t);
    await vault.vault.credentials.create(admin, 'robot', credentialInput(provider.url()));
    const adminConsentUrl = `${new URL(provider.url()).origin}/adminconsent`;
    const made = await vault.vault.connectLinks.createForAdmin(admin, 'robot', { adminConsentUrl, expiresIn: 600 });
    const dance = await begin(made.token.reveal());
    await back(dance, { admin_consent: 'True', tenant: 'acme-tenant' });
    t.match(await vault.vault.consents.ended(dance.consent, dance.browser), { tests: 'robot' });
  });
}
