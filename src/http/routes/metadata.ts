import { OAuthMetadata } from '../oauth-schemas.js';
import type { Routes } from '../scope.js';

const metadata = {
  operationId: 'getAuthorizationServerMetadata',
  summary: 'Describe the token endpoint',
  description: 'RFC 8414, for OAuth software that finds the token endpoint by itself.',
  tags: ['Token endpoint'],
  security: [],
  response: { 200: OAuthMetadata },
} as const;

/** Where OAuth software finds the token endpoint (RFC 8414 §3). */
export const metadataRoutes: Routes = (app, { publicUrl }, done) => {
  const answer = {
    issuer: publicUrl,
    token_endpoint: `${publicUrl}/oauth2/token`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    service_documentation: `${publicUrl}/docs`,
  };
  app.get('/.well-known/oauth-authorization-server', { schema: metadata, exposeHeadRoute: true }, () => answer);
  done();
};
