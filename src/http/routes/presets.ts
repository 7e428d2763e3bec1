import { Discovered, DiscoverRequest, PresetList } from '../../api/presets.js';
import { PRESETS } from '../../vault/presets/catalog.js';
import { require } from '../../vault/roles.js';
import { actorOf, callerOf } from '../auth.js';
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

const discover = {
  operationId: 'discoverProvider',
  summary: 'Find the addresses of a provider that no preset knows',
  description:
    'Asks an issuer for its metadata (OpenID Connect Discovery, RFC 8414). Nothing is stored. At most six a minute for a consumer.',
  tags: ['Credentials'],
  body: DiscoverRequest,
  response: { 200: Discovered },
  'x-required-role': 'operator',
  'x-problems': ['rate_limited', 'provider_unavailable'],
} as const;

/** `/presets`: what is known of providers. */
export const presetRoutes: Routes = (app, { vault }, done) => {
  const items = PRESETS.map(presetAnswer);
  app.get('/presets', { schema: list }, async request => {
    require(callerOf(request), 'auditor');
    return { items, next_cursor: null };
  });
  app.post('/presets/discover', { schema: discover }, async request => {
    const found = await vault.discovering.discover(actorOf(request), request.body.issuer);
    return {
      issuer: found.issuer,
      authorization_url: found.authorizationUrl,
      token_url: found.tokenUrl,
      revocation_url: found.revocationUrl,
      client_auth_methods: found.methods,
      grant_types: found.grantTypes,
      scopes: found.scopes,
    };
  });
  done();
};
