import { TokenwellError } from '../client/client.js';
import { notTokenwell } from '../client/errors.js';
import { ConfigError } from '../config.js';
import { EXIT, exitCodeOf, isTransient } from './exit-codes.js';
import { fieldText } from './field-text.js';
import type { Session } from './session.js';
import { counted } from './table.js';
import { jsonText, visible } from './terminal-text.js';
import { actorInWords } from './words.js';

/** The command was used wrongly: flags that do not go together, a file that cannot be read. `message` says what is right. */
export class UsageError extends Error {}

/** What an error means to whoever ran the command. */
export interface Failure {
  text: string;
  exitCode: number;
}

type Ran = Pick<Session, 'command' | 'keySource' | 'vault'>;

/**
 * Plain sentences, never a stack, and the exit code; what a vault says is JSON where the command was asked for that.
 * The flags of the command that ran are named, and where its key came from. An answer in which the command, or this,
 * finds something else than belongs there is none of a vault.
 */
export function failureOf(error: unknown, ran: Ran = {}): Failure {
  const { vault } = ran;
  if (vault === undefined) return told(error, ran);
  const status = error instanceof TokenwellError ? error.status : 200;
  try {
    return told(error instanceof TypeError ? notTokenwell(status, vault) : error, ran);
  } catch {
    return told(notTokenwell(status, vault), ran);
  }
}

function told(error: unknown, ran: Ran): Failure {
  if (error instanceof UsageError) return { text: begin(error.message), exitCode: EXIT.misuse };
  if (error instanceof ConfigError) return { text: begin(error.message) + keyHint(error), exitCode: EXIT.misuse };
  if (error instanceof TokenwellError) {
    const text = ran.command?.opts().json ? answerJson(error) : answerText(error, ran);
    return { text, exitCode: exitCodeOf(error) };
  }
  return ownFailure(error);
}

/** What the provider said, in one line; undefined where it said nothing. */
export function providerText(provider: TokenwellError['provider']): string | undefined {
  if (!provider) return undefined;
  const { error, error_description, trace_id, correlation_id, timestamp } = provider;
  const ids = Object.entries({ trace_id, correlation_id, timestamp }).flatMap(([name, id]) =>
    id ? [`${name} ${id}`] : [],
  );
  const words = [error, error_description].filter(word => word !== undefined).join(': ');
  return visible(`${words}${ids.length > 0 ? ` (${ids.join(', ')})` : ''}`);
}

function begin(message: string): string {
  return `tokenwell: ${message}`;
}

function keyHint({ mistakes }: ConfigError): string {
  if (!mistakes.some(mistake => mistake.startsWith('TOKENWELL_KEY is not set'))) return '';
  return (
    '\nGive the key with TOKENWELL_KEY_FILE=<a file that holds it>, or with TOKENWELL_KEY.' +
    '\nThe key of the first administrator is in the file admin.key of the data folder (TOKENWELL_DATA_DIR, ./data unless set).'
  );
}

/** The fields of the problem by their names on the wire, on one line. */
function answerJson(error: TokenwellError): string {
  const { code, status, detail, errors, action, class: errorClass, who, link, provider } = error;
  const { retryAfter: retry_after, requestId: request_id, connectUrl: connect_url } = error;
  const named = { code, status, detail, errors, class: errorClass, who, action, link, provider };
  return jsonText({ ...named, connect_url, retry_after, request_id });
}

function answerText(error: TokenwellError, { command, keySource }: Ran): string {
  const fields = error.errors.map(wrong => fieldText(wrong, command));
  const lines = headOf(error, fields);
  // Where nothing answered, nobody knows who must act.
  if (error.class !== undefined && error.status !== 0) lines.push(`Who must act: ${actorInWords(error, error.code)}.`);
  const advice = adviceOf(error, keySource);
  if (advice !== undefined) lines.push(`What to do: ${visible(advice)}`);
  if (error.link !== undefined) lines.push(`Read more: ${visible(error.link)}`);
  const provider = providerText(error.provider);
  if (provider !== undefined) lines.push(`The provider said: ${provider}`);
  if (error.connectUrl !== undefined) lines.push(`Its page: ${visible(error.connectUrl)}`);
  if (error.retryAfter !== undefined) lines.push(`Try again in ${visible(String(error.retryAfter))} s.`);
  if (error.requestId !== undefined) lines.push(`Request id: ${visible(error.requestId)}`);
  return lines.join('\n');
}

function headOf({ code, detail }: TokenwellError, fields: readonly string[]): string[] {
  const [first, another] = fields;
  const listed = fields.map(field => `  ${field}`);
  if (code !== 'invalid_request' || first === undefined) return [begin(visible(detail)), ...listed];
  if (another === undefined) return [begin(`The vault does not take ${first}`)];
  return [begin(`The vault does not take ${counted(fields.length, 'value')}:`), ...listed];
}

function adviceOf({ code, action }: TokenwellError, keySource = ''): string | undefined {
  if (code === 'unreachable') return 'Is it running? (tokenwell serve) Or set TOKENWELL_URL to where it runs.';
  if (code === 'version_conflict') return 'Show it again and repeat the change on what is there now.';
  if (code !== 'unauthenticated') return action;
  return `${action ?? ''} This one came from ${keySource}.`.trim();
}

/** What fails in this very process: opening the database, the port, the keys. */
function ownFailure(error: unknown): Failure {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const details = error instanceof Error && 'details' in error ? error.details : undefined;
  const transient = isTransient(textIn(details, 'class'));
  const action = textIn(details, 'action');
  const lines = [begin(portText(error) ?? fileText(error) ?? visible(message))];
  if (transient && cause instanceof Error) lines.push(`The database says: ${visible(causeText(cause))}`);
  if (action !== undefined) lines.push(`What to do: ${visible(action)}`);
  return { text: lines.join('\n'), exitCode: transient ? EXIT.unavailable : EXIT.refused };
}

function portText(error: unknown): string | undefined {
  const port = error instanceof Error && 'port' in error ? error.port : undefined;
  if (textIn(error, 'syscall') !== 'listen') return undefined;
  if (textIn(error, 'code') === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Stop that one, or choose another port with TOKENWELL_PORT.`;
  }
  return `The port cannot be opened: ${error instanceof Error ? error.message : ''}. Look at TOKENWELL_HOST and TOKENWELL_PORT.`;
}

function fileText(error: unknown): string | undefined {
  const [path, code] = [textIn(error, 'path'), textIn(error, 'code')];
  if (path === undefined || code === undefined) return undefined;
  return `${visible(path)} cannot be used (${code}). Look at TOKENWELL_DATA_DIR, and whether this user may read and write there.`;
}

/** Several addresses of one host may each have failed; then the outer error says nothing. */
function causeText(cause: Error): string {
  const inner = cause instanceof AggregateError ? cause.errors[0] : undefined;
  return cause.message || (inner instanceof Error ? inner.message : cause.name);
}

function textIn(holder: unknown, field: string): string | undefined {
  const value =
    typeof holder === 'object' && holder !== null ? Object.entries(holder).find(([name]) => name === field) : undefined;
  return typeof value?.[1] === 'string' ? value[1] : undefined;
}
