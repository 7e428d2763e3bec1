import type { Test } from 'tap';
import { createResolve } from '../../src/outbound/resolver.js';

/** How names are resolved, by whatever resolves them. */
export function nameCases(t: Test): void {
  t.test('F27: names are asked once at a time, and only a few at once', async t => {
    const asked: string[] = [];
    const finish: (() => void)[] = [];
    const resolve = createResolve(host => {
      asked.push(host);
      return new Promise(done => finish.push(() => done([{ address: '8.8.8.8', family: 4 }])));
    }, 3);
    const answers = ['a', 'a', 'b', 'c', 'd'].map(resolve);
    await new Promise(setImmediate);
    t.same(asked, ['a', 'b'], 'a once, and two names at once');
    while (finish.length > 0) {
      finish.shift()?.();
      await new Promise(setImmediate);
    }
    await Promise.all(answers);
    t.same(asked, ['a', 'b', 'c', 'd']);
  });

  t.test('F27: names that are slow wait for one another, and for nobody else', async t => {
    const quick = [{ address: '8.8.8.8', family: 4 as const }];
    const slow = (ms: number) => new Promise<typeof quick>(done => setTimeout(() => done(quick), ms));
    const hanging = new Map<string, () => void>();
    let first = true;
    const resolve = createResolve(host => {
      if (!host.startsWith('slow')) return Promise.resolve(quick);
      return first ? slow(1_050) : new Promise(done => hanging.set(host, () => done(quick)));
    }, 3);
    await Promise.all(['slow-1', 'slow-2', 'slow-3'].map(resolve));
    first = false;
    const again = ['slow-1', 'slow-2', 'slow-3'].map(resolve);
    t.same(await resolve('good.example'), quick, 'answered while all of them hang');
    t.equal(hanging.size, 1);
    for (let n = 0; n < 3; n++) {
      for (const end of hanging.values()) end();
      await new Promise(setImmediate);
    }
    await Promise.all(again);
  });
}
