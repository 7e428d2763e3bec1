import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asset } from '../../src/console/assets.js';
import type { Teardown } from '../support/vault.js';

/** As strict as a policy can be with our own styles and script: nothing inline, no other host, no frame. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

export interface PageServer {
  origin: string;
  /** `GET /name` and so on, in order. */
  asked: string[];
}

/** Serves each page under its name, to POST as well, and the assets beside them, until the test ends. */
export async function servePages(t: Teardown, pages: Readonly<Record<string, string>>): Promise<PageServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(`${request.method} ${path}`);
    const known = asset(path);
    const page = Object.hasOwn(pages, path.slice(1)) ? pages[path.slice(1)] : undefined;
    const body = known?.body ?? page;
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': known?.contentType ?? 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
