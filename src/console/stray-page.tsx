import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Brand, ButtonLink, framed, State } from './frame.js';
import { NextStep } from './next-step.js';
import { type NoticeCode, noticePage } from './notice-page.js';
import { Outside } from './outside-text.js';
import { sendPage } from './page-headers.js';

/** What somebody sees who opens the address of the vault itself. */
export function homePage(brand: Brand): string {
  return framed({
    brand,
    title: 'Credential vault',
    children: (
      <>
        <h1>
          The credential vault of <Outside text={brand.name} longest={60} />
        </h1>
        <p>It keeps what the owners of mailboxes allowed, and lets the programs that they allowed use it.</p>
        <p>To connect a mailbox, open the link that you were sent.</p>
        <ForPrograms />
      </>
    ),
  });
}

/** What somebody sees who opens an address at which there is nothing. */
export function strayPage(brand: Brand): string {
  const title = 'There is nothing at this address';
  return framed({
    brand,
    title,
    children: (
      <>
        <State tone="plain" word="not found" />
        <h1>{title}</h1>
        <p>It is misspelt, or a part of it was lost on the way. Nothing was changed.</p>
        <NextStep
          turn="Yours."
          yours="Open the link from your message again, as it stands there. If this page comes back, ask whoever sent it for a new one."
        />
        <ForPrograms />
      </>
    ),
  });
}

function ForPrograms() {
  return (
    <ButtonLink href="/docs" minor>
      How programs use this vault
    </ButtonLink>
  );
}

/** Answers a person whose browser came to a path without a page, or to one whose page cannot be made, with this status. */
export function straysTo(brand: Brand): (request: FastifyRequest, reply: FastifyReply, status: number) => void {
  return ({ url, id }, reply, status) => {
    const home = status === 404 && url.split('?')[0] === '/';
    if (home) return sendPage(reply.code(200), homePage(brand));
    if (NOWHERE.has(status)) return sendPage(reply.code(status), strayPage(brand));
    return sendPage(reply.code(status), noticePage({ brand, code: noticeOf(status), requestId: id }));
  };
}

/** No such address, or one that cannot be read. */
const NOWHERE: ReadonlySet<number> = new Set([404, 414]);

function noticeOf(status: number): NoticeCode {
  if (status < 500) return 'bad_request';
  return status === 503 ? 'busy' : 'internal';
}
