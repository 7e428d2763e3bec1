-- min_reader: 1
-- Portable types only: TEXT, BIGINT (epoch milliseconds), INTEGER (flags and small numbers); JSON and sealed values are TEXT.

CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  deployment TEXT NOT NULL,
  -- Renewed by a restore, so that every memory that outlived it forgets all it knows.
  epoch TEXT NOT NULL,
  revision BIGINT NOT NULL,
  changes_floor BIGINT NOT NULL,
  min_reader INTEGER NOT NULL
);
INSERT INTO meta (id, deployment, epoch, revision, changes_floor, min_reader) VALUES (1, '', '', 0, 0, 1);

CREATE TABLE key_ring (
  kid TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  wrapped TEXT NOT NULL,
  master_id TEXT NOT NULL,
  state TEXT NOT NULL,
  uses BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);

CREATE TABLE credentials (
  id TEXT PRIMARY KEY,
  description TEXT,
  grant_type TEXT NOT NULL,
  authorization_url TEXT,
  token_url TEXT NOT NULL,
  revocation_url TEXT,
  issuer TEXT,
  client_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  consent_scope TEXT,
  authorization_params TEXT NOT NULL,
  token_params TEXT NOT NULL,
  refresh_policy TEXT,
  grace_seconds INTEGER,
  disabled INTEGER NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE client_auths (
  id TEXT PRIMARY KEY,
  credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
  method TEXT NOT NULL,
  secret_expires_at BIGINT,
  active INTEGER NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX client_auths_credential ON client_auths (credential);

CREATE TABLE secrets (
  id TEXT PRIMARY KEY,
  client_auth TEXT NOT NULL REFERENCES client_auths (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  version TEXT NOT NULL,
  value TEXT NOT NULL
);
CREATE INDEX secrets_client_auth ON secrets (client_auth);

CREATE TABLE accounts (
  credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
  account TEXT NOT NULL,
  state TEXT NOT NULL,
  finding TEXT,
  fail_count INTEGER NOT NULL,
  next_try_at BIGINT,
  last_success_at BIGINT,
  lease_owner TEXT,
  lease_until BIGINT,
  fence BIGINT NOT NULL DEFAULT 0,
  -- The refresh that was begun and has not ended: evidence after a crash.
  intent_id TEXT,
  intent_at BIGINT,
  refresh_due_at BIGINT,
  last_drawn_at BIGINT,
  PRIMARY KEY (credential, account)
);

CREATE TABLE grants (
  id TEXT PRIMARY KEY,
  credential TEXT NOT NULL,
  account TEXT NOT NULL,
  -- current, candidate, kept, orphan
  kind TEXT NOT NULL,
  generation TEXT NOT NULL,
  refresh_token TEXT,
  scopes TEXT NOT NULL,
  subject TEXT,
  issuer TEXT,
  tenant TEXT,
  name TEXT,
  origin TEXT NOT NULL,
  client_id TEXT NOT NULL,
  client_auth TEXT,
  obtained_at BIGINT NOT NULL,
  used_at BIGINT,
  FOREIGN KEY (credential, account) REFERENCES accounts (credential, account) ON DELETE CASCADE
);
CREATE INDEX grants_account ON grants (credential, account);

CREATE TABLE tokens (
  credential TEXT NOT NULL,
  account TEXT NOT NULL,
  scope TEXT NOT NULL,
  token_id TEXT NOT NULL,
  value TEXT NOT NULL,
  token_type TEXT NOT NULL,
  granted_scope TEXT NOT NULL,
  obtained_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  lifetime INTEGER NOT NULL,
  PRIMARY KEY (credential, account, scope),
  FOREIGN KEY (credential, account) REFERENCES accounts (credential, account) ON DELETE CASCADE
);

CREATE TABLE connect_links (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  options TEXT NOT NULL,
  made_by TEXT NOT NULL,
  starts INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE TABLE consents (
  id TEXT PRIMARY KEY,
  state_hash TEXT NOT NULL UNIQUE,
  browser_hash TEXT NOT NULL,
  connect_link TEXT,
  credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
  account TEXT NOT NULL,
  version TEXT NOT NULL,
  verifier TEXT NOT NULL,
  nonce_hash TEXT,
  scopes TEXT NOT NULL,
  return_to TEXT,
  started_by TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  outcome TEXT
);

CREATE TABLE consumers (
  id TEXT PRIMARY KEY,
  description TEXT,
  role TEXT NOT NULL,
  disabled INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE consumer_keys (
  id TEXT PRIMARY KEY,
  consumer TEXT NOT NULL REFERENCES consumers (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  expires_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX consumer_keys_consumer ON consumer_keys (consumer);

CREATE TABLE permissions (
  consumer TEXT NOT NULL REFERENCES consumers (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  credential TEXT NOT NULL,
  account TEXT NOT NULL,
  scopes TEXT,
  PRIMARY KEY (consumer, place)
);
CREATE INDEX permissions_credential ON permissions (credential);

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  owner TEXT,
  until BIGINT,
  fence BIGINT NOT NULL
);
INSERT INTO leases (name, fence) VALUES ('indexer', 0);

CREATE TABLE breakers (
  token_url TEXT NOT NULL,
  client_id TEXT NOT NULL,
  failures INTEGER NOT NULL,
  open_until BIGINT NOT NULL,
  PRIMARY KEY (token_url, client_id)
);

CREATE TABLE instances (
  id TEXT PRIMARY KEY,
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);

CREATE TABLE ledger_pages (
  writer TEXT NOT NULL,
  seq BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  count INTEGER NOT NULL,
  heads TEXT NOT NULL,
  body TEXT NOT NULL,
  mac TEXT NOT NULL,
  -- Set by the indexer: the position of the first entry.
  first_position BIGINT,
  PRIMARY KEY (writer, seq)
);
CREATE UNIQUE INDEX ledger_pages_position ON ledger_pages (first_position) WHERE first_position IS NOT NULL;
CREATE INDEX ledger_pages_unplaced ON ledger_pages (first_at) WHERE first_position IS NULL;

CREATE TABLE ledger_index (
  first_position BIGINT NOT NULL,
  consumer TEXT NOT NULL,
  credential TEXT NOT NULL,
  account TEXT NOT NULL,
  action TEXT NOT NULL,
  PRIMARY KEY (first_position, consumer, credential, account, action)
);
CREATE INDEX ledger_index_consumer ON ledger_index (consumer, first_position);
CREATE INDEX ledger_index_credential ON ledger_index (credential, account, first_position);
CREATE INDEX ledger_index_action ON ledger_index (action, first_position);

CREATE TABLE changes (
  revision BIGINT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (revision, kind, id)
);
