import { join } from 'node:path';
import { choosePort } from '../../../demo/port.js';
import { quoted } from '../../../demo/session.js';
import { stopAsked } from '../../../demo/stop.js';
import { command, done, say, title } from '../../../demo/terminal.js';
import { helpText, type Options, readOptions } from './options.js';
import { type RunnableProvider, startRunnableProvider } from './runnable-provider.js';
import { CLIENT } from './token-endpoint.js';

/** `npm run provider`: a provider to develop against, until Ctrl-C. */
process.exit(await main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === 'help') say(helpText());
  if (options === undefined || options === 'help') return options ? 0 : 2;
  const stop = stopAsked();
  title('Scripted provider');
  const provider = await startRunnableProvider({
    port: await choosePort('provider', options.port),
    behaviour: options.behaviour,
    log: line => say(`${new Date().toTimeString().slice(0, 8)}  ${line}`),
  });
  tell(provider, options);
  await stop;
  await provider.close();
  say('\nThe provider has ended.');
  return 0;
}

function optionsOf(args: string[]): Options | 'help' | undefined {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`provider: ${error instanceof Error ? error.message : error}\n--help lists everything.\n`);
    return undefined;
  }
}

function tell(provider: RunnableProvider, options: Options): void {
  done('authorization URL', provider.authorizationUrl);
  done('token URL', provider.tokenUrl);
  done('revocation URL', provider.revocationUrl);
  done('client', `${CLIENT.id}, secret ${CLIENT.secret}`);
  done('behaviour', options.behaviour.sentence);
  title('Start a Tokenwell that may call it, in a second terminal');
  say(`  ${serveLine(provider, options)}`);
  title('Paste these into a third, one after the other');
  say(`  ${shellFunction(options)}\n`);
  command('store the credential', createLine(provider, options));
  command('let the administrator draw its tokens', 'tokenwell consumer permit admin scripted-mail');
  command('make a link; open it in a browser and choose', 'tokenwell account link scripted-mail');
  command('then draw, and ask the provider again', 'tokenwell token scripted-mail');
  say('  tokenwell account refresh scripted-mail');
  title('Change how it behaves');
  command('the next refresh is answered by nobody', `curl -d fault=hang -d on=refresh ${provider.controlUrl}`);
  command('what is on, and what there is', `curl ${provider.controlUrl}`);
  say('Ctrl-C ends it. Requests are shown here:\n');
}

function serveLine({ issuer }: RunnableProvider, { vault, data }: Options): string {
  const { port } = new URL(vault);
  const settings = {
    TOKENWELL_ALLOWED_HOSTS: new URL(issuer).host,
    ...(port === '8080' ? {} : { TOKENWELL_PORT: port }),
    ...(data === 'data' ? {} : { TOKENWELL_DATA_DIR: data }),
  };
  const words = Object.entries(settings).map(([name, value]) => `${name}=${word(value)}`);
  return `${words.join(' ')} npm run dev`;
}

function shellFunction({ vault, data }: Options): string {
  const environment = `TOKENWELL_URL=${vault} TOKENWELL_KEY_FILE=${word(join(data, 'admin.key'))}`;
  return `tokenwell() { ${environment} node --import tsx src/cli/tokenwell.ts "$@"; }`;
}

function createLine(provider: RunnableProvider, { behaviour }: Options): string {
  const grace = behaviour.rotation === 'grace' ? ' --grace-seconds 60' : '';
  return `printf %s ${CLIENT.secret} | tokenwell credential create scripted-mail --grant-type authorization_code \\
    --authorization-url ${provider.authorizationUrl} --token-url ${provider.tokenUrl} \\
    --revocation-url ${provider.revocationUrl} --issuer ${provider.issuer} --client-id ${CLIENT.id} \\
    --scope 'openid offline_access mail.read' --refresh-policy ${behaviour.rotation}${grace} --secret-file -`;
}

function word(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : quoted(text);
}
