import { OutboundError, type Sent } from '../vault/ports.js';

/**
 * Turns what undici, TLS or a socket threw into an `OutboundError`. The cause is left out on purpose: a parser's error
 * holds bytes of the answer, which may be a token. The code says what happened.
 */
export function connectionFailure(error: unknown, host: string, sent: Sent): OutboundError {
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new OutboundError('too_large', 'answered', `${host} answered with headers that are too large.`);
  }
  if (isTls(code)) {
    return new OutboundError(
      'tls',
      sent,
      `There is no trusted TLS connection to ${host} (${code}). If its certificate comes from a private authority, name it in TOKENWELL_CA_FILE.`,
    );
  }
  const what =
    code === 'ECONNREFUSED' ? `${host} refused the connection.` : `The connection to ${host} broke (${code}).`;
  return new OutboundError('connection', sent, what);
}

/** The stable code of an error, wherever the libraries put it. */
export function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return 'no code';
}

function isTls(code: string): boolean {
  return /^ERR_(TLS|SSL)_|^EPROTO$|CERT|CRL|SIGNATURE|^UNABLE_TO_|^INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH/.test(code);
}
