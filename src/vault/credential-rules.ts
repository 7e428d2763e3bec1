import { proofErrors } from './client-auth-rules.js';
import type { Credential, CredentialInput } from './credential.js';
import type { FieldError } from './errors.js';
import { isClientPlaceholder, placeholderInUrl } from './placeholders.js';
import type { Destinations } from './ports.js';
import { providerOf } from './presets/catalog.js';
import { providerErrors, tenantErrors } from './presets/scope-rules.js';

const URL_FIELDS = [
  ['authorization_url', 'authorizationUrl'],
  ['token_url', 'tokenUrl'],
  ['revocation_url', 'revocationUrl'],
  ['issuer', 'issuer'],
] as const;

/** Parameters that Tokenwell sets itself (RFC 6749 §4, RFC 7636, RFC 7523); nobody may set them another way. */
const OWN_TOKEN_PARAMS = [
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'assertion',
  'scope',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
];
const OWN_AUTHORIZATION_PARAMS = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'request',
  'request_uri',
];

const DAY_MS = 86_400_000;

const PROMPTS = ['none', 'login', 'consent', 'select_account', 'create', 'admin_consent'];

/**
 * What a careful person would check before storing a credential, beyond the form of each field. Names are resolved to
 * see where a URL leads; no provider is called. What is as in the `stored` one may look like a placeholder, or break a
 * rule of its provider, so that a credential stays editable.
 */
export async function credentialErrors(
  input: CredentialInput,
  destinations: Destinations,
  stored?: Credential,
): Promise<FieldError[]> {
  const urlErrors = await Promise.all(
    URL_FIELDS.map(([field, key]) => urlError(field, input[key], stored?.[key], destinations)),
  );
  return [
    ...urlErrors.flat(),
    ...clientErrors(input, stored),
    ...proofErrors(input, input.grantType),
    ...grantErrors(input),
    ...paramErrors('token_params', input.tokenParams, OWN_TOKEN_PARAMS),
    ...paramErrors('authorization_params', input.authorizationParams, OWN_AUTHORIZATION_PARAMS),
    ...promptErrors(input),
    ...mailboxErrors(input),
    ...providerErrors(input, stored),
  ];
}

/** What can be said of one before its provider knows the client. */
export function plannedErrors(plan: Omit<CredentialInput, 'clientId'>): FieldError[] {
  const at = providerOf(plan);
  return [...grantErrors(plan), ...mailboxErrors(plan), ...(at ? tenantErrors(plan, at) : [])];
}

/** The flaw of a URL that was copied without putting one's own value in; `says` follows the name of its `field`. */
export function placeholderFlaw(url: string, field = ''): { rule: string; says: string } | undefined {
  const found = placeholderInUrl(url, field);
  return found === undefined ? undefined : { rule: 'placeholder', says: says(`the placeholder ${found}`) };
}

function says(what: string): string {
  return `still holds ${what}. Put your own value in its place.`;
}

function clientErrors({ clientId, secret }: CredentialInput, stored: Credential | undefined): FieldError[] {
  const error = (field: string, what: string) => ({ field, rule: 'placeholder', detail: `${field} ${says(what)}` });
  const copiedId = clientId !== stored?.clientId && isClientPlaceholder(clientId);
  const copiedSecret = secret !== undefined && isClientPlaceholder(secret.reveal());
  return [
    ...(copiedId ? [error('client_id', `the placeholder ${clientId}`)] : []),
    ...(clientId === clientId.trim() || clientId === stored?.clientId ? [] : [PADDED]),
    ...(copiedSecret ? [error('client_auth.secret', 'a placeholder')] : []),
  ];
}

const PADDED = {
  field: 'client_id',
  rule: 'no_space_around',
  detail: 'client_id begins or ends with a space, which providers take for a part of it. Leave the space out.',
};

async function urlError(
  field: string,
  url: string | undefined,
  stored: string | undefined,
  destinations: Destinations,
): Promise<FieldError[]> {
  if (url === undefined) return [];
  const flaw = url === stored ? undefined : placeholderFlaw(url, field);
  if (flaw) return [{ field, rule: flaw.rule, detail: `${field} ${flaw.says}` }];
  const broken = await destinations.check(url);
  return broken ? [{ field, ...broken }] : [];
}

/**
 * An expiry of the secret before today (UTC) is a slip, such as the wrong year. The `stored` one may come back, so that
 * a credential whose secret has expired can still be edited. Times in epoch milliseconds.
 */
export function expiryErrors(expiry: number | undefined, stored: number | undefined, now: number): FieldError[] {
  const today = now - (now % DAY_MS);
  if (expiry === undefined || expiry === stored || expiry >= today) return [];
  const detail = 'secret_expires_at lies before today. Give the day on which this secret expires, or leave it out.';
  return [{ field: 'client_auth.secret_expires_at', rule: 'today_or_later', detail }];
}

function grantErrors(input: Omit<CredentialInput, 'clientId'>): FieldError[] {
  const errors: FieldError[] = [];
  const application = input.grantType === 'client_credentials';
  const consents = input.grantType === 'authorization_code';
  if (application && input.method === 'none') {
    const detail =
      'client_credentials needs a client that can prove itself: client_secret_post, client_secret_basic or private_key_jwt.';
    errors.push({ field: 'client_auth.method', rule: 'not_for_this_grant', detail });
  }
  if (input.grantType === 'jwt_bearer' && input.method !== 'private_key_jwt') {
    const detail = 'jwt_bearer asks with an assertion that a private key signs: choose private_key_jwt.';
    errors.push({ field: 'client_auth.method', rule: 'not_for_this_grant', detail });
  }
  if (consents && input.authorizationUrl === undefined) {
    const detail = 'authorization_code needs the address where people sign in.';
    errors.push({ field: 'authorization_url', rule: 'required', detail });
  }
  if (input.refreshPolicy === 'grace' && input.graceSeconds === undefined) {
    const detail = 'refresh_policy grace needs grace_seconds: how long the provider accepts the old refresh token.';
    errors.push({ field: 'grace_seconds', rule: 'required', detail });
  }
  return errors;
}

/** The accounts of jwt_bearer are its mailboxes, so each is named once and there is one at least. */
function mailboxErrors({ grantType, mailboxes }: Pick<CredentialInput, 'grantType' | 'mailboxes'>): FieldError[] {
  const error = (rule: string, detail: string) => [{ field: 'mailboxes', rule, detail }];
  const addresses = mailboxes.map(({ address }) => address.toLowerCase());
  const none = mailboxes.find(({ address }) => !/^[^@]+@[^@]+$/.test(address));
  if (none) return error('address', `${none.address} is no mailbox address. Write it as name@domain.`);
  const twice = addresses.find((address, at) => addresses.indexOf(address) !== at);
  if (twice !== undefined) return error('unique', `${twice} stands there twice. Name each mailbox once.`);
  if (grantType !== 'jwt_bearer' || addresses.length > 0) return [];
  return error('required', 'jwt_bearer acts for mailboxes, and each is an account: name at least one.');
}

function paramErrors(field: string, params: Record<string, string>, own: string[]): FieldError[] {
  return Object.keys(params)
    .filter(name => own.includes(name))
    .map(name => ({
      field: `${field}.${name}`,
      rule: 'reserved',
      detail: `Tokenwell sets ${name} itself; leave it out.`,
    }));
}

/** One prompt value in all, whether it stands in the URL or among the parameters (OpenID Connect Core §3.1.2.1). */
function promptErrors(input: CredentialInput): FieldError[] {
  const inUrl =
    input.authorizationUrl && URL.canParse(input.authorizationUrl) ? new URL(input.authorizationUrl) : undefined;
  const prompts = [
    ...(inUrl?.searchParams.getAll('prompt') ?? []).map(value => ({ field: 'authorization_url', value })),
    ...Object.entries(input.authorizationParams)
      .filter(([name]) => name === 'prompt')
      .map(([, value]) => ({ field: 'authorization_params.prompt', value })),
  ];
  const second = prompts[1];
  if (second) {
    return [
      { field: second.field, rule: 'one_prompt', detail: 'Give prompt once: in the URL or in authorization_params.' },
    ];
  }
  return prompts
    .filter(({ value }) => !PROMPTS.includes(value))
    .map(({ field }) => ({ field, rule: 'prompt', detail: `prompt is exactly one of: ${PROMPTS.join(', ')}.` }));
}
