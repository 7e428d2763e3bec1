import type { Known } from './words.js';

const DIRECTORY = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[a-z\d-]+(?:\.[a-z\d-]+)+)$/i;

/** What the words of a finding may name of a credential. */
export interface Nameable {
  id?: string | undefined;
  tokenUrl: string;
  clientId: string;
  tenant?: string | undefined;
  scope?: string | undefined;
  redirectUri?: string | undefined;
  mailboxes?: readonly { address: string }[] | undefined;
}

/**
 * What is known of a credential, and of the account that a finding is of, for its words. The tenant is as it was said, else
 * that in the path of an Entra address; the mailbox is that after which the account is named, else the only one.
 */
export function knownOf(credential: Nameable, account?: string): Known {
  const { host, pathname } = new URL(credential.tokenUrl);
  const tenant = credential.tenant ?? pathname.split('/')[1] ?? '';
  const mailbox = mailboxOf(credential, account);
  return {
    host,
    client_id: credential.clientId,
    ...(credential.id === undefined ? {} : { credential: credential.id }),
    ...(DIRECTORY.test(tenant) ? { tenant } : {}),
    ...(credential.scope ? { scope: credential.scope } : {}),
    ...(credential.redirectUri ? { redirect_uri: credential.redirectUri } : {}),
    ...(mailbox === undefined ? {} : { mailbox }),
  };
}

/** What whoever draws knows of a credential: what they named, and no more. */
export function knownOfDraw(draw: { credential: string; account: string; scope: string }): Known {
  const { credential, account, scope } = draw;
  return { credential, scope, ...(account.includes('@') ? { mailbox: account } : {}) };
}

function mailboxOf({ mailboxes = [] }: Nameable, account: string | undefined): string | undefined {
  if (account?.includes('@')) return account;
  return mailboxes.length === 1 ? mailboxes[0]?.address : undefined;
}
