import type { FastifyInstance } from 'fastify';
import { type JSONPath, visit } from 'jsonc-parser';
import { invalid, type VaultError } from '../vault/errors.js';
import { fieldPath } from './field-paths.js';

const DEEPEST = 20;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Takes JSON bodies, and nothing else, in this scope: UTF-8 without a byte order mark (RFC 8259 §8.1), no key twice
 * (RFC 7493 §2.3), no key that reaches a prototype, at most 20 levels. An empty body is no body.
 */
export function takeJson(scope: FastifyInstance): void {
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(Buffer.isBuffer(body) ? body : Buffer.from(body)));
    } catch (error) {
      done(error instanceof Error ? error : null);
    }
  });
}

/** The value of a JSON text; undefined for an empty one. Throws `invalid_request` with the rule that it breaks. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = decode(bytes);
  inspect(text);
  try {
    return JSON.parse(text);
  } catch {
    throw broken('json', 'The body is not valid JSON.');
  }
}

function decode(bytes: Buffer): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw broken('utf8', 'The body is not valid UTF-8.');
  }
  if (text.startsWith('\uFEFF')) throw broken('utf8', 'The body begins with a byte order mark; leave it out.');
  return text;
}

/** Looks at the text before anything is built from it, for what a parsed value no longer shows. */
function inspect(text: string): void {
  /** The keys of each object that is open; an array, and an object without keys yet, has none. */
  const open: (Set<string> | undefined)[] = [];
  const enter = () => {
    if (open.push(undefined) > DEEPEST)
      throw broken('too_deep', `The body is nested more than ${DEEPEST} levels deep.`);
  };
  const leave = () => {
    open.pop();
  };
  const note = (key: string, path: () => JSONPath) => {
    const keys = open.pop() ?? new Set();
    checkKey(key, keys, path);
    open.push(keys.add(key));
  };
  visit(
    text,
    {
      onObjectBegin: enter,
      onObjectEnd: leave,
      onArrayBegin: enter,
      onArrayEnd: leave,
      onObjectProperty: (key, _offset, _length, _line, _character, path) => note(key, path),
      onError: (_error, offset) => {
        throw broken('json', `The body is not valid JSON: look at character ${offset + 1}.`);
      },
    },
    { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false },
  );
}

function checkKey(key: string, seen: ReadonlySet<string>, path: () => JSONPath): void {
  const field = () => fieldPath([...path(), key]);
  if (FORBIDDEN.has(key)) throw broken('forbidden_key', `The key ${key} is not allowed.`, field());
  if (seen.has(key)) throw broken('duplicate_key', 'A key is there twice in one object.', field());
}

function broken(rule: string, detail: string, field = 'body'): VaultError {
  return invalid([{ field, rule, detail }]);
}
