import type { Credential, CredentialInput } from '../credential.js';
import type { Who } from '../errors.js';
import type { Script } from '../findings/words.js';
import type { Certificate } from '../ports.js';
import type { AtProvider } from '../presets/catalog.js';
import type { Purpose } from '../presets/preset.js';
import type { Prose } from './prose.js';
import type { Command } from './quoting.js';

/** Who does a step: whoever a finding may name, and at Google the owner of the project in which the client is. */
export type Doer = Exclude<Who, 'provider'> | 'project_owner';

/** A stable word for a step: findings name the step that mends them by it, and there are some that mend nothing. */
export type StepId =
  | Script
  | 'mailboxes'
  | 'permissions'
  | 'connect-exchange'
  | 'consent-screen'
  | 'remove'
  | 'test'
  | 'store-credential'
  | 'go-on'
  | 'public-address';

/** One thing that somebody does. */
export interface Step {
  id: StepId;
  title: Prose;
  who: Doer;
  /** In a sentence. */
  why: Prose;
  /** Nobody needs it unless its text says so; scripts leave it out. */
  optional?: boolean;
  /** What to know about it. */
  text?: Prose;
  /** What to do by hand, in order. Where there are commands too, either will do. */
  instructions?: readonly Prose[];
  commands?: readonly Command[];
  /** To be opened in a browser. */
  link?: string;
}

/** Permissions that the application does not need, and what is bad about them. */
export interface Excess {
  permissions: readonly string[];
  resource: string;
  kind: 'Application' | 'Delegated';
  why: string;
}

/** How somebody sets up at the provider what a credential needs for one purpose. */
export interface Guide {
  credential: string;
  preset: string;
  /** The name of the provider and of its cloud, for people. */
  provider: string;
  purpose: Purpose;
  mailboxes: readonly string[];
  steps: readonly Step[];
  /** What should be taken away where it was given. */
  remove: readonly Excess[];
}

/** What a guide begins with, while nothing is stored and the provider knows no client yet. */
export interface Plan {
  /** As the credential will be named. */
  id: string;
  credential: Omit<CredentialInput, 'clientId'>;
  at: AtProvider;
  purpose: Purpose;
  mailboxes: readonly string[];
  redirectUri: string;
  /** Whether browsers of other machines cannot come back to it. */
  localOnly: boolean;
}

/** What both know of a token to come. */
export type Asked = Pick<Plan, 'at' | 'purpose'> & { credential: Pick<Credential, 'grantType' | 'scope'> };

/** What a whole guide is written for. */
export interface Case {
  credential: Credential;
  /** The newest of the credential: the one that is downloaded. */
  certificate: Certificate | undefined;
  at: AtProvider;
  purpose: Purpose;
  /** Addresses, those that the purpose is for. */
  mailboxes: readonly string[];
  redirectUri: string;
  /** Whether browsers of other machines cannot come back to it. */
  localOnly: boolean;
  /** Epoch milliseconds. */
  now: number;
}
