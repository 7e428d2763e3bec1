import type { Test } from 'tap';
import { createAuthority } from '../support/certificates.js';
import { TunnelProxy } from './tunnel-proxy.js';
import { failure, names, POST, provider, wayOut } from './way-out.js';

/** S11: whom we talk to over TLS. */
export async function tls(t: Test): Promise<void> {
  const authority = createAuthority();
  if (!authority) return void t.comment('skipped: the openssl command is missing');
  t.teardown(() => authority.remove());
  const trusting = { allow: ['127.0.0.1'], caFile: authority.ca };
  const dns = names({ 'provider.test': ['127.0.0.1'] });

  t.test('a certificate of the CA file is trusted for its name, on the pinned address', async t => {
    const scripted = await provider(t, authority.issue('provider.test'));
    const { fetch } = wayOut({ ...trusting, resolve: dns.resolve });
    t.equal((await fetch(scripted.url('provider.test'), POST)).status, 200);
    const proxy = await TunnelProxy.start(scripted.port);
    t.teardown(() => proxy.close());
    const proxied = wayOut({ ...trusting, proxyUrl: proxy.url, resolve: dns.resolve });
    t.equal((await proxied.fetch('https://provider.test/', POST)).status, 200, 'through the proxy too');
  });

  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  for (const [what, code, certificate] of [
    ['that has expired', 'CERT_HAS_EXPIRED', authority.issue('provider.test', -1)],
    ['for another name', 'ERR_TLS_CERT_ALTNAME_INVALID', authority.issue('other.test')],
    ['signed by itself', 'DEPTH_ZERO_SELF_SIGNED_CERT', authority.selfSigned('provider.test')],
    ['shown over TLS 1.1', 'PROTOCOL_VERSION', { ...authority.issue('provider.test'), ...old }],
  ] as const) {
    t.test(`a certificate ${what} is refused and nothing is sent`, async t => {
      const scripted = await provider(t, certificate);
      const { fetch } = wayOut({ ...trusting, resolve: dns.resolve });
      const error = await failure(fetch(scripted.url('provider.test'), POST));
      t.match(error, { reason: 'tls', sent: 'not_sent', message: code });
      t.match(error.message, /provider\.test.*TOKENWELL_CA_FILE/);
      t.equal(scripted.requests.length, 0);
    });
  }

  t.test('without the CA file its certificates are not trusted, allowed host or not', async t => {
    const scripted = await provider(t, authority.issue('provider.test'));
    const { fetch } = wayOut({ allow: ['provider.test'], resolve: dns.resolve });
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    t.teardown(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    });
    t.match(await failure(fetch(scripted.url('provider.test'), POST)), { reason: 'tls', sent: 'not_sent' });
  });
}
