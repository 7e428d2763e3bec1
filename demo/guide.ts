import { join } from 'node:path';
import { RESOURCE_SERVER } from '../test/support/authorization-server.js';
import { type Demo, quoted } from './session.js';
import { command, done, say, title } from './terminal.js';

/** Says what there is to try. Every printed command works as it is pasted, in sh and bash, with nothing but curl. */
export function tell(demo: Demo, vaultPid: number): void {
  title('Paste these into another terminal, one after the other');
  for (const [sentence, line] of commands(demo)) command(sentence, line);
  title('Connect the mailbox of a person, in a browser');
  command('info-mail: 409 not_connected until its owner has signed in, and then a token', drawOf(demo, 'info-mail'));
  done('its owner opens', `${demo.connectUrl}   any name signs in`);
  title('Look around');
  done('explorer', `${demo.vault}/docs   choose "Authorize" and paste a key under apiKey`);
  done('  key of helpdesk', `${demo.helpdeskKey}   draws tokens`);
  done('  key of admin', `${demo.adminKey}   reads and changes the rest`);
  done('data folder', `${demo.folder}   holds admin.key, helpdesk.key and vault.log`);
  done('processes', `demo ${process.pid}, vault ${vaultPid}`);
  say('\nCtrl-C ends it all. Requests that reach the authorization server are shown here:\n');
}

function commands(demo: Demo): [string, string][] {
  const { vault, provider, folder } = demo;
  const helpdesk = keyIn(folder, 'helpdesk.key');
  const admin = keyIn(folder, 'admin.key');
  const draw = drawOf(demo, 'demo-mail');
  const token = `$(${draw.replace(SHOWN, 'curl -s')} | sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')`;
  return [
    ['helpdesk draws a token; the vault asks the authorization server for it', draw],
    ['again: the same token_id, and the authorization server is not asked', draw],
    [
      'what the authorization server says of this token',
      shown(`-u ${RESOURCE_SERVER.id}:${RESOURCE_SERVER.secret} ${provider.introspectionUrl} -d "token=${token}"`),
    ],
    [
      'the same for software that speaks OAuth and nothing else: the vault as its token endpoint',
      shown(`-u "helpdesk:${helpdesk}" ${vault}/oauth2/token -d grant_type=client_credentials -d scope=demo-mail`),
    ],
    ['payroll-mail is not for helpdesk: 404, as for a credential that does not exist', drawOf(demo, 'payroll-mail')],
    [
      'the ledger: who received what, the newest first',
      shown(`'${vault}/api/v1/ledger?limit=6' -H 'Accept: application/x-ndjson' -H "Authorization: Bearer ${admin}"`),
    ],
  ];
}

/** How `helpdesk` draws. */
function drawOf({ vault, folder }: Demo, credential: string): string {
  const key = keyIn(folder, 'helpdesk.key');
  return shown(`${vault}/api/v1/credentials/${credential}/token -H "Authorization: Bearer ${key}"`);
}

/** The vault's answers have no newline at their end, and the next prompt should begin on a line of its own. */
const SHOWN = "curl -sw '\\n'";

/** A command that shows the answer to a request. */
function shown(args: string): string {
  return `${SHOWN} ${args}`;
}

function keyIn(folder: string, file: string): string {
  const path = join(folder, file);
  return `$(cat ${/^[\w./-]+$/.test(path) ? path : quoted(path)})`;
}
