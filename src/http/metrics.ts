import { createServer, type Server } from 'node:http';
import type { Logger } from '../vault/logger.js';
import type { Clock } from '../vault/ports.js';
import type { Vault } from '../vault/vault.js';

/** Prometheus text format, as the library below writes it. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const STATES = ['pending', 'connected', 'degraded', 'needs_user', 'needs_admin', 'needs_operator', 'disabled'] as const;
const KEPT_MS = 5_000;

/** What is told in numbers: text in the Prometheus format. However often it is asked, the store is at most every 5 s. */
export class Metrics {
  readonly #vault: Vault;
  readonly #clock: Clock;
  #kept: { at: number; text: Promise<string> } | undefined;

  constructor(deps: { vault: Vault; clock: Clock }) {
    this.#vault = deps.vault;
    this.#clock = deps.clock;
  }

  async text(): Promise<string> {
    const now = this.#clock.monotonic();
    if (this.#kept && now - this.#kept.at < KEPT_MS) return await this.#kept.text;
    const text = this.#collect();
    this.#kept = { at: now, text };
    text.catch(() => {
      this.#kept = undefined;
    });
    return await text;
  }

  async #collect(): Promise<string> {
    const { soonest, accounts } = await this.#vault.expiries.gauges();
    // A tenth of a second to load, for those alone who ask.
    const { Gauge, Registry } = await import('prom-client');
    const registry = new Registry();
    const ends = new Gauge({
      name: 'tokenwell_expiry_seconds',
      help: 'Seconds until the soonest end that somebody must act upon, by kind and credential or consumer; below zero once it has ended.',
      labelNames: ['kind', 'credential', 'consumer', 'estimated'],
      registers: [registry],
    });
    for (const { kind, credential = '', consumer = '', estimated, endsAt } of soonest) {
      const seconds = Math.floor((endsAt - this.#clock.now()) / 1000);
      ends.set({ kind, credential, consumer, estimated: String(estimated) }, seconds);
    }
    const states = new Gauge({
      name: 'tokenwell_accounts',
      help: 'Accounts by state.',
      labelNames: ['state'],
      registers: [registry],
    });
    for (const state of STATES) states.set({ state }, accounts[state] ?? 0);
    return await registry.metrics();
  }
}

/** Answers `GET /metrics` to whoever reaches its address, and nothing else. It does not listen yet. */
export function metricsServer(metrics: Metrics, log: Logger): Server {
  return createServer(
    { headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 8 * 1024 },
    (request, answer) => {
      const asked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
      if (!asked) return void answer.writeHead(404).end();
      metrics.text().then(
        text => answer.writeHead(200, { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' }).end(text),
        error => {
          log.warn({ err: error }, 'metrics could not be read');
          answer.writeHead(503).end();
        },
      );
    },
  );
}
