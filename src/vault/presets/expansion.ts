import type { Credential, CredentialFields, CredentialInput } from '../credential.js';
import { type FieldError, invalid } from '../errors.js';
import { GUID, isPlaceholder } from '../placeholders.js';
import type { SigningAlg } from '../ports.js';
import { cloudOf, filled, PRESETS } from './catalog.js';
import type { CloudId, Preset } from './preset.js';

/** What a preset can fill in. */
type Derived = Pick<
  CredentialFields,
  | 'authorizationUrl'
  | 'tokenUrl'
  | 'revocationUrl'
  | 'issuer'
  | 'scope'
  | 'authorizationParams'
  | 'refreshPolicy'
  | 'servers'
> & { signingAlg: SigningAlg | undefined };

/** What an operator says of a credential: what a preset knows may be left out. */
export type SaidCredential = Omit<CredentialInput, keyof Derived> & Partial<Derived>;

/** The same while the provider does not know the client yet. */
export type SaidPlan = Omit<SaidCredential, 'clientId'>;

type Choice = Pick<CredentialFields, 'preset' | 'tenant' | 'cloud' | 'purpose' | 'grantType'>;

const TENANT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;

/**
 * What was said, with everything left out filled in from the preset. Where the choice of preset, tenant, cloud, purpose
 * or grant type is another one than in `before`, so is what was filled in then and comes back as it was. Throws
 * `invalid_request` where the preset does not serve what was chosen, or something is still missing.
 */
export function expand<Said extends SaidPlan>(said: Said, before?: Credential): Said & Derived {
  const errors = choiceErrors(said);
  if (errors.length > 0) throw invalid(errors);
  const known = derived(said);
  const moved = before !== undefined && said.preset !== undefined && !sameChoice(said, before);
  const pick = <Value>(own: Value | undefined, was: Value | undefined, known: Value | undefined): Value | undefined => {
    const cameBack = moved && known !== undefined && JSON.stringify(own) === JSON.stringify(was);
    return own === undefined || cameBack ? known : own;
  };
  const tokenUrl = pick(said.tokenUrl, before?.tokenUrl, known.tokenUrl);
  const scope = pick(said.scope, before?.scope, known.scope);
  if (tokenUrl === undefined || scope === undefined) throw invalid(stillMissing(said, { tokenUrl, scope }));
  return {
    ...said,
    cloud: said.cloud ?? defaultCloud(said),
    tokenUrl,
    scope,
    authorizationUrl: pick(said.authorizationUrl, before?.authorizationUrl, known.authorizationUrl),
    revocationUrl: pick(said.revocationUrl, before?.revocationUrl, known.revocationUrl),
    issuer: pick(said.issuer, before?.issuer, known.issuer),
    authorizationParams: pick(said.authorizationParams, before?.authorizationParams, known.authorizationParams) ?? {},
    refreshPolicy: pick(said.refreshPolicy, before?.refreshPolicy, known.refreshPolicy),
    servers: pick(said.servers, before?.servers, known.servers) ?? {},
    signingAlg: pick(said.signingAlg, before?.clientAuth.signingAlg, known.signingAlg),
  };
}

function sameChoice(one: Choice, other: Choice): boolean {
  const names = ['preset', 'tenant', 'purpose', 'grantType'] as const;
  return names.every(name => one[name] === other[name]) && (one.cloud ?? defaultCloud(one)) === other.cloud;
}

/** Only where there is a choice. */
function defaultCloud({ preset: id }: Choice): CloudId | undefined {
  const clouds = Object.keys(presetOf(id)?.clouds ?? {}) as CloudId[];
  return clouds.length > 1 ? clouds[0] : undefined;
}

function derived(choice: SaidPlan): Partial<Derived> {
  const preset = presetOf(choice.preset);
  const cloud = preset && cloudOf(preset, choice.cloud);
  if (!preset || !cloud) return {};
  const { endpoints, refreshPolicy } = preset;
  const habits = preset.grants[choice.grantType];
  const { tenant } = choice;
  const signingAlg = choice.method === 'private_key_jwt' ? habits?.signingAlg : undefined;
  const fill = (template: string | undefined): string | undefined => {
    const text = template && filled(template, { ...cloud.hosts, tenant });
    return text?.includes('{tenant}') ? undefined : text;
  };
  const scope = fill(habits?.purposes[choice.purpose ?? 'custom']?.scope);
  const own = { tokenUrl: fill(endpoints.tokenUrl), scope, servers: cloud.servers, signingAlg };
  if (choice.grantType !== 'authorization_code') return given(own);
  const exact = tenant !== undefined && GUID.test(tenant) ? { tenantid: tenant } : {};
  const issuer = endpoints.issuer && filled(endpoints.issuer, { ...cloud.hosts, ...exact });
  return given({
    ...own,
    authorizationUrl: fill(endpoints.authorizationUrl),
    revocationUrl: fill(endpoints.revocationUrl),
    issuer,
    authorizationParams: habits?.authorizationParams && { ...habits.authorizationParams },
    refreshPolicy,
  });
}

function given<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}

function presetOf(id: string | undefined): Preset | undefined {
  return PRESETS.find(preset => preset.id === id);
}

/** What of a choice its preset does not have. */
function choiceErrors(said: SaidPlan): FieldError[] {
  const preset = presetOf(said.preset);
  if (!preset) return withoutPreset(said);
  const { tenant, cloud, purpose, grantType } = said;
  const errors: FieldError[] = [];
  const error = (field: string, rule: string, detail: string) => errors.push({ field, rule, detail });
  const habits = preset.grants[grantType];
  if (!habits) {
    const can = Object.keys(preset.grants).join(' or ');
    error('grant_type', 'not_at_this_provider', `${preset.name} knows no ${grantType} for mail; choose ${can}.`);
  }
  if (tenant !== undefined && !preset.tenant) {
    error('tenant', 'not_at_this_provider', `The addresses of ${preset.name} name no tenant; leave it out.`);
  }
  if (tenant !== undefined && preset.tenant && !isTenant(tenant, preset.tenant.any)) {
    error('tenant', 'tenant', `${tenant} is no tenant. Give ${preset.tenant.hint}.`);
  }
  if (cloud !== undefined && !preset.clouds[cloud]) {
    const clouds = Object.keys(preset.clouds).join(', ');
    error('cloud', 'not_at_this_provider', `${preset.name} has no cloud ${cloud}; it has: ${clouds}.`);
  }
  const served = Object.keys(habits?.purposes ?? {});
  if (habits && served.length > 0 && purpose && purpose !== 'custom' && !habits.purposes[purpose]) {
    const which = served.join(', ');
    error('purpose', 'not_at_this_provider', `${preset.name} has no ${purpose} with ${grantType}; it has: ${which}.`);
  }
  return errors;
}

/** An id, a domain, or one of the names that stand for many. */
function isTenant(tenant: string, any: readonly string[]): boolean {
  if (!TENANT.test(tenant) || isPlaceholder(tenant)) return false;
  return GUID.test(tenant) || tenant.includes('.') || any.includes(tenant.toLowerCase());
}

function withoutPreset({ preset, tenant, cloud }: SaidPlan): FieldError[] {
  if (preset !== undefined) {
    const detail = `There is no preset ${preset}; there are: ${PRESETS.map(({ id }) => id).join(', ')}.`;
    return [{ field: 'preset', rule: 'exists', detail }];
  }
  return Object.entries({ tenant, cloud }).flatMap(([field, value]) =>
    value === undefined ? [] : [{ field, rule: 'needs_preset', detail: `${field} needs a preset; give that too.` }],
  );
}

function stillMissing(said: SaidPlan, found: Partial<Pick<Derived, 'tokenUrl' | 'scope'>>): FieldError[] {
  const preset = presetOf(said.preset);
  const required = (field: string, detail: string) => ({ field, rule: 'required', detail });
  const errors: FieldError[] = [];
  if (found.tokenUrl === undefined) {
    const hint = preset?.tenant?.hint;
    if (hint) errors.push(required('tenant', `${preset?.name} needs the tenant: ${hint}.`));
    else errors.push(required('token_url', 'token_url is missing, or a preset that knows it.'));
  }
  if (found.scope === undefined) {
    const purposes = Object.keys(preset?.grants[said.grantType]?.purposes ?? {});
    if (purposes.length > 0) {
      errors.push(required('purpose', `Say what the tokens are for: ${purposes.join(', ')}; or give the scope.`));
    } else errors.push(required('scope', 'scope is missing: what a token is asked for.'));
  }
  return errors;
}
