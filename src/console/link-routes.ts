import type { FastifyPluginAsync } from 'fastify';
import type { LinkPage } from '../vault/consents.js';
import { consentScope } from '../vault/grant.js';
import { neededPermissions } from '../vault/presets/needs.js';
import { scopeTokens } from '../vault/scopes.js';
import { connectPage } from './connect-page.js';
import { sendPage } from './page-headers.js';
import type { PageTools } from './pages.js';
import { sameOrigin } from './same-origin.js';

interface OfLink {
  Params: { link: string };
}

const hide = { hide: true } as const;

/** `/connect/{link}`: looking changes nothing, for mail scanners look too; only the button begins. */
export const linkRoutes: FastifyPluginAsync<PageTools> = async (
  app,
  { consents, brand, publicUrl, cookies, notice },
) => {
  app.route<OfLink>({
    method: ['GET', 'HEAD'],
    url: '/connect/:link',
    schema: hide,
    handler: async (request, reply) => {
      const page = await consents.page(request.params.link);
      if (!page) return notice(request, reply, { status: 410, code: 'gone' });
      // With no-referrer a browser sends the form with the origin `null`.
      reply.header('referrer-policy', 'same-origin');
      return sendPage(reply, connectPage({ brand, ...viewOf(page) }), destinationOf(page));
    },
  });

  app.post<OfLink>('/connect/:link', { schema: hide }, async (request, reply) => {
    if (!sameOrigin(request, publicUrl)) return notice(request, reply, { status: 403, code: 'bad_request' });
    const { link } = request.params;
    const start = await consents.start(link, request.id);
    if (!start) return notice(request, reply, { status: 410, code: 'gone' });
    cookies.keep(reply, start.id, { browser: start.browser.reveal(), link });
    return reply.redirect(start.location, 303);
  });
};

function destinationOf({ link, credential }: LinkPage): string {
  return link.adminConsentUrl ?? credential.authorizationUrl ?? credential.tokenUrl;
}

function viewOf(page: LinkPage) {
  const { link, credential } = page;
  return {
    kind: link.kind,
    asker: credential.description ?? credential.id,
    scopes: scopeTokens(consentScope(credential)),
    needs: neededPermissions(credential),
    goesTo: destinationOf(page),
    ...(link.loginHint === undefined ? {} : { loginHint: link.loginHint }),
    madeBy: link.madeBy,
    expiresAt: link.expiresAt,
  };
}
