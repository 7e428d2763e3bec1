import t from 'tap';
import { accessCases } from './presets/access-cases.js';
import { delegationCases } from './presets/delegation-cases.js';
import { expansionCases } from './presets/expansion-cases.js';
import { ruleCases } from './presets/rule-cases.js';
import { guideCases, wholeGuideCases } from './setup/guide-cases.js';
import { setupHttpCases } from './setup/http-cases.js';
import { quotingCases } from './setup/quoting-cases.js';
import { structureCases } from './setup/structure-cases.js';

t.test('what a preset fills in', async t => expansionCases(t));
t.test('what a provider would refuse', async t => ruleCases(t));
t.test('what a token allows', async t => accessCases(t));
t.test('mailboxes that a service account acts for', async t => delegationCases(t));
t.test('values in commands', async t => quotingCases(t));
t.test('guides for hostile values', async t => structureCases(t));
t.test('what a guide asks for', async t => guideCases(t));
t.test('guides as a whole', async t => wholeGuideCases(t));
t.test('guides over HTTP and at the command line', async t => setupHttpCases(t));
