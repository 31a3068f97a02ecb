//! Poll states in SQLite.

use async_trait::async_trait;
use ledgerhook_model::InstanceId;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::CursorAdvance;
use ledgerhook_store::polls::{PollId, PollState, Polls};
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
    INSERT INTO polls (instance_id, feed, read_up_to, polled_at, failures)
    SELECT ?1, ?2, ?3, ?4, 0 WHERE EXISTS (SELECT 1 FROM instances WHERE id = ?1)
    ON CONFLICT (instance_id, feed) DO UPDATE SET
        read_up_to = excluded.read_up_to, polled_at = excluded.polled_at,
        failures = 0, last_error = NULL";

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

    async fn record_poll_failure(&self, id: PollId, error: String) -> Result<(), StoreError> {
        let sql = "UPDATE polls SET failures = failures + 1, last_error = ?3
                   WHERE instance_id = ?1 AND feed = ?2";
        let record = move |session: &mut Session| {
            change(&session.connection, sql, (id.instance.0, &id.feed, &error)).map(drop)
        };
        self.writer.write(record).await
    }
}

/// Stores an advanced cursor, in the transaction of what it covers.
pub(crate) fn advance(connection: &Connection, advance: &CursorAdvance) -> Result<(), Failure> {
    let read_up_to = advance.cursor.read_up_to.micros();
    let poll = &advance.poll;
    let values = (poll.instance.0, &poll.feed, read_up_to, advance.polled_at.micros());
    change(connection, ADVANCE, values).map(drop)
}

fn read_poll(row: &Row<'_>) -> Result<PollState, Failure> {
    Ok(PollState {
        id: PollId { instance: InstanceId(row.get("instance_id")?), feed: row.get("feed")? },
        cursor: Cursor { read_up_to: moment(row, "read_up_to")? },
        polled_at: moment_if_any(row, "polled_at")?,
        failures: row.get("failures")?,
        last_error: row.get("last_error")?,
    })
}
