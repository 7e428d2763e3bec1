import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Test } from 'tap';
import { type App, build, type Overrides } from '../../src/app.js';
import { adminKeyFile } from '../../src/first-start.js';
import { Api } from '../support/api.js';
import { compiled, KEY_PAIR_PROCESS } from '../support/compiled.js';
import { ScriptedProvider } from '../support/scripted-provider.js';
import { temporaryFolder, testConfig } from '../support/vault.js';

export type RoleName = 'service' | 'auditor' | 'operator' | 'admin';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  bytes: Buffer;
  /** Without any field where no JSON came. */
  json: Body;
}

/** What answers hold; which of it is there depends on what was asked. A test compares the rest without knowing its form. */
export interface Body {
  [field: string]: unknown;
  id: string;
  account: string;
  url: string;
  key: string;
  detail: string;
  token_id: string;
  token_url: string;
  client_auth: Record<string, unknown>;
  error_description: string;
  count?: number;
  active: boolean;
  errors?: { field: string; rule: string }[];
  items: Body[];
  next_cursor: string | null;
}

export interface Asked {
  /** The API key; without one nothing is said of who asks. */
  key?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

/** A whole vault that serves on loopback, with a token endpoint, the credential `acme` and a key of every role. */
export interface Running {
  app: App;
  url: string;
  port: number;
  provider: ScriptedProvider;
  keys: Record<RoleName, string>;
  /** What was logged so far, line by line. */
  lines: string[];
  send(method: string, path: string, asked?: Asked): Promise<Answer>;
  /** Writes these bytes to a new connection and answers all that comes back until it ends. */
  raw(bytes: string): Promise<string>;
}

/** Starts it; everything ends with the test. All roles but auditor may draw `acme`. */
export async function startRunning(
  t: Test,
  options: { env?: Record<string, string>; overrides?: Overrides } = {},
): Promise<Running> {
  const folder = temporaryFolder(t);
  const provider = await ScriptedProvider.start();
  t.teardown(() => provider.close());
  const lines: string[] = [];
  const config = testConfig(folder, options.env);
  const app = await build(config, {
    logTo: { write: line => void lines.push(line) },
    keyPairProcess: await compiled(KEY_PAIR_PROCESS),
    ...options.overrides,
  });
  t.teardown(() => app.close());
  await app.server.listen({ host: '127.0.0.1', port: config.port });
  const port = Number(new URL(app.server.listeningOrigin).port);
  const url = `http://127.0.0.1:${port}`;
  const keys = await fill(new Api(url, readFileSync(adminKeyFile({ dataDir: folder }), 'utf8').trim()), provider.url());
  const admin = readFileSync(adminKeyFile({ dataDir: folder }), 'utf8').trim();
  return {
    app,
    url,
    port,
    provider,
    keys: { ...keys, admin },
    lines,
    send: (method, path, asked) => send(url, method, path, asked),
    raw: bytes => raw(port, bytes),
  };
}

async function fill(admin: Api, tokenUrl: string): Promise<Record<Exclude<RoleName, 'admin'>, string>> {
  await admin.createCredential('acme', tokenUrl);
  await admin.must('PUT', '/api/v1/consumers/admin/permissions', [{ credential: 'acme' }]);
  return {
    service: await admin.createConsumer('svc', [{ credential: 'acme' }]),
    auditor: await admin.createConsumer('aud', [{ credential: 'acme' }], 'auditor'),
    operator: await admin.createConsumer('ope', [{ credential: 'acme' }], 'operator'),
  };
}

const JSON_TYPE = /^application\/(?:problem\+)?json\b/;

/** One request by fetch. Rejects where what calls itself JSON is none. */
export async function send(url: string, method: string, path: string, asked: Asked = {}): Promise<Answer> {
  const body = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(asked.key === undefined ? {} : { authorization: `Bearer ${asked.key}` }),
      ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...asked.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString();
  const isJson = text !== '' && JSON_TYPE.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, bytes, json: JSON.parse(isJson ? text : '{}') };
}

/** A conversation of one side only, over a connection that the server must end. */
export async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(Buffer.from(bytes, 'latin1'));
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

/** The body of a new credential at this token endpoint. */
export function newCredential(id: string, tokenUrl: string, more: Record<string, unknown> = {}) {
  const client_auth = { method: 'client_secret_post', secret: 'client-secret' };
  const base = { id, grant_type: 'client_credentials', token_url: tokenUrl, client_id: 'client', client_auth };
  return { ...base, scope: 'mail.read', ...more };
}

/** The rules that a refused request broke, each as `field rule`. */
export function broken(answer: Answer): string[] {
  const errors: { field: string; rule: string }[] = answer.json.errors ?? [];
  return errors.map(({ field, rule }) => `${field} ${rule}`);
}
