import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import type { Test } from 'tap';
import { logOptions } from '../../src/http/logging.js';
import { VaultError } from '../../src/vault/errors.js';
import type { Step } from '../../src/vault/steps.js';
import { startRunning } from './running.js';

/** What the log says, and what it cannot say. */
export function logCases(t: Test): void {
  t.test('D8: one line for an answer: route, status, consumer, and nothing of what was sent', async t => {
    const { send, keys, lines } = await startRunning(t);
    lines.length = 0;
    await send('GET', '/api/v1/credentials/acme/token?min_ttl=77&scope=mail.read', {
      key: keys.service,
      headers: { cookie: 'a=cookie-value', referer: 'http://referer.example', 'user-agent': 'agent-name' },
    });
    await send('POST', '/api/v1/credentials', { key: keys.operator, body: { id: 'body-value' } });
    await send('GET', '/nothing/path-value?query-value=1', { key: keys.service });
    await send('GET', '/%ff');
    const records = lines.map(line => JSON.parse(line));
    const route = '/api/v1/credentials/:credential/token';
    t.match(records, [
      { level: 'info', request_id: /./, method: 'GET', route, status: 200, ms: Number, consumer: 'svc' },
      { method: 'POST', route: '/api/v1/credentials', status: 400, consumer: 'ope' },
      { method: 'GET', status: 404 },
      { method: 'GET', status: 400 },
    ]);
    t.equal(records.length, 4, 'one each');
    const said = lines.join('').replaceAll(/"(?:time|request_id)":[^,]+,/g, '');
    t.notMatch(said, /min_ttl|77|cookie|referer|agent-name|-value|twk_|127\.0\.0\.1/);
  });

  t.test('what nobody foresaw is 500 without its cause; the log has where, never what it said', async t => {
    const failpoints = (step: Step) => {
      if (step !== 'draw.read') return;
      throw Object.assign(new TypeError('hunter2 is in\n    at this message'), { code: 'EODD', query: 'hunter2' });
    };
    const { send, keys, lines } = await startRunning(t, { overrides: { failpoints } });
    const answer = await send('GET', '/api/v1/credentials/acme/token', { key: keys.service });
    t.match(answer, { status: 500, json: { code: 'internal', request_id: /./ } });
    t.notMatch(answer.text, /hunter2|TypeError|EODD/);
    const record = JSON.parse(lines.find(line => line.includes('"error"')) ?? '{}');
    t.match(record, { request_id: answer.json.request_id, err: { type: 'TypeError', code: 'EODD' } });
    t.match(record.err.stack[0], /^at .*log-cases/);
    t.notMatch(lines.join(''), /hunter2|this message/);
  });

  t.test('an error of ours is logged with its words, and so is what caused it, without', async t => {
    const sink = new PassThrough();
    const cause = new Error('hunter2');
    cause.message = 'hunter3';
    const err = new VaultError('ledger_unavailable', 'The disk is full.', {}, { cause });
    pino(logOptions('info'), sink).error({ err }, 'said');
    pino(logOptions('info'), sink).error({ err: 'hunter2' }, 'said');
    const text = String(sink.read());
    t.match(JSON.parse(text.split('\n')[0] ?? ''), {
      level: 'error',
      msg: 'said',
      err: { type: 'VaultError', code: 'ledger_unavailable', message: 'The disk is full.', cause: { type: 'Error' } },
    });
    t.notMatch(text, /hunter/);
  });
}
