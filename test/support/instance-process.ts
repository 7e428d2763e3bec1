import { build } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import type { Step } from '../../src/vault/steps.js';
import type { Part } from './instance.js';

// A whole instance in a process of its own, which the parent may hold at a named step, stop or kill. It may also go on
// without a part of itself: without leases as a negative control, without upkeep where a test counts what draws do.
let armed: Step | undefined;
let release = () => {};

process.on('message', (message: { arm?: Step; release?: true; without?: Part }) => {
  if (message.arm) {
    armed = message.arm;
    process.send?.({ armed: message.arm });
  }
  if (message.release) release();
  if (message.without === 'leases') takeLeasesAtOnce();
  if (message.without === 'upkeep') void app.vault.upkeep.stop();
});

const config = readConfig();
const app = await build(config, {
  failpoints: async step => {
    if (step !== armed) return;
    armed = undefined;
    process.send?.({ reached: step });
    await new Promise<void>(resolve => {
      release = resolve;
    });
  },
});

function takeLeasesAtOnce(): void {
  const { takeLease } = app.store;
  // One that has ended when it begins keeps nobody waiting.
  app.store.takeLease = (credential, account, owner) => takeLease(credential, account, owner, -1);
}

await app.server.listen({ host: config.host, port: config.port });
app.vault.upkeep.start();
const address = app.server.server.address();
process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
process.once('SIGTERM', () => {
  app.drain();
  void app.close().then(() => process.exit(0));
});
// The parent has gone: nobody would stop this process any more.
process.once('disconnect', () => process.exit(0));
