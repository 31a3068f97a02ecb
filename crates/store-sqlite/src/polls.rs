//! Poll states in SQLite.

use async_trait::async_trait;
use ledgerhook_model::InstanceId;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::CursorAdvance;
use ledgerhook_store::polls::{PollId, PollState, PollingPause, Polls};
use rusqlite::{Connection, Row};

use crate::SqliteStore;
use crate::columns::{all, change, first, moment, moment_if_any};
use crate::error::Failure;
use crate::writer::Session;

const START: &str = "
    INSERT INTO polls (instance_id, feed, read_up_to, failures)
    SELECT ?1, ?2, ?3, 0 WHERE EXISTS (SELECT 1 FROM instances WHERE id = ?1)
    ON CONFLICT (instance_id, feed) DO NOTHING";

const ADVANCE: &str = "
    INSERT INTO polls (instance_id, feed, read_up_to, polled_at, found_at, failures)
    SELECT ?1, ?2, ?3, ?4, iif(?5, ?4, NULL), 0 WHERE EXISTS (SELECT 1 FROM instances WHERE id = ?1)
    ON CONFLICT (instance_id, feed) DO UPDATE SET
        read_up_to = excluded.read_up_to, polled_at = excluded.polled_at,
        found_at = coalesce(excluded.found_at, found_at), failures = 0, last_error = NULL";

const FAIL: &str = "
    UPDATE polls SET failures = failures + 1, last_error = ?3
    WHERE instance_id = ?1 AND feed = ?2 RETURNING failures";

const PAUSE: &str = "
    INSERT INTO polling_pauses (instance_id, feed, since, reason)
    SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM instances WHERE id = ?1)
    ON CONFLICT (instance_id) DO NOTHING";

#[async_trait]
impl Polls for SqliteStore {
    async fn start_poll(&self, id: PollId, cursor: Cursor) -> Result<(), StoreError> {
        let read_up_to = cursor.read_up_to.micros();
        let start = move |session: &mut Session| {
            let values = (id.instance.0, &id.feed, read_up_to);
            change(&session.connection, START, values).map(drop)
        };
        self.writer.write(start).await
    }

    async fn poll_state(&self, id: PollId) -> Result<Option<PollState>, StoreError> {
        let sql = "SELECT * FROM polls WHERE instance_id = ?1 AND feed = ?2";
        let find =
            move |connection: &_| first(connection, sql, (id.instance.0, &id.feed), read_poll);
        self.readers.read(find).await
    }

    async fn poll_states(&self) -> Result<Vec<PollState>, StoreError> {
        let sql = "SELECT * FROM polls ORDER BY instance_id, feed";
        self.readers.read(move |connection| all(connection, sql, [], read_poll)).await
    }

    async fn polls_of(&self, instance: InstanceId) -> Result<Vec<PollState>, StoreError> {
        let sql = "SELECT * FROM polls WHERE instance_id = ?1 ORDER BY feed";
        self.readers.read(move |connection| all(connection, sql, [instance.0], read_poll)).await
    }

    async fn record_poll_failure(&self, id: PollId, error: String) -> Result<u32, StoreError> {
        let record = move |session: &mut Session| {
            let values = (id.instance.0, &id.feed, &error);
            let failures = all(&session.connection, FAIL, values, |row| Ok(row.get(0)?))?;
            Ok(failures.first().copied().unwrap_or(0))
        };
        self.writer.write(record).await
    }

    async fn pause_polling(&self, pause: PollingPause) -> Result<bool, StoreError> {
        let pause = move |session: &mut Session| {
            let poll = &pause.poll;
            let values = (poll.instance.0, &poll.feed, pause.since.micros(), &pause.reason);
            Ok(change(&session.connection, PAUSE, values)? > 0)
        };
        self.writer.write(pause).await
    }

    async fn resume_polling(&self, instance: InstanceId) -> Result<bool, StoreError> {
        let resume = move |session: &mut Session| {
            let (connection, id) = (&session.connection, [instance.0]);
            let sql = "DELETE FROM polling_pauses WHERE instance_id = ?1";
            let was_paused = change(connection, sql, id)? > 0;
            if was_paused {
                change(connection, "UPDATE polls SET failures = 0 WHERE instance_id = ?1", id)?;
            }
            Ok(was_paused)
        };
        self.writer.write(resume).await
    }

    async fn polling_pauses(&self) -> Result<Vec<PollingPause>, StoreError> {
        let sql = "SELECT * FROM polling_pauses ORDER BY instance_id";
        self.readers.read(move |connection| all(connection, sql, [], read_pause)).await
    }
}

/// Stores an advanced cursor, in the transaction of what it covers.
pub(crate) fn advance(connection: &Connection, advance: &CursorAdvance) -> Result<(), Failure> {
    let read_up_to = advance.cursor.read_up_to.micros();
    let poll = &advance.poll;
    let polled_at = advance.polled_at.micros();
    let values = (poll.instance.0, &poll.feed, read_up_to, polled_at, advance.found);
    change(connection, ADVANCE, values).map(drop)
}

fn read_poll(row: &Row<'_>) -> Result<PollState, Failure> {
    Ok(PollState {
        id: PollId { instance: InstanceId(row.get("instance_id")?), feed: row.get("feed")? },
        cursor: Cursor { read_up_to: moment(row, "read_up_to")? },
        polled_at: moment_if_any(row, "polled_at")?,
        found_at: moment_if_any(row, "found_at")?,
        failures: row.get("failures")?,
        last_error: row.get("last_error")?,
    })
}

fn read_pause(row: &Row<'_>) -> Result<PollingPause, Failure> {
    Ok(PollingPause {
        poll: PollId { instance: InstanceId(row.get("instance_id")?), feed: row.get("feed")? },
        since: moment(row, "since")?,
        reason: row.get("reason")?,
    })
}
