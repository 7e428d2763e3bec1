import { UnusableKeyPair } from '../../vault/ports.js';
import type { Answer, Job } from './key-pairs.js';
import type { PlainPair } from './pair.js';

// A process of its own: what it reads came from outside, and may be made to take hours. Whoever began it ends it.

async function work({ job, now }: Job): Promise<Answer> {
  try {
    return { pair: await pairOf(job, now) };
  } catch (error) {
    if (error instanceof UnusableKeyPair) return { field: error.field, rule: error.rule, detail: error.message };
    throw error;
  }
}

/** Each kind has libraries of its own, which take longer to load than most files to read. */
async function pairOf(job: Job['job'], now: number): Promise<PlainPair> {
  if ('subject' in job) return await (await import('./self-signed.js')).makeSelfSigned(job, now);
  if ('pfx' in job) return await (await import('./pfx.js')).readPfx(job, now);
  return (await import('./pem.js')).readPem(job, now);
}

process.once('message', (job: Job) => {
  void work(job).then(answer => process.send?.(answer, () => process.disconnect()));
});
