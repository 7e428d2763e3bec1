import type { Plan, Step } from './guide.js';
import { say } from './prose.js';

/** Undefined where the vault can be reached from other machines. */
export function reachStep({ redirectUri, localOnly }: Pick<Plan, 'redirectUri' | 'localOnly'>): Step | undefined {
  if (!localOnly) return undefined;
  return {
    id: 'public-address',
    title: say`Give the vault its public address first`,
    who: 'operator',
    why: say`People sign in in browsers of their own, and the redirect URI ${redirectUri} leads each of them to its own machine.`,
    text: say`Start the vault with ${'TOKENWELL_PUBLIC_URL'} set to the https address by which browsers reach it, then ask for this guide again. To try it in a browser on this machine, go on as it is.`,
  };
}
