import t from 'tap';
import { argumentCases } from './cli/argument-cases.js';
import { clientCases } from './cli/client-cases.js';
import { commandCases } from './cli/command-cases.js';
import { failureCases } from './cli/failure-cases.js';
import { helpCases } from './cli/help-cases.js';
import { offlineCases } from './cli/offline-cases.js';
import { processCases } from './cli/process-cases.js';

t.test('arguments and texts', async t => argumentCases(t));
t.test('the client', async t => clientCases(t));
t.test('commands', async t => commandCases(t));
t.test('failures', async t => failureCases(t));
t.test('help', async t => helpCases(t));
t.test('commands that open the database', async t => offlineCases(t));
t.test('the process', async t => processCases(t));
