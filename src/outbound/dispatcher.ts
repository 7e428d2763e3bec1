import { X509Certificate } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { Client, type Dispatcher, ProxyAgent } from 'undici';

/** Opens a way to one origin for one request; destroy it afterwards. */
export type Open = (origin: string, addresses: readonly LookupAddress[]) => Dispatcher;

// No keep-alive: a kept connection may die while a request is written to it, and nobody can tell whether a POST arrived.
// All timeouts off: the deadline of the whole call is the only one.
const ONE_REQUEST = { pipelining: 0, headersTimeout: 0, bodyTimeout: 0 };

/**
 * Connects to the given addresses and no others (no second look-up that could answer differently), while SNI and
 * certificate go by the name. An address literal is connected to as it stands: Node does not ask the look-up for it.
 * With a proxy, the proxy is asked for a tunnel to the name and resolves it itself.
 */
export function createOpen(settings: { caFile?: string | undefined; proxyUrl?: string | undefined }): Open {
  const tls = {
    // Made once: reading all root certificates takes tens of milliseconds.
    secureContext: secureContext(settings.caFile),
    rejectUnauthorized: true,
    timeout: 0,
  };
  const { proxyUrl } = settings;
  if (proxyUrl !== undefined) {
    return () => new ProxyAgent({ uri: proxyUrl, proxyTls: tls, requestTls: tls, connections: 1, ...ONE_REQUEST });
  }
  return (origin, addresses) =>
    new Client(origin, {
      ...ONE_REQUEST,
      connect: {
        ...tls,
        lookup: pinned(addresses),
        autoSelectFamily: true,
        // Node's 250 ms gives up on addresses that are merely far away.
        autoSelectFamilyAttemptTimeout: 1_000,
      },
    });
}

/** TLS 1.2 or newer; the well-known roots, and those of the file (PEM) in addition. Throws for a file without certificates. */
function secureContext(caFile: string | undefined): SecureContext {
  const minVersion = 'TLSv1.2';
  if (caFile === undefined) return createSecureContext({ minVersion });
  const certificates = caFile.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    // Node itself ignores what it cannot read, and every call would fail later with a puzzling message.
    throw new Error('TOKENWELL_CA_FILE holds no certificate that can be read. It must be PEM.');
  }
  return createSecureContext({ minVersion, ca: [...rootCertificates, ...certificates] });
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else if (first) callback(null, first.address, first.family);
  };
}
