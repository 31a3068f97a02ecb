//! The ids given last to notices, events and notifications. They are counted in the writer and
//! only grow, so that an id is never given twice, also not when its row was trimmed.

use rusqlite::{Connection, params};

use crate::columns::{change, first};
use crate::error::Failure;

/// See the module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LastIds {
    pub(crate) notice: i64,
    /// The place in the journal.
    pub(crate) event: i64,
    /// Also the delivery's.
    pub(crate) notification: i64,
}

/// Counts `last` up and returns it.
pub(crate) fn next(last: &mut i64) -> i64 {
    *last += 1;
    *last
}

impl LastIds {
    /// What the rows show, or what was saved before rows were trimmed, whichever is later. The
    /// last event has the last notification: both are counted in the same order.
    pub(crate) fn load(connection: &Connection) -> Result<Self, Failure> {
        Ok(Self {
            notice: last_id(connection, "notice", "SELECT max(id) AS id FROM notices")?,
            event: last_id(connection, "event", "SELECT max(id) AS id FROM events")?,
            notification: last_id(
                connection,
                "notification",
                "SELECT notification_id AS id FROM events ORDER BY events.id DESC LIMIT 1",
            )?,
        })
    }

    /// Saves them. To be done in every transaction that removes rows, and in no other: only then
    /// do the rows not show them any more.
    pub(crate) fn save(self, connection: &Connection) -> Result<(), Failure> {
        for (name, id) in
            [("notice", self.notice), ("event", self.event), ("notification", self.notification)]
        {
            let sql = "INSERT OR REPLACE INTO last_ids (name, id) VALUES (?1, ?2)";
            change(connection, sql, params![name, id])?;
        }
        Ok(())
    }
}

fn last_id(connection: &Connection, name: &str, shown_by_rows: &str) -> Result<i64, Failure> {
    let shown = first(connection, shown_by_rows, [], |row| Ok(row.get::<_, Option<i64>>("id")?))?;
    let saved = "SELECT id FROM last_ids WHERE name = ?1";
    let saved = first(connection, saved, [name], |row| Ok(row.get::<_, i64>("id")?))?;
    Ok(shown.flatten().max(saved).unwrap_or(0))
}
