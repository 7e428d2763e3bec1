import { BlockList } from 'node:net';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { ConfigError, readConfig } from '../../src/config.js';

/** What containers are made of, as texts, and the paths of the project's files and folders. */
export interface Containers {
  readonly dockerfile: string;
  readonly ignore: string;
  readonly compose: string;
  readonly caddyfile: string;
  /** `engines.node` of package.json. */
  readonly engines: string;
  readonly exists: (path: string) => boolean;
}

interface Service {
  build?: { target: string };
  image?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: (string | Mount)[];
  networks: string[] | Record<string, { aliases?: string[]; ipv4_address?: string } | null>;
}

interface Mount {
  source: string;
  target: string;
  read_only?: boolean;
  volume?: { subpath?: string };
}

interface Network {
  ipam?: { config: { subnet: string; ip_range?: string; gateway?: string }[] };
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, Network | null>;
}

/** Whatever Docker's own builder would complain of, warnings too. */
export function builderFlaws({ dockerfile }: Containers): string[] {
  return validate(dockerfile).map(({ range, message }) => `Dockerfile:${range.start.line + 1}: ${message}`);
}

/** Variables that the vault does not know, or values that it does not take, for each service that has such. */
export function environmentFlaws(containers: Containers): string[] {
  return Object.entries(readCompose(containers).services).flatMap(([name, { environment = {}, build }]) => {
    const variables = { ...imageEnvironment(containers, build?.target), ...environment };
    try {
      readConfig(variables);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.mistakes.map(mistake => `${name}: ${mistake}`);
    }
  });
}

/** Images of Node whose major is older than package.json allows. */
export function nodeFlaws({ dockerfile, engines }: Containers): string[] {
  const least = Number(/^>=(\d+)\.\d+\.\d+$/.exec(engines)?.[1]);
  const tags = DockerfileParser.parse(dockerfile)
    .getFROMs()
    .filter(from => from.getImageName() === 'node')
    .map(from => from.getImageTag() ?? '');
  if (tags.length === 0) return ['no image of Node'];
  return tags.filter(tag => !(Number.parseInt(tag, 10) >= least)).map(tag => `node:${tag} is not ${engines}`);
}

/** Paths that are copied, mounted or run and do not exist, that .dockerignore keeps out, or a stage that is not there. */
export function pathFlaws(containers: Containers): string[] {
  const { dockerfile, ignore, exists } = containers;
  const file = DockerfileParser.parse(dockerfile);
  const stages = file.getFROMs().map(from => from.getBuildStage());
  const allowed = ignore.split('\n').flatMap(line => (line.startsWith('!') ? [line.slice(1)] : []));
  const copied = file.getCOPYs().flatMap(copy => {
    const stage = copy.getFromFlag()?.getValue();
    if (stage) return stages.includes(stage) ? [] : [`Dockerfile: no stage ${stage}`];
    const sources = copy.getArguments().slice(0, -1).map(String);
    return sources.flatMap(source => {
      if (!exists(source)) return [`Dockerfile: no ${source}`];
      const kept = allowed.some(path => source === path || source.startsWith(`${path}/`));
      return kept ? [] : [`.dockerignore: keeps out ${source}`];
    });
  });
  const named = Object.values(readCompose(containers).services).flatMap(({ build, command = [], volumes = [] }) => {
    const mounted = volumes.flatMap(volume =>
      typeof volume === 'string' && volume.startsWith('./') ? [volume.slice(2).split(':')[0] ?? ''] : [],
    );
    const paths = [...mounted, ...command.filter(word => word.endsWith('.ts'))];
    const lacking = build && !stages.includes(build.target) ? [`docker-compose.yml: no stage ${build.target}`] : [];
    return [...lacking, ...paths.filter(path => !exists(path)).map(path => `docker-compose.yml: no ${path}`)];
  });
  return [...copied, ...named];
}

/** What is said in two places and not the same in both. */
export function agreementFlaws(containers: Containers): string[] {
  const compose = readCompose(containers);
  const { provider, proxy, guide } = compose.services;
  const vaults = Object.entries(compose.services).filter(([, { build }]) => build?.target === 'vault');
  const [settings = {}, ...others] = vaults.map(([, { environment = {} }]) => environment);
  const publicUrl = settings.TOKENWELL_PUBLIC_URL ?? '';
  const issuer = new URL(option(provider, 'issuer') || 'http://nowhere');
  const aliases = Array.isArray(provider?.networks) ? [] : provider?.networks.provider?.aliases;
  const upstreams = /^\s*reverse_proxy (.*) \{$/m.exec(containers.caddyfile)?.[1]?.split(' ');
  const published = (service: Service | undefined, url: URL) =>
    `${service?.ports}` === `127.0.0.1:${url.port}:${url.port}`;
  const agreements: [string, boolean][] = [
    ['the instances have one environment', others.every(other => JSON.stringify(other) === JSON.stringify(settings))],
    ['the proxy knows every instance', `${upstreams}` === `${vaults.map(([name]) => `${name}:8080`)}`],
    ['the proxy is published where browsers look', published(proxy, new URL(publicUrl))],
    ['the proxy alone is trusted', keepsAddress(compose, proxy, settings.TOKENWELL_TRUST_PROXY)],
    ['the proxy logs no address', /^\tlog \{[^}]*request>uri delete/m.test(containers.caddyfile)],
    ['front is for proxy and instances', onNetwork(compose, 'front') === `proxy,${vaults.map(([name]) => name)}`],
    ['the provider answers the vault', option(provider, 'redirect-uri') === `${publicUrl}/OAuth2Callback`],
    ['the provider is published under its issuer', published(provider, issuer)],
    ['the provider is found under its issuer', aliases?.[0] === issuer.hostname],
    ['the provider may be called', settings.TOKENWELL_ALLOWED_HOSTS === issuer.host],
    ['only the instances have the master key', `${keyHolders(compose)}` === `${vaults.map(([name]) => name)}`],
    ['the guide has the admin key', keyOf(guide) === option(guide, 'admin-key')],
    ['the guide knows the provider', option(guide, 'issuer') === issuer.origin],
  ];
  return agreements.flatMap(([what, holds]) => (holds ? [] : [`not so: ${what}`]));
}

function onNetwork({ services }: Compose, network: string): string {
  const on = Object.entries(services).filter(([, { networks }]) =>
    (Array.isArray(networks) ? networks : Object.keys(networks)).includes(network),
  );
  return on.map(([name]) => name).join();
}

/** Whether the service has this very address on the network `front`, which Docker gives to nobody else. */
function keepsAddress({ networks }: Compose, service: Service | undefined, address = ''): boolean {
  const own = Array.isArray(service?.networks) ? undefined : service?.networks.front?.ipv4_address;
  const { subnet = '', ip_range = '', gateway = '' } = networks.front?.ipam?.config[0] ?? {};
  return (
    own === address &&
    within(subnet, address) &&
    within(subnet, ip_range) &&
    !within(ip_range, address) &&
    within(subnet, gateway) &&
    gateway !== address
  );
}

/** Whether the address, or the first one of the network, lies in the network (CIDR). */
function within(network: string, address: string): boolean {
  const [base = '', prefix = ''] = network.split('/');
  const list = new BlockList();
  if (base !== '') list.addSubnet(base, Number(prefix), 'ipv4');
  return list.check(address.split('/')[0] ?? '');
}

/** The services that see the whole volume in which the master key is. */
function keyHolders({ services }: Compose): string[] {
  const whole = (volume: string | Mount) =>
    typeof volume === 'string' ? volume.startsWith('keys:') : volume.source === 'keys' && !volume.volume?.subpath;
  return Object.entries(services).flatMap(([name, { volumes = [] }]) => (volumes.some(whole) ? [name] : []));
}

/** Where the service sees the admin key, read only. */
function keyOf(service: Service | undefined): string {
  const mounts = (service?.volumes ?? []).filter(volume => typeof volume !== 'string');
  const mount = mounts.find(({ read_only, volume }) => read_only && volume?.subpath === 'admin.key');
  return mount?.target ?? 'nowhere';
}

function option(service: Service | undefined, name: string): string {
  const word = service?.command?.find(given => given.startsWith(`--${name}=`));
  return word?.slice(name.length + 3) ?? '';
}

/** Merge keys are followed, and what the surroundings may set is as when they set nothing. */
function readCompose({ compose }: Containers): Compose {
  return parse(compose.replace(/\$\{\w+:-(\w+)\}/g, '$1'), { merge: true });
}

/** The variables of the image that the stage makes. */
function imageEnvironment({ dockerfile }: Containers, stage: string | undefined): Record<string, string> {
  const file = DockerfileParser.parse(dockerfile);
  const froms = file.getFROMs();
  const index = froms.findIndex(from => from.getBuildStage() === stage);
  const [from, next] = [froms[index], froms[index + 1]].map(one => one?.getRange().start.line ?? Infinity);
  const ours = file.getENVs().filter(env => from !== undefined && next !== undefined && isWithin(env, from, next));
  const properties = ours.flatMap(env => env.getProperties());
  return Object.fromEntries(properties.map(property => [property.getName(), property.getValue() ?? '']));
}

function isWithin(instruction: Instruction, from: number, next: number): boolean {
  const { line } = instruction.getRange().start;
  return line > from && line < next;
}
