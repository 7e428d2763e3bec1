import { createServer } from 'node:net';
import { done } from './terminal.js';

/** The wanted port of 127.0.0.1 when it is free, and any free one otherwise, which is said. 0 is any free one. */
export async function choosePort(who: string, wanted: number): Promise<number> {
  try {
    return await probe(wanted);
  } catch {
    const port = await probe(0);
    done(who, `port ${wanted} is taken; ${port} is used`);
    return port;
  }
}

function probe(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
