import type { ErrorClass, Who } from '../errors.js';

/** A kind of step of the set-up guide, which holds the commands for it. */
export type Script =
  | 'register-application'
  | 'redirect-uri'
  | 'admin-consent'
  | 'assign-users'
  | 'new-secret'
  | 'certificate'
  | 'clock'
  | 'cloud'
  | 'tenant'
  | 'scope'
  | 'new-service-principal'
  | 'add-mailbox-permission'
  | 'add-send-as'
  | 'enable-protocol'
  | 'enable-smtp-auth'
  | 'mailbox-scope'
  | 'domain-wide-delegation'
  | 'connect-link';

/**
 * What a finding says. Sentences may hold the placeholders of `Known` in braces. Printable ASCII without quotation mark
 * and backslash, so that they stand in an `error_description` as they are (RFC 6749 §5.2).
 */
export interface Words {
  /** Who must act. */
  who: Who;
  /** What happened. */
  happened: string;
  /** What to do, said to `who`. */
  todo: string;
  /** What an operator types here for it, after `tokenwell`; mailbox owners are not shown it. */
  command?: string;
  /** A page of the provider that explains more. */
  link?: string;
  script?: Script;
}

/** One row of the catalogue. `class` is what it would be by itself; what is done is decided without it. */
export interface Row extends Words {
  class: ErrorClass;
  /**
   * What it says where nobody signs in (client_credentials, jwt_bearer). Left out: the same, or nothing at all where it
   * speaks to the owner of a mailbox.
   */
  unattended?: Omit<Words, 'happened'> & { happened?: string };
}

/** A row for numbers (AADSTS) and other codes. */
export interface CodeRow extends Row {
  codes: readonly string[];
  /** It says little beside any other: it counts where no other is known. */
  general?: true;
}

/** A row for texts that a provider writes, whole or in part, in any case. */
export interface TextRow extends Row {
  texts: readonly string[];
}

/** What the sentences may name; what is not known stands as `<client id>` and is put in by the reader. */
export type Known = Partial<Record<Placeholder, string>>;

export type Placeholder = (typeof PLACEHOLDERS)[number];

export const PLACEHOLDERS = [
  'host',
  'credential',
  'client_id',
  'tenant',
  'redirect_uri',
  'scope',
  'mailbox',
  'service_principal',
  'minutes',
  'direction',
  'what',
] as const;

/** Only what cannot be taken for anything else where people copy it: a list, or one word that is no option and no file. */
const LIST = /^[\w.~:@/+,=%[\]-]{1,200}(?: [\w.~:@/+-]{1,200}){0,20}$/;
const WORD = /^[\w.~:/+=%[\]][\w.~:@/+,=%[\]-]{0,199}$/;
const LISTS: ReadonlySet<string> = new Set(['scope', 'what', 'direction']);

/** A sentence with what is known in the place of its placeholders. */
export function filled(sentence: string, known: Known): string {
  return sentence.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(known, name) ? known[name as Placeholder] : undefined;
    const plain = name === 'what' || (LISTS.has(name) ? LIST : WORD).test(value ?? '');
    return value !== undefined && plain ? value : `<${name.replaceAll('_', ' ')}>`;
  });
}

/** The words with all that is known put in. */
export function filledWords<Kind extends Words>(words: Kind, known: Known): Kind {
  const { happened, todo, command } = words;
  const typed = command === undefined ? {} : { command: filled(command, known) };
  return { ...words, happened: filled(happened, known), todo: filled(todo, known), ...typed };
}

/** What to do, with the command that does it here: for everybody but the owner of a mailbox. */
export function actionOf({ todo, command }: Pick<Words, 'todo' | 'command'>): string {
  return command === undefined ? todo : `${todo} In Tokenwell: \`tokenwell ${command}\`.`;
}

/** What a row says to whom, by whether anybody signs in; undefined where it has nothing to say. */
export function wordsWhere(attended: boolean, row: Row | undefined): Words | undefined {
  if (attended || !row) return row;
  const { class: _, unattended, ...words } = row;
  if (unattended) return { happened: words.happened, ...unattended };
  return row.who === 'mailbox_owner' ? undefined : words;
}
