import type { CloudId, Purpose } from '../../src/vault/presets/preset.js';

/** One way to a token: what five products ask an administrator to set up, and what they leave out. */
export interface Cell {
  grantType: 'client_credentials' | 'authorization_code';
  /** A secret, or where the certificate comes from. */
  proof: 'secret' | 'PFX of today' | 'PFX of before' | 'PEM' | 'made here';
  alg?: 'RS256';
  cloud: CloudId;
  purpose: Purpose;
  /** What a token is asked for. */
  scope: string;
}

const GRAPH = 'https://graph.microsoft.com';
const APPLICATION = 'https://outlook.office365.com/.default';
const PERSON = 'https://outlook.office.com';

const cc = (proof: Cell['proof'], purpose: Purpose, scope: string, more: Partial<Cell> = {}): Cell => ({
  grantType: 'client_credentials',
  proof,
  cloud: 'public',
  purpose,
  scope,
  ...more,
});
const code = (proof: Cell['proof'], purpose: Purpose, scope: string): Cell => ({
  ...cc(proof, purpose, scope),
  grantType: 'authorization_code',
});

/** In the order of docs/ways-to-a-token.md. */
export const CELLS: readonly Cell[] = [
  cc('secret', 'graph-read', `${GRAPH}/.default`),
  cc('PFX of today', 'graph-read', `${GRAPH}/.default`),
  cc('PFX of before', 'graph-readwrite', 'https://graph.microsoft.us/.default', { cloud: 'gcc-high' }),
  cc('secret', 'graph-readwrite', `${GRAPH}/.default`),
  code('secret', 'graph-readwrite', `${GRAPH}/Mail.ReadWrite`),
  code('made here', 'graph-readwrite', `${GRAPH}/Mail.ReadWrite`),
  cc('secret', 'imap', APPLICATION),
  cc('PEM', 'imap', APPLICATION),
  cc('PFX of before', 'imap', APPLICATION, { alg: 'RS256' }),
  cc('made here', 'smtp', APPLICATION),
  code('secret', 'smtp', `${PERSON}/SMTP.Send`),
  code('PEM', 'smtp', `${PERSON}/SMTP.Send`),
  code('secret', 'imap', `${PERSON}/IMAP.AccessAsUser.All`),
];

/** The name of its test, and its row in the table. */
export function nameOf({ grantType, proof, alg, cloud, purpose }: Cell): string {
  const how = proof === 'secret' ? proof : `certificate (${proof}${alg ? `, ${alg}` : ''})`;
  return `${grantType} × ${how} × ${purpose}, ${cloud}`;
}
