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
 * who can see what it needs, and how.
 */
export function accountPage({ brand, credential, account }: AccountPlace): string {
  const named = `${credential} ${asTyped(account)}`;
  return framed({
    brand,
    title: `An account of ${credential}`,
    footer: <p>This page is the same whether or not there is such an account, and whatever its state.</p>,
    children: (
      <>
        <State tone="plain" word="operators only" />
        <h1>
          “<Outside text={account} longest={100} />” of “<Outside text={credential} longest={100} />
          ”: how to see what it needs
        </h1>
        <p>
          What it needs, if anything, is told to operators alone. Where a person has to sign in, the owner of the
          mailbox opens a link and does so at the provider; Tokenwell learns no password.
        </p>
        <NextStep
          turn={<Operator at={brand.name} />}
          theirs="This says how it is doing, also what a consumer reported, who must act, and by which command."
          commands={[`tokenwell account show ${named}`]}
        />
      </>
    ),
  });
}

/** As a shell takes it: the apostrophe is all that an account's name may hold and a shell would not leave as it is. */
function asTyped(account: string): string {
  return account.includes("'") ? `"${account}"` : account;
}
