import t from 'tap';
import { calendarCases } from './expiries/calendar-cases.js';
import { doctorCases } from './expiries/doctor-cases.js';
import { listCases } from './expiries/list-cases.js';
import { mailCases } from './expiries/mail-cases.js';
import { noticeCases, twoInstanceNoticeCases } from './expiries/notice-cases.js';
import { routeCases } from './expiries/route-cases.js';
import { databases } from './vault/databases.js';

for (const database of await databases(t)) {
  // What both databases answer is asked of each of them in test/store/expiry-cases.ts.
  const whole = database.name === 'sqlite' || Boolean(process.env.TEST_LONG);
  if (!whole)
    t.comment('lists and notices on sqlite alone, but for two instances; TEST_LONG=1 has all on postgres too');
  if (whole) t.test(`what ends, on ${database.name}`, { skip: database.skip }, async t => listCases(t, database));
  t.test(`what is said of it, on ${database.name}`, { skip: database.skip }, async t => {
    if (whole) noticeCases(t, database);
    if (database.name === 'postgres') twoInstanceNoticeCases(t, database);
  });
}

t.test('mails', async t => mailCases(t));
t.test('routes', async t => routeCases(t));
t.test('calendars', async t => calendarCases(t));
t.test('the doctor', async t => doctorCases(t));
