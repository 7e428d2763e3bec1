import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { keyPrefix, unauthenticated } from '../vault/callers.js';
import type { Caller } from '../vault/consumer.js';
import { VaultError } from '../vault/errors.js';
import type { Actor } from '../vault/roles.js';
import type { Vault } from '../vault/vault.js';
import { isJwt } from '../vault/workloads.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is behind the request; undefined where nobody needs to be. */
    caller: Caller | undefined;
  }
}

/** `Authorization: Bearer …` (RFC 6750 §2.1). */
const BEARER = /^Bearer +([!-~]+) *$/i;

const LONGEST_ADDRESS = 64;

/** Reads the caller of every request from the store, so that it is as it is now. */
export function identifies(vault: Vault): onRequestHookHandler {
  return (request, _reply, done) => {
    const presented = bearerOf(request);
    if (presented === undefined) return done(unauthenticated());
    accept(request, identify(vault, request, presented), done);
  };
}

/** As `identifies`, but from memory where it knows the key or workload token: for draws, whose ledger entry confirms what memory says. */
export function recalls(vault: Vault): onRequestHookHandler {
  return (request, _reply, done) => {
    const presented = bearerOf(request);
    if (presented === undefined) return done(unauthenticated());
    request.caller = vault.callers.recall(presented);
    if (request.caller) return done();
    accept(request, identify(vault, request, presented), done);
  };
}

function accept(request: FastifyRequest, identified: Promise<Caller>, done: (error?: Error) => void): void {
  identified.then(caller => {
    request.caller = caller;
    done();
  }, done);
}

function bearerOf(request: FastifyRequest): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

/**
 * Who holds this key, or whose workload token this is. A wrong one is noted in the ledger and counted against the address
 * that it came from; throws `unauthenticated`, and `rate_limited` past the limit. A right one is never held back. Throws
 * `provider_unavailable` when the keys of a token's issuer cannot be had, which is nobody's wrong token.
 */
export async function identify(vault: Vault, request: FastifyRequest, presented: string): Promise<Caller> {
  try {
    return await vault.callers.identify(presented);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'unauthenticated') throw error;
    throw refusal(vault, request, presented) ?? error;
  }
}

const WORKLOADS = 'workload tokens';

/** Notes and counts a key or token that is not right for this request; answers the error once there were too many. */
export function refusal(vault: Vault, request: FastifyRequest, presented: string): VaultError | undefined {
  const prefix = keyPrefix(presented);
  // A proxy that passes on what it was told can make this any text of any length; it is kept for a minute.
  const address = String(request.ip).slice(0, LONGEST_ADDRESS);
  const limited = vault.limits.wrongKey(address, prefix ?? (isJwt(presented) ? WORKLOADS : ''));
  // Past the limit only the number counts: strangers do not choose what the ledger holds.
  const named = limited || prefix === undefined ? {} : { key_id: prefix };
  vault.ledger.refuse({
    action: 'key.refuse',
    code: limited?.code ?? 'unauthenticated',
    request_id: request.id,
    ...named,
  });
  return limited;
}

/** The caller of a request in a scope that identifies it; throws `unauthenticated` elsewhere, so nothing opens by oversight. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw unauthenticated();
  return request.caller;
}

/** As `callerOf`, with the name of the request for the ledger. */
export function actorOf(request: FastifyRequest): Actor {
  return { caller: callerOf(request), requestId: request.id };
}

/** As `actorOf`, for what ends when the connection does. */
export function presentActorOf(request: FastifyRequest, { raw }: FastifyReply): Actor {
  const leaving = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) leaving.abort();
  });
  return { ...actorOf(request), gone: leaving.signal };
}
