import type { Command } from 'commander';
import {
  type Credential,
  type CredentialCreate,
  type CredentialReplace,
  type TokenwellClient,
  TokenwellError,
} from '../client/client.js';
import { addAdminLinkCommand } from './account-link.js';
import { addClientAuthCommands } from './client-auth.js';
import { needsSecret } from './client-auth-flags.js';
import { ofCredential } from './credential-command.js';
import {
  addCredentialFlags,
  byServiceAccount,
  type CredentialChanges,
  type CredentialFlags,
  changesOf,
  completed,
} from './credential-flags.js';
import { firstSteps, unsureServers } from './credential-next.js';
import { addSetupCommand } from './credential-setup.js';
import { credentialFacts, credentialTable } from './credential-text.js';
import { examples } from './examples.js';
import { UsageError } from './failure-text.js';
import { askLine, readSecret } from './input.js';
import { addDiscoverCommand, addPresetsCommand } from './presets.js';
import { connect, type PrintFlags, print, printAll, type Session } from './session.js';
import { visible } from './terminal-text.js';
import { printTest } from './test-answer.js';

/** `credential …`: OAuth client registrations. */
export function addCredentialCommands(program: Command, session: Session): void {
  const group = program
    .command('credential')
    .summary('store, read, change and test credentials')
    .description('Named OAuth client registrations. Secrets go in and never come out.');
  addWriting(group, session);
  addReading(group, session);
  addPresetsCommand(group, session);
  addDiscoverCommand(group, session);
  addClientAuthCommands(group, session);
  addSwitches(group, session);
  addAdminLinkCommand(group, session);
  addSetupCommand(group, session);
  examples(group, 'tokenwell credential list', 'tokenwell credential test demo-mail');
}

function addWriting(group: Command, session: Session): void {
  const create = group
    .command('create')
    .summary('store a new credential')
    .description(
      'Stores a new credential; no provider is called. Unless said, the grant type is client_credentials and the ' +
        'client proves itself with client_secret_post. On a terminal a missing client id is asked for and, unseen, a ' +
        'missing secret.',
    )
    .argument('[credential]', 'its id: lower-case letters, digits, dots, dashes and underscores; may stand in the file')
    .action((id: string | undefined, flags: CredentialFlags) => store(session, id, flags));
  examples(
    addCredentialFlags(create),
    'printf %s $CLIENT_SECRET | tokenwell credential create new-mail --token-url $TOKEN_URL --client-id $CLIENT_ID --scope mail.read --secret-file -',
    'printf %s $CLIENT_SECRET | tokenwell credential create acme-imap --preset microsoft --tenant acme.example --purpose imap --client-id 6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10 --secret-file -',
  );
  const replace = ofCredential(group, 'replace', 'change a credential')
    .description(
      'Changes what the flags name and leaves the rest. With --file the credential becomes what the file says; if the ' +
        'file holds a version, only that version is changed. A text given as "" takes its field out. The stored secret ' +
        'stays, unless the change sends it to another place or in another way: then give it again.',
    )
    .action((id: string, flags: CredentialFlags) => change(session, id, flags));
  examples(
    addCredentialFlags(replace),
    'printf %s $CLIENT_SECRET | tokenwell credential replace demo-mail --secret-file - --secret-expires-at 2027-12-31',
    'tokenwell credential replace demo-mail --description "Reads the support mailbox"',
  );
}

function addReading(group: Command, session: Session): void {
  const list = group
    .command('list')
    .summary('list all credentials')
    .description('Lists all credentials in order of id, with what their accounts need.')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action(async (flags: PrintFlags) => {
      await printAll(session, flags, connect(session).credentials.each(), credentialTable);
    });
  examples(list, 'tokenwell credential list');
  const show = ofCredential(group, 'show', 'show a credential')
    .description(
      'Shows a credential. What --json prints may be edited and given to `credential replace --file`, or with its secret to `credential create --file`.',
    )
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, flags: PrintFlags) => {
      const client = connect(session);
      const found = await client.credentials.get(id);
      const facts = await factsOf(client, found, flags);
      print(session, flags, found, () => facts);
    });
  examples(show, 'tokenwell credential show demo-mail', 'tokenwell credential show demo-mail --json > credential.json');
  const test = ofCredential(group, 'test', 'ask the provider for a token now')
    .description(
      'Asks the provider for a token now and says how it went; the token stays in the vault. Ends with 0 if the provider ' +
        'gave one, 3 if waiting may help, 1 otherwise.',
    )
    .option('--account <account>', 'account of the credential ("default" unless given)')
    .option('--json', 'print the answer as JSON')
    .action((id: string, flags: PrintFlags & { account?: string }) => tryOut(session, id, flags));
  examples(test, 'tokenwell credential test demo-mail');
}

function addSwitches(group: Command, session: Session): void {
  const disable = ofCredential(group, 'disable', 'stop all draws of a credential')
    .description('Stops all draws of a credential, on every instance, from the answer on. Nothing is deleted.')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, flags: PrintFlags) => {
      print(session, flags, await connect(session).credentials.disable(id), () => `No token of ${id} leaves any more.`);
    });
  examples(disable, 'tokenwell credential disable demo-mail');
  const enable = ofCredential(group, 'enable', 'allow draws of a credential again')
    .description('Undoes disable.')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, flags: PrintFlags) => {
      print(session, flags, await connect(session).credentials.enable(id), () => `Tokens of ${id} may be drawn again.`);
    });
  examples(enable, 'tokenwell credential enable demo-mail');
  const remove = ofCredential(group, 'delete', 'delete a credential')
    .description('Deletes a credential with its secrets, accounts and tokens, and every permission that names it.')
    .option('--json', 'print { deleted } as JSON')
    .action(async (id: string, flags: PrintFlags) => {
      await connect(session).credentials.remove(id);
      print(
        session,
        flags,
        { deleted: id },
        () => `Deleted the credential ${id}, its accounts and the permissions for it.`,
      );
    });
  examples(remove, 'tokenwell credential delete new-mail');
}

async function store(session: Session, id: string | undefined, flags: CredentialFlags): Promise<void> {
  const client = connect(session);
  const usual = flags.serviceAccountFile === undefined ? 'client_credentials' : 'jwt_bearer';
  const changes: CredentialChanges = { grant_type: usual, ...(await changesOf(session, flags)) };
  if (changes.client_id === undefined && session.input.isTTY === true)
    changes.client_id = await askLine(session, 'Client id: ');
  const credential = completed(id, changes);
  const { client_auth } = credential;
  const ask = session.input.isTTY === true && needsSecret(client_auth.method) && client_auth.secret === undefined;
  if (ask) await refusedBut('client_auth.secret', client, credential);
  if (ask) client_auth.secret = await readSecret(session, '-');
  const stored = await client.credentials.create(credential);
  const facts = await factsOf(client, stored, flags);
  print(session, flags, stored, stored => {
    return `Stored the credential ${visible(stored.id)}.\n\n${facts}\n\n${firstSteps(stored)}`;
  });
}

/** What is told of a credential; nothing where its JSON is wanted. */
async function factsOf(client: TokenwellClient, credential: Credential, { json }: PrintFlags): Promise<string> {
  return json ? '' : credentialFacts(credential, await unsureServers(client, credential));
}

/** Throws what the vault does not take beside this field, so that nobody types a secret for what is refused all the same. */
async function refusedBut(field: string, client: TokenwellClient, credential: CredentialCreate): Promise<void> {
  try {
    await client.credentials.create(credential);
  } catch (error) {
    if (!(error instanceof TokenwellError) || error.code !== 'invalid_request') throw error;
    const errors = error.errors.filter(wrong => wrong.field !== field);
    if (errors.length > 0) throw new TokenwellError({ ...error, errors });
  }
}

async function change(session: Session, id: string, flags: CredentialFlags): Promise<void> {
  const { json: _, ...said } = flags;
  if (Object.keys(said).length === 0) {
    throw new UsageError(
      'Say what to change, such as --secret-file, --scope, --token-url or --description; or give the whole credential with --file.',
    );
  }
  const client = connect(session);
  const changes = await changesOf(session, flags);
  const before = await client.credentials.get(id);
  byServiceAccount(flags, changes.grant_type ?? before.grant_type);
  const { credential, version } = replacement(before, changes, flags.file !== undefined);
  print(session, flags, await client.credentials.replace(id, credential, version), changed => {
    return `Changed the credential ${id}.\n\n${credentialFacts(changed)}`;
  });
}

/** A file says the whole credential and may say which version it was made from; flags alone say what is different. */
function replacement(before: Credential, changes: CredentialChanges, whole: boolean) {
  const { grant_type, token_url, client_id, scope, client_auth } = before;
  const base = whole ? { grant_type, token_url, client_id, scope } : before;
  const method = changes.client_auth?.method ?? client_auth.method;
  const auth = whole
    ? { ...changes.client_auth, method }
    : { ...kept(client_auth, method, changes), ...changes.client_auth };
  const credential: CredentialReplace = { ...base, ...changes, client_auth: auth };
  return { credential, version: whole ? (changes.version ?? ('*' as const)) : before.version };
}

/** What stays of the proof: nothing where the method is another one; of a new secret the old expiry says nothing. */
function kept(stored: Credential['client_auth'], method: string, { client_auth }: CredentialChanges) {
  if (method !== stored.method) return { method: stored.method };
  const own = client_auth?.secret !== undefined || client_auth?.certificate !== undefined;
  return own ? { ...stored, same_as: undefined, secret_expires_at: undefined } : stored;
}

async function tryOut(session: Session, id: string, flags: PrintFlags & { account?: string }): Promise<void> {
  printTest(session, flags, await connect(session).credentials.test(id, flags), 'The credential');
}
