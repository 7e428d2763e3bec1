import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { caller } from '../contents.js';
import { done, say, title } from '../terminal.js';
import { CLIENT } from './client.js';

/**
 * Puts something to try into the vault of docker-compose.yml and says how to try it. What is there already stays as it
 * is, so it may run at every start. `--vault` is an address of the vault, `--issuer` that of the demo authorization
 * server, `--admin-key` the file with the key of the first administrator.
 */
const { values: options } = parseArgs({
  options: {
    vault: { type: 'string', default: '' },
    issuer: { type: 'string', default: '' },
    'admin-key': { type: 'string', default: '' },
  },
});

const call = caller(options.vault, readFileSync(options['admin-key'], 'utf8').trim());

const registration = {
  token_url: `${options.issuer}/token`,
  client_id: CLIENT.id,
  client_auth: { method: 'client_secret_post', secret: CLIENT.secret },
};

await make('credentials', {
  ...registration,
  id: 'demo-mail',
  grant_type: 'client_credentials',
  scope: 'mail.read',
});
await make('credentials', {
  ...registration,
  id: 'demo-mailbox',
  description: 'The demo',
  grant_type: 'authorization_code',
  authorization_url: `${options.issuer}/auth`,
  revocation_url: `${options.issuer}/token/revocation`,
  issuer: options.issuer,
  scope: 'openid email offline_access mail.read',
  // This server knows no select_account.
  authorization_params: { prompt: 'consent' },
});
await make('consumers', { id: 'helpdesk', role: 'service' });
await call('PUT', 'consumers/helpdesk/permissions', [{ credential: 'demo-mail' }, { credential: 'demo-mailbox' }]);
const { url } = await call('POST', 'credentials/demo-mailbox/connect-links', {});
tell(String(url));

async function make(path: string, body: object): Promise<void> {
  await call('POST', path, body, ['already_exists']);
}

function tell(link: string): void {
  const { origin } = new URL(link);
  const inside = 'docker compose exec -T tokenwell-1';
  title('Tokenwell');
  done('explorer', `${origin}/docs`);
  done('the admin key', `${inside} cat ${options['admin-key']}`);
  done('the command', `${inside} tokenwell --help`);
  title('A person connects a mailbox: open the link, sign in with any name and any password');
  say(`  ${link}`);
  title('A service draws its tokens');
  say(`  KEY=$(${inside} tokenwell consumer key helpdesk)`);
  for (const id of ['demo-mail', 'demo-mailbox']) {
    say(`  curl -sw '\\n' ${origin}/api/v1/credentials/${id}/token -H "Authorization: Bearer $KEY"`);
  }
  say('');
}
