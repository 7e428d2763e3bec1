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

/** Swagger UI's own styles, mended where a phone is too narrow for them or the dark ones leave text unseen. */
const STYLES = `
.swagger-ui .topbar, .swagger-ui .response-col_links { display: none }
.swagger-ui .opblock .opblock-section-header { flex-wrap: wrap; gap: 8px }
.swagger-ui .opblock .opblock-section-header > label { flex-wrap: wrap }
html.dark-mode body { background: none }
html.dark-mode .swagger-ui .response-col_description td { color: inherit }
html.dark-mode .swagger-ui .opblock.opblock-put .opblock-section-header { background: #3d281c }
`;

/** Swagger UI's page says nothing of its width, and a phone would then lay it out as for a desk and shrink it. */
const VIEWPORT = `
const viewport = document.createElement('meta');
viewport.name = 'viewport';
viewport.content = 'width=device-width, initial-scale=1';
document.head.append(viewport);
`;

/** Swagger UI shows the key that is typed, and puts the cursor into the last form, where a pasted key has no business. */
const CURSOR = `
function showKeyField() {
  const key = document.getElementById('auth-bearer-value');
  if (!key) return;
  key.type = 'password';
  key.autocomplete = 'off';
  key.focus();
}
let opened = false;
new MutationObserver(() => {
  const dialog = document.querySelector('.swagger-ui .dialog-ux');
  if (dialog && !opened) setTimeout(showKeyField);
  opened = Boolean(dialog);
}).observe(document.documentElement, { childList: true, subtree: true });
`;

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
      css: [{ filename: 'tokenwell.css', content: STYLES }],
      js: [
        { filename: 'viewport.js', content: VIEWPORT },
        { filename: 'cursor.js', content: CURSOR },
      ],
    },
  });
  app.get('/openapi.json', { schema: { hide: true }, exposeHeadRoute: true }, () => document());
};
