import { Ajv, type ErrorObject, type Options } from 'ajv';
import formats from 'ajv-formats';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import { PLAIN_TEXT_PATTERN } from '../api/fields.js';
import { SET_BY_TOKENWELL } from '../api.js';
import { placeholderFlaw } from '../vault/credential-rules.js';
import { type FieldError, invalid, missing, notFound, type VaultError } from '../vault/errors.js';
import { fieldPath } from './field-paths.js';
import { CLIENT_AUTH_ID_PATTERN, LINK_ID_PATTERN } from './route-schemas.js';

const TOLD_AT_ONCE = 20;
const LONGEST_NAMED = 11;
const SECRET_NAMES = new Set(['secret', 'client_secret']);
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

const SHARED: Options = { allErrors: true, removeAdditional: false, verbose: true, strict: true };

/** Bodies are taken as they are: a number in quotes is a string, and nothing is filled in. */
const body = validator({ ...SHARED, coerceTypes: false, useDefaults: false });
/** What stands in a URL is text, so numbers are read from it and defaults are filled in. */
const url = validator({ ...SHARED, coerceTypes: true, useDefaults: true });

function validator(options: Options): Ajv {
  const ajv = new Ajv(options);
  formats.default(ajv, ['uri']);
  ajv.addFormat('date-time', isTime);
  return ajv;
}

/** Whether the text is a time of RFC 3339 whose day is in the calendar; Date.parse takes the 30th of February for March. */
function isTime(text: string): boolean {
  if (!RFC_3339.test(text) || Number.isNaN(Date.parse(text))) return false;
  const day = text.slice(0, 'yyyy-mm-dd'.length);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** Compiles the schema of one part of a request with the validator that this part needs. */
export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? body : url).compile(schema);

/** A failed validation as the error that callers are told. An id that cannot exist is answered like one that does not. */
export function validationError(errors: FastifySchemaValidationError[], part: string): VaultError {
  if (part === 'params') return notFound('credential or account');
  // Whoever names a property wrongly is told of the name, not a second time of the object that holds it.
  const own = errors.filter(error => error.keyword !== 'propertyNames');
  return invalid(own.slice(0, TOLD_AT_ONCE).map(error => fieldError(error, part)));
}

/** As `validationError`, where whoever may ask may read everything, so that what there is not is named. */
export function readersValidationError(errors: FastifySchemaValidationError[], part: string): VaultError {
  const [flaw]: Flaw[] = errors;
  const kind = part === 'params' && flaw ? KINDS[flaw.instancePath.slice(1)]?.(flaw) : undefined;
  return kind && flaw ? missing(kind, namely(String(flaw.data))) : validationError(errors, part);
}

/** What a segment of a path names. */
const KINDS: Record<string, (flaw: Flaw) => Parameters<typeof missing>[0]> = {
  credential: () => 'credential',
  account: () => 'account',
  consumer: () => 'consumer',
  id: ({ params }) => {
    if (params.pattern === CLIENT_AUTH_ID_PATTERN) return 'client authentication';
    return params.pattern === LINK_ID_PATTERN ? 'link' : 'key';
  },
};

/** Whoever gives a key, a secret or the address of a link in the place of an id does not get it back: slips are short. */
function namely(id: string): string {
  return id.length > LONGEST_NAMED ? 'of this name' : id;
}

type Flaw = Partial<ErrorObject> & FastifySchemaValidationError;

function fieldError(flaw: Flaw, part: string): FieldError {
  const at = flaw.instancePath.split('/').slice(1).map(unescapePointer);
  const name = flaw.params.additionalProperty ?? flaw.params.missingProperty ?? flaw.propertyName;
  const field = fieldPath(name === undefined ? at : [...at, String(name)]);
  const { rule, says } = BROKEN[flaw.keyword]?.(flaw, part) ?? {
    rule: snakeCase(flaw.keyword),
    says: `${flaw.message}.`,
  };
  return { field, rule, detail: `${field} ${says}` };
}

/** The stable word of a broken rule, and the rest of the sentence that begins with the field. */
const BROKEN: Record<string, (flaw: Flaw, part: string) => { rule: string; says: string }> = {
  required: () => ({ rule: 'required', says: 'is missing.' }),
  additionalProperties: (flaw, part) => ({ rule: 'unknown_field', says: unknownField(flaw, part) }),
  type: typeFlaw,
  enum: ({ params }) => ({ rule: 'one_of', says: `is one of: ${String(params.allowedValues).replaceAll(',', ', ')}.` }),
  minimum: ({ params }) => ({ rule: 'minimum', says: `must be at least ${params.limit}.` }),
  maximum: ({ params }) => ({ rule: 'maximum', says: `must be at most ${params.limit}.` }),
  format: flaw => urlFlaw(flaw) ?? formFlaw('format')(flaw),
  pattern: formFlaw('pattern'),
};

function typeFlaw({ instancePath, data, params }: Flaw, part: string): { rule: string; says: string } {
  if (instancePath === '' && data === null) return { rule: 'required', says: 'is missing.' };
  if (instancePath === '' && part === 'body' && params.type === 'object')
    return { rule: 'type', says: 'must be one JSON object.' };
  if (Array.isArray(data) && params.type !== 'array')
    return { rule: part === 'body' ? 'type' : 'repeated', says: 'takes one value.' };
  return { rule: 'type', says: `must be of type ${params.type}.` };
}

function unknownField(flaw: Flaw, part: string): string {
  const readOnly = part === 'body' && SET_BY_TOKENWELL.has(String(flaw.params.additionalProperty));
  return readOnly ? 'is set by Tokenwell; leave it out.' : `is not known here.${placeHint(flaw)}`;
}

/** Where a client secret belongs, for one that stands beside it or has the name that the OAuth documents use. */
function placeHint({ params, parentSchema }: Flaw): string {
  const known = parentSchema?.properties ?? {};
  const outside = 'client_auth' in known && SECRET_NAMES.has(String(params.additionalProperty));
  const inside = 'secret' in known && params.additionalProperty === 'client_secret';
  return outside || inside ? ' The client secret is given as client_auth.secret.' : '';
}

function urlFlaw({ params, data }: Flaw): { rule: string; says: string } | undefined {
  return params.format === 'uri' && typeof data === 'string' ? placeholderFlaw(data) : undefined;
}

function formFlaw(rule: string) {
  return ({ params, parentSchema, data }: Flaw) => {
    if (params.pattern === PLAIN_TEXT_PATTERN) {
      const half = /\p{Cs}/u.test(String(data));
      return {
        rule: 'control_characters',
        says: half ? 'holds half a character (an unpaired surrogate).' : 'may not hold control characters.',
      };
    }
    return { rule, says: `does not have the right form. ${parentSchema?.description ?? ''}`.trim() };
  };
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function snakeCase(keyword: string): string {
  return keyword.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
