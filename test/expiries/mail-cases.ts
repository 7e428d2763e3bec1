import type { Test } from 'tap';
import { createMailer, type MailerOptions } from '../../src/mail/mailer.js';
import { Notices } from '../../src/vault/notices.js';
import { type Mailer, MailInDoubt } from '../../src/vault/ports.js';
import { Secret } from '../../src/vault/secret.js';
import { createAuthority } from '../support/certificates.js';
import { startVault, temporaryFolder } from '../support/vault.js';
import { type MailServer, startMailServer } from './mail-server.js';
import { DAY, expiryWorld } from './world.js';

const MAIL = { id: 'one', subject: 'What ends', text: 'A text.\n.\nwith a dot — and more\n' };
const TO = 'operators@example.com';

function envFor({ port }: Pick<MailServer, 'port'>): Record<string, string> {
  return {
    TOKENWELL_SMTP_URL: `smtp://vault:smtp-password@127.0.0.1:${port}`,
    TOKENWELL_NOTICE_TO: `${TO}, second@example.com`,
    TOKENWELL_NOTICE_FROM: 'tokenwell@example.com',
  };
}

/** What came, as a reader sees it: soft line breaks of quoted-printable undone. */
function readable(text = ''): string {
  const [head = '', ...body] = text.replaceAll('\r\n', '\n').split('\n\n');
  const whole = body.join('\n\n').replaceAll('=\n', '');
  return `${head.replaceAll('\n ', ' ')}\n\n${whole.replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))}`;
}

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** Mails about what ends, through real servers. */
export function mailCases(t: Test): void {
  const authority = createAuthority();
  t.teardown(() => authority?.remove());
  const skip = authority ? false : 'there is no openssl command here';

  t.test('one mail a day at most: what ends, who must act, the command; names and dates, no secret', async t => {
    const server = await startMailServer(t);
    const { vault, clock, create, connect } = await expiryWorld(t, { env: envFor(server) });
    const round = async () => {
      await vault.vault.notices.say();
      await vault.vault.notices.mail();
    };
    await create('acme', { secretExpiresAt: clock.now() + 37 * DAY + 1 });
    for (let n = 0; n < 12; n++) await connect(`box-${n}@acme.example`);
    await round();
    t.match(
      readable(server.mails.shift()?.text),
      /^Subject: Tokenwell: Client secret of acme ends on .*, in 37 days$/m,
    );
    t.strictSame(server.mails, [], 'what is stored with so little left is said at once, and once');
    clock.advance(7 * DAY + 1);
    await round();
    t.match(server.mails, [{ from: 'tokenwell@example.com', to: [TO, 'second@example.com'], user: 'vault' }]);
    const text = readable(server.mails[0]?.text);
    t.match(text, /^Subject: Tokenwell: Access of an account of mail ended on 2026-11-08, and 12 more$/m);
    t.match(
      text,
      /An operator of this vault must act:\n\nClient secret of acme ends on 2026-12-08, in 30 days\.\n {2}An operator makes a new secret at the provider and stores it: tokenwell credential replace acme --secret-file <file>/,
    );
    t.match(
      text,
      /The owner of a mailbox must sign in again.*\n\nAccess of the account box-\d+@acme.example of mail ended on/,
    );
    t.equal(text.match(/^Access of the account/gm)?.length, 10);
    t.match(text, /And 2 more accounts of mail: tokenwell account list mail\n/);
    t.notMatch(text, /client-secret|refresh-|access-|smtp-password/);
    await round();
    clock.advance(16 * DAY);
    await round();
    await create('late', { secretExpiresAt: clock.now() + 30 * DAY + 3_600_000 });
    for (const hours of [0, 2, 10, 8]) {
      clock.advance(hours * 3_600_000);
      await round();
    }
    t.equal(server.mails.length, 2, 'the secret of acme at 14 days; the other one waits for the day to be over');
    clock.advance(4 * 3_600_000);
    await round();
    t.equal(server.mails.length, 3);
    t.match(readable(server.mails[2]?.text), /Subject: Tokenwell: Client secret of late ends on/);
    t.notMatch(server.mails[2]?.text, /acme/, 'of that one nothing is new');
    clock.advance(8 * DAY);
    await round();
    t.equal(server.mails.length, 4);
    t.match(readable(server.mails[3]?.text), /Client secret of acme ends on 2026-12-08, in 5 days/);
  });

  t.test('what was replaced before its mail went out is not in it', async t => {
    const server = await startMailServer(t);
    const { vault, clock, create, replace } = await expiryWorld(t, { env: envFor(server) });
    await create('acme', { secretExpiresAt: clock.now() + 40 * DAY });
    await create('other', { secretExpiresAt: clock.now() + 40 * DAY });
    clock.advance(15 * DAY);
    await vault.vault.notices.say();
    await replace('acme', { secret: new Secret('second'), secretExpiresAt: clock.now() + 400 * DAY });
    await vault.vault.notices.mail();
    t.equal(server.mails.length, 1);
    t.match(server.mails[0]?.text, /Subject: Tokenwell: Client secret of other ends/);
    t.notMatch(server.mails[0]?.text, /acme/);
  });

  t.test('a server that refuses or hangs does no harm: it is said in the log and tried again', async t => {
    const server = await startMailServer(t);
    const { vault, clock, create, draw, connect } = await expiryWorld(t, { env: envFor(server) });
    await connect();
    await create('acme', { secretExpiresAt: clock.now() + 40 * DAY });
    clock.advance(15 * DAY);
    await vault.vault.notices.say();
    server.behave('refuse');
    await vault.vault.notices.mail();
    t.strictSame(server.mails, []);
    await draw();
    server.behave('take');
    await vault.vault.notices.mail();
    t.equal(server.mails.length, 1, 'the same day');
    await vault.vault.notices.mail();
    t.equal(server.mails.length, 1);
  });

  t.test('a server that takes a mail and says so too late is sent the same again, ever less often', async t => {
    const { vault, clock, create } = await expiryWorld(t);
    await create('acme', { secretExpiresAt: clock.now() + 5 * DAY });
    const sent: string[] = [];
    let late = true;
    const mailer: Mailer = {
      send: async ({ id }) => {
        sent.push(id);
        if (late) throw new MailInDoubt();
        return [];
      },
    };
    const quiet = { info: () => {}, warn: () => {}, error: () => {} };
    const { ledger } = vault.vault;
    const notices = new Notices({ store: vault.store, ledger, clock, log: quiet, mailer });
    await notices.say();
    for (let minutes = 0; minutes < 24 * 60; minutes += 10) {
      await notices.mail();
      clock.advance(10 * 60_000);
    }
    t.ok(sent.length > 4 && sent.length < 11, `${sent.length} in a day, not 144`);
    t.equal(new Set(sent).size, 1, 'by one Message-ID');
    late = false;
    for (let hours = 0; hours < 20; hours++) {
      clock.advance(3_600_000);
      await notices.mail();
    }
    t.equal(new Set(sent).size, 1);
    const count = sent.length;
    await notices.mail();
    t.equal(sent.length, count, 'taken: not again');
  });

  t.test(
    'a mail that is refused for one of its addresses is taken for the others, and the log names that one',
    async t => {
      const server = await startMailServer(t);
      const { vault, clock, create } = await expiryWorld(t);
      await create('acme', { secretExpiresAt: clock.now() + 5 * DAY });
      const url = new Secret(`smtp://127.0.0.1:${server.port}`);
      const mailer = createMailer({ url, from: 'a@example.com', to: ['gone@example.com', TO], plain: true });
      const warned: unknown[] = [];
      const log = { info: () => {}, warn: (about: object) => void warned.push(about), error: () => {} };
      const notices = new Notices({ store: vault.store, ledger: vault.vault.ledger, clock, log, mailer });
      await notices.say();
      for (let n = 0; n < 2; n++) await notices.mail();
      t.match(server.mails, [{ to: [TO] }]);
      t.equal(server.mails.length, 1);
      t.strictSame(warned.slice(1), [{ refused: ['gone@example.com'] }]);
    },
  );

  t.test('what one mail has no room for is in the next one', async t => {
    const server = await startMailServer(t);
    const { vault, clock, create } = await expiryWorld(t, { env: envFor(server) });
    const secretExpiresAt = clock.now() + 20 * DAY;
    await Promise.all(Array.from({ length: 230 }, (_, n) => create(`acme-${n}`, { secretExpiresAt })));
    for (let n = 0; n < 2; n++) await vault.vault.notices.say();
    await vault.vault.notices.mail();
    clock.advance(DAY);
    await vault.vault.notices.mail();
    t.equal(server.mails.length, 2);
    const named = server.mails.flatMap(({ text }) => readable(text).match(/^Client secret of acme-\d+/gm) ?? []);
    t.equal(new Set(named).size, 230);
    t.equal(named.length, 230, 'and nothing in both');
  });

  t.test('a round is for one instance in ten minutes, and a day’s mail for one of them', async t => {
    const server = await startMailServer(t);
    const dataDir = temporaryFolder(t);
    const { vault, clock, create } = await expiryWorld(t, { env: envFor(server), dataDir });
    await create('acme', { secretExpiresAt: clock.now() + 80 * DAY });
    await create('five-minutes-later', { secretExpiresAt: clock.now() + 85 * DAY + 5 * 60_000 });
    clock.advance(25 * DAY);
    await vault.vault.notices.round();
    t.equal(server.mails.length, 1);
    const notices = async () => (await vault.entries()).filter(({ action }) => action === 'expiry.notice').length;
    for (const [minutes, count] of [
      [6, 1],
      [5, 2],
    ] as const) {
      clock.advance(minutes * 60_000);
      await vault.vault.notices.round();
      t.equal(await notices(), count, `${minutes} minutes later`);
    }
    await vault.close();
    const again = await startVault(t, { env: envFor(server), dataDir, overrides: { clock } });
    await again.vault.notices.round();
    clock.advance(3 * 3_600_000);
    await again.vault.notices.round();
    t.equal(server.mails.length, 1, 'another start does not say it again');
  });

  t.test('without TLS nothing is sent, unless the operator allowed it; nor to a stranger', { skip }, async t => {
    if (!authority) return;
    const certificate = authority.issue('localhost');
    const [plain, starttls, implicit] = await Promise.all([
      startMailServer(t),
      startMailServer(t, certificate),
      startMailServer(t, { ...certificate, implicit: true }),
    ]);
    const to = { from: 'a@example.com', to: [TO], plain: false, deadlineMs: 5_000 };
    const send = (scheme: string, { port }: MailServer, more: Partial<MailerOptions> = {}) =>
      failure(createMailer({ ...to, url: new Secret(`${scheme}://localhost:${port}`), ...more }).send(MAIL));
    const trusted = { authorities: authority.ca };
    t.not(await send('smtp', plain), 'ok', 'no STARTTLS is offered');
    t.strictSame(plain.mails, []);
    t.equal(await send('smtp', plain, { plain: true }), 'ok');
    t.not(await send('smtp', starttls), 'ok', 'nobody vouches for it');
    t.equal(await send('smtp', starttls, trusted), 'ok');
    t.not(await send('smtps', implicit), 'ok');
    const stranger = { authorities: authority.selfSigned('other').cert };
    t.not(await send('smtps', implicit, stranger), 'ok', 'somebody else vouches');
    t.equal(await send('smtps', implicit, trusted), 'ok');
    t.strictSame(
      [plain, starttls, implicit].map(({ mails }) => mails.map(({ secure }) => secure)),
      [[false], [true], [true]],
    );
    const wrong = { url: new Secret(`smtps://vault:wrong@localhost:${implicit.port}`), ...trusted };
    t.equal(await failure(createMailer({ ...to, ...wrong }).send(MAIL)), 'EAUTH');
    t.match(readable(plain.mails[0]?.text), /A text\.\n\.{1,2}\nwith a dot/);
  });

  t.test('a mail takes a bounded time, also where the server says nothing', async t => {
    const server = await startMailServer(t);
    server.behave('hang');
    const url = new Secret(`smtp://127.0.0.1:${server.port}`);
    const began = performance.now();
    const options = { url, from: 'a@example.com', to: [TO], plain: true, deadlineMs: 400 };
    t.not(await failure(createMailer(options).send(MAIL)), 'ok');
    t.ok(performance.now() - began < 5_000);
  });
}
