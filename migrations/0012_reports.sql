-- min_reader: 1

-- What a consumer told last that a server refuses and no newer token mends: by which name the catalogue knows it, who
-- told it, and when. Nothing else of the account depends on it.
ALTER TABLE accounts ADD COLUMN reported_as TEXT;
ALTER TABLE accounts ADD COLUMN reported_by TEXT;
ALTER TABLE accounts ADD COLUMN reported_at BIGINT;
CREATE INDEX accounts_reported ON accounts (credential, reported_at) WHERE reported_at IS NOT NULL;
