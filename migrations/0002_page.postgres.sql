-- min_reader: 1

-- Writes one ledger page if nothing has changed since p_revision; otherwise writes nothing and answers what has.
-- VOLATILE and READ COMMITTED: each statement after the lock sees what was committed while it waited. One plain
-- statement that locks and reads would see the feed as it was before the wait and miss the change it waited for.
-- 7402 is the advisory lock of the ledger: pages share it, a management write holds it alone from its last step on.
CREATE FUNCTION tokenwell_page(
  p_revision BIGINT, p_epoch TEXT,
  p_writer TEXT, p_seq BIGINT, p_first_at BIGINT, p_last_at BIGINT, p_count INTEGER,
  p_heads TEXT, p_body TEXT, p_mac TEXT
) RETURNS TABLE (written BOOLEAN, revision BIGINT, floor BIGINT, epoch TEXT, changes TEXT)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  current meta%ROWTYPE;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7402);
  SELECT * INTO current FROM meta WHERE id = 1;
  IF current.revision = p_revision AND current.epoch = p_epoch THEN
    INSERT INTO ledger_pages (writer, seq, revision, first_at, last_at, count, heads, body, mac)
    VALUES (p_writer, p_seq, p_revision, p_first_at, p_last_at, p_count, p_heads, p_body, p_mac);
    RETURN QUERY SELECT true, current.revision, current.changes_floor, current.epoch, NULL::TEXT;
    RETURN;
  END IF;
  RETURN QUERY SELECT false, current.revision, current.changes_floor, current.epoch,
    (SELECT coalesce(json_agg(json_build_object('revision', c.revision, 'kind', c.kind, 'id', c.id))::TEXT, '[]')
     FROM changes c WHERE c.revision > p_revision);
END;
$$;
