import type { Test } from 'tap';
import { resultPage } from '../../src/console/result-page.js';
import { json, respond } from '../support/scripted-provider.js';
import type { Dance, World, Worlds } from './world.js';

const ENTRA = 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize';
const ADMIN_LINK = 'https://vault.example/connect/for-the-administrator';

/** Each row of the page's last list, `Whose turn it is` first. */
type Steps = [term: string, text: string][];

async function pageOf({ vault }: World, { consent, browser }: Dance, adminLink?: string) {
  const end = await vault.vault.consents.ended(consent, browser);
  if (!end?.outcome) throw new Error('the consent has not ended');
  const admin = adminLink === undefined ? {} : { adminLink };
  const view = { asker: end.asker, outcome: end.outcome, link: '/connect/mine', requestId: 'req-1', ...admin };
  const html = resultPage({ brand: { name: 'Acme IT' }, ...view });
  const rows = [...html.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)];
  const steps: Steps = rows.map(([, term = '', text = '']) => [term, text.replaceAll(/<.*?>/g, '')]);
  return { html, steps, open: html.includes('<details open>') };
}

/** Pages on which a consent ends badly: whose turn it is and what is done about it are one and the same thing. */
export function pageWordCases(t: Test, consentWorld: Worlds): void {
  t.test('without a link for an administrator the owner is not told to send any, but to tell the codes', async t => {
    const world = await consentWorld(t);
    const { begin, back, link, provider } = world;
    for (const where of ['sign-in', 'exchange']) {
      const dance = await begin(await link());
      if (where === 'exchange') provider.next(json(400, { error: 'consent_required' }));
      await back(dance, where === 'exchange' ? { code: 'c' } : { error: 'consent_required' });
      const { html, steps, open } = await pageOf(world, dance);
      t.match(html, 'An administrator must allow this first', where);
      t.notMatch(html, /send (?:the|this) link/i, `${where}: the owner’s own link would connect another mailbox`);
      t.match(steps, [
        ['Whose turn it is', /^An administrator of your organisation/],
        ['What to do', /^Tell your administrator, with the codes below/],
      ]);
      t.ok(open, `${where}: the codes are seen`);
      const account = await world.vault.store.reads.accounts.find('mail', 'default');
      t.match(account?.finding?.action, /^An administrator of the owner's organisation/, 'the account is no page');
    }
  });

  t.test('with one, the owner sends it and the administrator opens it', async t => {
    const resolve = async () => [{ address: '20.190.160.1', family: 4 as const }];
    const world = await consentWorld(t, { input: { authorizationUrl: ENTRA }, overrides: { resolve } });
    const dance = await world.begin(await world.link());
    t.match(await world.back(dance, { error: 'consent_required' }), { adminLink: /./ });
    const { steps, html, open } = await pageOf(world, dance, ADMIN_LINK);
    t.match(steps, [
      ['Whose turn it is', /^An administrator/],
      ['What to do', /^Send the link below to your administrator/],
      ['What they do', 'Open the link and approve.'],
    ]);
    t.match(html, ADMIN_LINK);
    t.notOk(open);
  });

  t.test('a refused code leads out of the circle of signing in again', async t => {
    const world = await consentWorld(t);
    const dance = await world.begin(await world.link());
    world.provider.next(json(400, { error: 'invalid_grant', error_description: 'blocked by a policy' }));
    await world.back(dance, { code: 'c' });
    const { html, steps, open } = await pageOf(world, dance);
    t.notMatch(html, 'revoked', 'a code never was');
    t.match(html, 'a rule of your organisation');
    t.match(steps, [
      ['Whose turn it is', 'Yours.'],
      ['What to do', /sign in once more\. If this page comes back, give the codes below to your administrator\.$/],
    ]);
    t.ok(open, 'the codes are seen');
  });

  t.test('a code that is refused by a rule of the organisation is a matter for its administrator', async t => {
    const world = await consentWorld(t);
    const dance = await world.begin(await world.link());
    world.provider.next(json(400, { error: 'invalid_grant', error_description: 'AADSTS53003: blocked by a policy' }));
    await world.back(dance, { code: 'the-code' });
    const { html, steps, open } = await pageOf(world, dance);
    t.match(html, 'Conditional Access policy of the organisation blocks this sign-in');
    t.match(steps, [
      ['Whose turn it is', 'An administrator of your organisation.'],
      ['What to do', /^Tell your administrator, with the codes below/],
      ['What they do', /Sign-in logs.* Then the owner of the mailbox opens the link again\.$/],
    ]);
    t.match(html, 'AADSTS53003', 'the codes are there');
    t.ok(open, 'and seen');
  });

  t.test('whose turn it is and what to do agree on every page that failed', async t => {
    const world = await consentWorld(t);
    const { begin, back, link, provider } = world;
    const html = { 'content-type': 'text/html' };
    const operators: Steps = [
      ['Whose turn it is', 'Whoever sent you the link, or somebody else at Acme IT.'],
      ['What to do', 'Tell whoever sent you the link, with the codes below.'],
    ];
    const answers = [
      [json(401, { error: 'invalid_client' }), operators],
      [
        json(400, { error: 'invalid_scope' }),
        [...operators, ['What they do', /^Correct the scope((?!tokenwell ).)*$/]],
      ],
      [
        respond(200, '<!doctype html><p>', html),
        [
          ['Whose turn it is', 'Yours, after a wait.'],
          ['What to do', /^Wait/],
        ],
      ],
      [
        respond(500, 'oops'),
        [
          ['Whose turn it is', 'Yours, after a wait.'],
          ['What to do', /^Wait a few minutes, then/],
        ],
      ],
    ] as const;
    for (const [answer, expected] of answers) {
      const dance = await begin(await link());
      provider.next(answer);
      await back(dance, { code: 'c' });
      const { steps, open } = await pageOf(world, dance);
      t.match(steps, expected);
      t.equal(steps.length, expected.length);
      t.ok(open, 'the codes that the page speaks of are seen');
    }
    for (const error of ['invalid_scope', 'never_heard_of']) {
      const dance = await begin(await link());
      await back(dance, { error });
      const { steps } = await pageOf(world, dance);
      t.match(steps, [...operators, ['What they do', /^(?:Compare|Look up)/]], error);
    }
  });
}
