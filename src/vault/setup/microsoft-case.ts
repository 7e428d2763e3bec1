import { createHash } from 'node:crypto';
import type { AtProvider } from '../presets/catalog.js';
import {
  CLOUD_SETUP,
  type CloudSetup,
  type Permission,
  type PurposeSetup,
  purposeSetup,
} from '../presets/microsoft-setup.js';
import type { Purpose } from '../presets/preset.js';
import type { Asked, Case } from './guide.js';
import { odata } from './quoting.js';

/** What Microsoft's own data say of a purpose there. */
export interface AtMicrosoft {
  at: AtProvider;
  cloud: CloudSetup;
  /** What the purpose needs. */
  own: PurposeSetup;
  /** Whether somebody signs in, so that permissions are delegated ones. */
  signedIn: boolean;
  /** The one tenant; undefined where whoever signs in has their own. */
  tenant: string | undefined;
}

/** A case at Microsoft. */
export type MicrosoftCase = Case & AtMicrosoft;

/** What is known of it there; undefined for a purpose that Microsoft does not serve. */
export function atMicrosoft({ credential, at, purpose }: Asked): AtMicrosoft | undefined {
  const cloudId = Object.entries(at.preset.clouds).find(([, cloud]) => cloud === at.cloud)?.[0];
  const cloud = cloudId === undefined ? undefined : Object.entries(CLOUD_SETUP).find(([id]) => id === cloudId)?.[1];
  const signedIn = credential.grantType === 'authorization_code';
  const own = cloud && purposeSetup(purpose, signedIn, cloud);
  const anybody = at.tenant === undefined || at.preset.tenant?.any.includes(at.tenant);
  return own && { at, cloud, own, signedIn, tenant: anybody ? undefined : at.tenant };
}

/** What the other purposes need for which the credential is there: one registration may serve several. */
export function alsoNeeded({ credential, purpose, signedIn, cloud }: MicrosoftCase): PurposeSetup[] {
  const named: Purpose[] = credential.mailboxes.flatMap(({ purposes }) => purposes);
  const all = new Set([...named, ...(credential.purpose === undefined ? [] : [credential.purpose])]);
  all.delete(purpose);
  return [...all].flatMap(one => purposeSetup(one, signedIn, cloud) ?? []);
}

/** The name of what is made for the application in the directory; a person finds the credential by it. */
export function displayName(credential: string): string {
  return `Tokenwell ${credential}`;
}

/**
 * The name of the group, scope and role assignment for one purpose, at most 64 characters. It holds the client id: what
 * is granted is granted to the application, whichever vault or credential uses it.
 */
export function scopeName({ credential: { clientId }, purpose }: MicrosoftCase): string {
  const plain = /^[\da-z-]{1,36}$/i.test(clientId);
  const named = plain ? clientId.toLowerCase() : createHash('sha256').update(clientId).digest('hex').slice(0, 32);
  return `tokenwell-${named}-${purpose}`;
}

/** The filter that finds the application, its enterprise application included. */
export function byClientId({ credential: { clientId } }: MicrosoftCase): string {
  return odata`appId eq ${clientId}`;
}

/** The names of permissions of one resource. */
export function namesOf(permissions: readonly Permission[]): string[] {
  return permissions.map(({ name }) => name);
}
