import { connect, createServer, type Server } from 'node:net';

/** A forward proxy that tunnels every name to one local port and notes what it was asked for. */
export class TunnelProxy {
  /** The targets of CONNECT, in order. */
  readonly targets: string[] = [];
  readonly #server: Server;
  readonly #answer: string;

  private constructor(toPort: number, answer: string) {
    this.#answer = answer;
    this.#server = createServer(client => {
      client.on('error', () => {});
      client.once('data', head => {
        this.targets.push(head.toString('latin1').split(' ')[1] ?? '');
        client.write(this.#answer);
        if (!this.#answer.includes(' 200 ')) return client.end();
        const upstream = connect(toPort, '127.0.0.1');
        upstream.on('error', () => client.destroy());
        client.pipe(upstream).pipe(client);
      });
    });
  }

  static async start(toPort: number, answer = 'HTTP/1.1 200 Tunnel\r\n\r\n'): Promise<TunnelProxy> {
    const proxy = new TunnelProxy(toPort, answer);
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    await new Promise(resolve => this.#server.close(resolve));
  }
}
