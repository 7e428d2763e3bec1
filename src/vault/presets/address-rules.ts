import type { CredentialFields } from '../credential.js';
import type { FieldError } from '../errors.js';
import { isClientPlaceholder } from '../placeholders.js';
import { resourceScope, scopeTokens } from '../scopes.js';
import { type AtProvider, cloudsAt, filled } from './catalog.js';
import type { CloudId } from './preset.js';

/**
 * What the provider's own servers would not know: a client id of another form, an address of another kind or cloud. What
 * is as in the `stored` one is not judged again.
 */
export function addressErrors(input: CredentialFields, at: AtProvider, stored?: CredentialFields): FieldError[] {
  const areAsStored = (...names: (keyof CredentialFields)[]) => names.every(name => input[name] === stored?.[name]);
  return [
    ...(areAsStored('clientId', 'tokenUrl') ? [] : clientIdErrors(input, at)),
    ...outdatedErrors(input, at, stored),
    ...(areAsStored('cloud', 'authorizationUrl', 'tokenUrl', 'scope', 'consentScope') ? [] : cloudErrors(input, at)),
  ];
}

/** Elsewhere, as at a server of one's own in front of it, any id may be known. */
function clientIdErrors({ clientId, tokenUrl }: CredentialFields, { preset }: AtProvider): FieldError[] {
  const there = cloudsAt(preset, tokenUrl).length > 0;
  if (!there || !preset.clientId || preset.clientId.form.test(clientId.trim()) || isClientPlaceholder(clientId))
    return [];
  return [{ field: 'client_id', rule: 'form', detail: preset.clientId.detail }];
}

/** Whoever names a resource knows what the older address takes. */
function outdatedErrors(
  input: CredentialFields,
  { preset, cloud, tenant }: AtProvider,
  stored: CredentialFields | undefined,
): FieldError[] {
  const { outdated, endpoints } = preset;
  if (!outdated || namesResource(input)) return [];
  return urlsOf(input).flatMap(({ field, url, key }) => {
    if (stored && url === stored[key] && !namesResource(stored)) return [];
    if (cloudsAt(preset, url).length === 0 || !outdated.form.test(new URL(url).pathname)) return [];
    const address = filled(endpoints[key] ?? '', { ...cloud.hosts, tenant });
    return [{ field, rule: 'outdated', detail: `${outdated.detail}: ${address}` }];
  });
}

function namesResource(credential: CredentialFields): boolean {
  const inUrl = urlsOf(credential).some(({ url }) => URL.canParse(url) && new URL(url).searchParams.has('resource'));
  return inUrl || 'resource' in credential.tokenParams || 'resource' in credential.authorizationParams;
}

/** No token of one cloud is good in another. */
function cloudErrors(input: CredentialFields, { preset }: AtProvider): FieldError[] {
  const { cloud: chosen, scope, consentScope = '' } = input;
  const scopes = { scope, consent_scope: consentScope };
  const named = Object.entries(scopes).flatMap(([field, scope]) =>
    scopeTokens(resourceScope(scope)).map(url => ({ field, url })),
  );
  const hosts = [...urlsOf(input), ...named].map(({ field, url }) => ({ field, url, clouds: cloudsAt(preset, url) }));
  let whose = 'cloud';
  const usual = Object.keys(preset.clouds)[0];
  let common: CloudId[] | undefined = chosen && [chosen];
  for (const { field, url, clouds } of hosts) {
    if (clouds.length === 0) continue;
    const both = common?.filter(cloud => clouds.includes(cloud)) ?? clouds;
    if (both.length === 0 && common) {
      const meant = whose === 'cloud' && chosen === usual ? `, which is meant where ${whose} is left out` : '';
      const detail = `${new URL(url).host} belongs to the cloud ${clouds.join(' or ')}, but ${whose} says ${common.join(' or ')}${meant}. Give ${field} and ${whose} of one cloud.`;
      return [{ field, rule: 'one_cloud', detail }];
    }
    if (common === undefined || both.length < common.length) whose = field;
    common = both;
  }
  return [];
}

function urlsOf({ authorizationUrl, tokenUrl }: Pick<CredentialFields, 'authorizationUrl' | 'tokenUrl'>) {
  const urls = [
    { field: 'authorization_url', key: 'authorizationUrl', url: authorizationUrl },
    { field: 'token_url', key: 'tokenUrl', url: tokenUrl },
  ] as const;
  return urls.flatMap(({ url, ...named }) => (url === undefined ? [] : [{ ...named, url }]));
}
