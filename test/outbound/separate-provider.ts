import { Worker } from 'node:worker_threads';

const CODE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', () => {
      parentPort.postMessage('request');
      setTimeout(() => socket.end('HTTP/1.1 200 OK\\r\\ncontent-length: 4\\r\\n\\r\\nkept'), workerData.delayMs);
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** A provider on a thread of its own, so that it answers while this thread stands still. */
export interface SeparateProvider {
  port: number;
  /** Settles when the request has arrived; the answer leaves `delayMs` later. */
  requested: Promise<void>;
  close(): Promise<unknown>;
}

export async function startSeparateProvider(delayMs: number): Promise<SeparateProvider> {
  const worker = new Worker(CODE, { eval: true, workerData: { delayMs } });
  const message = () => new Promise<unknown>(resolve => worker.once('message', resolve));
  const port = Number(await message());
  return { port, requested: message().then(() => {}), close: () => worker.terminate() };
}

/** Stops this thread, as a long garbage collection or a stopped machine would. */
export function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
