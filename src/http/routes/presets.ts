import { PresetList } from '../../api/presets.js';
import { PRESETS } from '../../vault/presets/catalog.js';
import { require } from '../../vault/roles.js';
import { callerOf } from '../auth.js';
import { presetAnswer } from '../preset-answer.js';
import type { Routes } from '../scope.js';

const list = {
  operationId: 'listPresets',
  summary: 'List the providers that Tokenwell knows',
  description:
    'Endpoints, scopes for each purpose, mail servers and habits. A credential with a `preset` takes them from it.',
  tags: ['Credentials'],
  response: { 200: PresetList },
  'x-required-role': 'auditor',
} as const;

/** `/presets`: what is known of providers. */
export const presetRoutes: Routes = (app, _deps, done) => {
  const items = PRESETS.map(presetAnswer);
  app.get('/presets', { schema: list }, async request => {
    require(callerOf(request), 'auditor');
    return { items, next_cursor: null };
  });
  done();
};
