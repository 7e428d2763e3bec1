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
          “<Outside text={account} longest={100} />” of “<Outside text={credential} longest={100} />” needs somebody
        </h1>
        <p>
          Where a person has to sign in, the owner of the mailbox opens a link and signs in at the provider. Tokenwell
          learns no password.
        </p>
        <NextStep
          turn={<Operator at={brand.name} />}
          theirs="The first command says what is missing, also what a consumer reported. If a person has to sign in, make a link with the second and send it to the owner."
          commands={[`tokenwell account show ${named}`, `tokenwell account link ${named}`]}
        />
      </>
    ),
  });
}

/** As a shell takes it: the apostrophe is all that an account's name may hold and a shell would not leave as it is. */
function asTyped(account: string): string {
  return account.includes("'") ? `"${account}"` : account;
}
