-- min_reader: 1
-- The two databases read JSON in different words.
UPDATE client_auths SET ends_at = (certificate::json ->> 'notAfter')::BIGINT
WHERE certificate IS NOT NULL AND same_as IS NULL;
