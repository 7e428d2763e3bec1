/** Entra ID, in every cloud: `/{tenant}/oauth2/v2.0/authorize` on a login host (Microsoft, "Admin consent on the platform"). */
const ENTRA = /^https:\/\/login\.[a-z.]+\/([\w.-]+)\/oauth2\/v2\.0\/authorize$/;

/** Tenants that stand for any organisation; the administrator's own is found by who signs in. */
const ANY: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers']);

/** Where an administrator approves an application for the whole organisation; undefined where we know of no such page. */
export function adminConsentUrl(authorizationUrl: string, scope: string): string | undefined {
  const { origin, pathname } = new URL(authorizationUrl);
  const tenant = ENTRA.exec(`${origin}${pathname}`)?.[1];
  if (tenant === undefined) return undefined;
  const url = new URL(`/${ANY.has(tenant) ? 'organizations' : tenant}/v2.0/adminconsent`, origin);
  url.searchParams.set('scope', scope);
  return url.href;
}
