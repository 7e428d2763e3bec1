/** A token endpoint, and the client as which it is asked. */
export interface EndpointName {
  tokenUrl: string;
  clientId: string;
}

/** A token that is to be renewed although nobody waits for it. */
export interface Due {
  credential: string;
  account: string;
  /** Undefined: what draws ask for when they name none; its refresh token has long been idle. */
  scope: string | undefined;
  /** When the token that is there ends, in epoch milliseconds. */
  expiresAt: number | undefined;
}

/** What upkeep reads and notes about renewals. Times in epoch milliseconds. */
export interface DueStore {
  /** Notes that these tokens are in use. */
  noteDrawn(tokenIds: readonly string[], now: number): Promise<void>;
  /** Until it is drawn again, this token is not in use. */
  forgetDrawn(token: Pick<Due, 'credential' | 'account' | 'scope'>): Promise<void>;
  /** Endpoints at which something is due and that may be asked now, the longest due first. */
  dueEndpoints(now: number, limit: number): Promise<EndpointName[]>;
  /** What is due at one endpoint, the longest due first. */
  due(endpoint: EndpointName, now: number, limit: number): Promise<Due[]>;
  /** When an account is next renewed without a draw; undefined for never. */
  nextDue(credential: string, account: string): Promise<number | undefined>;
  /** Takes a lease by name if it is free or has ended, by the database's clock. */
  takeNamed(name: string, owner: string, ms: number): Promise<boolean>;
  endNamed(name: string, owner: string): Promise<void>;
}
