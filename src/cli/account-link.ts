import { type Command, Option } from 'commander';
import type { NewConnectLink } from '../client/client.js';
import { linkTable } from './account-text.js';
import { linkSpanArgument } from './arguments.js';
import { ofCredential } from './credential-command.js';
import { examples } from './examples.js';
import { UsageError } from './failure-text.js';
import { connect, type PrintFlags, print, printAll, remark, type Session } from './session.js';
import { bare, visible } from './terminal-text.js';

interface LinkFlags extends PrintFlags {
  account?: string | undefined;
  loginHint?: string;
  returnTo?: string;
  expires?: number;
}

interface AdminLinkFlags extends PrintFlags {
  adminConsentUrl?: string;
  expires?: number;
}

const EXPIRES = ['--expires <span>', 'how long it may be used, such as 12h; 1d unless given, at most 30d'] as const;

const NO_REFRESH_TOKEN =
  'The consent asks for no refresh token, so access ends with the first token, after about an hour. With `tokenwell credential replace`, ' +
  'add offline_access to what --scope names (Microsoft, OpenID Connect), or give --authorization-param access_type=offline (Google).';

/** `account link`, `account links`, `account unlink`: links by which people connect an account. */
export function addLinkCommands(group: Command, session: Session): void {
  const link = group
    .command('link')
    .summary('make a link for the owner of a mailbox')
    .description(
      'Makes a link and prints its address alone, this once, so that it can be piped. Send it to the owner of the ' +
        'mailbox: who opens it signs in at the provider and needs no key. It is spent by the first completed consent. ' +
        'The account begins here if it is new. What to know before sending it goes to standard error.',
    )
    .argument('<credential>', 'id of the credential, whose grant type is authorization_code')
    .argument('[account]', 'account to connect ("default" unless given)')
    // As the account was given before it became an argument.
    .addOption(new Option('--account <account>', 'account to connect').hideHelp())
    .option('--login-hint <address>', 'address that the sign-in page is filled with')
    .option('--return-to <url>', 'where the page after the consent leads on to')
    .option(...EXPIRES, linkSpanArgument)
    .option('--json', 'print the whole answer as JSON')
    .action((credential: string, account: string | undefined, flags: LinkFlags) =>
      make(session, credential, { ...flags, account: oneAccount(account, flags.account) }),
    );
  examples(
    link,
    'tokenwell account link info-mail',
    'tokenwell account link info-mail info@acme.example --login-hint info@acme.example --expires 7d',
  );
  const links = ofCredential(group, 'links', 'list the links of a credential')
    .description('Lists the links of a credential and what became of them; never their addresses.')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action(async (credential: string, flags: PrintFlags) => {
      await printAll(session, flags, connect(session).connectLinks.each(credential), items =>
        linkTable(credential, items),
      );
    });
  examples(links, 'tokenwell account links info-mail');
  const unlink = ofCredential(group, 'unlink', 'delete a link')
    .description('Deletes a link: from now on its page says that it is over. What it has connected stays.')
    .argument('<link-id>', 'id of the link, as `account links` lists it')
    .option('--json', 'print { deleted } as JSON')
    .action(async (credential: string, id: string, flags: PrintFlags) => {
      await connect(session).connectLinks.remove(credential, id);
      print(session, flags, { deleted: id }, () => `Deleted the link ${id} of ${credential}.`);
    });
  examples(unlink, 'tokenwell account unlink info-mail $LINK_ID');
}

/** `credential admin-consent-link`: a link for an administrator of the provider. */
export function addAdminLinkCommand(group: Command, session: Session): void {
  const link = ofCredential(group, 'admin-consent-link', 'make a link for an administrator of the provider')
    .description(
      'Makes a link and prints its address alone, this once, so that it can be piped. Send it to an administrator of ' +
        'the provider, who approves the application there for everybody. It changes no account.',
    )
    .option(
      '--admin-consent-url <url>',
      "where the provider lets an administrator approve, at the origin of the credential's token or authorization URL",
    )
    .option(...EXPIRES, linkSpanArgument)
    .option('--json', 'print the whole answer as JSON')
    .action(async (credential: string, { adminConsentUrl, expires, ...flags }: AdminLinkFlags) => {
      const wanted = { admin_consent_url: adminConsentUrl, expires_in: expires };
      const made = await connect(session).connectLinks.createForAdmin(credential, wanted);
      tell(session, flags, made, 'an administrator of the provider');
    });
  examples(
    link,
    'tokenwell credential admin-consent-link info-mail --admin-consent-url $ADMIN_CONSENT_URL --expires 7d',
  );
}

function oneAccount(argument: string | undefined, flag: string | undefined): string | undefined {
  if (argument === undefined || flag === undefined || argument === flag) return argument ?? flag;
  throw new UsageError('Give the account once: tokenwell account link <credential> [account]. No link was made.');
}

async function make(
  session: Session,
  credential: string,
  { account, loginHint, returnTo, expires, ...flags }: LinkFlags,
): Promise<void> {
  const wanted = { account, login_hint: loginHint, return_to: returnTo, expires_in: expires };
  tell(session, flags, await connect(session).connectLinks.create(credential, wanted), 'the owner of the mailbox');
}

function tell(session: Session, flags: PrintFlags, made: NewConnectLink, receiver: string): void {
  for (const { code, detail } of made.warnings ?? []) {
    const words = code === 'no_refresh_token' ? NO_REFRESH_TOKEN : detail;
    remark(session, `tokenwell: warning: ${visible(`${words} [${code}]`)}`);
  }
  print(session, flags, made, ({ url }) => bare(url));
  const words = `The link ${made.id} is shown this once; it is for ${receiver}. It ends ${made.expires_at}.`;
  remark(session, visible(words));
}
