import { dirname, resolve } from 'node:path';
import type { ConsumerInput, CredentialCreate, PermissionInput } from '../client/client.js';
import { isMap, type Reference, shapeMistakes } from './apply-shape.js';
import { timeArgument } from './arguments.js';
import { UsageError } from './failure-text.js';
import { readText } from './input.js';
import type { Session } from './session.js';
import { readYaml, type YamlFile } from './yaml-file.js';

/** How a credential proves itself, as a file says it: secrets are named, not held. */
export interface DeclaredAuth extends Omit<CredentialCreate['client_auth'], 'secret' | 'certificate'> {
  secret?: Reference;
  certificate?: { pfx?: Reference; password?: Reference; certificate?: string | Reference; private_key?: Reference };
  service_account?: Reference;
}

/** A credential that is to be there. Fields that the file does not name are whatever they are. */
export interface DeclaredCredential {
  kind: 'credential';
  id: string;
  fields: Partial<Omit<CredentialCreate, 'id' | 'client_auth'>>;
  auth: DeclaredAuth | undefined;
  /** The folder that its references start from. */
  folder: string;
  /** Where it stands, for messages. */
  place: string;
}

/** A consumer that is to be there. */
export interface DeclaredConsumer {
  kind: 'consumer';
  id: string;
  fields: Partial<Pick<ConsumerInput, 'role' | 'description' | 'disabled' | 'trust'>>;
  permissions: PermissionInput[] | undefined;
  place: string;
}

export type Declared = DeclaredCredential | DeclaredConsumer;

/**
 * Everything that these files declare: credentials in their order, then consumers in theirs. Throws `UsageError`, which
 * names every mistake with its line.
 */
export async function readDeclared(session: Session, paths: readonly string[]): Promise<Declared[]> {
  const all: Declared[] = [];
  for (const path of paths) {
    const file = readYaml(await readText(session, path), path === '-' ? 'standard input' : path);
    const mistakes = shapeMistakes(file);
    if (mistakes.length > 0) throw new UsageError(`${mistakes.join('\n')}\nNothing was changed.`);
    all.push(...declaredIn(file, path === '-' ? '.' : dirname(path)));
  }
  const twice = firstTwice(all);
  if (twice) {
    throw new UsageError(`${twice.place}: The ${twice.kind} ${twice.id} stands there twice. Nothing was changed.`);
  }
  if (all.length === 0) {
    throw new UsageError(`${paths.join(', ')}: nothing is declared. Begin with credentials: and a list below it.`);
  }
  return [...all.filter(({ kind }) => kind === 'credential'), ...all.filter(({ kind }) => kind === 'consumer')];
}

function firstTwice(all: readonly Declared[]): Declared | undefined {
  const names = new Set<string>();
  for (const one of all) {
    const name = `${one.kind} ${one.id}`;
    if (names.has(name)) return one;
    names.add(name);
  }
  return undefined;
}

/** What a file of the right shape declares. */
function declaredIn(file: YamlFile, folder: string): Declared[] {
  const root = file.value as { credentials?: Item[]; consumers?: Item[] };
  const credentials = (root.credentials ?? []).map((item, at): Declared => {
    const { id, client_auth, ...fields } = item;
    const place = file.at(['credentials', at]);
    const auth = isMap(client_auth) ? withTimes(client_auth) : undefined;
    return { kind: 'credential', id: idOf(id, place), fields, auth, folder: resolve(folder), place };
  });
  const consumers = (root.consumers ?? []).map((item, at): Declared => {
    const { id, permissions, ...fields } = item;
    const place = file.at(['consumers', at]);
    return { kind: 'consumer', id: idOf(id, place), fields, permissions: permissions as PermissionInput[], place };
  });
  return [...credentials, ...consumers];
}

type Item = Record<string, unknown>;

function idOf(id: unknown, place: string): string {
  if (typeof id === 'string' && id !== '') return id;
  throw new UsageError(`${place}: An item here has no id. Give it one. Nothing was changed.`);
}

/** Days as the times that they begin with. */
function withTimes(auth: Item): DeclaredAuth {
  const { secret_expires_at: at } = auth;
  return typeof at === 'string' && at !== '' ? { ...auth, secret_expires_at: timeArgument(at) } : auth;
}
