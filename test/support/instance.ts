import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Step } from '../../src/vault/steps.js';
import { compiledBeside } from './compiled.js';
import type { Teardown } from './vault.js';

const PROCESS = fileURLToPath(new URL('./instance-process.ts', import.meta.url));
const START_MS = 30_000;

/** What an instance can be told to do without: leases then keep nobody waiting, upkeep begins no further round. */
export type Part = 'leases' | 'upkeep';

export interface Instance {
  url: string;
  pid: number;
  /** Everything that it has written to standard output and standard error. */
  output(): string;
  /** Holds the next one who reaches the step; the answer resolves, once armed, to a promise of its arrival. */
  arm(step: Step): Promise<{ reached: Promise<void> }>;
  release(): void;
  /** It goes on without this part. */
  without(part: Part): void;
  signal(name: NodeJS.Signals): void;
  /** Ends it with this signal and waits until it has gone; answers the exit code. */
  end(name?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a whole instance in a process of its own, with this environment and nothing else; ended with the test. */
export async function startInstance(t: Teardown, env: Record<string, string>): Promise<Instance> {
  const child = fork(await compiledBeside(PROCESS), [], {
    execArgv: [],
    env: { PATH: process.env.PATH, TOKENWELL_PORT: '0', TOKENWELL_ALLOWED_HOSTS: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output: string[] = [];
  child.stdout?.on('data', chunk => output.push(String(chunk)));
  child.stderr?.on('data', chunk => output.push(String(chunk)));
  t.teardown(() => end(child, 'SIGKILL').then(() => undefined));
  const port = await portOf(child, output);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    output: () => output.join(''),
    arm: step => arm(child, step),
    release: () => void child.send({ release: true }),
    without: part => void child.send({ without: part }),
    signal: name => void child.kill(name),
    end: name => end(child, name ?? 'SIGTERM'),
  };
}

async function portOf(child: ChildProcess, output: string[]): Promise<number> {
  const failure = once(child, 'exit').then(([code]) => {
    throw new Error(`the instance ended with ${code} before it listened:\n${output.join('')}`);
  });
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`the instance did not listen:\n${output.join('')}`)), START_MS).unref();
  });
  const [message] = await Promise.race([once(child, 'message'), failure, late]);
  failure.catch(() => undefined);
  return message.port;
}

async function arm(child: ChildProcess, step: Step): Promise<{ reached: Promise<void> }> {
  const armed = once(child, 'message');
  child.send({ arm: step });
  await armed;
  return { reached: once(child, 'message').then(() => undefined) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = once(child, 'exit');
  child.kill(signal);
  // A stopped process acts on nothing but SIGKILL until it goes on.
  child.kill('SIGCONT');
  await gone;
  return child.exitCode;
}
