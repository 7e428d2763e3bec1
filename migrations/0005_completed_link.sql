-- min_reader: 1

-- When a consent completed that a link began: a link also ends with a disconnect of its account. What is known of those
-- that have ended is that nobody used the ones that began nothing.
ALTER TABLE connect_links ADD COLUMN completed_at BIGINT;
UPDATE connect_links SET completed_at = ended_at WHERE starts > 0;
