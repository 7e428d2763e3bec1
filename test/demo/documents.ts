import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './running.js';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

function filesIn(folder: string, ending: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter(name => name.endsWith(ending)).map(name => join(folder, name));
}

/** Links of README and docs to files that are not there. */
export function deadLinks(): string[] {
  return ['README.md', ...filesIn('docs', '.md')].flatMap(path => {
    const targets = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
    return targets.filter(target => !existsSync(join(ROOT, dirname(path), target))).map(target => `${path}: ${target}`);
  });
}

/** Tests that docs/security.md names and that are not in the file that it names, and such files that do not exist. */
export function unknownTests(): string[] {
  const bullets = [...read('docs/security.md').matchAll(/^- (test\/\S+):((?:.|\n {2})*)/gm)];
  return bullets.flatMap(([, path = '', names = '']) => {
    if (!existsSync(join(ROOT, path))) return [path];
    const text = read(path);
    const named = [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name.replace(/\s+/g, ' '));
    const unknown = named.filter(name => !text.includes(`'${name}'`) && !text.includes(`\`${name} \${`));
    return unknown.map(name => `${path}: ${name}`);
  });
}

/** Settings that are read and not told of in docs/operating.md, and such as are told of and not read. */
export function settingsOutOfStep(): string[] {
  const names = (text: string) => new Set(text.match(/TOKENWELL_[A-Z_]*[A-Z]/g));
  const known = names(read('src/config.ts'));
  const told = names(read('docs/operating.md'));
  const twins = new Set(['TOKENWELL_DATABASE_URL_FILE', 'TOKENWELL_SMTP_URL_FILE', 'TOKENWELL_MASTER_KEY']);
  return [
    ...[...known].filter(name => !told.has(name) && !twins.has(name)),
    ...[...told].filter(name => !known.has(name)),
  ];
}
