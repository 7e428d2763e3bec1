-- min_reader: 1

-- Since when a grant is what its kind says: a candidate ends after 7 days, a kept one after 30.
ALTER TABLE grants ADD COLUMN kind_since BIGINT NOT NULL DEFAULT 0;

-- The first attempt with the present refresh token that has not ended; intent_at is the latest one.
ALTER TABLE accounts ADD COLUMN intent_first_at BIGINT;

-- The nonce is worked out from the verifier, which is sealed.
ALTER TABLE consents DROP COLUMN nonce_hash;
ALTER TABLE consents ADD COLUMN kind TEXT NOT NULL DEFAULT 'connect';

-- Pages are given positions by revision first, which no clock moves.
DROP INDEX ledger_pages_unplaced;
CREATE INDEX ledger_pages_unplaced ON ledger_pages (revision, first_at) WHERE first_position IS NULL;
