import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Test } from 'tap';
import type { AtProvider } from '../../src/vault/presets/catalog.js';
import { markdownOf, scriptOf } from '../../src/vault/setup/formats.js';
import type { Case, Guide } from '../../src/vault/setup/guide.js';
import { planGuideFor } from '../../src/vault/setup/plan.js';
import { guideFor } from '../../src/vault/setup/setup.js';
import { TENANT } from '../presets/said.js';
import { temporaryFolder } from '../support/vault.js';
import { caseOf, planFor } from './cases.js';
import { HOSTILE, UNUSABLE } from './hostile.js';
import { foldedTokensOf, type Token } from './powershell-tokens.js';

/** Guides of all kinds; whatever somebody else may say in one is the given value. */
const SOME = [
  whole({ purpose: 'imap', method: 'private_key_jwt', cloud: 'gcc-high' }),
  whole({ purpose: 'smtp', cloud: 'china' }),
  whole({ purpose: 'graph-read' }),
  whole({ purpose: 'smtp', grantType: 'authorization_code' }),
  whole({ purpose: 'imap', grantType: 'authorization_code', preset: 'google' }),
  whole({ purpose: 'imap', grantType: 'jwt_bearer', preset: 'google', method: 'private_key_jwt' }),
  beginning({ preset: 'microsoft', tenant: TENANT, method: 'private_key_jwt' }),
  beginning({ preset: 'microsoft', tenant: TENANT, grantType: 'authorization_code' }),
  beginning({ preset: 'google', grantType: 'authorization_code' }),
  beginning({ preset: 'google', grantType: 'jwt_bearer' }),
];

function whole(...said: Parameters<typeof caseOf>) {
  const one = caseOf(...said);
  const { credential, at, purpose } = one;
  const guide = (value: string) =>
    guideFor({
      ...one,
      credential: {
        ...credential,
        description: value,
        clientId: value,
        scope: ownScope(value),
        ...(credential.tenant === undefined ? {} : { tenant: value }),
        clientAuth: { ...credential.clientAuth, keyId: value },
      },
      ...hostile(at, value),
    });
  return { name: `${at.preset.id} ${purpose}`, guide };
}

function beginning(planned: Parameters<typeof planFor>[0]) {
  const plan = planFor(planned);
  const { credential, at } = plan;
  const tenant = (value: string) => (credential.tenant === undefined ? {} : { tenant: value });
  const guide = (value: string) =>
    planGuideFor({ ...plan, credential: { ...credential, ...tenant(value) }, ...hostile(at, value) });
  return { name: `${at.preset.id} before it is stored`, guide };
}

function hostile(at: AtProvider, value: string) {
  return {
    at: at.tenant === undefined ? at : { ...at, tenant: value },
    mailboxes: [value, `${value}2`],
    redirectUri: value,
  };
}

/** Option values and file names of the Azure CLI cannot begin like this; such values are refused. */
const USABLE = HOSTILE.map(value => (/^[-@]/.test(value) ? `x${value}` : value));

/** Its tokens; how many lines its comments have is left out. */
function commandsIn(guide: Guide): Token[] {
  const isBreak = (token?: Token) => token?.kind === 'end' && token.text === '\n';
  const tokens = foldedTokensOf(scriptOf(guide));
  return tokens.filter((token, at) => !isBreak(token) || !isBreak(tokens[at - 1]));
}

/** Whole guides for hostile credentials are built like those for harmless ones. */
export function structureCases(t: Test): void {
  t.test('a script for PowerShell has the same commands, whatever the values are', async t => {
    for (const one of SOME) {
      const shape = (value: string) =>
        commandsIn(one.guide(value)).map(({ kind, text }) => (kind === 'string' ? kind : `${kind} ${text}`));
      const plain = shape('harmless');
      for (const value of USABLE) {
        t.strictSame(shape(value), plain, `${one.name} ${JSON.stringify(value)}`);
        const script = scriptOf(one.guide(value));
        t.match(script, /^[\x20-\x7E\n]*$/, 'ASCII');
      }
    }
  });

  t.test('a shell starts the same programs with the same arguments, and nothing else', async t => {
    const folder = temporaryFolder(t);
    for (const one of SOME) {
      const guides = ['harmless', ...USABLE].map(value => one.guide(value));
      for (const shell of ['/bin/sh', '/bin/bash']) {
        const [plain = [], ...found] = started(shell, folder, guides);
        t.ok(plain.length > 1, `${plain.length} programs`);
        for (const [at, value] of USABLE.entries()) {
          const meant = plain.map(args => args.map(arg => withIn(arg, value)));
          t.strictSame(sorted(found[at]), sorted(meant), `${shell} ${one.name} ${JSON.stringify(value)}`);
        }
      }
    }
  });

  t.test('in Markdown every value is code, and no code ends before its end', async t => {
    for (const one of SOME) {
      const prose = (value: string) => withoutCode(markdownOf(one.guide(value)));
      const plain = prose('harmless');
      t.notMatch(plain, /harmless/);
      for (const value of USABLE) t.equal(prose(value), plain, `${one.name} ${JSON.stringify(value)}`);
    }
  });

  t.test('a value that cannot be valid is refused by the name of its field, and not repeated', async t => {
    for (const [name, value] of Object.entries({ ...UNUSABLE, file: '@x', option: '-x' })) {
      const one = caseOf({ purpose: 'imap' });
      const { credential, at } = one;
      const wrong: Partial<Record<string, Case>> = {
        client_id: { ...one, credential: { ...credential, clientId: value } },
        tenant: { ...one, at: { ...at, tenant: value } },
        redirect_uri: { ...one, redirectUri: value },
        mailbox: { ...one, mailboxes: ['info@acme.example', value] },
      };
      for (const [field, bad] of Object.entries(wrong)) {
        const message = new RegExp(
          `^No guide is written, for ${field} (?:is empty|holds|begins with [-@])[^\\p{C}]*\\.$`,
          'u',
        );
        t.throws(() => bad && guideFor(bad), { code: 'conflict', message }, `${field}: ${name}`);
      }
    }
  });
}

/** An argument for this value, made from that for the value `harmless`. */
function withIn(arg: string, value: string): string {
  return arg.replaceAll('ownharmless', () => ownScope(value)).replaceAll('harmless', () => value);
}

/** A scope has no spaces. */
function ownScope(value: string): string {
  return `own${value.replaceAll(/\s/g, '_')}`;
}

const END = '<end>';

/**
 * Runs what is for a shell in each guide, with stand-ins for all programs, and answers with which arguments each was
 * started. Throws when anything else came of it.
 */
function started(shell: string, folder: string, guides: readonly Guide[]): string[][][] {
  const scripts = guides.map(({ steps }) =>
    steps
      .flatMap(({ commands = [] }) => commands.filter(({ shell }) => shell === 'bash').map(({ text }) => text))
      .join('\n'),
  );
  // `show` finds nothing, so that what is done then is done. Each is told of at once, for the ends of a pipe run together.
  const standIns = ['az', 'tokenwell', 'openssl', 'gcloud'].map(
    name => `${name}() { printf '%s\\0' ${name} "$@" '${END}' >&3; case "$*" in *\\ show*) return 1;; esac; }`,
  );
  const whole = [...standIns, scripts.join(`\nprintf '%s\\0' next '${END}' >&3\n`)].join('\n');
  const { output, status } = spawnSync(shell, ['-c', whole], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin' },
    // A bash whose input is a socket reads the settings of its user.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, said, complaints, seen] = output.map(bytes => bytes?.toString() ?? '');
  const files = readdirSync(folder);
  if (`${said}${complaints}` !== '' || files.length > 0) throw new Error(`${status} ${said}${complaints} ${files}`);
  const calls = (seen ?? '').split(`${END}\0`).map(one => one.split('\0').slice(0, -1));
  const parts: string[][][] = [[]];
  for (const call of calls) {
    if (call[0] === 'next') parts.push([]);
    else if (call.length > 0) parts.at(-1)?.push(call);
  }
  return parts;
}

function sorted(calls: readonly string[][] = []): string[] {
  return calls.map(call => JSON.stringify(call)).sort();
}

/** What a reader of CommonMark takes for text and markup: code blocks, code spans and addresses taken out. */
function withoutCode(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const [ticks] = /^`{3,}/.exec(line) ?? [];
    if (fence === undefined && ticks !== undefined && !line.slice(ticks.length).includes('`')) fence = ticks;
    else if (fence !== undefined && /^`+$/.test(line) && line.length >= fence.length) fence = undefined;
    else if (fence === undefined) lines.push(withoutSpans(line).replace(/<https:[^<>\s]*>/g, 'ADDRESS'));
  }
  if (fence !== undefined) throw new Error('a code block has no end');
  return lines.join('\n');
}

function withoutSpans(line: string): string {
  let rest = line;
  let kept = '';
  for (let run = /(?<!\\)`+/.exec(rest); run; run = /(?<!\\)`+/.exec(rest)) {
    const after = rest.slice(run.index + run[0].length);
    const end = [...after.matchAll(/`+/g)].find(([ticks]) => ticks.length === run?.[0].length);
    if (!end) throw new Error(`code without an end: ${line}`);
    kept += `${rest.slice(0, run.index)}CODE`;
    rest = after.slice(end.index + end[0].length);
  }
  return kept + rest;
}
