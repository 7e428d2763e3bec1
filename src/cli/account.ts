import type { Command } from 'commander';
import type { Account, Credential, Revocation, TokenwellClient } from '../client/client.js';
import { addLinkCommands } from './account-link.js';
import { accountFacts, accountTable } from './account-text.js';
import { ofCredential } from './credential-command.js';
import { examples } from './examples.js';
import { collected, connect, type PrintFlags, print, remark, type Session } from './session.js';
import { visible } from './terminal-text.js';

interface Flags extends PrintFlags {
  candidate?: string;
}

type Act = (
  accounts: TokenwellClient['accounts'],
  credential: string,
  account: string | undefined,
  candidate: string | undefined,
) => Promise<Account>;

const CANDIDATE = [
  '--candidate <id>',
  'only the one that you saw (its id in `account show`), not a newer one',
] as const;

const WHEN_ONE_WAITS = '# after two people have signed in, each by a link';

/** `account …`: whom a credential may act as. */
export function addAccountCommands(program: Command, session: Session): void {
  const group = program
    .command('account')
    .summary('connect, read, refresh and disconnect accounts')
    .description(
      'The accounts of a credential: whom it may act as, what each was given and what it needs. With the grant type ' +
        'authorization_code an account is connected by the owner of its mailbox, who is sent a link (account link).',
    );
  addReading(group, session);
  addLinkCommands(group, session);
  addDecisions(group, session);
  addSwitches(group, session);
  addDisconnect(group, session);
  examples(group, 'tokenwell account list info-mail', 'tokenwell account link info-mail');
}

function addReading(group: Command, session: Session): void {
  const list = ofCredential(group, 'list', 'list the accounts of a credential')
    .description('Lists the accounts of a credential in order of name, with what they need.')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action(async (credential: string, flags: PrintFlags) => {
      const items = await collected(connect(session).accounts.each(credential));
      await tell(session, flags, credential, { items, next_cursor: null }, ({ items }, of) => accountTable(of, items));
    });
  examples(list, 'tokenwell account list info-mail');
  const show = addOne(group, 'show', 'show an account')
    .description('Shows an account: what it was given, how it is doing, who must act, and what waits for a decision.')
    .action(explains(session, accountFacts, (accounts, credential, account) => accounts.get(credential, account)));
  examples(show, 'tokenwell account show info-mail', 'tokenwell account show demo-mail default --json');
  const refresh = addOne(group, 'refresh', 'ask the provider for a new token now')
    .description('Asks the provider for a new token now; the token stays in the vault. At most six a minute.')
    .action(
      explains(
        session,
        (account, credential) => `The provider gave a new token.\n\n${accountFacts(account, credential)}`,
        (accounts, credential, account) => accounts.refresh(credential, account),
      ),
    );
  examples(refresh, 'tokenwell account refresh demo-mail');
}

function addDecisions(group: Command, session: Session): void {
  const accept = addOne(group, 'accept', 'use the newer consent that waits')
    .description(
      'Accepts a newer consent that differs from the one in use, because another person signed in or less was granted. ' +
        'From now on draws use it. `account show` says who signed in: look first. Where none waits and ' +
        'somebody else signed in than the link is for, it accepts that, and the notice ends.',
    )
    .option(...CANDIDATE)
    .action(
      explains(
        session,
        (account, credential) => `It is accepted and is in use.\n\n${accountFacts(account, credential)}`,
        (accounts, ...one) => accounts.accept(...one),
      ),
    );
  examples(accept, `tokenwell account accept info-mail   ${WHEN_ONE_WAITS}`);
  const reject = addOne(group, 'reject', 'end the newer consent that waits')
    .description(
      'Ends the newer consent, here and at the provider where it can be told. The one in use stays; where a refresh ' +
        'brought another account, the provider may have ended it with that answer, and a refresh shows it.',
    )
    .option(...CANDIDATE)
    .action(async (credential: string, account: string | undefined, flags: Flags) => {
      const answer = await connect(session).accounts.reject(credential, account, flags.candidate);
      const done = 'The newer consent is ended.';
      await tell(session, flags, credential, answer, (a, of) => `${done}\n\n${accountFacts(a.account, of)}`);
      warnOfLeftover(session, answer);
    });
  examples(reject, `tokenwell account reject info-mail   ${WHEN_ONE_WAITS}`);
}

function addSwitches(group: Command, session: Session): void {
  const disable = addOne(group, 'disable', 'stop all draws of an account')
    .description('Stops all draws of an account, on every instance, from the answer on. Nothing is given back.')
    .action(
      shows(
        session,
        ({ credential, account }) => `No token of ${visible(`${credential}/${account}`)} leaves any more.`,
        (accounts, credential, account) => accounts.disable(credential, account),
      ),
    );
  examples(disable, 'tokenwell account disable demo-mail');
  const enable = addOne(group, 'enable', 'allow draws of an account again')
    .description('Undoes disable.')
    .action(
      shows(
        session,
        ({ credential, account }) => `Tokens of ${visible(`${credential}/${account}`)} may be drawn again.`,
        (accounts, credential, account) => accounts.enable(credential, account),
      ),
    );
  examples(enable, 'tokenwell account enable demo-mail');
}

function addDisconnect(group: Command, session: Session): void {
  const disconnect = addOne(group, 'disconnect', 'end what an account was given')
    .description(
      'Ends what an account was given: here at once, and at the provider where it can be told (RFC 7009). The account ' +
        'goes; "default" stays and waits for a new consent. Links for its owner that are still open end with it.',
    )
    .action(async (credential: string, account = 'default', flags: PrintFlags) => {
      const answer = await connect(session).accounts.disconnect(credential, account);
      print(session, flags, { disconnected: account, ...answer }, () => {
        return `Disconnected ${credential}/${account}. Any link for its owner that was still open has ended too.`;
      });
      warnOfLeftover(session, answer);
    });
  examples(disconnect, 'tokenwell account disconnect info-mail');
}

/** A command about one account. */
function addOne(group: Command, name: string, summary: string): Command {
  return ofCredential(group, name, summary)
    .argument('[account]', 'account of the credential ("default" unless given)')
    .option('--json', 'print the answer as JSON');
}

/** As `shows`, with what is to be known of its credential to say who must act. */
function explains(session: Session, inWords: (account: Account, credential: Credential) => string, act: Act) {
  return async (credential: string, account: string | undefined, flags: Flags): Promise<void> => {
    const answer = await act(connect(session).accounts, credential, account, flags.candidate);
    await tell(session, flags, credential, answer, inWords);
  };
}

/** Prints what was answered; its words need the credential, which is read for them alone. */
async function tell<Answer>(
  session: Session,
  flags: PrintFlags,
  credential: string,
  answer: Answer,
  inWords: (answer: Answer, credential: Credential) => string,
): Promise<void> {
  const of = flags.json ? undefined : await connect(session).credentials.get(credential);
  print(session, flags, answer, answer => (of ? inWords(answer, of) : ''));
}

/** Does one thing to an account and prints what it is then. */
function shows(session: Session, inWords: (account: Account) => string, act: Act) {
  return async (credential: string, account: string | undefined, flags: Flags): Promise<void> => {
    print(session, flags, await act(connect(session).accounts, credential, account, flags.candidate), inWords);
  };
}

function warnOfLeftover(session: Session, { revoked, detail = '' }: Revocation): void {
  if (revoked) return;
  const advice = 'It is over here; to end it there too, remove the application at the provider.';
  remark(session, `tokenwell: warning: The provider still has this grant. ${visible(detail)} ${advice}`);
}
