import type { Workload } from './ports.js';
import { spelledAs } from './scopes.js';
import type { Trust } from './trust.js';

export type Role = 'service' | 'auditor' | 'operator' | 'admin';

/** Whoever may call the API: a service or a person who operates. */
export interface Consumer {
  id: string;
  description: string | undefined;
  role: Role;
  disabled: boolean;
  /** Whose JWTs stand for it, besides its keys. */
  trust?: Trust | undefined;
  createdAt: number;
  updatedAt: number;
}

/** consumer → credential, narrowed to an account and scopes where wanted; `*` means any. */
export interface Permission {
  credential: string;
  account: string;
  scopes: string[] | undefined;
}

/** An API key as it is stored: never the key, only its SHA-256. */
export interface ConsumerKey {
  /** The readable prefix inside the key. */
  id: string;
  consumer: string;
  /** SHA-256 of the whole key, lower-case hex. */
  hash: string;
  expiresAt: number | undefined;
  createdAt: number;
}

/** Whoever is behind a request. */
export interface Caller {
  consumer: string;
  role: Role;
  /** The key that was presented, and when it ends (epoch milliseconds). */
  keyId?: string;
  keyExpiresAt?: number | undefined;
  /** Whose JWT was presented in the place of a key. */
  workload?: Workload;
  permissions: readonly Permission[];
  /** The store's revision that this knowledge stands at; a token leaves only while nothing above it touches the caller. */
  revision: number;
  /** Whether it was answered from memory, so that a refusal must look again. */
  fromMemory: boolean;
}

/** The name under which a caller's draws are counted: its key, or its consumer where there is none. */
export function holderOf({ keyId, consumer }: Pick<Caller, 'keyId' | 'consumer'>): string {
  return keyId ?? `workload ${consumer}`;
}

/** What the ledger keeps of a caller. */
export function traceOf({ consumer, keyId, workload }: Caller) {
  return { consumer, ...(workload ? { workload: workload.subject } : { key_id: keyId }) };
}

const RANK: Record<Role, number> = { service: 0, auditor: 1, operator: 2, admin: 3 };

/** Whether the role includes what `least` may do. Drawing is apart: an auditor never draws. */
export function atLeast(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

/** The scopes that the caller may ask of this account: `any`, a list, or undefined when it may not draw at all. */
export function permittedScopes(caller: Caller, credential: string, account: string): 'any' | string[] | undefined {
  if (caller.role === 'auditor') return undefined;
  const matching = caller.permissions.filter(
    p => (p.credential === '*' || p.credential === credential) && (p.account === '*' || p.account === account),
  );
  if (matching.length === 0) return undefined;
  if (matching.some(p => p.scopes === undefined)) return 'any';
  return matching.flatMap(p => p.scopes ?? []);
}

/** Whether the scopes asked lie within what `permittedScopes` answered. */
export function permits(permitted: 'any' | string[] | undefined, scope: string): boolean {
  if (permitted === undefined) return false;
  return permitted === 'any' || spelledAs(scope, permitted.join(' ')) !== undefined;
}
