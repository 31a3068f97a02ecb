//! Histories in SQLite.

use async_trait::async_trait;
use ledgerhook_model::limits::HISTORY_ENTRIES_MAX;
use ledgerhook_model::{HistoryKind, InstanceId, OrganizationId};
use ledgerhook_store::StoreError;
use ledgerhook_store::history::{History, HistoryEntry, NewHistoryEntry};
use rusqlite::{Row, params};

use crate::SqliteStore;
use crate::columns::{all, change, first, limit, moment, parsed};
use crate::error::Failure;
use crate::writer::Session;

const ADD: &str = "
    INSERT INTO history (instance_id, at, kind, text, once)
    SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM instances WHERE id = ?1)
    ON CONFLICT (instance_id, once) WHERE once IS NOT NULL DO NOTHING";

/// What is beyond the newest so many.
pub(crate) const DROP_OLDEST: &str = "
    DELETE FROM history WHERE instance_id = ?1 AND id <= (
        SELECT id FROM history WHERE instance_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";

pub(crate) const HAS: &str = "SELECT 1 FROM history WHERE instance_id = ?1 AND once = ?2";

pub(crate) const OF_INSTANCE: &str = "
    SELECT * FROM history WHERE instance_id = ?2 AND id < ?3
      AND EXISTS (SELECT 1 FROM instances WHERE id = ?2 AND organization_id = ?1)
    ORDER BY id DESC LIMIT ?4";

#[async_trait]
impl History for SqliteStore {
    async fn add_history(&self, entry: NewHistoryEntry) -> Result<bool, StoreError> {
        let add = move |session: &mut Session| {
            let (connection, instance) = (&session.connection, entry.instance.0);
            let (at, kind) = (entry.at.micros(), entry.kind.as_str());
            let values = params![instance, at, kind, entry.text, entry.once];
            let is_added = change(connection, ADD, values)? > 0;
            if is_added {
                change(connection, DROP_OLDEST, (instance, limit(HISTORY_ENTRIES_MAX)))?;
            }
            Ok(is_added)
        };
        self.writer.write(add).await
    }

    async fn has_history(&self, instance: InstanceId, once: String) -> Result<bool, StoreError> {
        let values = (instance.0, once);
        let find = move |connection: &_| Ok(first(connection, HAS, values, |_| Ok(()))?.is_some());
        self.readers.read(find).await
    }

    async fn history(
        &self,
        organization: OrganizationId,
        instance: InstanceId,
        before: Option<i64>,
        limit_rows: usize,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let before = before.unwrap_or(i64::MAX);
        let values = (organization.0, instance.0, before, limit(limit_rows));
        let find = move |connection: &_| all(connection, OF_INSTANCE, values, read_entry);
        self.readers.read(find).await
    }
}

fn read_entry(row: &Row<'_>) -> Result<HistoryEntry, Failure> {
    Ok(HistoryEntry {
        place: row.get("id")?,
        at: moment(row, "at")?,
        kind: parsed(row, "history", "kind", HistoryKind::from_name)?,
        text: row.get("text")?,
    })
}
