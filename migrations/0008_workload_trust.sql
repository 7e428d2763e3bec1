-- min_reader: 1

-- A consumer may be known by the JWTs of a workload issuer, besides its keys: all three are there or none. A binary that
-- does not know this refuses such tokens and leaves the columns as they are.
ALTER TABLE consumers ADD COLUMN trust_issuer TEXT;
ALTER TABLE consumers ADD COLUMN trust_audience TEXT;
ALTER TABLE consumers ADD COLUMN trust_subject TEXT;
CREATE INDEX consumers_trust ON consumers (trust_issuer, trust_audience, trust_subject) WHERE trust_issuer IS NOT NULL;
