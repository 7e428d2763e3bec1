import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CredentialCreate } from '../client/client.js';
import { readVariable } from '../config.js';
import type { DeclaredCredential } from './apply-file.js';
import { isMap, isReference, type Reference } from './apply-shape.js';
import { UsageError } from './failure-text.js';
import { serviceAccountOf } from './preset-flags.js';
import type { Session } from './session.js';

/** What a credential proves itself by, read from where the file says that it stands. */
export interface ReadProof {
  auth: Partial<CredentialCreate['client_auth']>;
  /** Of a service account's key file. */
  clientId: string | undefined;
}

/** Whether a file names anything that is secret. */
export function namesSecret({ auth }: DeclaredCredential): boolean {
  return auth?.secret !== undefined || auth?.certificate !== undefined || auth?.service_account !== undefined;
}

/** Which of them. */
export function secretNames({ auth }: DeclaredCredential) {
  return (['secret', 'certificate', 'service_account'] as const).filter(name => auth?.[name] !== undefined);
}

/** Where what is secret is read from, so that whoever is asked sees what would leave. */
export function secretSources({ auth = {} }: DeclaredCredential, name: 'secret' | 'certificate' | 'service_account') {
  const said = auth[name];
  const references = [said, ...Object.values({ ...said })].filter(isReference);
  return references.map(from => ('file' in from ? from.file : `the variable ${from.env}`));
}

/** Reads what the references of a credential lead to. Throws `UsageError`, which never holds what it read. */
export async function readProof(session: Session, declared: DeclaredCredential): Promise<ReadProof> {
  const { auth = {}, folder } = declared;
  const { secret, certificate, service_account: key } = auth;
  const read = (reference: Reference, name: string) => readReference(session, declared, reference, name);
  const keyFile = key && pathOf(key, folder, declared);
  if (keyFile !== undefined) await checkFile(keyFile, `${declared.id}: the service_account`);
  const account = keyFile === undefined ? undefined : await serviceAccountOf(session, keyFile);
  const proof: ReadProof['auth'] = { ...account?.client_auth };
  if (secret) proof.secret = (await read(secret, 'secret')).toString('utf8').replace(/\r?\n$/, '');
  if (certificate) {
    const { pfx, password, certificate: chain, private_key } = certificate;
    proof.certificate = {
      ...(pfx ? { pfx: (await read(pfx, 'pfx')).toString('base64') } : {}),
      ...(password ? { password: (await read(password, 'password')).toString('utf8').replace(/\r?\n$/, '') } : {}),
      ...(chain ? { certificate: isMap(chain) ? (await read(chain, 'certificate')).toString('utf8') : chain } : {}),
      ...(private_key ? { private_key: (await read(private_key, 'private_key')).toString('utf8') } : {}),
    };
  }
  return { auth: proof, clientId: account?.client_id };
}

async function readReference(
  { variables }: Session,
  { id, folder }: DeclaredCredential,
  reference: Reference,
  name: string,
): Promise<Buffer> {
  if ('env' in reference && reference.env === 'TOKENWELL_KEY') {
    throw new UsageError(
      `${id}: the ${name} is to come from TOKENWELL_KEY, which is your key to the vault and no secret of a provider. Nothing was changed.`,
    );
  }
  if ('env' in reference) {
    const value = readVariable(reference.env, variables);
    if (value !== undefined) return Buffer.from(value);
    throw new UsageError(
      `${id}: the ${name} is to come from the environment, but ${reference.env} is not set. Set it, then try again. Nothing was changed.`,
    );
  }
  const path = resolve(folder, reference.file);
  const what = `${id}: the ${name}`;
  await checkFile(path, what);
  return await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw noSource(what, path, unreadable(error));
  });
}

const MOST_BYTES = 1_048_576;

/** A pipe or a device may give nothing, or never end; what the system makes up, such as an environment, has no size. */
async function checkFile(path: string, what: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw noSource(what, path, unreadable(error));
  });
  if (found.isDirectory()) throw noSource(what, path, unreadable({ code: 'EISDIR' }));
  if (!found.isFile()) throw noSource(what, path, 'is no plain file');
  if (found.size === 0) throw noSource(what, path, 'is empty');
  if (found.size > MOST_BYTES) throw noSource(what, path, 'is larger than 1 MiB');
}

function unreadable({ code = 'unknown error' }: { code?: string | undefined }): string {
  return `cannot be read (${code})`;
}

function noSource(what: string, path: string, why: string): UsageError {
  return new UsageError(`${what} is to come from ${path}, which ${why}. Nothing was changed.`);
}

function pathOf(reference: Reference, folder: string, { id }: DeclaredCredential): string {
  if ('file' in reference) return resolve(folder, reference.file);
  throw new UsageError(`${id}: service_account is the key file itself: write {file: ./key.json}. Nothing was changed.`);
}
