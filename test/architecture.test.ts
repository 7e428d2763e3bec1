import { fileURLToPath } from 'node:url';
import t from 'tap';
import { medianLength } from './architecture/limits.js';
import { rules } from './architecture/planted.js';
import { codeIn, readSources } from './architecture/sources.js';

const project = readSources(fileURLToPath(new URL('..', import.meta.url)));

for (const { name, rule, bad, good } of rules) {
  t.test(name, async t => {
    for (const { sources, finds } of bad) t.strictSame(rule(sources), finds, `is seen: ${finds}`);
    t.strictSame(rule(good), [], 'what is right is left alone');
    t.strictSame(rule(project), [], 'the project keeps to it');
  });
}

t.test('the rules look at the whole project', async t => {
  t.ok(codeIn(project, 'src').some(({ path }) => path === 'src/vault/ports.ts'));
  t.ok(codeIn(project, 'test').some(({ path }) => path === 'test/architecture.test.ts'));
  t.ok(project.some(({ path }) => path === 'package.json'));
  t.comment(`${codeIn(project, 'src').length} files in src, the median has ${medianLength(project)} lines`);
});
