import type { Protocol } from '../presets/preset.js';
import { connectStep, mailboxStep, scopeStep, testStep } from './closing-steps.js';
import { approvalStep, clientStep, consentScreenStep, redirectStep, secretStep } from './google-client.js';
import { delegationStep, keyStep, serviceAccountStep } from './google-delegation.js';
import { GOOGLE_ADMIN } from './google-pages.js';
import type { Case, Excess, Step } from './guide.js';
import { listed, say, words } from './prose.js';
import { reachStep } from './reach.js';

// Google: "Turn POP and IMAP on and off for users".

/** The steps at Google, and what to take away; undefined for what Google does not serve. */
export function googleGuide(one: Case): { steps: Step[]; remove: Excess[] } | undefined {
  const { grantType } = one.credential;
  if (!one.at.preset.grants[grantType]?.purposes[one.purpose]) return undefined;
  const delegated = grantType === 'jwt_bearer';
  const own = delegated
    ? [mailboxStep(one), serviceAccountStep(one), keyStep(one), delegationStep(one)]
    : [reachStep(one), consentScreenStep(one), clientStep(one), redirectStep(one), secretStep(one), approvalStep(one)];
  const access = accessStep(one);
  const closing = [scopeStep(one), delegated ? undefined : connectStep(one), testStep(one)];
  return { steps: [...own, access, ...closing].filter(step => step !== undefined), remove: [] };
}

const SWITCHED: Readonly<Record<Protocol, string>> = { imap: 'IMAP', pop: 'POP', smtp: 'SMTP' };

function accessStep({ purpose, mailboxes }: Case): Step | undefined {
  if (purpose !== 'imap' && purpose !== 'pop') return undefined;
  const whose = mailboxes.length > 0 ? say`of ${listed(mailboxes)}` : say`of the mailboxes`;
  return {
    id: 'enable-protocol',
    title: say`Let mail programs use ${words(SWITCHED[purpose])}`,
    who: 'tenant_admin',
    why: say`Where it is off for an organisational unit, sign-in fails however right the token is.`,
    instructions: [
      say`Google Admin console: Apps, Google Workspace, Gmail, End user access, POP and IMAP access.`,
      say`For the unit ${whose}: ${words(SWITCHED[purpose])} access on, for any mail client or for this client id.`,
    ],
    link: `${GOOGLE_ADMIN}/ac/apps/gmail/enduseraccess`,
  };
}
