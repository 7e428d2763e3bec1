import type { FastifyPluginAsync } from 'fastify';
import type { CallbackRefusal } from '../vault/callback.js';
import type { NoticeCode } from './notice-page.js';
import { sendPage } from './page-headers.js';
import type { PageTools } from './pages.js';
import { resultPage } from './result-page.js';

const hide = { hide: true } as const;

const NOTICE_OF: Readonly<Record<CallbackRefusal, NoticeCode>> = {
  malformed: 'malformed',
  unknown: 'malformed',
  other_browser: 'other_browser',
  expired: 'expired',
  link_over: 'gone',
  used: 'used',
  issuer: 'malformed',
  too_many: 'busy',
};

/** `/OAuth2Callback`, where providers send the browser, and the page to which it leads, without code and state. */
export const callbackRoutes: FastifyPluginAsync<PageTools> = async (
  app,
  { consents, brand, publicUrl, cookies, notice },
) => {
  // A mail scanner, or a browser that looks ahead, asks HEAD; it must use nothing up (C11).
  app.head('/OAuth2Callback', { schema: hide }, async (_request, reply) => reply.code(200).send());

  app.get('/OAuth2Callback', { schema: hide }, async (request, reply) => {
    const { url = '' } = request.raw;
    // Only the first question mark ends the path (RFC 3986 §3.4); a code may hold another.
    const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
    const browserOf = (consent: string) => cookies.held(request, consent)?.browser;
    const end = await consents.finish(new URLSearchParams(query), browserOf, { id: request.id, address: request.ip });
    if ('consent' in end) {
      const held = cookies.held(request, end.consent);
      if (held && end.adminLink) cookies.keep(reply, end.consent, { ...held, adminLink: end.adminLink.reveal() });
      return reply.redirect(`/connect/results/${end.consent}${end.repeated ? '?repeated' : ''}`, 303);
    }
    return notice(request, reply, { status: end.refused === 'too_many' ? 429 : 400, code: NOTICE_OF[end.refused] });
  });

  app.get<{ Params: { consent: string } }>('/connect/results/:consent', { schema: hide }, async (request, reply) => {
    const held = cookies.held(request, request.params.consent);
    const end = await consents.ended(request.params.consent, held?.browser);
    if (!end || !held) return notice(request, reply, { status: 410, code: 'gone' });
    const link = end.mayRetry ? { link: `${publicUrl}/connect/${held.link}` } : {};
    if (!end.outcome) return notice(request, reply, { status: 200, code: 'interrupted', ...link });
    const { asker, outcome, returnTo, other, tests } = end;
    const admin = held.adminLink ? { adminLink: `${publicUrl}/connect/${held.adminLink}` } : {};
    const onward = { ...(returnTo === undefined ? {} : { returnTo }), ...(tests === undefined ? {} : { tests }) };
    const repeated = request.url.endsWith('?repeated');
    const about = { brand, asker, outcome, repeated, requestId: request.id, ...(other ? { other } : {}) };
    return sendPage(reply, resultPage({ ...about, ...link, ...admin, ...onward }));
  });
};
