import type { Test } from 'tap';
import { newCredential, type Running, startRunning } from '../http/running.js';
import { TestClock } from '../support/clock.js';
import { AUTHS, activeAuth, certificateOf, MAIL } from './client-auths.js';
import type { KeyFiles } from './files.js';
import { type Check, ofCertificate, ofSecret, strict } from './strict.js';

const CALLERS = 8;
/** Seconds; a token ends as soon as the clock has gone on by this. */
const LIFETIME = 1;
const ROUNDS = process.env.TEST_LONG ? 40 : 1;

/** A kind of proof: the first one of a credential, and one after the other to put beside it. */
interface Kind {
  what: string;
  client_auth: object;
  first(tokenUrl: string): Check;
  /** Puts the next one beside the active one; answers its id and what the provider must know of it. */
  next(running: Running, round: number): Promise<{ id: string; check: Check }>;
}

function secrets(): Kind {
  return {
    what: 'secret',
    client_auth: { method: 'client_secret_post', secret: 'secret-0' },
    first: () => ofSecret('secret-0'),
    next: async ({ send, keys }, round) => {
      const body = { method: 'client_secret_post', secret: `secret-${round}` };
      const { json } = await send('POST', AUTHS, { key: keys.operator, body });
      return { id: json.id, check: ofSecret(`secret-${round}`) };
    },
  };
}

function certificates(files: KeyFiles): Kind {
  const registration = { clientId: 'client', algorithm: 'PS256' } as const;
  const pem = { certificate: files.pem('leaf.pem'), private_key: files.pem('leaf.key') };
  return {
    what: 'certificate',
    client_auth: { method: 'private_key_jwt', certificate: pem },
    first: tokenUrl => ofCertificate({ ...registration, tokenUrl, certificate: pem.certificate }),
    next: async ({ send, keys, provider }) => {
      const path = `${MAIL}/certificate/generate`;
      const { json } = await send('POST', path, { key: keys.operator, body: { months: 12 } });
      const certificate = await certificateOf(send, keys.auditor);
      return { id: json.id, check: ofCertificate({ ...registration, tokenUrl: provider.url(), certificate }) };
    },
  };
}

/** A credential whose tokens end at once, and callers who draw until they are told to stop. */
async function startLoad(t: Test, kind: Kind) {
  const clock = new TestClock(Date.now());
  const running = await startRunning(t, { overrides: { clock } });
  const { send, keys, provider } = running;
  const body = newCredential('mail', provider.url(), { client_auth: kind.client_auth });
  t.equal((await send('POST', '/api/v1/credentials', { key: keys.operator, body })).status, 201);
  await send('PUT', '/api/v1/consumers/svc/permissions', { key: keys.admin, body: [{ credential: 'mail' }] });
  const flaws: string[] = [];
  const knows = (...checks: Check[]) =>
    provider.always(strict(checks, flaws, { more: { expires_in: LIFETIME }, now: () => clock.now() }));
  const statuses: number[] = [];
  let stopped = false;
  const draw = async () => (await send('GET', `${MAIL}/token?min_ttl=0`, { key: keys.service })).status;
  const begin = () =>
    Promise.all(
      Array.from({ length: CALLERS }, async () => {
        while (!stopped) statuses.push(await draw());
      }),
    );
  /** The tokens end, and a caller has the next one obtained. Throws when a draw has failed. */
  const refreshed = async () => {
    const calls = provider.requests.length;
    clock.advance(LIFETIME * 1_000 + 100);
    while (provider.requests.length === calls) {
      if (statuses.some(status => status !== 200)) throw new Error(`a draw failed: ${statuses.join(' ')}`);
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  };
  const stop = () => {
    stopped = true;
  };
  t.teardown(stop);
  return { ...running, flaws, knows, statuses, begin, refreshed, stop };
}

/** A next secret or certificate is put beside the active one, tried, activated, and the old one goes, under load. */
export function rotationCases(t: Test, files: KeyFiles): void {
  for (const kind of [certificates(files), secrets()]) {
    t.test(`a next ${kind.what} is tried, activated and the old one deleted without a draw that fails`, async t => {
      const load = await startLoad(t, kind);
      const { send, keys, flaws, knows, statuses, refreshed, provider } = load;
      const { operator: key } = keys;
      let check = kind.first(provider.url());
      knows(check);
      const ended = load.begin();
      for (let round = 1; round <= ROUNDS; round++) {
        await refreshed();
        const before = await activeAuth(send, keys.auditor);
        const next = await kind.next(load, round);
        const path = `${AUTHS}/${next.id}`;
        t.match((await send('POST', `${path}/test`, { key })).json, {
          ok: false,
          finding: { class: 'needs_operator' },
        });
        t.equal(flaws.splice(0).length, 1, 'the provider does not know it yet');
        knows(check, next.check);
        t.match((await send('POST', `${path}/test`, { key })).json, { ok: true });
        t.equal((await send('DELETE', `${AUTHS}/${before.id}`, { key })).status, 409, 'the active one stays');
        await refreshed();
        t.match(await send('POST', `${path}/activate`, { key }), { status: 200, json: { active: true } });
        await refreshed();
        // Who had begun with the one before has ended; from here on the provider does not know it.
        await refreshed();
        knows(next.check);
        t.equal((await send('DELETE', `${AUTHS}/${before.id}`, { key })).status, 204);
        await refreshed();
        check = next.check;
      }
      load.stop();
      await ended;
      t.strictSame([...new Set(statuses)], [200], `${statuses.length} draws, ${provider.requests.length} calls`);
      t.strictSame(flaws, []);
      t.equal((await send('GET', AUTHS, { key: keys.auditor })).json.items.length, 1);
      t.comment(JSON.stringify({ kind: kind.what, rotations: ROUNDS, draws: statuses.length, failed: 0 }));
    });
  }
}
