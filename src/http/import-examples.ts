import type { ImportAnswer } from '../api/accounts.js';

/** What the API document shows of taking over a refresh token. */
export const IMPORT_REQUESTS: Record<string, unknown> = {
  importRefreshToken: { refresh_token: '0.AXYA-refresh-token-of-the-other-software' },
};

const answer: ImportAnswer = {
  in_use: true,
  account: {
    credential: 'acme-people',
    account: 'info@acme.example',
    state: 'connected',
    last_success_at: '2027-02-01T12:30:00.000Z',
    grant: {
      obtained_at: '2027-02-01T12:30:00.000Z',
      scopes: ['https://outlook.example.com/IMAP.AccessAsUser.All'],
      missing_scopes: [],
      lasting: true,
    },
  },
};

export const IMPORT_ANSWERS: Record<string, unknown> = { importRefreshToken: answer };
