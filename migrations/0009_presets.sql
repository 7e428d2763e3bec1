-- min_reader: 1

-- What filled in a credential's fields, and what it is for; servers and mailboxes as JSON.
ALTER TABLE credentials ADD COLUMN preset TEXT;
ALTER TABLE credentials ADD COLUMN tenant TEXT;
ALTER TABLE credentials ADD COLUMN cloud TEXT;
ALTER TABLE credentials ADD COLUMN purpose TEXT;
ALTER TABLE credentials ADD COLUMN servers TEXT NOT NULL DEFAULT '{}';
ALTER TABLE credentials ADD COLUMN mailboxes TEXT NOT NULL DEFAULT '[]';

-- By what name the provider knows a key, where it is not known by a certificate.
ALTER TABLE client_auths ADD COLUMN key_id TEXT;
