import t from 'tap';
import { clientCases } from './certificates/client-cases.js';
import { makeKeyFiles } from './certificates/files.js';
import { firstProofCases } from './certificates/first-proof-cases.js';
import { grantCases } from './certificates/grant-cases.js';
import { readingCases } from './certificates/reading-cases.js';
import { rotationCases } from './certificates/rotation-cases.js';
import { cellCases } from './presets/cell-cases.js';

const files = makeKeyFiles(t);
if (!files && process.env.CI) throw new Error('the openssl command is needed in CI');

const skip = files ? false : 'no openssl command here; install it';

t.test('key pairs', { skip }, async t => {
  if (files) readingCases(t, files);
});

t.test('clients', { skip }, async t => {
  if (files) clientCases(t, files);
});

t.test('first proofs', async t => firstProofCases(t));

t.test('grants', { skip }, async t => {
  if (files) grantCases(t, files);
});

t.test('rotations', { skip }, async t => {
  if (files) rotationCases(t, files);
});

t.test('ways to a token', { skip }, async t => {
  if (files) cellCases(t, files);
});
