-- min_reader: 1

-- A client auth may be a key pair: how it signs, and its certificate with what is told of it, as JSON. The private key
-- is among the secrets.
ALTER TABLE client_auths ADD COLUMN signing_alg TEXT;
ALTER TABLE client_auths ADD COLUMN certificate TEXT;

-- It may be that of another credential, which holds the secret: one registration, several tenants.
ALTER TABLE client_auths ADD COLUMN same_as TEXT;
CREATE INDEX client_auths_same_as ON client_auths (same_as) WHERE same_as IS NOT NULL;
