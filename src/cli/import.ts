import { dirname } from 'node:path';
import type { Command } from 'commander';
import { isOfThisMachine, readVariable } from '../config.js';
import { accountFacts } from './account-text.js';
import { ofCredential } from './credential-command.js';
import { examples } from './examples.js';
import { UsageError } from './failure-text.js';
import { writeConversion } from './import-files.js';
import { convertProxy } from './import-proxy.js';
import { convertUm } from './import-um.js';
import { readIni } from './ini-file.js';
import { readBytes, readUnseen } from './input.js';
import { readProperties } from './properties-file.js';
import { connect, type PrintFlags, print, remark, type Session } from './session.js';
import { visible } from './terminal-text.js';

interface ConvertFlags {
  id?: string;
  out?: string;
}

const OUT = ['--out <folder>', 'write credentials.yaml and secrets/ there, for their owner alone'] as const;
const MOST_BYTES = 1_048_576;
const SLUG = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** `import …`: what other software has, taken over. */
export function addImportCommands(program: Command, session: Session): void {
  const group = program
    .command('import')
    .summary('take over what other software has: settings and refresh tokens')
    .description(
      'Settings become a file for `tokenwell apply`, so that you look before anything is stored; secrets go into files ' +
        'of their own and never to the screen. A refresh token goes into the vault, which tries it first.',
    );
  addUm(group, session);
  addProxy(group, session);
  addRefreshToken(group, session);
  examples(
    group,
    'tokenwell import um cmsbs.properties --out um   # with files of your own',
    'tokenwell apply -f um/credentials.yaml   # with files of your own',
  );
}

function addUm(group: Command, session: Session): void {
  const um = group
    .command('um')
    .summary("turn UM's OAuth2 properties into a file for apply")
    .description(
      'Reads a .properties file of UM and turns its cmsbs.mail.<…>.oauth2.* into credentials, with UM as the consumer that ' +
        'may draw them, and says which properties to change afterwards. Without --out it prints the YAML and writes nothing.',
    )
    .argument('<file>', 'cmsbs.properties, or a file of conf.d (- for standard input)')
    .option('--id <credential>', 'id of the credential ("um-mail" unless given); those of several begin with it')
    .option(...OUT)
    .action(async (path: string, { id = 'um-mail', out }: ConvertFlags) => {
      const name = path === '-' ? 'standard input' : path;
      const properties = readProperties(ofSize(await readBytes(session, path), name), name);
      const tokenEndpoint = `${publicUrl(session)}/oauth2/token`;
      await writeConversion(session, out, convertUm(properties, { name, id: slug(id), tokenEndpoint }));
      warnOfLocal(session, 'UM');
    });
  examples(um, 'tokenwell import um cmsbs.properties --out um   # with files of your own');
}

function addProxy(group: Command, session: Session): void {
  const proxy = group
    .command('email-oauth2-proxy')
    .summary('turn the configuration of email-oauth2-proxy into a file for apply')
    .description(
      'Reads an emailproxy.config and turns its accounts into credentials; accounts of the same client share one. What the ' +
        'proxy encrypted with its users’ passwords, tokens and perhaps client secrets, cannot be taken: it says what to do ' +
        'instead. Without --out it prints the YAML and writes nothing.',
    )
    .argument('<file>', 'emailproxy.config (- for standard input)')
    .option('--id <credential>', 'id of the credential ("mail" unless given); those of several begin with it')
    .option(...OUT)
    .action(async (path: string, { id = 'mail', out }: ConvertFlags) => {
      const name = path === '-' ? 'standard input' : path;
      const sections = readIni(ofSize(await readBytes(session, path), name).toString('utf8'), name);
      const redirectUri = `${publicUrl(session)}/OAuth2Callback`;
      const folder = path === '-' ? '.' : dirname(path);
      await writeConversion(session, out, convertProxy(sections, { name, folder, id: slug(id), redirectUri }));
      warnOfLocal(session, 'a browser of those who sign in');
    });
  examples(proxy, 'tokenwell import email-oauth2-proxy emailproxy.config --out proxy   # with files of your own');
}

/** Settings are a few pages; whatever is a thousand times as much is another file. */
function ofSize(bytes: Buffer, name: string): Buffer {
  if (bytes.length <= MOST_BYTES) return bytes;
  throw new UsageError(`${name} is larger than 1 MiB, so it holds something else. Nothing was written.`);
}

function slug(id: string): string {
  if (SLUG.test(id)) return id;
  throw new UsageError('An id is made of lower-case letters, digits, dots, dashes and underscores.');
}

/** The vault's address as far as it is known here; only people are told it. */
function publicUrl({ variables }: Session): string {
  const address = readVariable('TOKENWELL_PUBLIC_URL', variables) ?? readVariable('TOKENWELL_URL', variables);
  return (address ?? 'https://tokenwell.example.com').replace(/\/+$/, '');
}

/** Says so where what is to be entered elsewhere works on this machine alone. */
function warnOfLocal(session: Session, who: string): void {
  const url = publicUrl(session);
  if (!isOfThisMachine(url)) return;
  const words =
    `${url} is an address of this machine alone. Where ${who} is on another one, start the vault with ` +
    'TOKENWELL_PUBLIC_URL set to the https address by which it is reached, and enter that one in its place. [local_address]';
  remark(session, visible(`tokenwell: warning: ${words}`));
}

function addRefreshToken(group: Command, session: Session): void {
  const take = ofCredential(group, 'refresh-token', 'take over a refresh token that other software obtained')
    .description(
      'Gives the vault a refresh token of the same client. It is used once at the provider before it is kept; if that ' +
        'fails, nothing is changed. Where the provider rotates, the other software’s copy has ended with it: stop that ' +
        'software first. Beside a grant that works it waits for your word when it is of somebody else, or may be.',
    )
    .argument('[account]', 'account of the credential ("default" unless given); it begins with it where there is none')
    .requiredOption(
      '--token-file <path>',
      'file with the refresh token (- for standard input, typed unseen on a terminal)',
    )
    .option('--json', 'print the answer as JSON')
    .action(async (credential: string, account: string | undefined, flags: PrintFlags & { tokenFile: string }) => {
      const token = (await readUnseen(session, flags.tokenFile, 'Refresh token (not shown): ')).trim();
      if (token === '') throw new UsageError('The refresh token is empty. Nothing was changed.');
      await bring(session, flags, { credential, account, token });
    });
  examples(take, 'tokenwell import refresh-token info-mail --token-file refresh-token.txt   # with files of your own');
}

async function bring(
  session: Session,
  flags: PrintFlags,
  { credential, account, token }: { credential: string; account: string | undefined; token: string },
): Promise<void> {
  const client = connect(session);
  const answer = await client.accounts.importRefreshToken(credential, token, account);
  const of = await client.credentials.get(credential);
  print(session, flags, answer, ({ in_use, account: facts }) => {
    const done = in_use
      ? 'The refresh token works and is in use.'
      : 'The refresh token works, and waits for your word.';
    return `${done}\n\n${accountFacts(facts, of)}`;
  });
  if (answer.in_use) return;
  const place = `${credential} ${answer.account.account}`;
  remark(
    session,
    visible(`Look who it is of, then: tokenwell account accept ${place}   or: tokenwell account reject ${place}`),
  );
}
