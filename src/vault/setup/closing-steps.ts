import { drawableScopes } from '../credential.js';
import { filled } from '../presets/catalog.js';
import { missingScopes, resourceScope } from '../scopes.js';
import type { Asked, Case, Step } from './guide.js';
import { say, words } from './prose.js';
import { bash, joined } from './quoting.js';

// The steps at every provider: what this credential still lacks, whose proof it has, the sign-in of people, the test.

/** The scope that a token for the purpose is asked with, as the preset has it. */
export function scopeFor({ at, credential, purpose }: Asked): string {
  const template = at.preset.grants[credential.grantType]?.purposes[purpose]?.scope ?? credential.scope;
  return filled(template, at.cloud.hosts);
}

/** Where the credential asks for less than the purpose needs: what to add to it. */
export function scopeStep(one: Case): Step | undefined {
  const { credential } = one;
  const scope = scopeFor(one);
  const lacking = missingScopes(resourceScope(scope), drawableScopes(credential));
  if (lacking.length === 0) return undefined;
  const asked = `${credential.consentScope ?? credential.scope} ${scope}`.split(' ').filter(token => token !== '');
  return {
    id: 'scope',
    title: say`Let the credential ask for it`,
    who: 'operator',
    why: say`A token serves what it was asked for, and this credential does not ask for ${lacking.join(' ')} yet.`,
    text: say`A draw then names the scope that it wants, for one token serves one resource.`,
    commands: [bash`tokenwell credential replace ${credential.id} --consent-scope=${[...new Set(asked)].join(' ')}`],
  };
}

/** What to do where no mailbox is known; undefined where one is. */
export function mailboxStep({ credential: { id }, mailboxes, purpose }: Case): Step | undefined {
  if (mailboxes.length > 0) return undefined;
  return {
    id: 'mailboxes',
    title: say`Say for which mailboxes`,
    who: 'operator',
    why: say`Access is given mailbox by mailbox, and no mailbox is named for ${purpose} yet.`,
    text: say`Until then the steps below that are for mailboxes have no commands. Ask for this guide again with an address after ${'--mailbox'}, or keep the addresses with the credential: ${`tokenwell credential replace ${id} --mailbox …`}`,
  };
}

/** The consent of the people whose mailboxes they are. */
export function connectStep({ credential: { id }, mailboxes }: Case, also = say``): Step {
  const [only, ...others] = mailboxes;
  const links =
    only !== undefined && others.length > 0
      ? mailboxes.map(address => bash`tokenwell account link ${id} ${address} --login-hint=${address}`)
      : [
          only === undefined
            ? bash`tokenwell account link ${id}`
            : bash`tokenwell account link ${id} --login-hint=${only}`,
        ];
  const [first = bash`tokenwell account link ${id}`, ...more] = links;
  return {
    id: 'connect-link',
    title: say`Have the owners of the mailboxes sign in`,
    who: 'mailbox_owner',
    why: say`With this grant type access comes from the person who signs in, and only from them.`,
    text: say`An operator makes a link and sends it; whoever opens it signs in with the account of the mailbox and approves.${also}`,
    commands: [joined(first, ...more)],
  };
}

/** The proof that it works. */
export function testStep({ credential: { id, grantType }, mailboxes }: Case): Step {
  const perMailbox = grantType === 'jwt_bearer' || (grantType === 'authorization_code' && mailboxes.length > 1);
  const tests = perMailbox
    ? mailboxes.map(address => bash`tokenwell credential test ${id} --account=${address}`)
    : [bash`tokenwell credential test ${id}`];
  const [first = bash`tokenwell credential test ${id}`, ...more] = tests;
  const success = words('The credential works.');
  return {
    id: 'test',
    title: say`Test it`,
    who: 'operator',
    why: say`It shows now whether the provider gives a token, and not when the first mail waits.`,
    text: say`Success is the last line: ${success} Otherwise the answer says who must act and what to do. Changes at a provider may need some minutes, those of roles up to two hours. Whether a mailbox opens is decided by its server, and shows when the program that draws the token first signs in there; what the server then says can be reported (${'POST …/token/rejected'}), and ${`tokenwell account show ${id}`} says what is missing.`,
    commands: [joined(first, ...more)],
  };
}

/** What another credential holds is set up with that one. */
export function sharedStep({ credential: { clientAuth } }: Case, holder: string): Step {
  const certificate = clientAuth.method === 'private_key_jwt';
  return {
    id: certificate ? 'certificate' : 'new-secret',
    title: certificate ? say`Have the certificate uploaded` : say`Have the secret made`,
    who: 'operator',
    why: say`This credential proves itself with what ${holder} holds, so it is set up once, there.`,
    commands: [bash`tokenwell credential setup ${holder}`],
  };
}
