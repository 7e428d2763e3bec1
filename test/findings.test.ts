import t from 'tap';
import { decisionCases } from './findings/decision-cases.js';
import { rowCases } from './findings/row-cases.js';
import { toldCases } from './findings/told-cases.js';

t.test('the catalogue', async t => rowCases(t));
t.test('decisions', async t => decisionCases(t));
t.test('what people are told', async t => toldCases(t));
