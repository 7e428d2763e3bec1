import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Clock,
  type KeyPair,
  type KeyPairField,
  type KeyPairs,
  type KeyPairWish,
  UnusableKeyPair,
} from '../../vault/ports.js';
import { busy } from '../../vault/problem.js';
import { Secret } from '../../vault/secret.js';
import { type PlainPair, tooCostly } from './pair.js';

/** What the reading process is given, and what it answers. */
export interface Job {
  job:
    | { pfx: string; password: string }
    | { certificate: string | undefined; privateKey: string; password: string | undefined }
    | KeyPairWish;
  /** Epoch milliseconds. */
  now: number;
}
export type Answer = { pair: PlainPair } | { field: KeyPairField; rule: string; detail: string };

/** A file as OpenSSL or Windows writes it takes less than three seconds, its process included. */
const LONGEST_MS = 10_000;
const MOST_MEMORY_MB = 256;
/** Each takes a processor for as long as it works. */
const MOST_AT_ONCE = 2;

// The same file beside this one, whether it runs as written or compiled.
const PROCESS = new URL(`./reading-process${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/**
 * Reads and makes key pairs in a process that is killed when it takes too long: the libraries that read PKCS#12 count
 * to whatever a file says, and cannot be stopped. `process` is another file than the one beside this.
 */
export function createKeyPairs(deps: { clock: Clock; longestMs?: number; process?: URL }): KeyPairs {
  const { clock, longestMs = LONGEST_MS, process: file = PROCESS } = deps;
  let underWay = 0;
  const during = async (job: Job['job'], gone: AbortSignal | undefined, unanswered: () => Error): Promise<KeyPair> => {
    if (gone?.aborted) throw left();
    if (underWay >= MOST_AT_ONCE) throw busy('Other key pairs are being read or made.');
    underWay += 1;
    try {
      const answer = await inProcess(file, { job, now: clock.now() }, { longestMs, gone });
      return pairOf(answer, gone?.aborted ? left : unanswered);
    } finally {
      underWay -= 1;
    }
  };
  return {
    read: (file, gone) => {
      const password = file.password?.reveal();
      if ('pfx' in file) return during({ pfx: file.pfx, password: password ?? '' }, gone, () => tooCostly('pfx'));
      const { certificate, privateKey } = file;
      const job = { certificate, privateKey: privateKey.reveal(), password };
      return during(job, gone, () => tooCostly('private_key'));
    },
    generate: (wish, gone) => during(wish, gone, () => busy('This machine was too slow to make a key pair.')),
  };
}

function left(): Error {
  return busy('Whoever sent this key pair has gone, so it was not read.');
}

function pairOf(answer: Answer | undefined, unanswered: () => Error): KeyPair {
  if (!answer) throw unanswered();
  if (!('pair' in answer)) throw new UnusableKeyPair(answer.field, answer.rule, answer.detail);
  const { certificate, privateKey } = answer.pair;
  return { ...(certificate ? { certificate } : {}), privateKey: new Secret(privateKey) };
}

interface Until {
  longestMs: number;
  gone: AbortSignal | undefined;
}

/** What the process answers; undefined when it had to be killed, or fell. */
async function inProcess(file: URL, job: Job, { longestMs, gone }: Until): Promise<Answer | undefined> {
  // As it is written it needs what compiles it; compiled, nothing of how this process was started is its business.
  const compiled = extname(file.pathname) === '.js';
  const child = fork(file, {
    serialization: 'advanced',
    stdio: 'ignore',
    ...(compiled ? { env: {} } : {}),
    execArgv: [...(compiled ? [] : process.execArgv), `--max-old-space-size=${MOST_MEMORY_MB}`],
  });
  giveWay(child);
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(kill, longestMs);
  gone?.addEventListener('abort', kill);
  const answered = once(child, 'message').then(([answer]: Answer[]) => answer);
  const ended = endOf(child);
  try {
    child.send(job);
    return await Promise.race([answered, ended]);
  } finally {
    clearTimeout(timer);
    gone?.removeEventListener('abort', kill);
    kill();
    await ended;
  }
}

/** Requests come first where there are more processes than processors. */
function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended, or this machine does not allow it: then it works at the usual priority.
  }
}

async function endOf(child: ChildProcess): Promise<undefined> {
  // A fault of the start is told by `error`, and then there is no `exit`.
  await Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => undefined);
}
