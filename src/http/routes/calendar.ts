import type { FastifyRequest } from 'fastify';
import type { Calendar } from '../../vault/calendar-links.js';
import { notFound, VaultError } from '../../vault/errors.js';
import type { Expiry } from '../../vault/expiry.js';
import { dutyOf, titleOf } from '../../vault/expiry-words.js';
import type { Vault } from '../../vault/vault.js';
import { type CalendarDay, calendarText } from '../icalendar.js';
import type { Routes } from '../scope.js';

/** What a calendar's program asks for, without a key. */
export const calendarRoutes: Routes = (app, { vault }, done) => {
  app.get<{ Params: { link: string } }>(
    '/calendar/:link',
    { schema: { hide: true }, exposeHeadRoute: true },
    async (request, reply) => {
      const { link } = request.params;
      const found = link.endsWith('.ics') ? await vault.calendarLinks.read(link.slice(0, -'.ics'.length)) : undefined;
      if (found === undefined) throw stray(vault, request);
      if (found === 'over') throw new VaultError('gone', 'This calendar link has ended.', { action: ANOTHER });
      reply.type('text/calendar; charset=utf-8').header('content-disposition', 'inline; filename="tokenwell.ics"');
      return calendarText('Tokenwell', daysOf(found), found.at);
    },
  );
  done();
};

const ANOTHER = 'Ask an operator of this vault for another one.';

/** Addresses that nobody has are counted as wrong keys are, so that nobody tries them one by one. */
function stray(vault: Vault, request: FastifyRequest): VaultError {
  return vault.limits.wrongKey(String(request.ip).slice(0, 64), 'calendar') ?? notFound('calendar');
}

const OWN =
  'Who must act: an operator of this vault.\nWhat to do: make another address, tokenwell calendar create, and subscribe to it.';

function daysOf({ link, expiries, at }: Calendar): CalendarDay[] {
  const own = { name: `link ${link.id}`, summary: 'This calendar of Tokenwell ends', description: OWN };
  const ofExpiry = (expiry: Expiry): CalendarDay => {
    const told = { summary: summaryOf(expiry), description: dutyOf(expiry, at) };
    return { name: nameOf(expiry), ...told, at: expiry.endsAt };
  };
  return [...expiries.map(ofExpiry), ...(link.expiresAt === undefined ? [] : [{ ...own, at: link.expiresAt }])];
}

/** Of a credential's accounts there is one event: it moves when the soonest of them is another one. */
function nameOf({ kind, id, credential }: Expiry): string {
  return kind === 'refresh_token' ? `${kind} ${credential}` : `${kind} ${id}`;
}

function summaryOf(expiry: Expiry): string {
  const title = titleOf(expiry, 'no accounts');
  if (expiry.kind === 'client_secret' && expiry.estimated) return `${title}: look up its end, no date is given`;
  return `${title} ${expiry.severity === 'expired' ? 'has ended' : 'ends'}`;
}
