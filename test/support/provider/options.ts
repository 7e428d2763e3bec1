import { parseArgs } from 'node:util';
import { Behaviour, KNOWN } from './behaviour.js';

export interface Options {
  port: number;
  behaviour: Behaviour;
  /** Address of the Tokenwell that the printed lines call. */
  vault: string;
  /** Its data folder. */
  data: string;
}

/** Reads the command line; `help` where that is asked for. Throws a sentence for what makes no sense. */
export function readOptions(args: string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      port: { ...text, default: '9500' },
      vault: { ...text, default: 'http://127.0.0.1:8080' },
      data: { ...text, default: 'data' },
      rotation: text,
      lifetime: text,
      'retry-after': text,
      fault: text,
      times: text,
      on: text,
    },
  });
  if (values.help) return 'help';
  const { port, vault, data, help: _, ...rest } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error('--port is a number up to 65535; 0 is any free one.');
  if (!URL.canParse(vault)) throw new Error('--vault is an address such as http://127.0.0.1:8080.');
  const chosen = new URLSearchParams(Object.entries(rest).map(([name, value]) => [name.replace('-', '_'), value]));
  if (chosen.has('fault') && !chosen.has('times')) chosen.set('times', 'always');
  const behaviour = new Behaviour();
  behaviour.choose(chosen);
  return { port: Number(port), behaviour, vault: new URL(vault).origin, data };
}

/** What `--help` prints. */
export function helpText(): string {
  const faults = KNOWN.fault.map(({ name, says }) => `  ${name.padEnd(16)}${says}`);
  return `Usage: npm run provider -- [options]

An OAuth 2.0 provider on this machine that behaves as it is told: to develop against, never for real mailboxes. It
prints its addresses, a credential to store, and each request in a line, until Ctrl-C.

Options:
  --port <port>         9500 unless said; 0 is any free one
  --rotation <kind>     what becomes of refresh tokens: ${KNOWN.rotation.join(', ')} (strict unless said)
  --lifetime <seconds>  how long access tokens live (3600 unless said)
  --fault <fault>       what goes wrong, until it is changed
  --times <count>       how often; always unless said
  --on <occasion>       where: ${KNOWN.on.join(', ')} (token unless said: the middle three)
  --retry-after <s>     seconds that a 429 asks to wait (30 unless said)
  --vault <url>         the Tokenwell of the printed lines (http://127.0.0.1:8080)
  --data <folder>       its data folder, which has admin.key (data)

Faults:
${faults.join('\n')}

While it runs, the same is chosen by a form, for the next answer unless times is given:
  curl -d rotation=grace -d fault=429 -d times=3 -d on=refresh http://127.0.0.1:9500/control
  curl http://127.0.0.1:9500/control     what is on, and what there is

Examples:
  npm run provider -- --rotation strict --fault hang --on refresh
  npm run provider -- --fault AADSTS700082 --on refresh --times 1
`;
}
