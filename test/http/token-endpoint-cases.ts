import fastify from 'fastify';
import type { Test } from 'tap';
import { sendOAuthError } from '../../src/http/oauth-errors.js';
import { VaultError } from '../../src/vault/errors.js';
import { TestClock } from '../support/clock.js';
import { json as answers } from '../support/scripted-provider.js';
import { strangeKey } from './caller-cases.js';
import { type Answer, type Running, startRunning } from './running.js';

type Form = Record<string, string> | [string, string][];

interface Grant {
  path?: string;
  /** `id:key` for the Basic header. */
  basic?: string;
  form: Form;
}

function grant({ send }: Running, { path = '/oauth2/token', basic, form }: Grant): Promise<Answer> {
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (basic !== undefined) headers.authorization = `Basic ${Buffer.from(basic).toString('base64')}`;
  return send('POST', path, { raw: new URLSearchParams(form).toString(), headers });
}

const GRANT = { grant_type: 'client_credentials' };

/** `/oauth2/token` and its neighbours: RFC 6749 for software that knows nothing else. */
export function tokenEndpointCases(t: Test): void {
  t.test('a client gets a token by Basic or by the form, for the scope that it named', async t => {
    const running = await startRunning(t);
    const { service } = running.keys;
    const basic = `svc:${service}`;
    const inForm = { client_id: 'svc', client_secret: service };
    const good: [Grant, string | undefined][] = [
      [{ basic, form: { ...GRANT, scope: 'acme' } }, 'acme'],
      [{ basic, form: { ...GRANT, scope: 'acme/default' } }, 'acme/default'],
      [{ form: { ...GRANT, ...inForm, scope: 'acme' } }, 'acme'],
      [{ basic, form: { ...GRANT, client_id: 'svc', scope: 'acme' } }, 'acme'],
      [{ basic: `svc:${service.replaceAll('_', '%5F')}`, form: { ...GRANT, scope: 'acme' } }, 'acme'],
      [{ basic, form: { ...GRANT, scope: 'acme', resource: 'https://x.example', audience: 'y' } }, 'acme'],
      [{ path: '/oauth2/acme/token', basic, form: GRANT }, undefined],
      [{ path: '/oauth2/acme/token', basic, form: { ...GRANT, scope: '' } }, undefined],
      [{ path: '/oauth2/acme/token', basic, form: { ...GRANT, scope: 'mail.read' } }, 'mail.read'],
      [{ path: '/oauth2/acme/default/token', form: { ...GRANT, ...inForm } }, undefined],
    ];
    for (const [asked, scope] of good) {
      const { status, json, headers } = await grant(running, asked);
      t.equal(status, 200, JSON.stringify(asked));
      t.strictSame(json, {
        access_token: 'token-1',
        token_type: 'Bearer',
        expires_in: json.expires_in,
        ...(scope === undefined ? {} : { scope }),
      });
      t.equal(headers.get('cache-control'), 'no-store');
      t.equal(headers.get('pragma'), 'no-cache');
    }
  });

  t.test('what is wrong is said in the words of RFC 6749 §5.2', async t => {
    const running = await startRunning(t);
    const { service, auditor, operator } = running.keys;
    const basic = `svc:${service}`;
    const scope = 'acme';
    const bad: [string, number, Grant][] = [
      ['invalid_request', 400, { basic, form: { scope } }],
      ['invalid_request', 400, { basic, form: { grant_type: '', scope } }],
      ['invalid_request', 400, { basic, form: GRANT }],
      [
        'invalid_request',
        400,
        {
          basic,
          form: [
            ['grant_type', 'client_credentials'],
            ['scope', 'acme'],
            ['scope', 'acme'],
          ],
        },
      ],
      [
        'invalid_request',
        400,
        {
          basic,
          form: [
            ['grant_type', 'client_credentials'],
            ['scope', 'acme'],
            ['x', '1'],
            ['x', '1'],
          ],
        },
      ],
      ['invalid_request', 400, { basic, form: { ...GRANT, scope, client_secret: service } }],
      ['invalid_request', 400, { basic, form: { ...GRANT, scope, client_id: 'ope' } }],
      ['invalid_request', 400, { form: { ...GRANT, scope, client_secret: service } }],
      ['invalid_request', 400, { path: '/oauth2/token?scope=acme', basic, form: { ...GRANT, scope } }],
      ['unsupported_grant_type', 400, { basic, form: { grant_type: 'password', scope } }],
      ['unsupported_grant_type', 400, { basic, form: { grant_type: 'refresh_token', scope } }],
      ['invalid_client', 401, { form: { ...GRANT, scope } }],
      ['invalid_client', 401, { form: { ...GRANT, scope, client_id: 'svc' } }],
      ['invalid_client', 401, { form: { ...GRANT, scope, client_id: 'svc', client_secret: 'x' } }],
      ['invalid_client', 401, { basic: 'svc', form: { ...GRANT, scope } }],
      ['invalid_client', 401, { basic: `svc:${strangeKey()}`, form: { ...GRANT, scope } }],
      ['invalid_client', 401, { basic: `nobody:${service}`, form: { ...GRANT, scope } }],
      ['invalid_client', 401, { basic: `svc:${operator}`, form: { ...GRANT, scope } }],
      ['unauthorized_client', 400, { basic: `aud:${auditor}`, form: { ...GRANT, scope } }],
      ['unauthorized_client', 400, { basic: `aud:${auditor}`, form: { ...GRANT, scope: '../acme' } }],
      [
        'unauthorized_client',
        400,
        { path: '/oauth2/acme/token', basic: `aud:${auditor}`, form: { ...GRANT, scope: 'a  b' } },
      ],
      ['invalid_scope', 400, { basic, form: { ...GRANT, scope: 'nothing' } }],
      ['invalid_scope', 400, { basic, form: { ...GRANT, scope: 'acme/nobody' } }],
      ['invalid_scope', 400, { basic, form: { ...GRANT, scope: 'acme mail' } }],
      ['invalid_scope', 400, { basic, form: { ...GRANT, scope: '../acme' } }],
      ['invalid_scope', 400, { path: '/oauth2/nothing/token', basic, form: GRANT }],
      ['invalid_scope', 400, { path: '/oauth2/ACME/token', basic, form: GRANT }],
      ['invalid_scope', 400, { path: '/oauth2/acme/nobody/token', basic, form: GRANT }],
      ['invalid_scope', 400, { path: '/oauth2/acme/token', basic, form: { ...GRANT, scope: 'mail.write' } }],
      ['invalid_scope', 400, { path: '/oauth2/acme/token', basic, form: { ...GRANT, scope: 'a  b' } }],
    ];
    const texts = new Map<string, Set<string>>();
    for (const [error, status, asked] of bad) {
      const answer = await grant(running, asked);
      t.match(answer, { status, json: { error } }, JSON.stringify(asked));
      t.match(answer.headers.get('content-type'), /^application\/json/);
      t.equal(answer.headers.get('cache-control'), 'no-store');
      t.equal(answer.headers.get('www-authenticate')?.split(' ')[0], status === 401 ? 'Basic' : undefined);
      t.notOk('error_uri' in answer.json);
      t.match(answer.json.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, 'in the characters of §5.2');
      texts.set(error, (texts.get(error) ?? new Set()).add(answer.json.error_description));
    }
    t.equal(texts.get('invalid_scope')?.size, 1, 'W6: one text for whatever is unknown or not permitted');
  });

  t.test('a Bearer header and a JSON body are not understood here', async t => {
    const { send, keys } = await startRunning(t);
    const bearer = await send('POST', '/oauth2/token', {
      key: keys.service,
      raw: 'grant_type=client_credentials&scope=acme',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    t.match(bearer, { status: 401, json: { error: 'invalid_client' } });
    const json = await send('POST', '/oauth2/token', { body: { ...GRANT, scope: 'acme' } });
    const error_description = /Content-Type: application\/x-www-form-urlencoded/;
    t.match(json, { status: 415, json: { error: 'invalid_request', error_description } });
    t.match(await send('GET', '/oauth2/token'), { status: 405, json: { code: 'method_not_allowed' } });
  });

  t.test('what is refused or not connected points to the page of the account', async t => {
    const running = await startRunning(t);
    const basic = `svc:${running.keys.service}`;
    running.provider.next(answers(401, { error: 'invalid_client' }));
    const refused = await grant(running, { basic, form: { ...GRANT, scope: 'acme' } });
    const error_uri = 'http://127.0.0.1:0/credentials/acme/accounts/default';
    t.match(refused, { status: 400, json: { error: 'invalid_grant', error_description: /secret/i, error_uri } });
  });

  t.test('a provider that is away is temporarily_unavailable, with Retry-After', async t => {
    const running = await startRunning(t);
    running.provider.next(answers(503, {}));
    const away = await grant(running, { basic: `svc:${running.keys.service}`, form: { ...GRANT, scope: 'acme' } });
    t.match(away, { status: 503, json: { error: 'temporarily_unavailable' } });
    t.match(away.headers.get('retry-after'), /^\d+$/);
  });

  t.test('whatever an error says, it is told in the characters of RFC 6749 §5.2', async t => {
    const app = fastify();
    const error = new VaultError('conflict', 'An “odd" \\ text…', { action: 'Dø it.' });
    app.get('/', (_request, reply) => sendOAuthError(reply, error));
    const answer = await app.inject('/');
    t.strictSame(answer.json(), { error: 'invalid_grant', error_description: "An ?odd' ? text... D? it." });
    await app.close();
  });

  t.test('W17: wrong keys are counted here as everywhere', async t => {
    const running = await startRunning(t, { overrides: { clock: new TestClock() } });
    const prefix = running.keys.service.split('_')[1];
    const guess = () => grant(running, { basic: `svc:${strangeKey(prefix)}`, form: { ...GRANT, scope: 'acme' } });
    for (let n = 1; n <= 20; n++) t.equal((await guess()).status, 401);
    const limited = await guess();
    t.match(limited, { status: 429, json: { error: 'slow_down' } });
    t.match(limited.headers.get('retry-after'), /^\d+$/);
    const right = await grant(running, { basic: `svc:${running.keys.service}`, form: { ...GRANT, scope: 'acme' } });
    t.equal(right.status, 200, 'the right key works');
  });

  t.test('W18: the metadata names the public address, whatever Host says', async t => {
    const { raw } = await startRunning(t, { env: { TOKENWELL_PUBLIC_URL: 'https://vault.example' } });
    const path = '/.well-known/oauth-authorization-server';
    const answer = await raw(
      `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`,
    );
    t.notMatch(answer, /evil/);
    t.match(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))), {
      issuer: 'https://vault.example',
      token_endpoint: 'https://vault.example/oauth2/token',
    });
    t.match(answer, /strict-transport-security: max-age=/i, 'https is meant to stay');
  });
}
