import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Document } from 'yaml';
import type { DeclaredAuth } from './apply-file.js';
import { UsageError } from './failure-text.js';
import { remark, type Session } from './session.js';
import { visibleLines } from './terminal-text.js';

/** A credential as it is written for `apply`, with the secret that goes into a file beside it. */
export interface Converted {
  id: string;
  /** By the names of the API, without `client_auth`. */
  fields: Record<string, unknown>;
  auth: DeclaredAuth;
  /** What its secret file holds; undefined where there is no such file, or it cannot be known. */
  secret: string | undefined;
  /** What stands above it, for people. */
  comment: string;
}

/** What an import makes of a file of other software. */
export interface Conversion {
  credentials: Converted[];
  consumers: Record<string, unknown>[];
  /** What to do next and what could not be taken; `folder` is where the files are. */
  next(folder: string): string;
}

/** Where the secret of a credential is kept, from the folder of the YAML file. */
export function secretFile(id: string): string {
  return `./secrets/${id}.txt`;
}

/**
 * Writes the files for `apply` into a new or empty place; without a folder prints the YAML alone. Throws `UsageError`
 * where a file is there already, and then writes none.
 */
export async function writeConversion(session: Session, folder: string | undefined, made: Conversion): Promise<void> {
  const out = folder?.replace(/(?<=.)\/+$/, '');
  const yaml = yamlOf(made);
  if (out === undefined) {
    session.out.write(`${visibleLines(yaml.trimEnd())}\n`);
    return remark(session, `${NOT_WRITTEN}\n\n${made.next('<folder>')}`);
  }
  const files = new Map([[join(out, 'credentials.yaml'), yaml]]);
  for (const { id, secret } of made.credentials) {
    if (secret !== undefined) files.set(join(out, secretFile(id)), secret);
  }
  const there: string[] = [];
  for (const path of files.keys()) if (await exists(path)) there.push(path);
  if (there.length > 0) {
    throw new UsageError(
      `${there.join(', ')}: there already, and not written over. Give another folder with --out, or remove what is there. Nothing was written.`,
    );
  }
  for (const [path, text] of files) await writeAlone(path, text);
  const secrets = [...files.keys()].slice(1);
  const names = [join(out, 'credentials.yaml'), ...secrets].join(', ');
  session.out.write(`${visibleLines(`Wrote ${names}, readable by you alone.\n\n${made.next(out)}`)}\n`);
}

const NOT_WRITTEN =
  'No file was written. With --out <folder> this goes into files, and the secrets into files of their own.';

/** For its owner alone, folder and all. */
async function writeAlone(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? error.code : 'unknown error';
    throw new UsageError(`${path} cannot be written (${errno}). Give a folder with --out in which you may write.`);
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

function yamlOf({ credentials, consumers }: Conversion): string {
  const items = credentials.map(({ id, fields, auth }) => ({ id, ...fields, client_auth: auth }));
  const document = new Document({ credentials: items, ...(consumers.length > 0 ? { consumers } : {}) });
  for (const [at, { comment }] of credentials.entries()) {
    const node: unknown = document.getIn(['credentials', at]);
    if (typeof node === 'object' && node !== null) Object.assign(node, { commentBefore: ` ${comment}` });
  }
  document.commentBefore = ' For tokenwell apply -f. Secrets stand in files of their own, which this names.';
  return document.toString({ lineWidth: 0 });
}

/** `base`, `base-2` … , or with a name of its own where that makes an id. */
export function idsFor(base: string, names: readonly string[]): string[] {
  if (names.length === 1) return [base];
  const taken = new Set<string>();
  const last = new Map<string, number>();
  return names.map((name, at) => {
    const slug = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    let id = shortened(slug === '' ? `${base}-${at + 1}` : `${base}-${slug}`, '');
    // Two of one name would share a file for their secrets, and one would be sent to the other's provider.
    const alike = id.slice(0, LONGEST_ID - LONGEST_END);
    // Names that were made to be alike would be counted through again for each.
    for (let number = Math.max(at, last.get(alike) ?? 0) + 1; taken.has(id); number += 1) {
      id = shortened(`${base}-${slug}`, `-${number}`);
      last.set(alike, number);
    }
    taken.add(id);
    return id;
  });
}

const LONGEST_ID = 64;
/** A dash and a number: a file of 1 MiB names fewer accounts. */
const LONGEST_END = 8;

function shortened(text: string, end: string): string {
  return `${text.slice(0, LONGEST_ID - end.length).replace(/[._-]+$/, '')}${end}`;
}

/** In order, those of one name together. */
export function groupedBy<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return [...groups.values()];
}
