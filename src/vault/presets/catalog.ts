import { custom } from './custom.js';
import { google } from './google.js';
import { microsoft } from './microsoft.js';
import type { Cloud, CloudId, Preset } from './preset.js';
import { yahoo } from './yahoo.js';

/** Every provider that we know; a new one is a file of its own and a line here. */
export const PRESETS: readonly Preset[] = [microsoft, google, yahoo, custom];

/** A provider as one registration meets it. */
export interface AtProvider {
  preset: Preset;
  cloud: Cloud;
  /** As the addresses name it; a name that stands for whoever signs in, in lower case, as servers compare it. */
  tenant: string | undefined;
}

/** What tells at which provider a credential is: what its operator said, else its addresses. */
export interface Whereabouts {
  preset: string | undefined;
  tenant: string | undefined;
  cloud: CloudId | undefined;
  authorizationUrl: string | undefined;
  tokenUrl: string;
}

/** The provider that a credential belongs to, whether its operator named it or not; undefined for one that we do not know. */
export function providerOf({ preset: named, tenant, cloud, ...urls }: Whereabouts): AtProvider | undefined {
  const found = atHost(urls);
  const preset = named === undefined ? found?.preset : PRESETS.find(one => one.id === named);
  const within = preset && (named === undefined ? found?.cloud : cloudOf(preset, cloud));
  const said = named === undefined ? found?.tenant : (tenant ?? found?.tenant);
  const anybody = preset?.tenant?.any.find(name => name === said?.toLowerCase());
  return preset && within && { preset, cloud: within, tenant: anybody ?? said };
}

/** A cloud of a preset; the first one where none is named. */
export function cloudOf({ clouds }: Preset, cloud: CloudId | undefined): Cloud | undefined {
  return cloud === undefined ? Object.values(clouds)[0] : clouds[cloud];
}

/** The clouds of a preset to which the host of a URL belongs: none where we do not know it, two where they share it. */
export function cloudsAt({ clouds }: Preset, url: string): CloudId[] {
  const host = hostOf(url) ?? '';
  const all = Object.entries(clouds) as [CloudId, Cloud][];
  return all.flatMap(([id, { hosts, alsoAt = [] }]) =>
    [...Object.values(hosts), ...alsoAt].includes(host) ? [id] : [],
  );
}

/** A template with its names in braces filled in; a name that is not known stays. */
export function filled(template: string, values: Readonly<Record<string, string | undefined>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function atHost({ authorizationUrl, tokenUrl }: Pick<Whereabouts, 'authorizationUrl' | 'tokenUrl'>) {
  for (const preset of PRESETS) {
    for (const cloud of Object.values(preset.clouds)) {
      const { tokenUrl: token = '', authorizationUrl: authorization = '' } = preset.endpoints;
      const hosts = [token, authorization].flatMap(template => hostOf(filled(template, cloud.hosts)) ?? []);
      const known = [...hosts, ...(cloud.alsoAt ?? [])];
      if (![tokenUrl, authorizationUrl ?? ''].some(url => known.includes(hostOf(url) ?? ''))) continue;
      const tenant = tenantIn(authorizationUrl ?? '', authorization) ?? tenantIn(tokenUrl, token);
      return { preset, cloud, tenant };
    }
  }
  return undefined;
}

/** As a name server reads it: a dot at its end changes nothing. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host.replace(/\.$/, '') : undefined;
}

/** The path segment of a URL that stands where the template has the tenant, as servers read it. */
function tenantIn(url: string, template: string): string | undefined {
  const at = segmentsOf(template).indexOf('{tenant}');
  return at < 0 || !URL.canParse(url) ? undefined : segmentsOf(url)[at];
}

function segmentsOf(url: string): string[] {
  const [, path = ''] = /^https?:\/\/[^/]*([^?#]*)/.exec(url) ?? [];
  return path.split('/').flatMap(segment => (segment === '' ? [] : [unescaped(segment)]));
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
