import helmet from '@fastify/helmet';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyPluginAsync } from 'fastify';
import type { ApiDocument } from '../api-document.js';

/** What the explorer needs and nothing more: its own scripts and styles, and calls to this vault. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  // The hash is that of the one style that Swagger UI writes into its page.
  'style-src': "'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='",
  'img-src': "'self' data:",
  'font-src': "'self' data:",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

interface DocsDeps {
  publicUrl: string;
  document: () => ApiDocument;
}

/** The API as a document and as pages to try it (public: they tell nothing that the source does not). */
export const docsRoutes: FastifyPluginAsync<DocsDeps> = async (app, { publicUrl, document }) => {
  await app.register(helmet, {
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: publicUrl.startsWith('https:'),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: { ...POLICY, 'connect-src': `'self' ${publicUrl}` },
    transformSpecification: () => ({ ...document() }),
    transformSpecificationClone: false,
    // A key that was pasted here is gone with the page: the browser's storage is no place for it.
    uiConfig: { persistAuthorization: false, docExpansion: 'list', tryItOutEnabled: true },
    theme: {
      title: 'Tokenwell API',
      css: [{ filename: 'tokenwell.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => document());
};
