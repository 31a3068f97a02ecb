-- The tables of the embedded database.
--
-- Times are microseconds since 1970-01-01T00:00:00Z. Statuses, kinds and ways of detection are the
-- names that the model gives them. There are no foreign keys: an organisation is never deleted,
-- and what goes with a deleted instance is stated where instances are deleted.

-- AUTOINCREMENT, here and for users, apps and instances: the id of a deleted row is not given
-- again. Its cost does not matter for rows that people make.
CREATE TABLE organizations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    secret_hash BLOB NOT NULL,
    sealed_signing_seed BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    email TEXT NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    UNIQUE (organization_id, email)
) STRICT;

CREATE TABLE apps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    element TEXT NOT NULL,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    api_key TEXT NOT NULL,
    sealed_secrets BLOB NOT NULL,
    read_budget INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (organization_id, element, api_key)
) STRICT;

CREATE TABLE instances (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    element TEXT NOT NULL,
    name TEXT NOT NULL,
    -- A JSON array of strings.
    tags TEXT NOT NULL,
    company TEXT NOT NULL,
    -- A JSON object of strings and nulls.
    configuration TEXT NOT NULL,
    sealed_configuration BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    sealed_token BLOB NOT NULL,
    external_authentication TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX instances_of_organization ON instances (organization_id);

CREATE TABLE grants (
    instance_id INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    sealed_tokens BLOB NOT NULL,
    sealed_previous BLOB,
    access_expires_at INTEGER NOT NULL,
    refresh_expires_at INTEGER,
    obtained_at INTEGER NOT NULL,
    needs_reauthentication TEXT
) STRICT;

CREATE TABLE polls (
    instance_id INTEGER NOT NULL,
    feed TEXT NOT NULL,
    read_up_to INTEGER NOT NULL,
    polled_at INTEGER,
    failures INTEGER NOT NULL,
    last_error TEXT,
    PRIMARY KEY (instance_id, feed)
) STRICT, WITHOUT ROWID;

-- The ids of notices, events and deliveries come from counters in the writer, which is cheaper
-- than AUTOINCREMENT by an update a row.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    element TEXT NOT NULL,
    app_id INTEGER,
    received_at INTEGER NOT NULL,
    unrouted_entries INTEGER NOT NULL,
    body BLOB NOT NULL,
    -- The body in the provider's own form, where it is another one and the notice was kept.
    readable BLOB
) STRICT;

-- For the trimmer.
CREATE INDEX notices_by_age ON notices (received_at);

-- The companies whose entries of a notice became no event yet. Rows go when they have, and with
-- their notice.
CREATE TABLE kept_notices (
    notice_id INTEGER NOT NULL,
    company TEXT NOT NULL,
    organization_id INTEGER NOT NULL,
    element TEXT NOT NULL,
    -- The instance whose address the notice was posted to.
    instance_id INTEGER,
    PRIMARY KEY (notice_id, company)
) STRICT, WITHOUT ROWID;

CREATE INDEX kept_notices_for_company ON kept_notices (organization_id, element, company);
-- For lists, newest first.
CREATE INDEX kept_notices_of_organization ON kept_notices (organization_id);

-- `id` is the place in the journal. The events of a notification have neighbouring places.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    organization_id INTEGER NOT NULL,
    instance_id INTEGER NOT NULL,
    notification_id INTEGER NOT NULL,
    notice_id INTEGER,
    resource TEXT NOT NULL,
    object_id TEXT NOT NULL,
    version TEXT NOT NULL,
    kind TEXT NOT NULL,
    detection TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    printed_id TEXT,
    record TEXT NOT NULL
) STRICT;

-- What a change is known by. The rule that a notice and a read of the same second are one change
-- searches it by its first three columns and the sort of version.
CREATE UNIQUE INDEX events_change ON events (instance_id, resource, object_id, version);
CREATE UNIQUE INDEX events_event_id ON events (event_id);
-- For lists, newest first.
CREATE INDEX events_of_organization ON events (organization_id);
-- For the trimmer.
CREATE INDEX events_by_age ON events (seen_at);

-- `id` is also the id of the notification that is delivered: the events at the places
-- `first_event` to `last_event`.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    instance_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempted_at INTEGER,
    outcome TEXT,
    park_reason TEXT,
    first_event INTEGER NOT NULL,
    last_event INTEGER NOT NULL
) STRICT;

CREATE INDEX deliveries_pending ON deliveries (instance_id) WHERE status = 'pending';
CREATE INDEX deliveries_parked ON deliveries (organization_id) WHERE status = 'parked';
-- For lists, newest first.
CREATE INDEX deliveries_of_organization ON deliveries (organization_id);

-- The last ids given when rows were trimmed last: the rows that show them may be gone.
CREATE TABLE last_ids (
    name TEXT PRIMARY KEY,
    id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
