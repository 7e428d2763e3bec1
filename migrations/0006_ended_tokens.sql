-- min_reader: 1

-- Tokens that ended long ago are forgotten, a few at a time.
CREATE INDEX tokens_ended ON tokens (expires_at);
