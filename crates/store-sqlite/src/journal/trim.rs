//! Trimming the journal. What is old is found by a reader, so that the writer only deletes rows
//! whose ids it is given. Nothing found can become wanted again meanwhile: a finished delivery
//! stays finished, and an event without a delivery never gets one.

use ledgerhook_model::Moment;
use rusqlite::{Connection, Row};

use crate::columns::{all, change, limit};
use crate::error::Failure;
use crate::kept;
use crate::writer::Session;

pub(crate) const OLD_NOTICES: &str =
    "SELECT id FROM notices WHERE received_at < ?1 ORDER BY received_at, id LIMIT ?2";

pub(crate) const OLD_EVENTS: &str = "
    SELECT events.id, notification_id
    FROM events LEFT JOIN deliveries ON deliveries.id = notification_id
    WHERE seen_at < ?1 AND (status IS NULL OR status = 'delivered')
    ORDER BY seen_at, events.id LIMIT ?2";

/// What can go.
#[derive(Debug)]
pub(super) struct OldRows {
    notices: Vec<i64>,
    events: Vec<OldEvent>,
}

#[derive(Debug)]
struct OldEvent {
    place: i64,
    notification: i64,
}

/// Finds up to `rows` notices and as many events older than `before`.
pub(super) fn find(
    connection: &Connection,
    before: Moment,
    rows: usize,
) -> Result<OldRows, Failure> {
    let values = (before.micros(), limit(rows));
    let notice = |row: &Row<'_>| Ok(row.get(0)?);
    let event = |row: &Row<'_>| Ok(OldEvent { place: row.get(0)?, notification: row.get(1)? });
    Ok(OldRows {
        notices: all(connection, OLD_NOTICES, values, notice)?,
        events: all(connection, OLD_EVENTS, values, event)?,
    })
}

impl OldRows {
    pub(super) fn is_empty(&self) -> bool {
        self.notices.is_empty() && self.events.is_empty()
    }

    /// Removes them, and the deliveries whose last event goes. Returns how many rows went.
    pub(super) fn remove(&self, session: &mut Session) -> Result<usize, Failure> {
        let connection = &session.connection;
        session.last_ids.save(connection)?;
        let mut removed = 0;
        for id in &self.notices {
            removed += change(connection, "DELETE FROM notices WHERE id = ?1", [id])?;
            change(connection, kept::REMOVE, [id])?;
        }
        for OldEvent { place, notification } in &self.events {
            removed += change(connection, "DELETE FROM events WHERE id = ?1", [place])?;
            let sql = "DELETE FROM deliveries WHERE id = ?1 AND last_event = ?2";
            removed += change(connection, sql, [notification, place])?;
        }
        Ok(removed)
    }
}
