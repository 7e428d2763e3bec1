import { clockRule, environmentRule } from './globals.js';
import { importRule, lazyRule, packageRule } from './imports.js';
import { fileLengthRule, functionLengthRule, medianRule, nameRule, testCountRule } from './limits.js';
import type { Rule, Source } from './sources.js';
import { contractRule, placeRule } from './words.js';

/** A violation on purpose, and the findings that it must give. */
export interface Planted {
  readonly sources: readonly Source[];
  readonly finds: readonly string[];
}

/** A rule of the project with violations that it must see and code that it must leave alone. */
export interface TestedRule {
  readonly name: string;
  readonly rule: Rule;
  readonly bad: readonly Planted[];
  readonly good: readonly Source[];
}

function one(path: string, text: string, ...findings: string[]): Planted {
  return { sources: [{ path, text }], finds: findings.map(found => `${path}:${found}`) };
}

function good(path: string, text: string): Source {
  return { path, text };
}

function lines(count: number): string {
  return 'a();\n'.repeat(count);
}

/** Files of src with these many lines. */
function filesOf(...counts: number[]): Source[] {
  return counts.map((count, index) => good(`src/vault/file-${index}.ts`, lines(count)));
}

const elsewhere = ['..', 'shared', 'notes.md'].join('/');
const clock = 'the time comes from the Clock';
const environment = 'the environment is read in config.ts only';

const imports: TestedRule = {
  name: 'a part of src imports only what ARCHITECTURE §3 lets it import',
  rule: importRule,
  bad: [
    one('src/vault/a.ts', `import { b } from '../store/b.js';`, '1: vault may not import store'),
    one('src/vault/a.ts', `import type { b } from '../api.js';`, '1: vault may not import api.ts'),
    one('src/store/a.ts', `\nimport { b } from '../crypto/b.js';`, '2: store may not import crypto'),
    one('src/crypto/a.ts', `export { b } from '../outbound/b.js';`, '1: crypto may not import outbound'),
    one('src/oauth/a.ts', `export * from '../outbound/b.js';`, '1: oauth may not import outbound'),
    one('src/http/routes/a.ts', `const b = await import('../../store/b.js');`, '1: http may not import store'),
    one('src/http/a.ts', `const b = require('../config.js');`, '1: http may not import config.ts'),
    one('src/mail/a.ts', `import b = require('../oauth/b.js');`, '1: mail may not import oauth'),
    one('src/outbound/a.ts', `let b: import('../app.js').App;`, '1: outbound may not import app.ts'),
    one('src/console/a.tsx', `import { b } from '../api.js';`, '1: console may not import api.ts'),
    one('src/client/a.ts', `import { b } from '../api.js';`, '1: client may not import api.ts, except types'),
    one('src/client/a.ts', `import { type B } from '../api.js';`, '1: client may not import api.ts, except types'),
    one('src/client/a.ts', `import type { B } from '../vault/b.js';`, '1: client may not import vault'),
    one('src/cli/a.ts', `import { b } from '../vault/b.js';`, '1: cli may not import vault'),
    one('src/api.ts', `import { b } from './vault/b.js';`, '1: api.ts may not import vault, except types'),
    one('src/config.ts', `import { b } from './store/b.js';`, '1: config.ts may not import store'),
    one('src/app.ts', `import './cli/b.js';`, '1: app.ts may not import cli'),
    one('src/app.ts', `import { b } from './client/b.js';`, '1: app.ts may not import client'),
    one('src/main.ts', `import { b } from './vault/b.js';`, '1: main.ts may not import vault, except types'),
    one('src/main.ts', `import { b } from './store/b.js';`, '1: main.ts may not import store'),
    one('src/vault/a.ts', `import { b } from '../../test/b.js';`, '1: vault may not import what is outside of src'),
    one('src/tools/a.ts', '', '1: no import rule knows tools'),
  ],
  good: [
    good('src/vault/a.ts', `import { b } from './b.js'; import { readFile } from 'node:fs/promises';`),
    good('src/http/routes/a.ts', `import { b } from '../b.js'; import '../../vault/b.js'; import '../../api.js';`),
    good('src/client/a.ts', `import type { b } from '../api.js'; export type { c } from '../api.js';`),
    good('src/app.ts', `import './store/b.js'; import './http/b.js'; import './config.js'; import './api.js';`),
    good('src/main.ts', `import './app.js'; import './config.js'; import type { b } from './vault/b.js';`),
    good('src/cli/a.ts', `import './b.js'; import '../client/b.js'; import '../config.js'; import '../main.js';`),
    good('test/a.ts', `import '../src/store/a.js'; import '../src/crypto/a.js';`),
  ],
};

const packages: TestedRule = {
  name: 'a package stays in its folder, and vault/ has none',
  rule: packageRule,
  bad: [
    one('src/vault/a.ts', `import { Type } from 'typebox';`, '1: vault may not import the package typebox'),
    one('src/vault/a.ts', `import type { Kysely } from 'kysely';`, '1: vault may not import the package kysely'),
    one('src/http/a.ts', `import Database from 'better-sqlite3';`, '1: http may not import the package better-sqlite3'),
    one('src/app.ts', `import type { Pool } from 'pg';`, '1: app.ts may not import the package pg'),
    one('src/cli/a.ts', `import { sql } from 'kysely/helpers';`, '1: cli may not import the package kysely/helpers'),
    one('src/http/a.ts', `import { jwtVerify } from 'jose';`, '1: http may not import the package jose'),
    one('src/mail/a.ts', `await import('openid-client');`, '1: mail may not import the package openid-client'),
    one('src/store/a.ts', `import fastify from 'fastify';`, '1: store may not import the package fastify'),
    one(
      'src/oauth/a.ts',
      `import form from '@fastify/formbody';`,
      '1: oauth may not import the package @fastify/formbody',
    ),
    one('src/app.ts', `import fastify from 'fastify';`, '1: app.ts may not import the package fastify, except types'),
  ],
  good: [
    good('src/store/a.ts', `import { Kysely } from 'kysely'; import pg from 'pg';`),
    good('src/oauth/a.ts', `import * as client from 'openid-client'; import 'jose';`),
    good('src/http/a.ts', `import fastify from 'fastify'; import '@fastify/helmet';`),
    good('src/app.ts', `import type { FastifyInstance } from 'fastify'; import { pino } from 'pino';`),
  ],
};

const late: TestedRule = {
  name: 'what few use is loaded at its first use, not at the start',
  rule: lazyRule,
  bad: [
    one('src/mail/a.ts', `import { createTransport } from 'nodemailer';`, '1: nodemailer is loaded at its first use'),
    one('src/http/a.ts', `import prom from 'prom-client';`, '1: prom-client is loaded at its first use'),
  ],
  good: [
    good('src/mail/a.ts', `const { createTransport } = await import('nodemailer');`),
    good('src/http/a.ts', `import type { Gauge } from 'prom-client';`),
  ],
};

const environments: TestedRule = {
  name: 'the environment is read in config.ts only',
  rule: environmentRule,
  bad: [
    one('src/app.ts', 'process.env.HOME;', `1: ${environment}`),
    one('src/cli/a.ts', `\nread(process['env']);`, `2: ${environment}`),
    one('src/vault/a.ts', 'globalThis.process.env;', `1: ${environment}`),
    one('src/vault/a.ts', 'const { env } = process;', `1: ${environment}`),
    one('src/vault/a.ts', 'const { env: settings } = process;', `1: ${environment}`),
    one('src/vault/a.ts', `import { env } from 'node:process';`, `1: ${environment}`),
  ],
  good: [
    good('src/config.ts', 'process.env;'),
    good('src/vault/a.ts', 'other.env; process.exit; // process.env\nconst text = "process.env";'),
    good('test/support/a.ts', 'process.env;'),
  ],
};

const clocks: TestedRule = {
  name: 'the time comes from the injected Clock',
  rule: clockRule,
  bad: [
    one('src/vault/a.ts', 'Date.now();', `1: ${clock}`),
    one('src/vault/a.ts', 'const now = Date.now;', `1: ${clock}`),
    one('src/http/a.ts', 'globalThis.Date.now();', `1: ${clock}`),
    one('src/store/a.ts', 'new Date();', `1: ${clock}`),
    one('src/store/a.ts', 'new Date;', `1: ${clock}`),
    one('src/store/a.ts', 'Date();', `1: ${clock}`),
    one('src/app.ts', 'performance.now();', `1: ${clock}`),
    one('src/main.ts', '\n\nprocess.hrtime.bigint();', `3: ${clock}`),
    one('src/main.ts', `import { hrtime } from 'node:process';`, `1: ${clock}`),
  ],
  good: [
    good('src/clock.ts', 'Date.now(); performance.now();'),
    good('src/vault/a.ts', 'new Date(clock.now()).toISOString(); clock.now(); Date.parse(text); Date.UTC(2000);'),
    good('test/a.ts', 'Date.now();'),
  ],
};

const body = (count: number) => `{\n${lines(count)}}`;

const lengths: TestedRule[] = [
  {
    name: 'no file has more than 400 lines',
    rule: fileLengthRule,
    bad: ['src/vault', 'test', 'test/support', 'bench', 'demo', 'scripts', 'examples'].map(folder =>
      one(`${folder}/a.ts`, lines(401), '401: 401 lines in one file'),
    ),
    good: [good('src/vault/a.ts', lines(400)), good('docs/a.md', lines(500))],
  },
  {
    name: 'no function has more than 60 lines',
    rule: functionLengthRule,
    bad: [
      one('src/vault/a.ts', `function a() ${body(59)}`, '1: 61 lines in one function'),
      one('src/vault/a.ts', `\nconst a = () => ${body(59)};`, '2: 61 lines in one function'),
      one('src/http/a.ts', `class A {\na() ${body(59)}\n}`, '2: 61 lines in one function'),
      one('src/http/a.ts', `const a = {\nb: function () ${body(60)} };`, '2: 62 lines in one function'),
      one('test/support/a.ts', `async function* a() ${body(99)}`, '1: 101 lines in one function'),
    ],
    good: [
      good('src/vault/a.ts', `function a() ${body(58)}`),
      good('src/vault/b.ts', `/**\n${' * a\n'.repeat(80)} */\nfunction a() {}`),
      good('test/a.test.ts', `t.test('a', () => ${body(90)});`),
    ],
  },
  {
    name: 'the median file of src has at most 120 lines',
    rule: medianRule,
    bad: [{ sources: filesOf(10, 121, 399), finds: ['src: the median file has 121 lines'] }],
    good: [...filesOf(10, 120, 399), good('test/a.ts', lines(390))],
  },
  {
    name: 'there are at most 25 test files',
    rule: testCountRule,
    bad: [{ sources: testFiles(26), finds: ['test: 26 test files'] }],
    good: [...testFiles(25), good('test/support/a.ts', '')],
  },
];

function testFiles(count: number): Source[] {
  return Array.from({ length: count }, (_, index) => good(`test/journeys/a-${index}.test.ts`, ''));
}

const names: TestedRule = {
  name: 'a file is a noun in kebab-case that says what is inside',
  rule: nameRule,
  bad: [
    ...['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'service', 'services', 'types', 'index'].map(name =>
      one(`src/vault/${name}.ts`, '', `1: the name "${name}" says nothing`),
    ),
    one('src/vault/token-manager.ts', '', '1: the name "manager" says nothing'),
    one('src/http/helpers/a.ts', '', '1: the name "helpers" says nothing'),
    one('test/utils.test.ts', '', '1: the name "utils" says nothing'),
    one('src/vault/KeyRing.ts', '', '1: a file name is kebab-case'),
    one('src/vault/key_ring.ts', '', '1: a file name is kebab-case'),
  ],
  good: [
    good('src/crypto/key-ring.ts', ''),
    good('src/console/page.tsx', ''),
    good('test/crypto.test.ts', ''),
    good('src/store/indexer.ts', ''),
  ],
};

const contracts: TestedRule = {
  name: 'what vault/ and client/ export carries its contract',
  rule: contractRule,
  bad: [
    one('src/vault/a.ts', 'export function a() {}', '1: a is exported without its contract'),
    one('src/vault/a.ts', '// what it does\nexport class A {}', '2: A is exported without its contract'),
    one('src/client/a.ts', 'export interface A {}', '1: A is exported without its contract'),
    one('src/client/a.ts', 'export const a = () => 1;', '1: a is exported without its contract'),
    one('src/client/a.ts', 'export default function () {}', '1: default is exported without its contract'),
  ],
  good: [
    good('src/vault/a.ts', '/** Does a. */\nexport function a() {}\nfunction b() {}\ninterface C {}'),
    good('src/vault/b.ts', 'export type A = 1;\nexport const b = 1;'),
    good(
      'src/vault/c.ts',
      '/** Does a. */\nexport function a(x: 1): 1;\nexport function a(x: 2): 2;\nexport function a() {}',
    ),
    good('src/store/a.ts', 'export function a() {}'),
  ],
};

const places: TestedRule = {
  name: 'nothing points to a folder of one machine',
  rule: placeRule,
  bad: [
    one('docs/operating.md', `\nSee ${elsewhere}.`, '2: a folder of one machine'),
    one('src/vault/a.ts', `// ${elsewhere.replace('..', '/work')}`, '1: a folder of one machine'),
  ],
  good: [good('docs/operating.md', 'The lock is exclusive or shared; a shared/exclusive lock is shared.')],
};

/** Every rule of the project. */
export const rules: readonly TestedRule[] = [
  imports,
  packages,
  late,
  environments,
  clocks,
  ...lengths,
  names,
  contracts,
  places,
];
