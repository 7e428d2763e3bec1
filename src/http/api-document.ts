import type { ErrorCode } from '../vault/errors.js';
import * as examples from './examples.js';
import { EXPIRY_ANSWERS, EXPIRY_PARAMETERS, EXPIRY_REQUESTS } from './expiry-examples.js';
import { IMPORT_ANSWERS, IMPORT_REQUESTS } from './import-examples.js';
import { PROBLEMS } from './problem-examples.js';
import { STATUS, TITLE } from './problems.js';

const ANSWERS = { ...examples.ANSWERS, ...EXPIRY_ANSWERS, ...IMPORT_ANSWERS };
const PARAMETERS = { ...examples.PARAMETERS, ...EXPIRY_PARAMETERS };
const REQUESTS = { ...examples.REQUESTS, ...EXPIRY_REQUESTS, ...IMPORT_REQUESTS };

type Schema = Record<string, unknown>;

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, unknown>;
}

interface Header {
  description: string;
  schema: Schema;
}

interface Answer {
  description: string;
  headers?: Record<string, Header>;
  content?: Record<string, Media>;
}

interface Parameter {
  in: string;
  name: string;
  required?: boolean;
  description?: string;
  schema: Schema;
  example?: unknown;
}

interface Operation {
  operationId: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Answer>;
  'x-required-role'?: string;
  'x-problems'?: ErrorCode[];
  'x-optional-body'?: boolean;
}

/** An OpenAPI 3.1 document, as far as it is touched here. */
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; examples?: Record<string, { summary: string; value: unknown }> };
}

const FORM = 'application/x-www-form-urlencoded';
const EXAMPLE = '#/components/examples/';
const JSON_TYPE = 'application/json';
const ROLES: Record<string, string> = {
  any: 'any role',
  draw: 'the role service, operator or admin, and a permission',
  auditor: 'at least the role auditor',
  operator: 'at least the role operator',
  admin: 'the role admin',
};
const SUCCESS: Record<string, string> = { 200: 'As asked.', 201: 'Made; `Location` says where.', 204: 'Done.' };

const ETAG: Header = { description: 'The version, for If-Match.', schema: { type: 'string' } };
const LOCATION: Header = { description: 'Where the new thing is.', schema: { type: 'string' } };
const RETRY_AFTER: Header = { description: 'Seconds to wait.', schema: { type: 'integer' } };

/** Of what ends a grant that the provider may not have been told of. */
const REVOCATION: Record<string, Header> = {
  'tokenwell-revoked': {
    description: '`no` when the grant ended here and its provider was not told; otherwise left out.',
    schema: { type: 'string', enum: ['no'] },
  },
  'tokenwell-detail': {
    description: 'Why the provider was not told, in a sentence of ASCII; only beside `tokenwell-revoked`.',
    schema: { type: 'string' },
  },
};

const IF_MATCH: Parameter = {
  in: 'header',
  name: 'If-Match',
  required: true,
  description: 'The ETag of what was read, or `*`.',
  schema: { type: 'string' },
  example: '"3"',
};

const ENDS_A_GRANT: ReadonlySet<string> = new Set(['disconnectAccount', 'rejectCandidate']);

/** The generated document with what the routes' schemas cannot say: problem answers, examples, headers, named bodies. */
export function completed(document: ApiDocument): ApiDocument {
  for (const operation of Object.values(document.paths).flatMap(path => Object.values(path))) complete(operation);
  document.components.examples = problemExamples(JSON.stringify(document.paths));
  const names = new Map(
    Object.entries(document.components.schemas).map(([name, schema]) => [JSON.stringify(schema), name]),
  );
  return { ...document, paths: named(document.paths, names) };
}

function complete(operation: Operation): void {
  const body = operation.requestBody;
  for (const parameter of operation.parameters ?? []) completeParameter(operation, parameter);
  if (operation['x-problems']?.includes('precondition_required')) operation.parameters?.push(IF_MATCH);
  if (body) body.required = !operation['x-optional-body'];
  for (const media of Object.values(body?.content ?? {})) media.example = REQUESTS[operation.operationId];
  for (const [status, answer] of Object.entries(operation.responses)) completeAnswer(operation, status, answer);
  Object.assign(operation.responses, body && FORM in body.content ? oauthErrors() : problemAnswers(operation));
  const role = operation['x-required-role'];
  if (role) operation.description += ` Needs ${ROLES[role]}.`;
  delete operation['x-problems'];
  delete operation['x-optional-body'];
}

/** A parameter with a default may be left out, although a handler always finds it; what may be left out has no example. */
function completeParameter({ operationId }: Operation, parameter: Parameter): void {
  const { name } = parameter;
  if (parameter.schema.default !== undefined) parameter.required = false;
  if (parameter.required) parameter.example = PARAMETERS[`${operationId} ${name}`] ?? PARAMETERS[name];
}

function completeAnswer({ operationId }: Operation, status: string, answer: Answer): void {
  answer.description = SUCCESS[status] ?? answer.description;
  for (const [type, media] of Object.entries(answer.content ?? {})) {
    media.example = ANSWERS[type === JSON_TYPE ? operationId : `${operationId} ${type}`];
  }
  const isCredential = /^(?:create|get|replace|enable|disable)Credential$/.test(operationId);
  const headers = {
    ...(isCredential ? { ETag: ETAG } : {}),
    ...(status === '201' ? { Location: LOCATION } : {}),
    ...(ENDS_A_GRANT.has(operationId) ? REVOCATION : {}),
  };
  if (Object.keys(headers).length > 0) answer.headers = headers;
}

/** The codes that an operation may answer, those that its form implies first. */
function codesOf(operation: Operation): ErrorCode[] {
  const role = operation['x-required-role'];
  const inPath = operation.parameters?.some(parameter => parameter.in === 'path');
  const codes: (ErrorCode | false)[] = [
    'invalid_request',
    // Of a workload's token nothing can be said while its issuer does not answer.
    ...(role ? (['unauthenticated', 'rate_limited', 'internal', 'provider_unavailable', 'draining'] as const) : []),
    role !== undefined && role !== 'any' && role !== 'draw' && 'forbidden',
    inPath === true && 'not_found',
    ...(operation.requestBody ? (['too_large', 'unsupported_media_type'] as const) : []),
    ...(operation['x-problems'] ?? []),
  ];
  return [...new Set(codes.filter(code => code !== false))];
}

function problemAnswers(operation: Operation): Record<string, Answer> {
  const codes = codesOf(operation);
  const statuses = [...new Set(codes.map(code => STATUS[code]))];
  return Object.fromEntries(
    statuses.map(status => [
      status,
      problemAnswer(
        status,
        codes.filter(code => STATUS[code] === status),
      ),
    ]),
  );
}

function problemAnswer(status: number, codes: ErrorCode[]): Answer {
  const examples = Object.fromEntries(codes.map(code => [code, { $ref: `${EXAMPLE}${code}` }]));
  return {
    description: codes.map(code => `\`${code}\`: ${TITLE[code]}.`).join(' '),
    ...(status === 429 || status === 503 ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples } },
  };
}

/** The examples that the paths refer to. */
function problemExamples(paths: string) {
  const used = Object.entries(PROBLEMS).filter(([code]) => paths.includes(`"${EXAMPLE}${code}"`));
  return Object.fromEntries(used.map(([code, value]) => [code, { summary: value.title, value }]));
}

/** What the token endpoint says, by status (RFC 6749 §5.2). */
function oauthErrors(): Record<string, Answer> {
  const texts: Record<string, string> = {
    400: 'Not valid, unknown or not permitted; not connected, or refused by the provider.',
    401: 'Unknown client, or not its key.',
    413: 'The form is too large.',
    415: 'Not a form.',
    429: 'Too many wrong keys or refused draws, or more draws than the operator allows.',
    503: 'The provider or the ledger is not available at present.',
  };
  const waits = { headers: { 'Retry-After': RETRY_AFTER } };
  const answer = (status: string, description: string): Answer => ({
    description,
    ...(status === '429' || status === '503' ? waits : {}),
    content: {
      [JSON_TYPE]: { schema: { $ref: '#/components/schemas/OAuthError' }, example: ANSWERS[`oauth ${status}`] },
    },
  });
  return Object.fromEntries(Object.entries(texts).map(([status, text]) => [status, answer(status, text)]));
}

/** The same value with every schema that has a name replaced by a reference to it. */
function named<Value>(value: Value, names: ReadonlyMap<string, string>): Value {
  const refer = (_key: string, inner: unknown) => {
    const name = names.get(JSON.stringify(inner));
    return name === undefined ? inner : { $ref: `#/components/schemas/${name}` };
  };
  return JSON.parse(JSON.stringify(value, refer));
}
