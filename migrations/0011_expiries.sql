-- min_reader: 1

-- When what a client proves itself with ends: as its certificate or its operator says, else a reminder (estimated).
-- Nothing where it does not end, or is another credential's. And since when it is stored.
ALTER TABLE client_auths ADD COLUMN ends_at BIGINT;
ALTER TABLE client_auths ADD COLUMN ends_estimated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client_auths ADD COLUMN proof_at BIGINT NOT NULL DEFAULT 0;
UPDATE client_auths SET proof_at = created_at;
UPDATE client_auths SET ends_at = secret_expires_at
WHERE same_as IS NULL AND method IN ('client_secret_post', 'client_secret_basic');
UPDATE client_auths SET ends_at = created_at + CAST(365 AS BIGINT) * 86400000, ends_estimated = 1
WHERE ends_at IS NULL AND same_as IS NULL AND method IN ('client_secret_post', 'client_secret_basic')
  AND credential NOT IN (SELECT id FROM credentials WHERE token_url LIKE 'https://oauth2.googleapis.com/%');
CREATE INDEX client_auths_ends ON client_auths (ends_at, id) WHERE ends_at IS NOT NULL;

-- When the provider forgets a refresh token unless it is used before. Of those that are there by their provider's host.
ALTER TABLE grants ADD COLUMN idle_ends_at BIGINT;
UPDATE grants SET idle_ends_at = coalesce(used_at, obtained_at) + CAST(86400000 AS BIGINT) * (
  SELECT CASE
    WHEN c.token_url LIKE 'https://login.microsoftonline.%' THEN 90
    WHEN c.token_url LIKE 'https://login.partner.microsoftonline.cn/%' THEN 90
    WHEN c.token_url LIKE 'https://login.chinacloudapi.cn/%' THEN 90
    WHEN c.token_url LIKE 'https://oauth2.googleapis.com/%' THEN 180
    ELSE 7 END
  FROM credentials c WHERE c.id = grants.credential
) WHERE refresh_token IS NOT NULL;
-- Whatever decides whether one is listed stands in the index, so that those that are not cost no look at their row.
CREATE INDEX grants_idle ON grants (idle_ends_at, id, keep_alive_at) WHERE kind = 'current' AND idle_ends_at IS NOT NULL;

CREATE INDEX consumer_keys_ends ON consumer_keys (expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX connect_links_open ON connect_links (expires_at, id) WHERE ended_at IS NULL;
CREATE INDEX accounts_state ON accounts (state);

-- What was said of an end that comes near: each threshold (days) once for each end, and whether the mail went out.
CREATE TABLE expiry_notices (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  threshold INTEGER NOT NULL,
  at BIGINT NOT NULL,
  mailed_at BIGINT,
  PRIMARY KEY (kind, id, ends_at, threshold)
);
CREATE INDEX expiry_notices_unmailed ON expiry_notices (kind, id) WHERE mailed_at IS NULL;
CREATE INDEX expiry_notices_ends ON expiry_notices (ends_at);

-- Addresses at which calendars read these dates. Only hashes: an address is shown once.
CREATE TABLE calendar_links (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  made_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT
);
