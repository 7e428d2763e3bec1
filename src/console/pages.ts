import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Consents } from '../vault/consents.js';
import { accountRoutes } from './account-routes.js';
import { assetRoutes } from './asset-routes.js';
import { BrowserCookies } from './browser-cookies.js';
import { callbackRoutes } from './callback-routes.js';
import type { Brand } from './frame.js';
import { linkRoutes } from './link-routes.js';
import { type NoticeCode, noticePage } from './notice-page.js';
import { sendPage } from './page-headers.js';

/** What the pages are made of. */
export interface PagesDeps {
  consents: Consents;
  brand: Brand;
  publicUrl: string;
}

/** What every route of a page is given. */
export interface PageTools extends PagesDeps {
  cookies: BrowserCookies;
  /** A page about something that led nowhere; `link` where beginning again helps. */
  notice(
    request: FastifyRequest,
    reply: FastifyReply,
    about: { status: number; code: NoticeCode; link?: string },
  ): FastifyReply;
}

/** Every page that people see. */
export const pages: FastifyPluginAsync<PagesDeps> = async (app, deps) => {
  await app.register(cookie);
  takeEmptyForms(app);
  const { brand, publicUrl } = deps;
  const tools: PageTools = {
    ...deps,
    cookies: new BrowserCookies(publicUrl),
    notice: (request, reply, { status, ...about }) =>
      sendPage(reply.code(status), noticePage({ brand, requestId: request.id, ...about })),
  };
  app.register(linkRoutes, tools);
  app.register(callbackRoutes, tools);
  app.register(accountRoutes, tools);
  app.register(assetRoutes);
};

/** Our forms have no fields; whatever else is sent is not read. */
function takeEmptyForms(app: FastifyInstance): void {
  const form = { parseAs: 'string', bodyLimit: 1_024 } as const;
  app.addContentTypeParser('application/x-www-form-urlencoded', form, (_request, _body, done) => done(null, undefined));
}
