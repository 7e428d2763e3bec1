-- min_reader: 1

-- When a token that is in use is renewed ahead of its end, and since when it is known to be drawn.
ALTER TABLE tokens ADD COLUMN refresh_at BIGINT;
ALTER TABLE tokens ADD COLUMN drawn_at BIGINT;

-- A server refused it: when that was told, and the claims that its successor must carry, as JSON.
ALTER TABLE tokens ADD COLUMN rejected_at BIGINT;
ALTER TABLE tokens ADD COLUMN claims TEXT;

CREATE INDEX tokens_by_id ON tokens (token_id);
CREATE INDEX tokens_due ON tokens (refresh_at) WHERE drawn_at IS NOT NULL;

-- When a refresh token is used although nobody draws, before its provider forgets it. Those that are there: soon, one by one.
ALTER TABLE grants ADD COLUMN keep_alive_at BIGINT;
UPDATE grants SET keep_alive_at = obtained_at WHERE refresh_token IS NOT NULL;
CREATE INDEX grants_due ON grants (keep_alive_at) WHERE kind = 'current';

-- Due times stand with what is due.
ALTER TABLE accounts DROP COLUMN refresh_due_at;
ALTER TABLE accounts DROP COLUMN last_drawn_at;

-- What a consent was begun with: once its credential is changed, nothing of it goes anywhere.
ALTER TABLE consents ADD COLUMN credential_version BIGINT NOT NULL DEFAULT 0;

-- The link by which a mailbox owner came to whom this one was given for an administrator; it ends with that one.
ALTER TABLE connect_links ADD COLUMN parent TEXT;
