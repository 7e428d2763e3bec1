import type { FastifyPluginAsync } from 'fastify';
import { accountPage } from './account-page.js';
import { sendPage } from './page-headers.js';
import type { PageTools } from './pages.js';

interface OfAccount {
  Params: { credential: string; account: string };
}

/** Only what names are made of: the page writes them into a command that people copy. */
const ACCOUNT = "/credentials/:credential([a-z0-9._-]{1,64})/accounts/:account([A-Za-z0-9._@+'-]{1,128})";

/** The stable page of an account, which problem answers name as `connect_url`. Looking changes and tells nothing. */
export const accountRoutes: FastifyPluginAsync<PageTools> = async (app, { brand }) => {
  app.get<OfAccount>(ACCOUNT, { schema: { hide: true } }, async (request, reply) =>
    sendPage(reply, accountPage({ brand, ...request.params })),
  );
};
