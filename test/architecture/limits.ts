import ts from 'typescript';
import { codeIn, countLines, finding, nodesOf, parse, type Rule, type Source } from './sources.js';

const MOST_FILE_LINES = 400;
const MOST_FUNCTION_LINES = 60;
const MOST_MEDIAN_LINES = 120;
const MOST_TEST_FILES = 25;
const EMPTY_WORDS = /^(?:utils?|helpers?|commons?|managers?|services?|types?|index)$/;
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.d)?\.tsx?$/;

/** No file over 400 lines. */
export const fileLengthRule: Rule = sources =>
  codeIn(sources, 'src', 'test', 'bench', 'demo', 'scripts', 'examples').flatMap(({ path, text }) => {
    const lines = countLines(text);
    return lines > MOST_FILE_LINES ? [`${path}:${MOST_FILE_LINES + 1}: ${lines} lines in one file`] : [];
  });

/** No function over 60 lines in src and in the test kit. */
export const functionLengthRule: Rule = sources =>
  codeIn(sources, 'src', 'test/support').flatMap(source =>
    nodesOf(parse(source)).flatMap(node => {
      const lines = isFunction(node) ? countLines(node.getText()) : 0;
      return lines > MOST_FUNCTION_LINES ? [finding(source, node, `${lines} lines in one function`)] : [];
    }),
  );

/** Files and folders are nouns in kebab-case that say what is inside. */
export const nameRule: Rule = sources =>
  codeIn(sources, 'src', 'test', 'bench', 'demo', 'scripts', 'examples').flatMap(({ path }) => {
    const steps = path.split('/');
    if (!KEBAB_CASE.test(steps.at(-1) ?? '')) return [`${path}:1: a file name is kebab-case`];
    const empty = steps.flatMap(step => step.split(/[-.]/)).find(word => EMPTY_WORDS.test(word));
    return empty ? [`${path}:1: the name "${empty}" says nothing`] : [];
  });

/** The median file of src has at most 120 lines. */
export const medianRule: Rule = sources => {
  const median = medianLength(sources);
  return median > MOST_MEDIAN_LINES ? [`src: the median file has ${median} lines`] : [];
};

/** Each test file costs its start, so there are at most 25. */
export const testCountRule: Rule = sources => {
  const count = codeIn(sources, 'test').filter(({ path }) => path.endsWith('.test.ts')).length;
  return count > MOST_TEST_FILES ? [`test: ${count} test files`] : [];
};

/** The lines of the median file of src; 0 without any. */
export function medianLength(sources: readonly Source[]): number {
  const lengths = codeIn(sources, 'src').map(({ text }) => countLines(text));
  return lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;
}

function isFunction(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}
