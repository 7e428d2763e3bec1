import ICAL from 'ical.js';
import type { Test } from 'tap';
import { calendarText } from '../../src/http/icalendar.js';
import { consent, granted, signInCredential } from '../http/consenting.js';
import { newCredential, type Running, startRunning } from '../http/running.js';
import { TestClock } from '../support/clock.js';
import { DAY } from './world.js';

const LINKS = '/api/v1/expiries/calendar-links';
const CONTENT_LINE = /^[A-Z0-9-]+(?:;[A-Z-]+=[A-Z-]+)*:.*$/;

interface Event {
  uid: string;
  day: string;
  summary: string;
  description: string;
  triggers: string[];
}

/** The events of a calendar, read by a library; and first line by line (RFC 5545 §3.1): CRLF, at most 75 octets. */
function eventsOf(t: Test, text: string): Event[] {
  t.ok(text.endsWith('\r\n') && !/[^\r]\n|\r[^\n]/.test(text), 'lines end with CRLF');
  const lines = text.slice(0, -2).split('\r\n');
  t.strictSame(
    lines.filter(line => Buffer.byteLength(line) > 75),
    [],
    'no line is longer than 75 octets',
  );
  t.notOk(text.includes('\ufffd'), 'no character was cut');
  const unfolded = text.slice(0, -2).replaceAll('\r\n ', '').split('\r\n');
  t.strictSame(
    unfolded.filter(line => !CONTENT_LINE.test(line)),
    [],
  );
  const calendar = new ICAL.Component(ICAL.parse(text));
  t.equal(calendar.getFirstPropertyValue('version'), '2.0');
  t.ok(calendar.getFirstPropertyValue('prodid'));
  return calendar.getAllSubcomponents('vevent').map(component => {
    const event = new ICAL.Event(component);
    t.ok(event.startDate.isDate, 'a whole day');
    t.ok(component.getFirstPropertyValue('dtstamp'));
    const alarms = component.getAllSubcomponents('valarm');
    for (const alarm of alarms) t.equal(alarm.getFirstPropertyValue('action'), 'DISPLAY');
    const triggers = alarms.map(alarm => String(alarm.getFirstPropertyValue('trigger')));
    const { uid, summary, description } = event;
    return { uid, day: event.startDate.toString(), summary, description, triggers };
  });
}

async function start(t: Test) {
  const clock = new TestClock();
  const running = await startRunning(t, { overrides: { clock } });
  const { send, keys, provider } = running;
  const dated = async (id: string, days: number) => {
    const secret_expires_at = new Date(clock.now() + days * DAY).toISOString();
    const client_auth = { method: 'client_secret_post', secret: 'the-client-secret', secret_expires_at };
    await send('POST', '/api/v1/credentials', {
      key: keys.operator,
      body: newCredential(id, provider.url(), { client_auth }),
    });
  };
  const make = async (body: unknown = {}) => (await send('POST', LINKS, { key: keys.operator, body })).json;
  const read = (url: string, method = 'GET') => send(method, new URL(url).pathname);
  return { ...running, clock, dated, make, read };
}

/** Connects an account whose name is a mailbox address. */
async function connected({ send, keys, provider, url }: Running): Promise<void> {
  const body = signInCredential('people', provider);
  await send('POST', '/api/v1/credentials', { key: keys.operator, body });
  for (const account of ['info@acme.example', 'desk@acme.example']) {
    const path = '/api/v1/credentials/people/connect-links';
    const made = await send('POST', path, { key: keys.operator, body: { account } });
    provider.next(granted('one'));
    await consent(url, made.json.url);
  }
}

/** Calendars that show what ends. */
export function calendarCases(t: Test): void {
  t.test('a calendar shows names and dates of what somebody must act upon, and no account', async t => {
    const running = await start(t);
    const { clock, dated, make, read, send, keys } = running;
    await dated('alpha', 40);
    await dated('off', 5);
    await send('POST', '/api/v1/credentials/off/disable', { key: keys.operator });
    clock.advance(DAY);
    await connected(running);
    clock.advance(6 * DAY);
    const open = { key: keys.operator, body: { account: 'late@acme.example' } };
    await send('POST', '/api/v1/credentials/people/connect-links', open);
    const { url } = await make();
    const answer = await read(url);
    t.equal(answer.status, 200);
    t.equal(answer.headers.get('content-type'), 'text/calendar; charset=utf-8');
    const events = eventsOf(t, answer.text);
    t.strictSame(
      events.map(({ summary, day }) => [summary, day]),
      [
        ['Access of an account of people ends', '2026-11-09'],
        ['Client secret of alpha ends', '2026-12-11'],
        ['Client secret of acme: look up its end, no date is given', '2027-11-01'],
        ['Client secret of people: look up its end, no date is given', '2027-11-02'],
      ],
    );
    for (const { triggers } of events) t.strictSame(triggers, ['-P30D', '-P7D']);
    t.match(
      events.map(({ description }) => description),
      [
        'Who must act: an operator of this vault, who looks why; then the owner of the mailbox.\nWhat to do: Tokenwell could not use it in time. An operator looks why (tokenwell account show people ACCOUNT); where that does not help, the owner of the mailbox signs in again: tokenwell account link people ACCOUNT',
        'Who must act: an operator of this vault.\nWhat to do: An operator makes a new secret at the provider and stores it: tokenwell credential replace alpha --secret-file FILE --secret-expires-at DATE',
        /^Who must act: an operator of this vault\.\nWhat to do: No date given; .* looks the date up at the provider/,
        /tokenwell credential replace people --secret-expires-at DATE$/,
      ],
      'who must act, and what to do',
    );
    t.notMatch(answer.text, /@acme|the-client-secret|refresh-|twk_|auth_|grant_|[<>]/);
    const again = eventsOf(t, (await read(url)).text);
    t.strictSame(
      again.map(({ uid }) => uid),
      events.map(({ uid }) => uid),
    );
    t.equal(new Set(events.map(({ uid }) => uid)).size, 4);
  });

  t.test('an event keeps its name when its date moves', async t => {
    const { clock, dated, make, read, send, keys } = await start(t);
    await dated('alpha', 40);
    const { url } = await make();
    const alpha = async () => eventsOf(t, (await read(url)).text).find(({ summary }) => /alpha/.test(summary));
    const before = await alpha();
    const path = '/api/v1/credentials/alpha';
    const { id: _, ...body } = (await send('GET', path, { key: keys.operator })).json;
    body.client_auth.secret_expires_at = new Date(clock.now() + 50 * DAY).toISOString();
    const changed = await send('PUT', path, { key: keys.operator, body, headers: { 'if-match': '*' } });
    t.equal(changed.status, 200);
    const after = await alpha();
    t.equal(after?.uid, before?.uid);
    t.not(after?.day, before?.day);
  });

  t.test(
    'the address is unguessable, stored hashed, shown once, never logged, and over once it is deleted',
    async t => {
      const { make, read, send, keys, lines, app } = await start(t);
      const made = await send('POST', LINKS, { key: keys.operator });
      t.equal(made.status, 201);
      t.match(made.json, { id: /^cal_[\w-]{22}$/, url: /\/calendar\/[\w-]{43}\.ics$/, expires_at: undefined });
      t.equal(made.headers.get('location'), `${LINKS}/${made.json.id}`);
      const secret = /\/calendar\/(.*)\.ics$/.exec(made.json.url)?.[1] ?? '';
      t.not((await make()).url, made.json.url);
      t.equal((await read(made.json.url, 'HEAD')).status, 200);
      t.equal((await read(made.json.url)).headers.get('cache-control'), 'no-store');
      const listed = await send('GET', LINKS, { key: keys.auditor });
      t.equal(listed.json.items.length, 2);
      t.match(
        listed.json.items.find(({ id }) => id === made.json.id),
        { made_by: 'ope', created_at: /Z$/ },
      );
      t.equal((await send('DELETE', `${LINKS}/${made.json.id}`, { key: keys.operator })).status, 204);
      t.equal((await send('DELETE', `${LINKS}/${made.json.id}`, { key: keys.operator })).status, 404, 'again');
      for (const method of ['GET', 'HEAD']) t.equal((await read(made.json.url, method)).status, 404, method);
      await app.vault.ledger.drain();
      const ledger = await send('GET', '/api/v1/ledger?limit=1000', { key: keys.auditor });
      const actions = ledger.json.items.filter(({ action }) => String(action).startsWith('expiry.'));
      t.match(actions, [
        { action: 'expiry.unlink', consumer: 'ope', subject: made.json.id },
        { action: 'expiry.link' },
        { action: 'expiry.link', consumer: 'ope', subject: made.json.id },
      ]);
      t.ok(lines.some(line => line.includes('"/calendar/:link"')));
      for (const text of [lines.join(''), listed.text, ledger.text]) t.notOk(text.includes(secret));
      const rows = JSON.stringify(await app.store.expiries.links());
      t.notOk(rows.includes(secret));
      t.equal(await app.store.expiries.findLink(secret), undefined, 'found by its hash alone');
    },
  );

  t.test('a link ends with what its maker may do: then nothing is at its address, as at an unknown one', async t => {
    const { send, keys, read, make } = await start(t);
    const ope = '/api/v1/consumers/ope';
    const { url } = await make();
    const unknown = await read(`http://x/calendar/${'a'.repeat(43)}.ics`);
    const { request_id: _, ...answer } = unknown.json;
    const change = (body: object) => send('PUT', ope, { key: keys.admin, body });
    const isGone = async (why: string) => {
      const { request_id: _, ...now } = (await read(url)).json;
      t.strictSame(now, answer, why);
    };
    await change({ role: 'auditor' });
    await isGone('it lost the role');
    await change({ role: 'operator', disabled: true });
    await isGone('it is disabled');
    await change({ role: 'admin', disabled: false });
    t.equal((await read(url)).status, 200, 'it may again');
    await send('DELETE', ope, { key: keys.admin });
    await isGone('it is deleted');
    t.equal((await send('GET', LINKS, { key: keys.auditor })).json.items.length, 0);
    await send('POST', '/api/v1/consumers', { key: keys.admin, body: { id: 'ope', role: 'operator' } });
    await isGone('another one has its name');
  });

  t.test('a link may end by itself, and says so in the calendar', async t => {
    const { make, read, clock } = await start(t);
    const { url, expires_at } = await make({ expires_in: 86_400 });
    t.equal(expires_at, new Date(clock.now() + DAY).toISOString());
    const events = eventsOf(t, (await read(url)).text);
    t.match(events[0] && events.find(({ summary }) => summary === 'This calendar of Tokenwell ends'), {
      day: '2026-11-02',
    });
    clock.advance(DAY);
    t.match(await read(url), { status: 410, json: { code: 'gone' } });
  });

  t.test('who tries addresses is held back; links are made and deleted by operators', async t => {
    const { send, keys, read, make } = await start(t);
    const strange = () => `http://x/calendar/${'a'.repeat(43)}.ics`;
    const { url } = await make();
    for (const path of ['/calendar/x.ics', '/calendar/.ics', new URL(url).pathname.replace('.ics', '')])
      t.equal((await send('GET', path)).status, 404, path);
    let last = 404;
    for (let n = 0; n < 25 && last === 404; n++) last = (await read(strange())).status;
    t.equal(last, 429);
    t.equal((await read(url)).status, 200, 'who has one is served');
    for (const [key, status] of [
      [keys.service, 403],
      [keys.auditor, 403],
      [keys.admin, 201],
    ] as const)
      t.equal((await send('POST', LINKS, { key })).status, status);
    for (const expires_in of [59, 157_680_001, 1.5, '60'])
      t.equal((await send('POST', LINKS, { key: keys.operator, body: { expires_in } })).status, 400);
  });

  t.test('texts are escaped and folded between characters, whatever is in them', async t => {
    const hostile = [
      'a;b,c\\d',
      'one\r\nBEGIN:VEVENT\nthree',
      'ä'.repeat(80),
      `${'x'.repeat(66)}😀${'y'.repeat(90)}`,
      '',
    ];
    const at = Date.parse('2027-02-28T23:59:59Z');
    const text = calendarText(
      'Ti;tle',
      hostile.map((summary, n) => ({ name: `${n}`, summary, description: `${summary}\n${summary}`, at })),
      at,
    );
    const events = eventsOf(t, text);
    t.strictSame(
      events.map(({ summary }) => summary ?? ''),
      hostile.map(one => one.replaceAll('\r\n', '\n')),
    );
    t.strictSame(
      events.map(({ description }) => description),
      hostile.map(one => `${one}\n${one}`.replaceAll('\r\n', '\n')),
    );
    for (const { day } of events) t.equal(day, '2027-02-28');
  });
}
