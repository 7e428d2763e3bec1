import type { Test } from 'tap';
import { type Answer, type Running, startRunning } from '../http/running.js';
import { TestClock } from '../support/clock.js';
import { WorkloadIssuer } from '../support/workload-issuer.js';

export const DRAW = '/api/v1/credentials/acme/token';

export interface World {
  clock: TestClock;
  issuer: WorkloadIssuer;
  running: Running;
  /** What a good token is trusted by. */
  trust: { issuer: string; audience: string; subject: string };
  /** Makes or changes the consumer `robot`; undefined trusts nobody. */
  put(trust: unknown, more?: Record<string, unknown>): Promise<Answer>;
  draw(token: string): Promise<Answer>;
}

/** A vault that serves, an issuer on loopback, and the consumer `robot`, which trusts it and may draw `acme`. */
export async function workloadWorld(
  t: Test,
  { env, failureMs }: { env?: Record<string, string>; failureMs?: number } = {},
): Promise<World> {
  const clock = new TestClock();
  const issuer = await WorkloadIssuer.start(t, clock);
  const overrides = { clock, ...(failureMs ? { deadlineMs: failureMs } : {}) };
  const running = await startRunning(t, { env: env ?? {}, overrides });
  const key = running.keys.admin;
  const trust = { issuer: issuer.url, audience: 'tokenwell', subject: 'system:serviceaccount:mail:fetcher' };
  const put: World['put'] = (said, more) =>
    running.send('PUT', '/api/v1/consumers/robot', { key, body: { role: 'service', trust: said, ...more } });
  await running.send('POST', '/api/v1/consumers', { key, body: { id: 'robot', role: 'service', trust } });
  await running.send('PUT', '/api/v1/consumers/robot/permissions', { key, body: [{ credential: 'acme' }] });
  return { clock, issuer, running, trust, put, draw: token => running.send('GET', DRAW, { key: token }) };
}

/** As a table of cases says what a refusal must say. */
export function said(answer: Answer): string {
  return `${answer.status} ${answer.json?.code}: ${answer.json?.detail}`;
}
