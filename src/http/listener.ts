import { createServer as createPlainServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { FastifyServerFactory } from 'fastify';
import type { Connections } from './connections.js';

/** Node's own limits, in milliseconds and bytes. Proxies keep connections for 60 s, and must be the first to close one. */
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 5_000,
};
/** Longer than the longest wait for a provider, so that it ends only what nobody uses. */
const SILENT_FOR_MS = 90_000;
const CONNECTIONS = 25_000;

/** Makes the HTTP server, with our own TLS where a certificate is given, and has its connections followed. */
export function listener(
  tls: { cert: string; key: string } | undefined,
  connections: Connections,
): FastifyServerFactory {
  return handler => {
    const server = tls ? createTlsServer({ ...LIMITS, ...tls }, handler) : createPlainServer(LIMITS, handler);
    server.setTimeout(SILENT_FOR_MS);
    server.maxConnections = CONNECTIONS;
    connections.follow(server);
    return server;
  };
}
