import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { agreementFlaws, builderFlaws, type Containers, environmentFlaws, nodeFlaws, pathFlaws } from './containers.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const project: Containers = {
  dockerfile: read('Dockerfile'),
  ignore: read('.dockerignore'),
  compose: read('docker-compose.yml'),
  caddyfile: read('examples/Caddyfile'),
  engines: JSON.parse(read('package.json')).engines.node,
  exists: path => existsSync(join(ROOT, path)),
};

type Text = 'dockerfile' | 'ignore' | 'compose' | 'caddyfile';

/** A mistake: in this file, this is put in the place of that, and then it is found. */
type Planted = [file: Text, that: string, by: string, finds: RegExp];

interface Rule {
  name: string;
  flaws: (containers: Containers) => string[];
  planted: Planted[];
}

const rules: Rule[] = [
  {
    name: 'the Dockerfile is one that builders take without a warning',
    flaws: builderFlaws,
    planted: [
      ['dockerfile', 'HEALTHCHECK --interval', 'HEALTHCHECK --intervall', /Unknown flag: intervall/],
      ['dockerfile', 'EXPOSE 8080', 'CMD ["true"]', /only be one CMD/],
      ['dockerfile', 'WORKDIR /app', 'WORKDIR app', /WORKDIR paths should be absolute/],
    ],
  },
  {
    name: 'every variable that the Dockerfile and docker-compose.yml set is known, and its value is taken',
    flaws: environmentFlaws,
    planted: [
      [
        'compose',
        'TOKENWELL_TRUST_PROXY:',
        'TOKENWELL_TRUSTED_PROXY:',
        /^tokenwell-1: TOKENWELL_TRUSTED_PROXY is not known/,
      ],
      [
        'compose',
        "TOKENWELL_BEHIND_TLS_PROXY: '1'",
        "TOKENWELL_BEHIND_TLS_PROXY: '0'",
        /^tokenwell-2: TOKENWELL_HOST is/,
      ],
      ['compose', 'http://localhost:8080\n', 'http://vault.example\n', /^tokenwell-1: TOKENWELL_PUBLIC_URL is/],
      ['dockerfile', 'TOKENWELL_DATA_DIR=', 'TOKENWELL_DATADIR=', /^tokenwell-1: TOKENWELL_DATADIR is not known/],
    ],
  },
  {
    name: 'the images have a Node that package.json allows',
    flaws: nodeFlaws,
    planted: [
      ['dockerfile', 'node:24-bookworm-slim', 'node:18-bookworm-slim', /^node:18-bookworm-slim is not >=/],
      ['dockerfile', 'node:24-bookworm-slim', 'node:lts', /^node:lts is not >=/],
    ],
  },
  {
    name: 'what is copied, mounted and run exists and gets into the image',
    flaws: pathFlaws,
    planted: [
      ['dockerfile', 'COPY migrations ./', 'COPY migration ./', /^Dockerfile: no migration$/],
      ['dockerfile', '--from=production', '--from=prodction', /^Dockerfile: no stage prodction$/],
      ['ignore', '!test/support', '!test/supports', /^\.dockerignore: keeps out test\/support$/],
      ['compose', './examples/Caddyfile', './deploy/Caddyfile', /^docker-compose\.yml: no deploy\/Caddyfile$/],
      ['compose', 'demo/compose/guide.ts', 'demo/compose/tour.ts', /^docker-compose\.yml: no demo\/compose\/tour\.ts$/],
      ['compose', 'target: vault', 'target: valt', /^docker-compose\.yml: no stage valt$/],
    ],
  },
  {
    name: 'what docker-compose.yml says in two places is the same in both',
    flaws: agreementFlaws,
    planted: [
      ['caddyfile', 'tokenwell-2:8080', 'tokenwell-3:8080', /the proxy knows every instance/],
      ['compose', '127.0.0.1:8080:8080', '127.0.0.1:8081:8080', /the proxy is published where browsers look/],
      ['compose', 'TRUST_PROXY: 10.94.8.2', 'TRUST_PROXY: 10.94.8.0/24', /the proxy alone is trusted/],
      ['compose', 'ipv4_address: 10.94.8.2', 'ipv4_address: 10.94.8.3', /the proxy alone is trusted/],
      ['compose', 'subnet: 10.94.8.0/24', 'subnet: 10.94.9.0/24', /the proxy alone is trusted/],
      ['compose', 'ip_range: 10.94.8.128/25', 'ip_range: 10.94.8.0/25', /the proxy alone is trusted/],
      ['compose', 'gateway: 10.94.8.1\n', 'gateway: 10.94.8.2\n', /the proxy alone is trusted/],
      ['compose', 'subpath: admin.key', 'nocopy: true', /only the instances have the master key/],
      ['compose', 'subpath: admin.key', 'subpath: master.key', /the guide has the admin key/],
      ['caddyfile', 'request>uri delete', 'request>method delete', /the proxy logs no address/],
      ['compose', '      - database\n    restart', '      - front\n    restart', /front is for proxy and instances/],
      ['compose', '8080/OAuth2Callback', '8080/oauth2callback', /the provider answers the vault/],
      ['compose', '127.0.0.1:9400:9400', '127.0.0.1:9401:9400', /the provider is published under its issuer/],
      ['compose', '- provider.localhost', '- provider', /the provider is found under its issuer/],
      [
        'compose',
        'provider.localhost:9400\n    TOKENWELL',
        'provider:9400\n    TOKENWELL',
        /the provider may be called/,
      ],
    ],
  },
];

/** The files that containers are made of, each rule with mistakes that it must see. */
export function containerCases(t: Test): void {
  for (const { name, flaws, planted } of rules) {
    t.test(name, async t => {
      t.strictSame(flaws(project), []);
      for (const [file, that, by, finds] of planted) {
        const text = project[file].replace(that, by);
        t.not(text, project[file], `${that} is there to be changed`);
        t.match(flaws({ ...project, [file]: text }).join('\n'), new RegExp(finds.source, 'm'), `is seen: ${by}`);
      }
    });
  }
}
