import type { VNode } from 'preact';
import type { LinkKind } from '../vault/consent.js';
import { AbilityList, gist } from './ability.js';
import { placeOf } from './address.js';
import { type Brand, framed } from './frame.js';
import { Moment } from './moment.js';
import { Outside } from './outside-text.js';

const LONGEST_ASKER = 100;

/** What the page behind a connect link shows. */
export interface ConnectView {
  brand: Brand;
  kind: LinkKind;
  /** Who asks: the credential's description, else its id. */
  asker: string;
  /** What is asked for, `offline_access` among them where the access lasts by a parameter. */
  scopes: readonly string[];
  /** The permissions that the provider should list for this and no others; none where nobody knows. */
  needs: readonly string[];
  /** Where the button leads: the authorization URL, or the page of an administrator's consent. */
  goesTo: string;
  loginHint?: string;
  /** The consumer that made the link. */
  madeBy: string;
  /** Epoch milliseconds until which the link works. */
  expiresAt: number;
}

/** The page that a mailbox owner, or an administrator of the provider, opens from a message: one sentence, one button. */
export function connectPage(view: ConnectView): string {
  const { host, name } = placeOf(view.goesTo);
  const forAdmin = view.kind === 'admin_consent';
  return framed({
    brand: view.brand,
    title: forAdmin ? `Allow ${view.asker}` : `Connect ${view.asker}`,
    footer: <Origin {...view} />,
    children: (
      <>
        <h1>{forAdmin ? <AdminQuestion {...view} /> : <OwnerQuestion {...view} />}</h1>
        {view.loginHint && <p>Sign in with that account, or with one that may open its mailbox.</p>}
        <h2>It will be able to</h2>
        <AbilityList scopes={view.scopes} reader={forAdmin ? 'administrator' : 'owner'} />
        {forAdmin && view.needs.length > 0 && <Needs {...view} />}
        <form method="post">
          <button type="submit">
            Continue to <Outside text={name} longest={60} />
          </button>
        </form>
        <p class="quiet">
          You sign in at <Outside text={host} />. Your password stays there.
        </p>
      </>
    ),
  });
}

function OwnerQuestion({ asker, scopes, loginHint }: ConnectView): VNode {
  return (
    <>
      <Outside text={asker} longest={LONGEST_ASKER} /> asks to {gist(scopes) ?? 'act'} as{' '}
      {loginHint ? <Outside text={loginHint} longest={LONGEST_ASKER} /> : 'the account that you choose'}.
    </>
  );
}

function AdminQuestion({ asker, scopes }: ConnectView): VNode {
  return (
    <>
      An administrator of your organisation is asked to allow <Outside text={asker} longest={LONGEST_ASKER} /> to{' '}
      {gist(scopes) ?? 'work'} in your organisation.
    </>
  );
}

/** "Everything that is registered" is all that a page of the provider can be told to ask for. */
function Needs({ needs }: ConnectView): VNode {
  return (
    <p>
      All that it needs is{' '}
      {needs.map((name, at) => (
        <>
          {at > 0 && ', '}
          <code>{name}</code>
        </>
      ))}
      . If the next page lists more, ask whoever sent you this link why.
    </p>
  );
}

function Origin({ madeBy, expiresAt }: ConnectView): VNode {
  return (
    <>
      <p>
        This link was made by{' '}
        <strong>
          <Outside text={madeBy} />
        </strong>{' '}
        and works until <Moment at={expiresAt} />.
      </p>
      <p>Not expecting this? Close this page; nothing happens.</p>
    </>
  );
}
