import { type Command, Option } from 'commander';
import type { ClientAuthCreate, Credential } from '../client/client.js';
import { timeArgument } from './arguments.js';
import { UsageError } from './failure-text.js';
import { readBytes, readKeyPassword, readSecret } from './input.js';
import type { Session } from './session.js';

/** The flags by which a client's proof is given: a secret, or a key pair from files. */
export interface ProofFlags {
  authMethod?: ClientAuthCreate['method'];
  secretFile?: string;
  secretExpiresAt?: string;
  pfxFile?: string;
  certificateFile?: string;
  privateKeyFile?: string;
  keyPasswordFile?: string;
  keyId?: string;
  signingAlg?: NonNullable<ClientAuthCreate['signing_alg']>;
}

/** What the flags say of a proof. */
export type Proof = Partial<ClientAuthCreate>;

/** Base64 makes a third more of it, and the vault takes 48 KiB of that. */
const MOST_PFX_KIB = 36;
const MOST_PEM_KIB = 32;

/** Adds the flag for how a client proves itself. */
export function addMethodFlag(command: Command): Command {
  const methods = ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'];
  return command.addOption(new Option('--auth-method <method>', 'how the client proves itself').choices(methods));
}

/** Adds the flags that give a proof. */
export function addProofFlags(command: Command): Command {
  const algorithms = ['PS256', 'RS256'];
  return addMethodFlag(command)
    .option('--secret-file <path>', 'file with the client secret (- for standard input, typed unseen on a terminal)')
    .option('--secret-expires-at <date>', 'when the client secret expires, such as 2027-01-31', timeArgument)
    .option('--pfx-file <path>', 'PKCS#12 file (.pfx, .p12) with certificate and private key, for private_key_jwt')
    .option('--certificate-file <path>', 'the certificate in PEM instead, and those that vouch for it')
    .option('--private-key-file <path>', 'the RSA private key in PEM that belongs to it')
    .option('--key-password-file <path>', 'file with the password of the PFX file or private key (- as above)')
    .option('--key-id <kid>', 'the name by which the provider knows the key, where it gave one')
    .addOption(
      new Option('--signing-alg <algorithm>', 'how private_key_jwt signs, PS256 unless said').choices(algorithms),
    );
}

/** Throws `UsageError` where more than one of these flags wants standard input. */
export function oneStandardInput(files: Readonly<Record<string, string | undefined>>): void {
  const [one, other] = Object.entries(files).flatMap(([flag, path]) => (path === '-' ? [flag] : []));
  if (other === undefined) return;
  throw new UsageError(`${one} and ${other} cannot both be standard input. Give one of them as a file.`);
}

/** The flags that may be standard input. */
export function proofFiles(flags: ProofFlags): Record<string, string | undefined> {
  return {
    '--secret-file': flags.secretFile,
    '--pfx-file': flags.pfxFile,
    '--certificate-file': flags.certificateFile,
    '--private-key-file': flags.privateKeyFile,
    '--key-password-file': flags.keyPasswordFile,
  };
}

/** What the flags say, their files read; nothing where they say nothing. Throws `UsageError` for what does not go together. */
export async function proofOf(session: Session, flags: ProofFlags): Promise<Proof> {
  const mistake = mistakeIn(flags);
  if (mistake !== undefined) throw new UsageError(mistake);
  const certificate = await certificateOf(session, flags);
  const proof: Proof = {};
  const method = flags.authMethod ?? (certificate && 'private_key_jwt');
  if (method !== undefined) proof.method = method;
  if (flags.secretFile !== undefined) proof.secret = await readSecret(session, flags.secretFile);
  if (flags.secretExpiresAt !== undefined) proof.secret_expires_at = flags.secretExpiresAt;
  if (flags.keyId !== undefined) proof.key_id = flags.keyId;
  if (flags.signingAlg !== undefined) proof.signing_alg = flags.signingAlg;
  if (certificate) proof.certificate = certificate;
  return proof;
}

/** Whether this method proves itself by a client secret. */
export function needsSecret(method: Credential['client_auth']['method'] | undefined): boolean {
  return method === 'client_secret_post' || method === 'client_secret_basic';
}

/** Which flags do not go together, and what to give instead; undefined where all do. */
function mistakeIn(flags: ProofFlags): string | undefined {
  const { pfxFile: pfx, certificateFile: certificate, privateKeyFile: key, authMethod: method } = flags;
  const pair = pfx !== undefined || certificate !== undefined || key !== undefined;
  if (pfx !== undefined && (certificate !== undefined || key !== undefined)) {
    return 'A PFX file holds certificate and key, so give either --pfx-file, or --certificate-file and --private-key-file.';
  }
  if (certificate !== undefined && key === undefined) {
    return 'The vault signs with the private key of the certificate, so give --private-key-file too.';
  }
  if (key !== undefined && certificate === undefined) {
    return 'The provider knows the private key by its certificate, so give --certificate-file too.';
  }
  if (flags.keyPasswordFile !== undefined && !pair) {
    return '--key-password-file opens a PFX file or a private key, so give --pfx-file or --private-key-file too.';
  }
  if (pair && method !== undefined && method !== 'private_key_jwt') {
    return `A certificate is for --auth-method private_key_jwt, not ${method}. Leave one of them out.`;
  }
  if (pair && flags.secretFile !== undefined) {
    return 'A client proves itself by a secret or by a certificate. Give --secret-file, or the files of the certificate.';
  }
  return undefined;
}

async function certificateOf(session: Session, flags: ProofFlags): Promise<Proof['certificate'] | undefined> {
  const { pfxFile, certificateFile, privateKeyFile, keyPasswordFile } = flags;
  if (pfxFile === undefined && certificateFile === undefined) return undefined;
  const password = keyPasswordFile === undefined ? undefined : await readKeyPassword(session, keyPasswordFile);
  const opened = password === undefined ? {} : { password };
  if (pfxFile !== undefined) {
    return { pfx: (await readBounded(session, pfxFile, '--pfx-file', MOST_PFX_KIB)).toString('base64'), ...opened };
  }
  const pem = async (path = '', flag = '') => (await readBounded(session, path, flag, MOST_PEM_KIB)).toString('utf8');
  const certificate = await pem(certificateFile, '--certificate-file');
  return { certificate, private_key: await pem(privateKeyFile, '--private-key-file'), ...opened };
}

/** A file that is not empty and that the vault does not find too large. Throws `UsageError`. */
async function readBounded(session: Session, path: string, flag: string, mostKib: number): Promise<Buffer> {
  const bytes = await readBytes(session, path);
  const source = path === '-' ? `What ${flag} reads from standard input` : `The file ${path} (${flag})`;
  if (bytes.length === 0) throw new UsageError(`${source} is empty. Nothing was changed.`);
  if (bytes.length <= mostKib * 1024) return bytes;
  const size = `${Math.ceil(bytes.length / 1024)} KiB`;
  throw new UsageError(
    `${source} has ${size}; the vault takes ${mostKib} KiB. Export the certificate with its own chain alone. Nothing was changed.`,
  );
}
