import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may keep us waiting for the rest of its request, or with an answer that it does not take. */
const PATIENCE_MS = 3_000;
/** So that who was just answered sees the connection end in the usual way. */
const SETTLE_MS = 50;

/**
 * The connections of our servers, so that they can be ended. Node itself waits for those that never sent a whole
 * header, and for handshakes of TLS: anybody could keep the process from ending by opening one.
 */
export class Connections {
  readonly #open = new Set<Socket>();
  readonly #underWay = new Set<ServerResponse>();
  #ending = false;

  /** From the server's first connection on; several servers may be followed. */
  follow(server: Server): void {
    // With TLS this is what lies below, which is there before the handshake and ends together with what is above it.
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
      if (this.#ending) this.#checkSoon();
    });
    server.on('request', (_request, response) => {
      this.#underWay.add(response);
      response.once('close', () => {
        this.#underWay.delete(response);
        if (this.#ending) this.#checkSoon();
      });
    });
  }

  /**
   * Ends every connection as soon as no request is under way; a request is finished however long it takes us, but a
   * client that keeps us waiting for 3 s is left. Returns at once.
   */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#check();
    let before = this.#clientsTurn();
    setInterval(() => {
      const now = this.#clientsTurn();
      for (const response of now) if (before.has(response)) response.socket?.destroy();
      before = now;
    }, PATIENCE_MS).unref();
  }

  #checkSoon(): void {
    setTimeout(() => this.#check(), SETTLE_MS).unref();
  }

  #check(): void {
    if (this.#underWay.size > 0) return;
    for (const socket of this.#open) socket.destroy();
  }

  /** Those whose request has not wholly come, or whose answer has begun: nothing of them waits for us. */
  #clientsTurn(): Set<ServerResponse> {
    return new Set([...this.#underWay].filter(response => response.headersSent || !response.req.complete));
  }
}
