import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AuthorizationServer } from '../test/support/authorization-server.js';
import type { Client, Contents } from './contents.js';
import { COMMAND } from './dist.js';

/** The running demo, as it is shown to the reader. */
export interface Demo extends Contents {
  /** The vault's address. */
  vault: string;
  provider: Pick<AuthorizationServer, 'issuer' | 'tokenUrl' | 'introspectionUrl'>;
  folder: string;
  client: Client;
}

/**
 * Leaves a file for the reader's shell, which the README's session and the command's help begin with: variables, and
 * `tokenwell`, which calls the demo's vault as its administrator unless TOKENWELL_KEY says otherwise. One that is set
 * already is dropped: it would be the key of an earlier demo, or of another vault. The file is its owner's alone.
 * Answers whether one was there, and how to remove it: another demo, started later, may have put its own in its place.
 */
export function writeSession(file: string, demo: Demo): { replaced: boolean; remove: () => void } {
  const variables = {
    VAULT: demo.vault,
    ADMIN_KEY: demo.adminKey,
    HELPDESK_KEY: demo.helpdeskKey,
    ISSUER: demo.provider.issuer,
    TOKEN_URL: demo.provider.tokenUrl,
    INTROSPECTION_URL: demo.provider.introspectionUrl,
    CLIENT_ID: demo.client.id,
    CLIENT_SECRET: demo.client.secret,
    LINK_ID: demo.linkId,
    CALENDAR_ID: demo.calendarId,
    AUTH_ID: demo.authId,
    NEXT_AUTH_ID: demo.nextAuthId,
    // No page is there: this server knows no administrators. A link that leads to it is made all the same.
    ADMIN_CONSENT_URL: `${demo.provider.issuer}/adminconsent`,
  };
  const surroundings = `TOKENWELL_URL=${quoted(demo.vault)} TOKENWELL_DATA_DIR=${quoted(demo.folder)}`;
  const lines = [
    ...Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`),
    'unset TOKENWELL_KEY',
    // In a shell of its own: a key file of the reader's own vault is not the demo's, and a second key a mistake.
    'tokenwell() (',
    '  unset TOKENWELL_KEY_FILE',
    `  ${surroundings} TOKENWELL_KEY="\${TOKENWELL_KEY:-$ADMIN_KEY}" ${quoted(process.execPath)} ${quoted(COMMAND)} "$@"`,
    ')',
  ];
  const text = `${lines.join('\n')}\n`;
  const replaced = existsSync(file);
  // One that was left by a demo that was killed may have another owner or mode.
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  const remove = () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) rmSync(file);
  };
  return { replaced, remove };
}

/** Any text as one word of the shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
