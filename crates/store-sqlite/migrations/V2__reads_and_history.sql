-- Metered reads, the history of instances, and pauses of polling.

-- When a poll found a change last: how long a company has been idle.
ALTER TABLE polls ADD COLUMN found_at INTEGER;

-- Nothing of these instances is polled until somebody resumes it.
CREATE TABLE polling_pauses (
    instance_id INTEGER PRIMARY KEY,
    feed TEXT NOT NULL,
    since INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;

-- Reads by month (months since January of the year 0), instance and app; 0 where there was no app.
-- A row a month for each instance: they are small and stay, also when the instance is gone.
CREATE TABLE reads (
    month INTEGER NOT NULL,
    instance_id INTEGER NOT NULL,
    app_id INTEGER NOT NULL,
    reads INTEGER NOT NULL,
    PRIMARY KEY (month, instance_id, app_id)
) STRICT, WITHOUT ROWID;

-- What was said once of an app's reads in a month.
CREATE TABLE read_marks (
    month INTEGER NOT NULL,
    app_id INTEGER NOT NULL,
    mark TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (month, app_id, mark)
) STRICT, WITHOUT ROWID;

-- What people should know of an instance, in its order. AUTOINCREMENT: a place that is dropped is
-- not given again, so a page that was begun goes on.
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    instance_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    once TEXT
) STRICT;

CREATE INDEX history_of_instance ON history (instance_id);
CREATE UNIQUE INDEX history_once ON history (instance_id, once) WHERE once IS NOT NULL;

-- For the health of instances.
CREATE INDEX grants_refused ON grants (instance_id) WHERE needs_reauthentication IS NOT NULL;
CREATE INDEX deliveries_parked_of_instance ON deliveries (instance_id) WHERE status = 'parked';
