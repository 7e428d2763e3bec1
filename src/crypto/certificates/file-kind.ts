/** What a file is that was given in the place of another. */
type Kind = 'pfx' | 'der-certificate' | 'der-key' | 'certificate' | 'key' | 'both' | 'request';
type Field = 'pfx' | 'certificate' | 'private_key';

const IS: Readonly<Record<Kind, string>> = {
  pfx: 'This is a PFX file (PKCS#12), which holds certificate and private key together.',
  'der-certificate': 'This is a certificate alone, in DER (.cer): its private key is not in it.',
  'der-key': 'This is a private key alone, in DER.',
  certificate: 'This is a certificate in PEM: its private key is not in it.',
  key: 'This is a private key alone, in PEM.',
  both: 'This is PEM, with certificate and private key.',
  request: 'This is a request for a certificate (CSR), which nobody has signed yet.',
};

const WHOLE_PFX = 'Give the PFX file (.pfx, .p12) that was exported together with the private key.';
const IN_PEM =
  'Give a PFX file that holds both, or the certificate (--certificate-file) and its key (--private-key-file) in PEM.';
const AS_PFX = 'Give it as the PFX file (--pfx-file), with nothing in PEM beside it.';
const KEY = 'Give the private key that belongs to it.';

/** What to give in a field in place of this kind; one that is right there is left out. */
const GIVE: Readonly<Record<Field, Partial<Record<Kind, string>>>> = {
  pfx: {
    'der-certificate': WHOLE_PFX,
    'der-key': WHOLE_PFX,
    certificate: IN_PEM,
    key: IN_PEM,
    both: 'Give the certificate (--certificate-file) and the key (--private-key-file) in it each by itself.',
    request: WHOLE_PFX,
  },
  certificate: {
    pfx: AS_PFX,
    'der-certificate': 'Give it in PEM: openssl x509 -inform der -in client.cer -out client.pem',
    'der-key': 'Give the certificate that belongs to it.',
    request: 'Give the certificate that was made of it.',
  },
  private_key: {
    pfx: AS_PFX,
    'der-certificate': KEY,
    certificate: KEY,
    request: KEY,
    'der-key': 'Give it in PEM: openssl pkey -inform der -in client.key -out client-key.pem',
  },
};

/**
 * Says what was given and what to give in its place; undefined where nobody can tell. `file` may be text that was read
 * from bytes, whatever became of those above 127.
 */
export function misplaced(file: string, wanted: Field): string | undefined {
  const bare = /^[A-Za-z0-9+/\s]{64,}={0,2}$/.test(file.trim());
  const kind = kindOf(bare ? Buffer.from(file, 'base64').toString('latin1') : file);
  if (bare && kind === RIGHT[wanted]) return wanted === 'pfx' ? WRITTEN_OUT : WITHOUT_LINES;
  const give = kind && GIVE[wanted][kind];
  return give && `${IS[kind]} ${give}`;
}

/** What belongs there, once it is no longer written out in base64. */
const RIGHT = { pfx: 'pfx', certificate: 'der-certificate', private_key: 'der-key' } as const;
const WRITTEN_OUT = 'This is the base64 text of a PFX file. Give the file itself.';
const WITHOUT_LINES =
  'This is base64 without the lines -----BEGIN …----- and -----END …----- of PEM. Give it with them.';

function kindOf(file: string): Kind | undefined {
  if (file.startsWith('0')) return derKindOf(file);
  if (/-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/.test(file)) return 'request';
  const key = file.includes('PRIVATE KEY-----');
  if (file.includes('-----BEGIN CERTIFICATE-----')) return key ? 'both' : 'certificate';
  return key ? 'key' : undefined;
}

/** By the version that stands first (RFC 7292 §4, RFC 5208 §5, RFC 8017 A.1.2), or by the two times of a certificate (RFC 5280 §4.1). */
function derKindOf(file: string): Kind | undefined {
  const begins = (...bytes: number[]) => file.slice(0, 8).includes(String.fromCharCode(...bytes));
  if (begins(2, 1, 3)) return 'pfx';
  if (/\d{12}Z..\d{12}(?:\d\d)?Z/s.test(file)) return 'der-certificate';
  return begins(2, 1, 0) ? 'der-key' : undefined;
}
