-- The URLs that providers were given for the notices of single instances.

CREATE TABLE subscriptions (
    instance_id INTEGER NOT NULL,
    topic TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    sealed_token BLOB NOT NULL,
    remote_id TEXT,
    sealed_verifier BLOB,
    confirmed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (instance_id, topic)
) STRICT, WITHOUT ROWID;
