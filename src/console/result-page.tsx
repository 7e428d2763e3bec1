import type { VNode } from 'preact';
import type { ConsentOutcome } from '../vault/consent.js';
import { type Who, whoOf } from '../vault/errors.js';
import type { Doubt } from '../vault/grant.js';
import type { OtherPerson } from '../vault/other-person.js';
import { AbilityList } from './ability.js';
import { linkable } from './address.js';
import { type Brand, ButtonLink, framed, State } from './frame.js';
import { Moment } from './moment.js';
import { Asker, NextStep, Operator, Turn } from './next-step.js';
import { Outside } from './outside-text.js';
import { Copyable, Trace } from './trace.js';

/** What the page shows on which a consent ends. */
export interface ResultView {
  brand: Brand;
  /** Who asked: the credential's description, else its id. */
  asker: string;
  outcome: ConsentOutcome;
  /** The page was opened again; nothing was done a second time. */
  repeated?: boolean;
  /** Where somebody else signed in than the link, or the account, is for. */
  other?: OtherPerson;
  /** The address of the link's page, where it may be opened again. */
  link?: string;
  /** Where the person goes on to; a whole address, or a path of this vault. */
  returnTo?: string;
  /** What a mailbox owner sends to an administrator, who must allow this first; a whole address. */
  adminLink?: string;
  requestId?: string;
  /** The credential that is to be tested once an administrator allowed it; one that mailbox owners connect is not. */
  tests?: string;
}

type Of<Code extends ConsentOutcome['code']> = ResultView & { outcome: Extract<ConsentOutcome, { code: Code }> };
type Unfinished = Of<'declined' | 'needs_admin' | 'failed'>;

const UNFINISHED_TITLES: Readonly<Record<Unfinished['outcome']['code'], string>> = {
  declined: 'Nothing was connected',
  needs_admin: 'An administrator must allow this first',
  failed: 'The account could not be connected',
};

const NOT_YOURS = 'The provider does not accept how this application is set up. You did nothing wrong.';

const DOUBTS: Readonly<Record<Doubt, string>> = {
  identity_refused: 'What the provider said about who signed in did not pass the check.',
  identity_unknown: 'It is not known whether this is the account that was connected before.',
  other_identity: 'This is another account than the one that was connected before.',
  fewer_scopes: 'You allowed less than was allowed before.',
};

/** The page on which a consent ends: what happened, whose turn it is, what to do. */
export function resultPage(view: ResultView): string {
  const { title, body } = contentOf(view);
  return framed({
    brand: view.brand,
    title,
    children: (
      <>
        {body}
        {view.repeated && <p class="quiet">You opened this page before. Nothing was done a second time.</p>}
      </>
    ),
  });
}

function contentOf(view: ResultView): { title: string; body: VNode } {
  const { outcome } = view;
  switch (outcome.code) {
    case 'connected':
      return { title: 'Connected', body: <Connected {...view} outcome={outcome} /> };
    case 'waiting':
      return { title: 'Waits to be confirmed', body: <Waiting {...view} outcome={outcome} /> };
    case 'admin_consented':
      return { title: 'Allowed', body: <Allowed {...view} outcome={outcome} /> };
    default:
      return { title: titleOf(outcome), body: <NotConnected {...view} outcome={outcome} /> };
  }
}

function Person({ name }: { name: string | undefined }): VNode {
  return name ? <Outside text={name} longest={120} /> : <>an account whose name the provider did not tell</>;
}

function Connected(view: Of<'connected'>): VNode {
  const { name, missing } = view.outcome;
  const whole = missing.length === 0;
  return (
    <>
      <State tone={whole ? 'good' : 'warn'} word={whole ? 'connected' : 'connected, with less than was asked'} />
      <h1>
        Connected as <Person name={name} />
      </h1>
      <p>
        <Outside text={view.asker} longest={100} /> can now use this account. <Lifetime {...view} />
      </p>
      {view.other && <Other {...view.other} />}
      {!whole && (
        <section aria-labelledby="missing-title">
          <h2 id="missing-title">You did not allow</h2>
          <AbilityList scopes={missing} />
          <p>What needs this will not work. If you meant to allow it, ask whoever sent you the link for a new one.</p>
        </section>
      )}
      <Leave {...view} />
    </>
  );
}

/** Calm, for many sign in who may open a shared mailbox. */
function Other({ signedIn, meant, by }: OtherPerson): VNode {
  return (
    <p>
      You signed in as <Outside text={signedIn} longest={120} />, and the {by === 'login_hint' ? 'link' : 'account'} is
      for <Outside text={meant} longest={120} />. If that is a shared mailbox and you may open it, all is well;
      otherwise tell whoever sent you the link.
    </p>
  );
}

function Lifetime({ outcome: { lasting, expiresAt } }: Of<'connected'>): VNode {
  if (lasting) return <>The connection keeps itself alive until you or an administrator end it.</>;
  if (expiresAt === undefined)
    return <>The provider did not say for how long; after that, somebody must sign in again.</>;
  return (
    <>
      This ends on <Moment at={expiresAt} />; after that, somebody must sign in again.
    </>
  );
}

function Waiting(view: Of<'waiting'>): VNode {
  const { name, doubt } = view.outcome;
  return (
    <>
      <State tone="warn" word="waits to be confirmed" />
      <h1>
        Signed in as <Person name={name} />, but not in use yet
      </h1>
      <p>
        {DOUBTS[doubt]} Until somebody at <Outside text={view.brand.name} longest={60} /> confirms it, it is not used,
        and what was connected before stays as it is.
      </p>
      <NextStep
        turn={<Asker at={view.brand.name} />}
        yours="You have nothing more to do. If this was not the account that you meant, tell them."
      />
      <Leave {...view} />
    </>
  );
}

function Allowed(view: Of<'admin_consented'>): VNode {
  return (
    <>
      <State tone="good" word="allowed" />
      <h1>
        <Outside text={view.asker} longest={100} /> is allowed in your organisation
      </h1>
      <p>
        Consent was given for the tenant{' '}
        <code>
          <Outside text={view.outcome.tenant} />
        </code>
        .
      </p>
      <AfterAllowing {...view} />
      <Leave {...view} />
    </>
  );
}

function AfterAllowing({ tests, brand }: ResultView): VNode {
  if (tests === undefined) {
    const turn = 'The owners of the mailboxes, where somebody was waiting for this.';
    return <NextStep turn={turn} yours="Tell them to open their link again." />;
  }
  const action = 'Get a first token, which shows whether it works now.';
  const commands = [`tokenwell credential test ${tests}`];
  return <NextStep turn={<Operator at={brand.name} />} theirs={action} commands={commands} />;
}

function NotConnected(view: Unfinished): VNode {
  const { outcome, brand, link, adminLink, requestId } = view;
  const { forAdmin, who } = actorOf(outcome);
  const toSend = forAdmin ? linkable(adminLink) : undefined;
  const codes = (outcome.code !== 'declined' || who !== 'mailbox_owner') && toSend === undefined;
  return (
    <>
      <State tone="bad" word={forAdmin ? 'needs an administrator' : 'not connected'} />
      <h1>{titleOf(outcome)}</h1>
      <p>
        <Outside text={forOwner(outcome)} longest={600} />
      </p>
      <NextStep turn={<Turn of={outcome} askerAt={brand.name} />} {...doing(outcome, toSend !== undefined)} />
      {toSend && (
        <section aria-labelledby="send-title">
          <h2 id="send-title">Send this link to your administrator</h2>
          <Copyable id="admin-link" text={toSend} what="Copy the link" major />
        </section>
      )}
      <ButtonLink href={linkable(link)} minor={forAdmin || who === 'operator'}>
        Try again
      </ButtonLink>
      <Trace provider={outcome.provider} requestId={requestId} open={codes} />
    </>
  );
}

/** Who must act, by the provider's codes where they say it, else by the class. */
function actorOf({ who, class: errorClass }: Unfinished['outcome']): { who: Who; forAdmin: boolean } {
  const actor = who ?? whoOf(errorClass);
  return { who: actor, forAdmin: actor === 'tenant_admin' || actor === 'exchange_admin' };
}

function titleOf(outcome: Unfinished['outcome']): string {
  if (actorOf(outcome).forAdmin) return UNFINISHED_TITLES.needs_admin;
  return UNFINISHED_TITLES[outcome.code === 'needs_admin' ? 'failed' : outcome.code];
}

/** What the reader does and what others do. The reader's own link is never sent on: it would connect another mailbox. */
function doing(outcome: Unfinished['outcome'], adminLink: boolean): { yours: string; theirs?: string } {
  const { forAdmin, who } = actorOf(outcome);
  if (forAdmin) {
    const yours = adminLink
      ? 'Send the link below to your administrator. When they have approved, try again.'
      : 'Tell your administrator, with the codes below. When they have allowed it, open your link again.';
    if (adminLink) return { yours, theirs: 'Open the link and approve.' };
    // What the error alone says is no more than the sentence above.
    return outcome.who === undefined ? { yours } : { yours, theirs: outcome.action };
  }
  if (who !== 'operator') return { yours: outcome.action };
  const yours = 'Tell whoever sent you the link, with the codes below.';
  if (isOfProof(outcome)) return { yours };
  return { yours, theirs: outcome.who === undefined ? outcome.action : `${outcome.message} ${outcome.action}` };
}

/** What happened, as the owner of a mailbox can take it; what only an operator understands stands with what they do. */
function forOwner(outcome: Unfinished['outcome']): string {
  const known = actorOf(outcome).who !== 'operator' || (outcome.who === undefined && !isOfProof(outcome));
  return known ? outcome.message : NOT_YOURS;
}

/** How the application proves itself is nothing for those who are asked to sign in. */
function isOfProof({ who, class: errorClass, message, action }: Unfinished['outcome']): boolean {
  const words = `${message} ${action}`;
  return (who ?? whoOf(errorClass)) === 'operator' && /secret|certificate|assertion|\bkey\b|\bproof\b/i.test(words);
}

/** The way out: on to where the person came from, or nothing more than closing the page. */
function Leave({ returnTo }: ResultView): VNode {
  const href = linkable(returnTo);
  if (href === undefined) return <p>You can close this page.</p>;
  const host = href.startsWith('/') ? undefined : new URL(href).host;
  return <ButtonLink href={href}>{host ? <>Continue to {host}</> : 'Continue'}</ButtonLink>;
}
