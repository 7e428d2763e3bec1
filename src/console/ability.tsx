import type { VNode } from 'preact';
import { shown } from './outside-text.js';

type Deed = 'read' | 'send' | 'see' | 'keep';

/** What may be done with mail, in the order in which a sentence names it. */
const ACTS = ['read', 'change', 'move', 'delete', 'send'] as const;
type Act = (typeof ACTS)[number];

/** Who reads it: somebody who signs in for one mailbox, or who approves for everybody. */
export type Reader = 'owner' | 'administrator';

interface Ability {
  deed: Deed;
  words: string;
  /** What of `words` is done with mail. */
  acts: readonly Act[];
  /** For an administrator, where "you" would be somebody else. */
  ofAll?: string;
}

const SEE: Ability = {
  deed: 'see',
  acts: [],
  words: 'see your name and e-mail address',
  ofAll: 'see the name and e-mail address of whoever signs in',
};
const SEND: Ability = { deed: 'send', acts: ['send'], words: 'send mail' };
const IMAP: Ability = { deed: 'read', acts: ['read', 'move', 'delete'], words: 'read, move and delete mail (IMAP)' };
const POP: Ability = { deed: 'read', acts: ['read', 'delete'], words: 'read and delete mail (POP)' };
const READ: Ability = { deed: 'read', acts: ['read'], words: 'read mail' };
const EVERYTHING_BUT_SENDING = ['read', 'change', 'move', 'delete'] as const;
const READ_WRITE: Ability = {
  deed: 'read',
  acts: EVERYTHING_BUT_SENDING,
  words: 'read, change, move and delete mail',
};
const READ_WRITE_SHARED: Ability = {
  deed: 'read',
  acts: EVERYTHING_BUT_SENDING,
  words: 'read, change, move and delete mail in shared mailboxes',
};
const READ_SHARED: Ability = {
  deed: 'read',
  acts: ['read'],
  words: 'read mail in mailboxes that are shared with you',
  ofAll: 'read mail in shared mailboxes',
};
const SEND_SHARED: Ability = {
  deed: 'send',
  acts: ['send'],
  words: 'send mail from mailboxes that are shared with you',
  ofAll: 'send mail from shared mailboxes',
};

const ALL_OF_GOOGLE: Ability = {
  deed: 'read',
  acts: ['read', 'move', 'delete'],
  words: 'read, move and delete all your mail',
  ofAll: 'read, move and delete all mail of whoever signs in',
};
const KEEP: Ability = {
  deed: 'keep',
  acts: [],
  words: 'keep this access until you or an administrator end it',
  ofAll: 'keep this access until an administrator or whoever signed in ends it',
};

/** In lower case, without the address of Microsoft's resource. Those of Google are whole. */
const ABILITIES: ReadonlyMap<string, readonly Ability[]> = new Map([
  ['imap.accessasuser.all', [IMAP]],
  ['imap.accessasapp', [IMAP]],
  ['pop.accessasuser.all', [POP]],
  ['pop.accessasapp', [POP]],
  ['smtp.send', [SEND]],
  ['smtp.sendasapp', [SEND]],
  ['mail.read', [READ]],
  ['mail.readwrite', [READ_WRITE]],
  ['mail.send', [SEND]],
  ['mail.read.shared', [READ_SHARED]],
  ['mail.readwrite.shared', [READ_WRITE_SHARED]],
  ['mail.send.shared', [SEND_SHARED]],
  ['https://mail.google.com/', [ALL_OF_GOOGLE, SEND]],
  ['https://www.googleapis.com/auth/gmail.readonly', [READ]],
  ['https://www.googleapis.com/auth/gmail.modify', [READ_WRITE, SEND]],
  ['https://www.googleapis.com/auth/gmail.send', [SEND]],
  ['openid', [SEE]],
  ['profile', [SEE]],
  ['email', [SEE]],
  ['user.read', [SEE]],
  ['offline_access', [KEEP]],
]);

const ORDER: readonly Deed[] = ['read', 'send', 'see', 'keep'];
const MICROSOFT =
  /^https:\/\/(?:(?:dod-)?graph\.microsoft\.(?:com|us)|microsoftgraph\.chinacloudapi\.cn|outlook\.office(?:365)?\.(?:com|us)|outlook-dod\.office365\.us|partner\.outlook\.cn)\/+(?<name>[^/]+)$/;

function abilitiesOf(scope: string): readonly Ability[] {
  const spelled = scope.toLowerCase();
  return ABILITIES.get(MICROSOFT.exec(spelled)?.groups?.name ?? spelled) ?? [];
}

/** What may be done with scopes, as a list in words, each once; a scope that we do not know stands as it is. */
export function AbilityList({ scopes, reader = 'owner' }: { scopes: readonly string[]; reader?: Reader }): VNode {
  const known = scopes.flatMap(abilitiesOf).sort((a, b) => ORDER.indexOf(a.deed) - ORDER.indexOf(b.deed));
  const words = [...new Set(known.map(({ words, ofAll = words }) => (reader === 'administrator' ? ofAll : words)))];
  const unknown = [...new Set(scopes.filter(scope => abilitiesOf(scope).length === 0))];
  return (
    <ul class="abilities">
      {words.map(text => (
        <li key={text}>{text}</li>
      ))}
      {unknown.map(scope => (
        <li key={scope}>
          <UnknownAbility scope={scope} />
        </li>
      ))}
    </ul>
  );
}

function UnknownAbility({ scope }: { scope: string }): VNode {
  const all = /^(?<resource>.+)\/\.default$/.exec(scope)?.groups?.resource;
  if (all === undefined) return <code>{shown(scope)}</code>;
  return (
    <>
      do everything that it is registered for at <code>{shown(all)}</code>
    </>
  );
}

/**
 * What the scopes come to, in one breath: `read, move and delete mail`, never less than the list says of mail, and
 * `, and more,` where the list names what we have no words for. Undefined when they say nothing of mail.
 */
export function gist(scopes: readonly string[]): string | undefined {
  const asked = new Set(scopes.flatMap(abilitiesOf).flatMap(({ acts }) => acts));
  const named = ACTS.filter(act => asked.has(act));
  if (named.length === 0) return undefined;
  const more = scopes.some(scope => abilitiesOf(scope).length === 0) ? ', and more,' : '';
  return `${CONJUNCTION.format(named)} mail${more}`;
}

/** `read, move and delete`: British, as the list is, has no comma before the last. */
const CONJUNCTION = new Intl.ListFormat('en-GB', { type: 'conjunction' });
