/** The tables as the databases hold them (migrations/). Times are epoch milliseconds, flags 0 or 1, JSON and sealed values text. */
export interface Tables {
  meta: { id: number; deployment: string; epoch: string; revision: number; changes_floor: number; min_reader: number };
  key_ring: {
    kid: string;
    purpose: string;
    wrapped: string;
    master_id: string;
    state: string;
    uses: number;
    created_at: number;
  };
  credentials: {
    id: string;
    description: string | null;
    grant_type: string;
    authorization_url: string | null;
    token_url: string;
    revocation_url: string | null;
    issuer: string | null;
    client_id: string;
    scope: string;
    consent_scope: string | null;
    authorization_params: string;
    token_params: string;
    refresh_policy: string | null;
    grace_seconds: number | null;
    disabled: number;
    version: number;
    created_at: number;
    updated_at: number;
  };
  client_auths: {
    id: string;
    credential: string;
    method: string;
    secret_expires_at: number | null;
    active: number;
    created_at: number;
  };
  secrets: { id: string; client_auth: string; kind: string; version: string; value: string };
  accounts: {
    credential: string;
    account: string;
    state: string;
    finding: string | null;
    fail_count: number;
    next_try_at: number | null;
    last_success_at: number | null;
    lease_owner: string | null;
    lease_until: number | null;
    fence: number;
  };
  tokens: {
    credential: string;
    account: string;
    scope: string;
    token_id: string;
    value: string;
    token_type: string;
    granted_scope: string;
    obtained_at: number;
    expires_at: number;
    lifetime: number;
  };
  consumers: {
    id: string;
    description: string | null;
    role: string;
    disabled: number;
    created_at: number;
    updated_at: number;
  };
  consumer_keys: { id: string; consumer: string; hash: string; expires_at: number | null; created_at: number };
  permissions: { consumer: string; place: number; credential: string; account: string; scopes: string | null };
  leases: { name: string; owner: string | null; until: number | null; fence: number };
  breakers: { token_url: string; client_id: string; failures: number; open_until: number };
  instances: { id: string; started_at: number; seen_at: number };
  ledger_pages: {
    writer: string;
    seq: number;
    revision: number;
    first_at: number;
    last_at: number;
    count: number;
    heads: string;
    body: string;
    mac: string;
    first_position: number | null;
  };
  ledger_index: { first_position: number; consumer: string; credential: string; account: string; action: string };
  changes: { revision: number; kind: string; id: string; at: number };
}
