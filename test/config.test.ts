import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import t from 'tap';
import { readClientConfig, readConfig } from '../src/config.js';
import { accepted, mistakes, mistakesOf, secretMistakes } from './config/cases.js';
import { containerCases } from './config/container-cases.js';
import { fileCases } from './config/file-cases.js';

t.test('an empty environment gives a vault on this machine only', async t => {
  t.strictSame(readConfig({}), {
    host: '127.0.0.1',
    port: 8080,
    publicUrl: 'http://127.0.0.1:8080',
    dataDir: resolve('data'),
    masterKeyFile: resolve('data/master.key'),
    allowedHosts: [],
    trustProxy: [],
    returnToOrigins: [],
    rateLimit: 0,
    drainSeconds: 0,
    behindTlsProxy: false,
    allowUnsafeDatabase: false,
    logLevel: 'info',
    brandName: 'Tokenwell',
  });
});

t.test('each mistake is told in one line: the name, what was given, what is allowed', async t => {
  for (const { title, variables, says } of mistakes) {
    const lines = mistakesOf(() => readConfig(variables));
    t.equal(lines.length, 1, `${title}: one mistake`);
    t.equal(lines[0]?.slice(0, says.length), says, title);
  }
  t.comment(`${mistakes.length} mistakes tried`);
});

t.test('finding 9: the value of a secret is never in the message, wherever it was put', async t => {
  for (const { title, variables, says } of secretMistakes) {
    const lines = mistakesOf(() => readConfig(variables));
    t.equal(lines.length, 1, `${title}: one mistake`);
    t.equal(lines[0]?.slice(0, says.length), says, title);
    t.notMatch(lines.join(), 'hunter2', `${title}: not shown`);
  }
});

t.test('values within the rules are taken', async t => {
  for (const { variables, config } of accepted) {
    t.match(readConfig(variables), config, JSON.stringify(variables));
  }
});

t.test('all mistakes are told at once, one per line', async t => {
  const all = { TOKENWELL_PORT: 'x', TOKENWELL_LOG_LEVEL: 'x', TOKENWELL_DRAIN_SECONDS: '99', TOKENWELL_PORTT: '1' };
  t.throws(() => readConfig(all), {
    name: 'ConfigError',
    message:
      'The environment cannot be used:\n' +
      'TOKENWELL_PORT is "x"; allowed: a whole number from 0 to 65535.\n' +
      'TOKENWELL_DRAIN_SECONDS is "99"; allowed: a whole number from 0 to 25.\n' +
      'TOKENWELL_LOG_LEVEL is "x"; allowed: one of fatal, error, warn, info, debug, trace, silent.\n' +
      'TOKENWELL_PORTT is not known; did you mean TOKENWELL_PORT?',
  });
});

t.test('a value with line breaks or of great length stays one short line', async t => {
  const [line = ''] = mistakesOf(() => readConfig({ TOKENWELL_HOST: `a\nb${'c'.repeat(5000)}` }));
  t.notMatch(line, '\n');
  t.ok(line.length < 300);
});

t.test('the configuration is frozen, all the way down', async t => {
  const config = readConfig({ TOKENWELL_ALLOWED_HOSTS: 'a', TOKENWELL_DATABASE_URL: 'postgres://db/vault' });
  t.ok(Object.isFrozen(config));
  t.ok(Object.isFrozen(config.allowedHosts));
  t.ok(Object.isFrozen(config.trustProxy));
  t.equal(config.databaseUrl?.reveal(), 'postgres://db/vault');
});

t.test('secrets in the configuration do not print', async t => {
  const config = readConfig({
    TOKENWELL_DATABASE_URL: 'postgres://u:hunter2@db/vault',
    TOKENWELL_OUTBOUND_PROXY: 'http://u:hunter2@proxy:3128',
  });
  t.notMatch(`${JSON.stringify(config)} ${inspect(config)}`, 'hunter2');
  t.equal(config.outboundProxy?.reveal(), 'http://u:hunter2@proxy:3128');
});

t.test('a value may come from a file, without the newline at its end', async t => {
  const folder = t.testdir({
    one: 'postgres://db/vault\n',
    two: 'postgres://db/vault\n\n',
    empty: '\n',
    other: 'mysql://hunter2',
  });
  const read = (name: string) => readConfig({ TOKENWELL_DATABASE_URL_FILE: join(folder, name) });
  t.equal(read('one').databaseUrl?.reveal(), 'postgres://db/vault');
  for (const [name, says] of [
    ['empty', /_FILE names .*empty, whose text is empty; allowed: postgres:/],
    ['other', /_FILE names .*other, whose text is \(not shown\); allowed: postgres:/],
    ['two', /_FILE names .*two, whose text is \(not shown\); allowed: postgres:/],
    ['none', /_FILE names .*none, which cannot be read \(ENOENT\)/],
    ['.', /_FILE names .*, which cannot be read \(EISDIR\)/],
  ] as const) {
    t.match(
      mistakesOf(() => read(name)),
      [says],
      name,
    );
  }
});

t.test('a value and its file together are a mistake', async t => {
  const both = { TOKENWELL_DATABASE_URL: 'postgres://hunter2@db/vault', TOKENWELL_DATABASE_URL_FILE: '/no/such/file' };
  t.strictSame(
    mistakesOf(() => readConfig(both)),
    ['TOKENWELL_DATABASE_URL and TOKENWELL_DATABASE_URL_FILE are both set; unset one of them.'],
  );
});

t.test('beside the other, an empty variable counts as unset', async t => {
  const file = join(t.testdir({ key: 'twk_abc_file' }), 'key');
  const read = (variables: Record<string, string>) => readClientConfig(variables);
  const byFile = read({ TOKENWELL_KEY: '', TOKENWELL_KEY_FILE: file });
  t.equal(byFile.key.reveal(), 'twk_abc_file');
  t.equal(byFile.keySource, `TOKENWELL_KEY_FILE (${file})`);
  const byValue = read({ TOKENWELL_KEY: 'twk_abc_value', TOKENWELL_KEY_FILE: '' });
  t.equal(byValue.key.reveal(), 'twk_abc_value');
  t.equal(byValue.keySource, 'TOKENWELL_KEY');
  t.match(
    mistakesOf(() => read({ TOKENWELL_KEY: '' })),
    [/^TOKENWELL_KEY is empty/],
    'alone it is a mistake',
  );
});

t.test('a command needs a key, and https unless the vault is on this machine', async t => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'key'), 'twk_abc_file\n');
  const client = readClientConfig({ TOKENWELL_KEY: 'twk_abc_hunter2' });
  t.ok(Object.isFrozen(client));
  t.equal(client.url, 'http://127.0.0.1:8080');
  t.equal(client.key.reveal(), 'twk_abc_hunter2');
  t.equal(readClientConfig({ TOKENWELL_KEY_FILE: join(folder, 'key') }).key.reveal(), 'twk_abc_file');
  t.equal(
    readClientConfig({ TOKENWELL_KEY: 'k', TOKENWELL_URL: 'https://vault.example/' }).url,
    'https://vault.example',
  );
  for (const [variables, says] of [
    [{}, /^TOKENWELL_KEY is not set; allowed: an API key/],
    [{ TOKENWELL_KEY: 'a hunter2' }, /^TOKENWELL_KEY is \(not shown\); allowed: an API key/],
    [
      { TOKENWELL_KEY: 'k', TOKENWELL_URL: 'http://vault.example' },
      /^TOKENWELL_URL is "http:\/\/vault.example"; allowed: https/,
    ],
    [{ TOKENWELL_KEY: 'k', TOKENWELL_URI: 'x' }, /^TOKENWELL_URI is not known; did you mean TOKENWELL_URL\?$/],
  ] as const) {
    t.match(
      mistakesOf(() => readClientConfig(variables)),
      [says],
    );
  }
  t.doesNotThrow(
    () => readClientConfig({ TOKENWELL_KEY: 'k', TOKENWELL_PORT: 'x' }),
    'settings of the server do not matter',
  );
});

t.test('files', async t => fileCases(t));

containerCases(t);
