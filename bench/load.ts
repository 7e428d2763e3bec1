import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a load generator measured: requests per second and latencies in milliseconds. */
export interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
  /** Answers that were not 2xx, and connections that failed. */
  errors: number;
}

export interface Load {
  url: string;
  headers: Record<string, string>;
  seconds: number;
  connections: number;
}

const AUTOCANNON = fileURLToPath(new URL('../node_modules/.bin/autocannon', import.meta.url));

/** wrk where it is installed; autocannon otherwise, which is itself the limit on few cores. */
export const generator = spawnSync('wrk', ['--version']).error ? 'autocannon' : 'wrk';

/** Loads one address and answers what came back. */
export async function measure(load: Load): Promise<Measured> {
  return generator === 'wrk' ? fromWrk(await run('wrk', wrkArguments(load))) : fromAutocannon(load);
}

function wrkArguments({ url, headers, seconds, connections }: Load): string[] {
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  return ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency', ...named, url];
}

function fromWrk(text: string): Measured {
  const milliseconds = (label: string) => {
    const [, value = '0', unit = 'ms'] = new RegExp(`${label}\\s+([\\d.]+)(us|ms|s)`).exec(text) ?? [];
    return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'];
  };
  const count = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    perSecond: count(/Requests\/sec:\s+([\d.]+)/),
    p50: milliseconds('50%'),
    p99: milliseconds('99%'),
    errors: count(/Non-2xx or 3xx responses: (\d+)/) + count(/Socket errors:.*?(\d+)/),
  };
}

async function fromAutocannon({ url, headers, seconds, connections }: Load): Promise<Measured> {
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`]);
  const text = await run(AUTOCANNON, ['-j', '-c', String(connections), '-d', String(seconds), ...named, url]);
  const { requests, latency, non2xx, errors } = JSON.parse(text);
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99, errors: non2xx + errors };
}

/** Not synchronous, because the database server may be a child of this process and its output must be read. */
function run(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}
