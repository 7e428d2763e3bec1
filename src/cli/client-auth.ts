import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { CertificateWish, ClientAuth, ClientAuthCreate, TokenwellClient } from '../client/client.js';
import { wholeArgument } from './arguments.js';
import {
  addProofFlags,
  needsSecret,
  oneStandardInput,
  type Proof,
  type ProofFlags,
  proofFiles,
  proofOf,
} from './client-auth-flags.js';
import { clientAuthFacts, clientAuthTable, firstUse, nextSteps, shownThumbprint } from './client-auth-text.js';
import { ofCredential } from './credential-command.js';
import { provingSteps } from './credential-next.js';
import { examples } from './examples.js';
import { UsageError } from './failure-text.js';
import { readSecret } from './input.js';
import { connect, type PrintFlags, print, printAll, type Session } from './session.js';
import { visible } from './terminal-text.js';
import { printTest } from './test-answer.js';

type NewFlags = PrintFlags & ProofFlags;
type WishFlags = PrintFlags & CertificateWish;
type FileFlags = PrintFlags & { out?: string };

/** `credential auth…` and `credential certificate…`: the ways in which a credential proves itself. */
export function addClientAuthCommands(group: Command, session: Session): void {
  addList(group, session);
  addCreate(group, session);
  addTest(group, session);
  addActivate(group, session);
  addDelete(group, session);
  addGenerate(group, session);
  addDownload(group, session);
}

function addList(group: Command, session: Session): void {
  const list = ofCredential(group, 'auths', 'list the ways in which a credential proves itself')
    .description('Lists the secrets and certificates of a credential. Requests are made with the active one.')
    .option('--json', 'print { items, next_cursor } as JSON')
    .action(async (credential: string, flags: PrintFlags) => {
      await printAll(session, flags, connect(session).clientAuths.each(credential), clientAuthTable);
    });
  examples(list, 'tokenwell credential auths demo-mail');
}

function addCreate(group: Command, session: Session): void {
  const create = ofCredential(group, 'auth-create', 'put a next secret or certificate beside the active one')
    .description(
      'Stores a next secret or certificate beside the active one; no provider is called, and nothing uses it before ' +
        'auth-activate, unless it is the first of its credential. Unless said, the method of a secret is that of the active one. On a terminal a missing secret ' +
        'is asked for, unseen.',
    )
    .action((credential: string, flags: NewFlags) => store(session, credential, flags));
  examples(
    addProofFlags(create).option('--json', 'print the answer as JSON'),
    'printf %s $CLIENT_SECRET | tokenwell credential auth-create demo-mail --secret-file - --secret-expires-at 2027-12-31',
    'tokenwell credential auth-create demo-mail --pfx-file client.pfx --key-password-file password.txt   # with files of your own',
  );
}

function addTest(group: Command, session: Session): void {
  const test = one(group, 'auth-test', 'try whether the provider knows the client by it')
    .description(
      'Asks the provider for a token of the application, which uses up no grant of a person; the token stays in the ' +
        'vault. At most six a minute. Ends with 0 if the provider knows the client, 3 if waiting may help, 1 otherwise.',
    )
    .action(async (credential: string, id: string, flags: PrintFlags) => {
      const answer = await connect(session).clientAuths.test(credential, id);
      printTest(session, flags, answer, 'This client authentication');
    });
  examples(test, 'tokenwell credential auth-test demo-mail $NEXT_AUTH_ID');
}

function addActivate(group: Command, session: Session): void {
  const activate = one(group, 'auth-activate', 'make requests with it from now on')
    .description(
      'Makes requests with it from now on, on every instance. No draw fails meanwhile, and grants and tokens stay. The ' +
        'one before stays beside it until auth-delete, so activating that one again goes back.',
    )
    .action(async (credential: string, id: string, flags: PrintFlags) => {
      print(session, flags, await connect(session).clientAuths.activate(credential, id), answer => {
        const done = `Requests of ${visible(credential)} are made with this one from now on.`;
        const old = `The one before stays until you delete it: tokenwell credential auths ${credential}, then auth-delete.`;
        return `${done}\n\n${clientAuthFacts(answer)}\n\n${visible(old)}`;
      });
    });
  examples(activate, 'tokenwell credential auth-activate demo-mail $NEXT_AUTH_ID');
}

function addDelete(group: Command, session: Session): void {
  const remove = one(group, 'auth-delete', 'delete one that is not active', 'print { deleted } as JSON')
    .description('Deletes one that is not active, with its secret or private key. The active one is refused.')
    .action(async (credential: string, id: string, flags: PrintFlags) => {
      await connect(session).clientAuths.remove(credential, id);
      print(session, flags, { deleted: id }, () =>
        visible(`Deleted the client authentication ${id} of ${credential}.`),
      );
    });
  examples(remove, 'tokenwell credential auth-delete demo-mail $AUTH_ID   # after auth-activate of $NEXT_AUTH_ID');
}

function addGenerate(group: Command, session: Session): void {
  const generate = ofCredential(group, 'certificate-generate', 'make a key pair in the vault')
    .description(
      'Makes an RSA key and a certificate that it signed itself, beside the active client authentication. The private ' +
        'key never leaves the vault; the certificate is for the provider. Nothing uses it before auth-activate, ' +
        'unless the credential has nothing to prove itself with yet.',
    )
    .option('--subject <name>', 'common name of the certificate ("tokenwell" and the credential unless given)')
    .option('--months <count>', 'how long the certificate holds, 1 to 120 (24 unless given)', monthsArgument)
    .option('--json', 'print the answer as JSON')
    .action(async (credential: string, { json, ...wish }: WishFlags) => {
      const made = await connect(session).clientAuths.generate(credential, wish);
      const proving = await provingOf(session, credential, made);
      print(session, json ? { json } : {}, made, made => {
        return told('Made a key pair', credential, made, { made: true, proving });
      });
    });
  examples(
    generate,
    'tokenwell credential certificate-generate demo-mail',
    'tokenwell credential certificate-generate demo-mail --subject "Acme mail" --months 12',
  );
}

function addDownload(group: Command, session: Session): void {
  const download = ofCredential(group, 'certificate', 'write the newest certificate of a credential (.cer)')
    .description(
      'Writes the newest certificate of a credential as the provider takes it (.cer, in DER), to a file or to standard ' +
        'output where that is no terminal. It is public; the private key is not in it.',
    )
    .option('--out <file>', 'file to write; it is replaced where it exists')
    .option('--json', 'print { certificate } in base64, or { written }, as JSON')
    .action((credential: string, flags: FileFlags) => write(session, credential, flags));
  examples(download, 'tokenwell credential certificate demo-mail --out demo-mail.cer   # after certificate-generate');
}

/** A command about one of its client auths. */
function one(group: Command, name: string, summary: string, json = 'print the answer as JSON'): Command {
  return ofCredential(group, name, summary)
    .argument('<auth-id>', 'its id, as `credential auths` lists it')
    .option('--json', json);
}

function monthsArgument(text: string): number {
  const months = wholeArgument(text);
  if (months < 1 || months > 120) throw new InvalidArgumentError('Give 1 to 120 months.');
  return months;
}

async function store(session: Session, credential: string, flags: NewFlags): Promise<void> {
  oneStandardInput(proofFiles(flags));
  const client = connect(session);
  const input = await whole(session, client, credential, await proofOf(session, flags));
  const stored = await client.clientAuths.create(credential, input);
  const proving = await provingOf(session, credential, stored);
  print(session, flags, stored, stored => told('Stored it', credential, stored, { proving }));
}

/** What the flags say, with what they leave out: the method of a secret, and on a terminal the secret. */
async function whole(
  session: Session,
  client: TokenwellClient,
  credential: string,
  proof: Proof,
): Promise<ClientAuthCreate> {
  const asks = session.input.isTTY === true;
  if (proof.method === undefined && proof.secret === undefined && !asks) throw nothingGiven(credential);
  const method = proof.method ?? (await methodOfSecret(client, credential));
  if (method === 'private_key_jwt' && proof.certificate === undefined) throw noCertificate(credential);
  const input: ClientAuthCreate = { ...proof, method };
  if (asks && needsSecret(method) && input.secret === undefined) input.secret = await readSecret(session, '-');
  return input;
}

async function methodOfSecret(client: TokenwellClient, credential: string): Promise<ClientAuthCreate['method']> {
  const { method } = (await client.credentials.get(credential)).client_auth;
  return needsSecret(method) ? method : 'client_secret_post';
}

function nothingGiven(credential: string): UsageError {
  return new UsageError(
    'Give the next secret with --secret-file, or the next certificate with --pfx-file, or with --certificate-file and ' +
      `--private-key-file. Or have one made: tokenwell credential certificate-generate ${visible(credential)}`,
  );
}

function noCertificate(credential: string): UsageError {
  return new UsageError(
    'private_key_jwt needs a certificate and its key: give --pfx-file, or --certificate-file and --private-key-file. ' +
      `Or have a pair made: tokenwell credential certificate-generate ${visible(credential)}`,
  );
}

async function write(session: Session, credential: string, { out, ...flags }: FileFlags): Promise<void> {
  if (out === undefined && !flags.json && session.out.isTTY === true) {
    throw new UsageError(
      'A certificate in DER is nothing for a terminal. Give a file with --out, or send it on by > or |.',
    );
  }
  const der = Buffer.from(await connect(session).clientAuths.certificate(credential));
  if (out === undefined && !flags.json) {
    session.out.write(der);
    return;
  }
  if (out === undefined) return print(session, flags, { certificate: der.toString('base64') }, () => '');
  await save(out, der);
  const thumbprint = shownThumbprint(createHash('sha1').update(der).digest('hex'));
  print(session, flags, { written: out }, () => {
    return `${visible(`Wrote the certificate of ${credential} to ${out}.`)}\nThumbprint (SHA-1): ${thumbprint}`;
  });
}

/** What tries a credential with the proof that it uses from now on; undefined where it does not use it. */
async function provingOf(session: Session, credential: string, { active }: ClientAuth) {
  if (!active) return undefined;
  return provingSteps(await connect(session).credentials.get(credential));
}

/** What was done, and what comes next: `proving` it where requests are made with it already. */
function told(
  done: string,
  credential: string,
  stored: ClientAuth,
  { proving, ...how }: { made?: boolean; proving: string[] | undefined },
): string {
  const facts = clientAuthFacts(stored);
  if (proving) {
    const said = `${done}, and requests of ${visible(credential)} are made with it from now on: there was nothing before.`;
    return [said, facts, firstUse(credential, proving, how)].join('\n\n');
  }
  const said = `${done} beside the active client authentication of ${visible(credential)}; nothing uses it yet.`;
  return [said, facts, nextSteps(credential, stored, how)].join('\n\n');
}

async function save(path: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? error.code : 'unknown error';
    throw new UsageError(`The file ${path} cannot be written (${errno}). Give another one with --out.`);
  }
}
