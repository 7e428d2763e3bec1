import { linkable } from './address.js';
import { type Brand, ButtonLink, framed, State, type Tone } from './frame.js';
import { NextStep } from './next-step.js';
import { Trace } from './trace.js';

interface Notice {
  tone: Tone;
  word: string;
  title: string;
  text: string;
  turn: string;
  action: string;
  /** Whether beginning again helps. */
  again?: true;
}

/** Everything that ends before there is a consent whose outcome could be shown. */
const NOTICES = {
  /** The link is spent, ended, expired or unknown; nobody learns which. */
  gone: {
    tone: 'plain',
    word: 'link ended',
    title: 'This link no longer works',
    text: 'It was used, it was ended, its time is over, or its address is not complete.',
    turn: 'Yours, if the mailbox is not connected yet. Otherwise nothing is left to do.',
    action: 'Ask whoever sent you the link for a new one.',
  },
  expired: {
    tone: 'bad',
    word: 'not connected',
    title: 'The sign-in took too long',
    text: 'A sign-in must be finished within ten minutes. Nothing was connected.',
    turn: 'Yours.',
    action: 'Open the link from your message again and sign in once more.',
    again: true,
  },
  interrupted: {
    tone: 'warn',
    word: 'not finished',
    title: 'This sign-in has not come to its end',
    text: 'It is still under way, or it was cut off. If it was cut off, nothing was connected.',
    turn: 'Yours.',
    action: 'Load this page again in a moment. If nothing changes, begin again.',
    again: true,
  },
  used: {
    tone: 'plain',
    word: 'already done',
    title: 'This sign-in is already finished',
    text: 'Its page was opened a second time. Nothing was done again.',
    turn: 'Nobody.',
    action: 'You can close this page.',
  },
  other_browser: {
    tone: 'bad',
    word: 'not connected',
    title: 'This sign-in began in another browser',
    text: 'It can only be finished in the browser where it began, so that nobody finishes it in your name. Nothing was connected.',
    turn: 'Yours.',
    action: 'Go back to that browser, or open the link from your message here and begin again.',
    again: true,
  },
  malformed: {
    tone: 'bad',
    word: 'not connected',
    title: 'The provider’s answer cannot be read',
    text: 'Its address is incomplete or was changed on the way. Nothing was connected.',
    turn: 'Yours.',
    action: 'Open the link from your message again. If this page comes back, tell whoever sent you the link.',
    again: true,
  },
  bad_request: {
    tone: 'bad',
    word: 'not understood',
    title: 'This request cannot be understood',
    text: 'Its address or what it carries is not complete. Nothing was changed.',
    turn: 'Yours.',
    action: 'Open the link from your message again, as it stands there.',
  },
  busy: {
    tone: 'warn',
    word: 'not now',
    title: 'This cannot be done at the moment',
    text: 'Too much is asked at once, or a part that is needed does not answer. Nothing was changed.',
    turn: 'Yours, after a wait.',
    action: 'Wait a minute, then try again.',
    again: true,
  },
  internal: {
    tone: 'bad',
    word: 'failed',
    title: 'Something went wrong here',
    text: 'The fault is ours, not yours.',
    turn: 'Yours, after a wait.',
    action: 'Try again in a few minutes. If this page comes back, send the codes below to whoever runs this service.',
    again: true,
  },
} as const satisfies Record<string, Notice>;

export type NoticeCode = keyof typeof NOTICES;

/** What a page shows that is about no outcome of a consent. */
export interface NoticeView {
  brand: Brand;
  code: NoticeCode;
  /** The address of the link's page, where it may be opened again. */
  link?: string;
  requestId?: string;
}

/** The page for a link or a sign-in that leads nowhere: 410 for `gone`, else the status of what happened. */
export function noticePage({ brand, code, link, requestId }: NoticeView): string {
  const notice: Notice = NOTICES[code];
  return framed({
    brand,
    title: notice.title,
    children: (
      <>
        <State tone={notice.tone} word={notice.word} />
        <h1>{notice.title}</h1>
        <p>{notice.text}</p>
        <NextStep turn={notice.turn} yours={notice.action} />
        {notice.again && <ButtonLink href={linkable(link)}>Try again</ButtonLink>}
        <Trace requestId={requestId} open />
      </>
    ),
  });
}
