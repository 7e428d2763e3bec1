import type { KeyRow } from '../../src/vault/ports.js';
import { placeOf, TOKEN_VALUE } from '../../src/vault/sealed-fields.js';

/** What version 1 of the formats gives for fixed keys and nonces. Stored databases hold such values: these never change. */

/** The id of the master key 00 01 … 1f. */
export const masterId = '1854f0be093756eb';

export const nonce = Buffer.from('a0a1a2a3a4a5a6a7a8a9aaab', 'hex');

export const envelope = {
  key: Buffer.from(Array.from({ length: 32 }, (_, index) => index)),
  kid: '0123456789abcdef',
  context: ['label', 'deployment', 'table', 'field', 'row', '7'],
  plain: 'a secret with ünïcode 🔑',
  sealed: 'AQEBI0VniavN76ChoqOkpaanqKmqq4c4D0gmuWfLQhLup29aA2Ieb_Zz_dMnTGyRsheTbBH0YRMCVNi1fFt_v_vg',
};

/** Wrapped by the master key 00 01 … 1f for `deployment-1`. */
export const rows: KeyRow[] = [
  {
    kid: 'dddddddddddddddd',
    purpose: 'data',
    wrapped: 'AQEYVPC-CTdW66ChoqOkpaanqKmqq4J9GkotomjUDgjpvHcLsq0E2S9n6s44F-BzWPn_KveCYbQygf1XZoYjGQiVJVGm-A',
    masterId,
    state: 'active',
    createdAt: 0,
  },
  {
    kid: '1e1e1e1e1e1e1e1e',
    purpose: 'ledger',
    wrapped: 'AQEYVPC-CTdW66ChoqOkpaanqKmqqy7fuuiBCMB-oto5brvBemfIG--lJgTw3SyhiCvTAN-oNSwBv18wgVQQfZePO3CUtA',
    masterId,
    state: 'active',
    createdAt: 0,
  },
];

/** The keys within `rows`. */
export const dataKey = Buffer.from(Array.from({ length: 32 }, (_, index) => 100 + index));
export const ledgerKey = Buffer.from(Array.from({ length: 32 }, (_, index) => 200 - index));

export const token = {
  place: placeOf(TOKEN_VALUE, { credential: 'acme-mail', account: 'default', scope: 'a b', token_id: 't1' }),
  context: ['tokenwell sealed value v1', 'deployment-1', 'tokens', 'value', 'acme-mail', 'default', 'a b', 't1'],
  plain: 'an access token',
  sealed: 'AQHd3d3d3d3d3aChoqOkpaanqKmqqxUKbexhp_qqSI8Pbhqu7CYDxVZzlv_tyILksLfMfK8',
};

export const page = {
  parts: ['previous', '', 'page body ü'],
  mac: '5a5eb4ef5a19edc9f50194bd490434b05828baa621e9fc8cff7d5353fc929efb',
};
