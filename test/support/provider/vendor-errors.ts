import { randomUUID } from 'node:crypto';

/** A refusal as a provider words it. */
export interface VendorError {
  status: number;
  /** What it means, in our words. */
  says: string;
  body: (now: Date) => Record<string, unknown>;
}

type Entra = [number: number, status: number, error: string, says: string, more?: Record<string, unknown>];

const MFA_CLAIMS = {
  claims: '{"access_token":{"capolids":{"essential":true,"values":["00000000-0000-0000-0000-000000000000"]}}}',
};

const ENTRA: readonly Entra[] = [
  [
    50076,
    400,
    'interaction_required',
    'multi-factor authentication is needed',
    { suberror: 'basic_action', ...MFA_CLAIMS },
  ],
  [50173, 400, 'invalid_grant', 'the grant was revoked, as by a new password', { suberror: 'bad_token' }],
  [53003, 400, 'invalid_grant', 'Conditional Access blocks it', { suberror: 'message_only' }],
  [65001, 400, 'invalid_grant', 'nobody has consented', { suberror: 'consent_required' }],
  [70008, 400, 'invalid_grant', 'code or refresh token is too old'],
  [90033, 503, 'temporarily_unavailable', 'the directory is not available'],
  [500011, 400, 'invalid_resource', 'the resource of the scope is not known in the tenant'],
  [700016, 400, 'unauthorized_client', 'the client id is not known in the tenant'],
  [700082, 400, 'invalid_grant', 'the refresh token was not used for 90 days', { suberror: 'bad_token' }],
  [7000215, 401, 'invalid_client', 'the client secret is wrong'],
  [7000222, 401, 'invalid_client', 'the client secret has expired'],
];

type Google = [
  name: string,
  status: number,
  error: string,
  description: string,
  says: string,
  more?: Record<string, unknown>,
];

const RAPT = { error_uri: 'https://support.google.com/a/answer/9368756', error_subtype: 'invalid_rapt' };
const RAPT_TEXT = 'reauth related error (invalid_rapt)';

const GOOGLE: readonly Google[] = [
  ['revoked', 400, 'invalid_grant', 'Token has been expired or revoked.', 'the grant is over'],
  ['rapt', 400, 'invalid_grant', RAPT_TEXT, 'the Workspace wants its people to sign in again', RAPT],
  [
    'policy',
    400,
    'admin_policy_enforced',
    'Not allowed by the administrator.',
    'the Workspace does not allow the client',
  ],
  ['client', 401, 'invalid_client', 'The OAuth client was not found.', 'the client id is not known'],
  ['deleted', 401, 'deleted_client', 'The OAuth client was deleted.', 'the client was deleted'],
];

/** Errors of Entra ID by `AADSTS` and their number, of Google by `google-` and a word. */
export const VENDOR_ERRORS: ReadonlyMap<string, VendorError> = new Map([
  ...ENTRA.map(row => [`AADSTS${row[0]}`, entra(row)] as const),
  ...GOOGLE.map(row => [`google-${row[0]}`, google(row)] as const),
]);

/** The description that Entra ID gives with an error: a number, a sentence and three lines for its support. */
export function entraWords(number: number, says: string, now: Date) {
  const [trace_id, correlation_id] = [randomUUID(), randomUUID()];
  const timestamp = `${now.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const sentence = `AADSTS${number}: ${says.charAt(0).toUpperCase()}${says.slice(1)}.`;
  const error_description = `${sentence} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`;
  return { error_description, error_codes: [number], timestamp, trace_id, correlation_id };
}

function entra([number, status, error, says, more]: Entra): VendorError {
  const error_uri = `https://login.microsoftonline.com/error?code=${number}`;
  return { status, says, body: now => ({ error, ...entraWords(number, says, now), error_uri, ...more }) };
}

function google([, status, error, error_description, says, more]: Google): VendorError {
  return { status, says, body: () => ({ error, error_description, ...more }) };
}
