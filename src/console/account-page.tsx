import { type Brand, framed, State } from './frame.js';
import { NextStep, Operator } from './next-step.js';
import { Outside } from './outside-text.js';

/** What the address of an account names; whether there is such an account is not told to strangers. */
export interface AccountPlace {
  brand: Brand;
  credential: string;
  account: string;
}

/**
 * Where a failed draw sends people (`connect_url`). Whoever opens it has not signed in, so it says the same of every name:
 * who can make the link that connects a mailbox, and how.
 */
export function accountPage({ brand, credential, account }: AccountPlace): string {
  const named = `${credential} ${asTyped(account)}`;
  return framed({
    brand,
    title: `Connect ${credential}`,
    footer: <p>This page is the same whether or not there is such an account, and whatever its state.</p>,
    children: (
      <>
        <State tone="plain" word="operators only" />
        <h1>
          To connect “<Outside text={account} longest={100} />” of “<Outside text={credential} longest={100} />
          ”, a link is needed
        </h1>
        <p>
          The link is opened by the owner of the mailbox, who signs in at the provider. Tokenwell learns no password.
        </p>
        <NextStep
          turn={<Operator at={brand.name} />}
          theirs="Make the link with the first command and send it to the owner. The second says what is missing."
          commands={[`tokenwell account link ${named}`, `tokenwell account show ${named}`]}
        />
      </>
    ),
  });
}

/** As a shell takes it: the apostrophe is all that an account's name may hold and a shell would not leave as it is. */
function asTyped(account: string): string {
  return account.includes("'") ? `"${account}"` : account;
}
