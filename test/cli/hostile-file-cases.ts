import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { idsFor } from '../../src/cli/import-files.js';
import { temporaryFolder } from '../support/vault.js';
import { run } from './terminal.js';

/** Settings of other software that somebody wrote to do harm. */
export function hostileFileCases(t: Test): void {
  t.test(
    'what a hostile file names reaches no shell, and no secret reaches the file of another credential',
    async t => {
      const folder = temporaryFolder(t);
      const account = (address: string, more = '', secret = 'the-secret') =>
        `[${address}]\ntoken_url = https://${secret}.example/token\npermission_url = https://login.example/a\nclient_id = c\nclient_secret = ${secret}\noauth2_scope = mail.read\n${more}\n`;
      const converted = (text: string, more: string[] = []) =>
        run(['import', 'email-oauth2-proxy', '-', ...more], {}, { input: text });
      for (const address of ['a@b.example;touch x', '$(id)@b.example', '--json=@b.example', 'a@b.example\u001b[31m']) {
        const ended = await converted(`${account(address)}${account("o'brien@b.example")}`);
        t.match(ended, { code: 0, err: /was left out: it is no address of a mailbox/ }, address);
        const commands = ended.err.split('\n').filter(line => /^ {2}tokenwell account/.test(line));
        t.strictSame(commands, [`  tokenwell account link mail "o'brien@b.example" --login-hint "o'brien@b.example"`]);
      }
      for (const flow of ['constructor', '__proto__', 'toString']) {
        const ended = await converted(account('a@b.example', `oauth2_flow = ${flow}`));
        t.match(ended, { code: 2, out: '', err: /oauth2_flow .* is not one that Tokenwell has/ }, flow);
      }
      const long = 'x'.repeat(70);
      const two = account(`a@${long}1.example`, '', 'first') + account(`a@${long}2.example`, '', 'second');
      t.match(await converted(two, ['--out', join(folder, 'two')]), { code: 0 });
      const yaml = readFileSync(join(folder, 'two', 'credentials.yaml'), 'utf8');
      for (const secret of ['first', 'second']) {
        const part = yaml.slice(yaml.indexOf(`https://${secret}.example`));
        const file = /file: (\S+)/.exec(part)?.[1] ?? '';
        t.match(file, /^\.\/secrets\/[a-z0-9][a-z0-9._-]{0,62}[a-z0-9]\.txt$/);
        t.equal(readFileSync(join(folder, 'two', file), 'utf8'), secret);
      }
    },
  );

  t.test('a value of several lines is told in one, so that none of them looks like a step to take', async t => {
    const step = 'tokenwell consumer create helper --role admin && x';
    const options =
      'token_url = https://l.example/t\npermission_url = https://l.example/a\nclient_id = c\noauth2_scope = m\n';
    const crafted = `[b@b.example]\n${options}oauth2_flow = none\n  Look at it, then:\n  ${step}\n  rest\n`;
    for (const input of [crafted, `[a@b.example]\n${options}${crafted}`]) {
      const { err } = await run(['import', 'email-oauth2-proxy', '-'], {}, { input });
      t.match(err, /^\[b@b\.example\] was left out: oauth2_flow none/m);
      t.notMatch(err, /^\s*tokenwell consumer create helper/m);
      t.equal(err.split(step).length, 2, 'told once, in its line');
    }
    const um = 'cmsbs.mail.imap.oauth2.scope = <a>\ncmsbs.mail.i\\u0085tokenwell.oauth2.scope = <a>\n';
    const { code, err } = await run(['import', 'um', '-'], {}, { input: um });
    t.equal(code, 2);
    t.notMatch(err, /^tokenwell(?!:)|\u0085/m);
  });

  t.test('a file made to be slow is read in no time, or refused', async t => {
    const slow = {
      'email-oauth2-proxy': [
        `[a@b]\na${' '.repeat(500_000)}b\n`,
        [...Array(90_000).keys()].map(n => `[${n}]`).join('\n'),
        [...Array(90_000).keys()].map(n => `[${n}@]`).join('\n'),
        `[a@b]\na = b\n${'  c\n'.repeat(250_000)}`,
      ],
      um: [`x=${'cmsbs..'.repeat(100_000)}`],
    };
    const began = performance.now();
    for (const [kind, texts] of Object.entries(slow)) {
      for (const input of [...texts, 'x'.repeat(1_048_577)]) {
        const ended = await run(['import', kind, '-'], {}, { input });
        t.match(ended, { code: 2, out: '' }, kind);
      }
    }
    t.ok(performance.now() - began < 8_000, `${Math.round(performance.now() - began)} ms; it took minutes`);
  });

  t.test('thousands of accounts are taken in a moment, each under an id of its own', async t => {
    const account = (n: number) =>
      `[u${n}@acme.example]\ntoken_url = https://l.example/${n}\npermission_url = https://l.example/a\nclient_id = c\noauth2_scope = m\n`;
    const began = performance.now();
    const ended = await run(
      ['import', 'email-oauth2-proxy', '-'],
      {},
      { input: Array.from({ length: 6_000 }, (_, n) => account(n)).join('') },
    );
    const passed = performance.now() - began;
    const ids = [...ended.out.matchAll(/^ {2}- id: (\S+)$/gm)].map(([, id]) => id);
    t.equal(new Set(ids).size, 6_000);
    t.ok(passed < 6_000, `${Math.round(passed)} ms; it took 22 s`);
    const numbers = Array.from({ length: 4_000 }, (_, n) => `acme-${n + 4_001}`);
    const counted = performance.now();
    t.equal(new Set(idsFor('mail', [...numbers, ...Array(4_000).fill('acme')])).size, 8_000);
    t.ok(performance.now() - counted < 1_000, `${Math.round(performance.now() - counted)} ms for the ids`);
  });
}
