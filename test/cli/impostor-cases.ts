import type { Test } from 'tap';
import { json, ScriptedProvider } from '../support/scripted-provider.js';
import { run, words } from './terminal.js';

/** What could steer a terminal, or hide in it: ESC, BEL, CSI as one C1 character, bidi, invisible, another line. */
const STEERING = 'x\u001b]0;y\u0007\u009b2J\u202e\u{e0041}\nWhat to do: obey';

/** Commands, and what a vault answers them that holds nothing but such text; whether a command refuses it. */
function steering(): [line: string, answer: unknown, code: number][] {
  const s = STEERING;
  const [items, permissions] = [[{ id: s, kind: 'connect', account: s, ...dates(s) }], [{ credential: s, account: s }]];
  const account = { credential: s, account: s, state: 'connected', grant: null, ...dates(s) };
  const person = { subject: s, name: s, tenant: s };
  const certificate = { subject: s, thumbprint_sha1: s, not_after: s };
  const grant = { obtained_at: s, scopes: [s], missing_scopes: [s], lasting: false, identity: person };
  const candidate = { ...person, at: s, scopes: [s] };
  const finding = { message: s, class: s, reason: s, action: s, provider: { error: s } };
  const credential = {
    id: s,
    grant_type: s,
    token_url: s,
    client_id: s,
    client_auth: { method: s },
    accounts: {},
    scope: s,
  };
  const clientAuth = { id: s, method: s, signing_alg: s, secret_expires_at: s, created_at: s, certificate };
  const link = { id: s, url: 'https://vault.test/connect/x', expires_at: s, warnings: [{ code: s, detail: s }] };
  const full = { ...account, grant, candidate, finding };
  return [
    ['token mail', { access_token: 'token-1', warning: { code: s, detail: s } }, 0],
    ['token mail', { access_token: s }, 1],
    ['token mail', { access_token: 'token-1\nsecond' }, 1],
    ['token mail', { access_token: 'tok\u00e9n' }, 1],
    ['token mail', { access_token: '' }, 1],
    ['consumer key helpdesk', { id: s, key: 'twk_1', expires_at: s }, 0],
    ['consumer key helpdesk', { id: 'a', key: s }, 1],
    ['consumer keys helpdesk', { items, next_cursor: null }, 0],
    ['consumer list', { items: [{ id: s, role: s, description: s }], next_cursor: null }, 0],
    ['consumer create helpdesk', { id: s, role: s }, 0],
    ['consumer permit helpdesk mail --replace-file -', permissions, 2],
    ['me', { consumer: s, role: s, key: { id: s, expires_at: s }, permissions }, 0],
    ['ledger list', { items: [{ at: s, action: s, outcome: s, consumer: s, subject: s }], next_cursor: s }, 0],
    ['credential list', { items: [credential], next_cursor: null }, 0],
    ['credential show mail', credential, 0],
    ['credential test mail', { ok: false, steps: [{ step: s, ok: false, ms: s, detail: s }], finding }, 1],
    ['credential auths mail', { items: [clientAuth], next_cursor: null }, 0],
    ['credential auth-test mail auth_1', { ok: false, steps: [{ step: s, ok: false, ms: s, detail: s }], finding }, 1],
    ['credential auth-activate mail auth_1', clientAuth, 0],
    ['credential certificate-generate mail', clientAuth, 0],
    ['credential certificate mail', { certificate: s }, 1],
    ['account list people', { items: [full], next_cursor: null }, 0],
    ['account show people', full, 0],
    ['account refresh people', full, 0],
    ['account disable people', account, 0],
    ['account enable people', account, 0],
    ['account accept people', full, 0],
    ['account reject people', full, 0],
    ['account link people', link, 0],
    ['account link people', { ...link, url: s }, 1],
    ['credential admin-consent-link people', { ...link, url: `${link.url}\u001b[2J` }, 1],
    ['account links people', { items, next_cursor: null }, 0],
  ];
}

function dates(text: string) {
  return { created_at: text, expires_at: text, ended_at: text, made_by: text, usable: false, starts: 0 };
}

/** Answers that no vault gives, by command. */
const MALFORMED: readonly [line: string, answer: unknown][] = [
  ['consumer keys helpdesk', {}],
  ['consumer keys helpdesk', { items: 5 }],
  ['consumer keys helpdesk', { items: 'abc' }],
  ['consumer keys helpdesk', { items: [null], next_cursor: null }],
  ['credential auths mail', { items: [{}], next_cursor: null }],
  ['credential auth-activate mail auth_1', {}],
  ['account list people', null],
  ['account links people', { items: [{}], next_cursor: null }],
  ['account show people', {}],
  ['account link people', { id: 'link_1' }],
  ['credential show mail', []],
  ['token mail', { token: 'a' }],
  ['me', 'text'],
];

/** What must not come out: what steers a terminal, and a line of the vault's own making. */
const UNFIT = /(?!\n)\p{Cc}|\u202E|^What to do: obey/mu;

/** Something that answers as it is told where the command line expects a vault. */
async function impostor(t: Test) {
  const server = await ScriptedProvider.start();
  t.teardown(() => server.close());
  return { server, variables: { TOKENWELL_URL: `http://127.0.0.1:${server.port}`, TOKENWELL_KEY: 'twk_x' } };
}

/** What answers need not be a vault, nor mean well. */
export function impostorCases(t: Test): void {
  t.test('nothing that a vault answers reaches the terminal, or the next program, as it is', async t => {
    const { server, variables } = await impostor(t);
    for (const [line, answer, code] of steering()) {
      server.always(json(200, answer));
      const ended = await run(words(line), variables);
      t.equal(ended.code, code, `${line}: ${ended.err}`);
      const said = ended.out + ended.err;
      t.notMatch(said, UNFIT, line);
      if (code !== 1 || ended.out !== '') continue;
      t.match(
        ended.err,
        `tokenwell: What answers at ${variables.TOKENWELL_URL} does not answer like a Tokenwell`,
        line,
      );
      t.notMatch(ended.err, 'second');
    }
  });

  t.test('a class that no vault gives is told without steering the terminal', async t => {
    const { server, variables } = await impostor(t);
    const problem = { code: 'provider_refused', detail: 'No.', class: STEERING, retry_after: STEERING };
    server.next(json(424, problem), json(424, { ...problem, class: 'constructor', retry_after: 7 }));
    const steered = await run(words('token mail'), variables);
    t.match(steered.err, /\nWho must act: x\uFFFD\]0;y\uFFFD{2}2J\uFFFD.*obey\.\nTry again in x\uFFFD/u);
    t.notMatch(steered.err, UNFIT);
    t.match((await run(words('token mail'), variables)).err, /\nWho must act: constructor\.\nTry again in 7 s\./);
    server.next(json(424, { ...problem, action: 7 }), json(400, { ...problem, errors: [null] }));
    for (const _ of [1, 2])
      t.match(await run(words('token mail'), variables), { code: 1, err: /like a Tokenwell \(status 4/ });
  });

  t.test('--json reads back the same and holds nothing that steers a terminal or is invisible', async t => {
    const { server, variables } = await impostor(t);
    const credential = { id: 'mail', description: `${STEERING}\u007f\u2028\u200b` };
    server.next(json(200, credential), json(404, { code: 'not_found', detail: STEERING }));
    const { out } = await run(words('credential show mail --json'), variables);
    const { err } = await run(words('credential show mail --json'), variables);
    t.same(JSON.parse(out), credential);
    t.equal(JSON.parse(err).detail, STEERING);
    t.notMatch(out + err, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    t.match(out, '\\u009b2J\\u202e\\udb40\\udc41');
  });

  t.test('an answer that lacks what belongs there is none of a vault', async t => {
    const { server, variables } = await impostor(t);
    const says = `tokenwell: What answers at ${variables.TOKENWELL_URL} does not answer like a Tokenwell (status 200).\nWhat to do: Check the address; if a proxy stands before the vault, look at the proxy.\n`;
    for (const [line, answer] of MALFORMED) {
      server.next(json(200, answer));
      t.same(await run(words(line), variables), { code: 1, out: '', err: says }, `${line}: ${JSON.stringify(answer)}`);
    }
    server.next(json(200, {}));
    const listed = await run(words('consumer keys helpdesk --json'), variables);
    t.match({ ...listed, err: JSON.parse(listed.err) }, { code: 1, out: '', err: { code: 'unexpected_answer' } });
  });
}
