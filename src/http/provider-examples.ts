import type { Credential } from '../vault/credential.js';
import { providerOf } from '../vault/presets/catalog.js';
import { expand } from '../vault/presets/expansion.js';
import { google } from '../vault/presets/google.js';
import { markdownOf, scriptOf } from '../vault/setup/formats.js';
import { guideFor } from '../vault/setup/setup.js';
import { presetAnswer } from './preset-answer.js';
import { setupAnswer } from './setup-answer.js';

const TENANT = '4d2f9b1e-6f0a-4c3e-9a57-1b8f0c2d7e64';
const MAILBOX = 'info@acme.example';

/** What the API document shows of providers and of what is set up there, by operation and media type. */
export function providerExamples(): Record<string, unknown> {
  const guide = guideFor({
    ...exampleCase(),
    redirectUri: 'https://vault.acme.example/OAuth2Callback',
    localOnly: false,
    now: 0,
  });
  const whole = setupAnswer(guide);
  // A document is no place for whole guides: what one step looks like shows what the others do.
  const steps = whole.steps.filter(({ id }) => id === 'add-mailbox-permission' || id === 'test');
  const short = (text: string) => `${text.split('\n').slice(0, 12).join('\n')}\n…`;
  return {
    listPresets: { items: [presetAnswer(google)], next_cursor: null },
    getSetupGuide: { ...whole, steps, remove: whole.remove.slice(0, 1), markdown: short(whole.markdown) },
    'getSetupGuide text/markdown': short(markdownOf(guide)),
    'getSetupGuide text/x-powershell': short(scriptOf(guide)),
  };
}

function exampleCase() {
  const clientAuth = {
    id: 'auth_8FJ2kQ0mS7q1xv3b5n9dLw',
    method: 'client_secret_post' as const,
    hasSecret: true,
    secretExpiresAt: undefined,
    signingAlg: undefined,
    certificate: undefined,
    keyId: undefined,
    sameAs: undefined,
  };
  const filledIn = expand({
    description: undefined,
    grantType: 'client_credentials',
    preset: 'microsoft',
    tenant: TENANT,
    cloud: 'public',
    purpose: 'imap',
    clientId: '6f1c9f0e-7f0c-4b7e-9f58-2f1d2a1f7a10',
    consentScope: undefined,
    tokenParams: {},
    graceSeconds: undefined,
    mailboxes: [{ address: MAILBOX, purposes: ['imap'] }],
    secret: undefined,
    keyFile: undefined,
    ...clientAuth,
  });
  const kept = { id: 'office-mail', clientAuth, disabled: false, version: 1, createdAt: 0, updatedAt: 0 };
  const credential: Credential = { ...filledIn, ...kept };
  const at = providerOf(credential);
  if (!at) throw new TypeError('The example has no provider.');
  return { credential, at, certificate: undefined, purpose: 'imap' as const, mailboxes: [MAILBOX] };
}
