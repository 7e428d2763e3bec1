import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const PREFIX = 'TOKENWELL_';
/** Credentials in a URL, an API key or a master key: a secret that was put into the wrong variable. */
const STRAY_SECRET = /:\/\/.*@|tw(?:k|m1)_/s;
/** What Kubernetes puts into every pod beside a Service named `tokenwell` or `tokenwell-…` ("service links"). */
const SERVICE_LINK = /^TOKENWELL_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/;
const SERVICE_LINK_PORT = /^(?:tcp|udp|sctp):\/\//;

/** Environment variables by name, as Node gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A file that a variable names, as it is now. */
export interface NamedFile {
  /** Absolute. */
  path: string;
  bytes: Buffer;
}

/** An environment that cannot be used. `message` has one line for every mistake and never the value of a secret. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(`The environment cannot be used:\n${mistakes.join('\n')}`);
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

/**
 * Reads the TOKENWELL_ variables one by one and remembers every mistake, so that all can be told at once. After a
 * mistake a reader answers as if the variable were not set. A variable that is set to nothing is a mistake.
 */
export class Environment {
  readonly #variables: Map<string, string>;
  readonly #known: readonly string[];
  readonly #secret: readonly string[];
  readonly #mistakes: string[] = [];

  /** `known` names every variable there is, `secret` those whose value is never shown. */
  constructor({
    variables,
    known,
    secret,
  }: { variables: Variables; known: readonly string[]; secret: readonly string[] }) {
    this.#variables = new Map(Object.entries(variables).filter(isOurs));
    this.#known = known;
    this.#secret = secret;
  }

  /** Adds a mistake: the variable, what was given, and what is allowed. */
  refuse(name: string, allowed: string): void {
    this.#mistakes.push(`${name} is ${this.#shown(name)}; allowed: ${allowed}.`);
  }

  /** Whether the variable is set, be it right or wrong. */
  has(name: string): boolean {
    return this.#variables.has(name);
  }

  /** The value where it is set and `valid`. */
  text(name: string, valid: (value: string) => boolean, allowed: string): string | undefined {
    const value = this.#variables.get(name);
    if (value === undefined) return undefined;
    if (value !== '' && valid(value)) return value;
    this.refuse(name, allowed);
    return undefined;
  }

  /** A whole number within the range, ends included. */
  whole(name: string, { from, to }: { from: number; to: number }): number | undefined {
    const valid = (value: string) => /^\d{1,9}$/.test(value) && Number(value) >= from && Number(value) <= to;
    const value = this.text(name, valid, `a whole number from ${from} to ${to}`);
    return value === undefined ? undefined : Number(value);
  }

  /** `1` is true; `0` and not set are false. */
  flag(name: string): boolean {
    return this.text(name, value => value === '0' || value === '1', '0 or 1') === '1';
  }

  /** One of the words. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.text(name, given => words.some(word => word === given), `one of ${words.join(', ')}`);
    return words.find(word => word === value);
  }

  /** The entries of a comma-separated list, trimmed; none where it is not set. */
  list(name: string, valid: (entry: string) => boolean, allowed: string): string[] {
    const entries = (value: string) => value.split(',').map(entry => entry.trim());
    const value = this.text(name, given => entries(given).every(valid), `a comma-separated list of ${allowed}`);
    return value === undefined ? [] : entries(value);
  }

  /** An absolute path; a relative one starts from the working folder. */
  path(name: string): string | undefined {
    const value = this.text(
      name,
      given => !STRAY_SECRET.test(given),
      'the path of a file or folder, not a secret itself',
    );
    return value === undefined ? undefined : resolve(value);
  }

  /** A file that can be read now and in which `flaw` finds nothing wrong; what it finds continues "names …,". */
  file(name: string, flaw: (bytes: Buffer) => string | undefined, allowed: string): NamedFile | undefined {
    const path = this.path(name);
    const bytes = path === undefined ? undefined : this.#read(name, path);
    if (path === undefined || bytes === undefined) return undefined;
    const found = flaw(bytes);
    if (found === undefined) return { path, bytes };
    this.refuseFile(name, path, found, allowed);
    return undefined;
  }

  /** Adds a mistake: the variable, its file, what is wrong with it, and what is allowed. */
  refuseFile(name: string, path: string, flaw: string, allowed: string): void {
    this.#mistakes.push(`${name} names ${path}, ${flaw}; allowed: ${allowed}.`);
  }

  /** The value of `name`, or the text of the file that `name`_FILE names without the newline at its end, where `valid`. */
  secret(name: string, valid: (value: string) => boolean, allowed: string): string | undefined {
    const file = `${name}_FILE`;
    const [given, named] = [this.#variables.get(name), this.#variables.get(file)];
    if (given && named) {
      this.#mistakes.push(`${name} and ${file} are both set; unset one of them.`);
      return undefined;
    }
    // One that is empty beside the other is how some shells and compose files unset it.
    const path = given && named === '' ? undefined : this.path(file);
    if (path === undefined) return this.text(name, valid, allowed);
    const text = this.#read(file, path)
      ?.toString('utf8')
      .replace(/\r?\n$/, '');
    if (text === undefined || valid(text)) return text;
    this.#mistakes.push(`${file} names ${path}, whose text is ${text ? '(not shown)' : 'empty'}; allowed: ${allowed}.`);
    return undefined;
  }

  /** Which variable gives the value of `secret(name)`; with the path of the file where it is in one. */
  source(name: string): string {
    const path = this.#variables.get(`${name}_FILE`);
    return path ? `${name}_FILE (${path})` : name;
  }

  /** Ends the reading. Throws `ConfigError` for all mistakes together, unknown TOKENWELL_ variables among them. */
  finish(): void {
    for (const name of this.#variables.keys()) {
      if (!this.#known.includes(name)) this.#mistakes.push(`${name} is not known; ${this.#hint(name)}`);
    }
    if (this.#mistakes.length > 0) throw new ConfigError(this.#mistakes);
  }

  #shown(name: string): string {
    const value = this.#variables.get(name);
    if (value === undefined) return 'not set';
    if (value === '') return 'empty';
    if (this.#secret.includes(name) || STRAY_SECRET.test(value)) return '(not shown)';
    return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  }

  #read(name: string, path: string): Buffer | undefined {
    try {
      return readFileSync(path);
    } catch (error) {
      const errno = error instanceof Error && 'code' in error ? error.code : 'unknown error';
      this.refuseFile(name, path, `which cannot be read (${errno})`, 'a file that this user may read');
      return undefined;
    }
  }

  #hint(name: string): string {
    const ranked = this.#known.map(known => ({ known, distance: editDistance(name, known) }));
    const [nearest] = ranked.sort((a, b) => a.distance - b.distance);
    const close = nearest && nearest.distance <= Math.max(2, (name.length - PREFIX.length) / 3);
    return close ? `did you mean ${nearest.known}?` : 'take it out.';
  }
}

function isOurs(entry: [string, string | undefined]): entry is [string, string] {
  const [name, value] = entry;
  if (!name.startsWith(PREFIX) || value === undefined) return false;
  return !(SERVICE_LINK.test(name) || (name.endsWith('_PORT') && SERVICE_LINK_PORT.test(value)));
}

/** How many letters must be put in, taken out or changed to make one text into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
