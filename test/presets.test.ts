import t from 'tap';
import { accessCases } from './presets/access-cases.js';
import { delegationCases } from './presets/delegation-cases.js';
import { discoveryCases } from './presets/discovery-cases.js';
import { expansionCases } from './presets/expansion-cases.js';
import { ruleCases } from './presets/rule-cases.js';

t.test('what a preset fills in', async t => expansionCases(t));
t.test('what a provider would refuse', async t => ruleCases(t));
t.test('what a token allows', async t => accessCases(t));
t.test('providers that no preset knows', async t => discoveryCases(t));
t.test('mailboxes that a service account acts for', async t => delegationCases(t));
