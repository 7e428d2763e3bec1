import type { CredentialFields } from '../credential.js';
import type { FieldError } from '../errors.js';
import { resourceScope, scopeTokens } from '../scopes.js';
import type { Secret } from '../secret.js';
import { addressErrors } from './address-rules.js';
import { type AtProvider, filled, providerOf } from './catalog.js';
import type { ScopeHabits } from './preset.js';

/**
 * Combinations that the provider is known to refuse, refused here with the reason: it would say the same later, and in
 * a number. What is compared and as in the `stored` one is not judged again, so that a credential that was stored before
 * a rule was known stays editable.
 */
export function providerErrors(
  input: CredentialFields & { secret: Secret | undefined },
  stored?: CredentialFields,
): FieldError[] {
  const at = providerOf(input);
  if (!at) return [];
  const { scopes } = at.preset;
  const before = stored?.grantType === input.grantType ? providerOf(stored) : undefined;
  const was = before?.preset === at.preset ? stored : undefined;
  const asked = [['scope', 'scope'] as const, ['consent_scope', 'consentScope'] as const];
  const judged = asked.filter(([, key]) => !was || input[key] !== was[key]);
  return [
    ...addressErrors(input, at, stored),
    ...(was && before?.tenant === at.tenant ? [] : tenantErrors(input, at)),
    ...secretErrors(input.secret, at),
    ...(scopes ? judged.flatMap(([field, key]) => scopeErrors(field, input[key] ?? '', { input, at, scopes })) : []),
  ];
}

/** Whether a scope names more than one resource, which no token can serve. */
export function severalResources(credential: CredentialFields, scope: string): boolean {
  const habits = providerOf(credential)?.preset.scopes;
  return habits !== undefined && resourcesOf(scopeTokens(resourceScope(scope)), habits).size > 1;
}

/** What the provider is known to take for no secret, for a credential that is stored. */
export function knownSecretErrors(credential: CredentialFields, secret: Secret | undefined): FieldError[] {
  const at = providerOf(credential);
  return at ? secretErrors(secret, at) : [];
}

function secretErrors(secret: Secret | undefined, { preset: { notASecret } }: AtProvider): FieldError[] {
  if (!secret || !notASecret?.form.test(secret.reveal())) return [];
  return [{ field: 'client_auth.secret', rule: 'secret_id', detail: notASecret.detail }];
}

/** A name that stands for whoever signs in, where nobody does. */
export function tenantErrors(
  { grantType, preset }: Pick<CredentialFields, 'grantType' | 'preset'>,
  { preset: { tenant: rule }, tenant }: AtProvider,
): FieldError[] {
  if (grantType !== 'client_credentials' || tenant === undefined || !rule?.any.includes(tenant)) return [];
  const field = preset === undefined ? 'token_url' : 'tenant';
  const detail = `${tenant} stands for whoever signs in, and with client_credentials nobody does. Give ${rule.hint}.`;
  return [{ field, rule: 'one_tenant', detail }];
}

interface Scoped {
  input: CredentialFields;
  at: AtProvider;
  scopes: ScopeHabits;
}

function scopeErrors(field: string, scope: string, { input, at, scopes }: Scoped): FieldError[] {
  const tokens = scopeTokens(resourceScope(scope));
  const errors: FieldError[] = [];
  const error = (rule: string, detail: string) => errors.push({ field, rule, detail });
  const isWhole = (token: string) => scopes.whole !== undefined && token.split('/').at(-1) === scopes.whole;
  const named = tokens.find(token => !isWhole(token));
  const notBare = new Map(Object.entries(scopes.notBare ?? {}));
  const bare = tokens.find(token => notBare.has(token.toLowerCase()));
  if (bare !== undefined) {
    const written = filled(notBare.get(bare.toLowerCase()) ?? '', at.cloud.hosts);
    error('with_resource', `${bare} without its resource is taken for one of Graph. Write ${written}.`);
  } else if (input.grantType === 'client_credentials' && named !== undefined) {
    error(
      'default_only',
      `With client_credentials ${at.preset.name} takes only a resource with /${scopes.whole}, not ${named}.`,
    );
  } else if (named !== undefined && tokens.some(isWhole)) {
    error('default_alone', `/${scopes.whole} asks for all that was approved, so it stands alone. Leave out ${named}.`);
  }
  if (field === 'scope' && resourcesOf(tokens, scopes).size > 1) {
    const all =
      input.grantType === 'authorization_code' ? ' A consent may name them all: put them into consent_scope.' : '';
    error('one_resource', `A token is for one resource, and these are several. Name one in scope.${all}`);
  }
  return errors;
}

function resourcesOf(tokens: readonly string[], { resources }: ScopeHabits): Set<string> {
  return new Set(tokens.map(token => resourceOf(token, resources)));
}

function resourceOf(token: string, resources: ScopeHabits['resources']): string {
  const host = URL.canParse(token) ? new URL(token).host : undefined;
  if (host === undefined) return '';
  return Object.entries(resources).find(([, hosts]) => hosts.includes(host))?.[0] ?? host;
}
