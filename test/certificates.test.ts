import t from 'tap';
import { clientCases } from './certificates/client-cases.js';
import { makeKeyFiles } from './certificates/files.js';
import { readingCases } from './certificates/reading-cases.js';

const files = makeKeyFiles(t);
if (!files && process.env.CI) throw new Error('the openssl command is needed in CI');

t.test('key pairs', { skip: files ? false : 'no openssl command here; install it' }, async t => {
  if (files) readingCases(t, files);
});

t.test('clients', { skip: files ? false : 'no openssl command here; install it' }, async t => {
  if (files) clientCases(t, files);
});
