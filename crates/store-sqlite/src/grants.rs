//! Grants in SQLite.

use async_trait::async_trait;
use ledgerhook_model::InstanceId;
use ledgerhook_store::StoreError;
use ledgerhook_store::grants::{Grants, StoredGrant};
use rusqlite::{Row, params};

use crate::SqliteStore;
use crate::columns::{all, change, first, moment, moment_if_any};
use crate::error::Failure;
use crate::writer::Session;

/// Writes nothing unless the stored generation is the one before, and the instance is there.
const STORE: &str = "
    INSERT INTO grants (instance_id, generation, sealed_tokens, sealed_previous, access_expires_at,
                        refresh_expires_at, obtained_at, needs_reauthentication)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
    WHERE EXISTS (SELECT 1 FROM instances WHERE id = ?1)
      AND ?2 - 1 = coalesce((SELECT generation FROM grants WHERE instance_id = ?1), 0)
    ON CONFLICT (instance_id) DO UPDATE SET
        generation = excluded.generation,
        sealed_tokens = excluded.sealed_tokens,
        sealed_previous = excluded.sealed_previous,
        access_expires_at = excluded.access_expires_at,
        refresh_expires_at = excluded.refresh_expires_at,
        obtained_at = excluded.obtained_at,
        needs_reauthentication = excluded.needs_reauthentication";

pub(crate) const REFUSED: &str = "
    SELECT instance_id FROM grants WHERE needs_reauthentication IS NOT NULL ORDER BY instance_id";

#[async_trait]
impl Grants for SqliteStore {
    async fn grant(&self, instance: InstanceId) -> Result<Option<StoredGrant>, StoreError> {
        let sql = "SELECT * FROM grants WHERE instance_id = ?1";
        let find = move |connection: &_| first(connection, sql, [instance.0], read_grant);
        self.readers.read(find).await
    }

    async fn store_grant(
        &self,
        instance: InstanceId,
        grant: StoredGrant,
    ) -> Result<bool, StoreError> {
        let store = move |session: &mut Session| {
            let values = params![
                instance.0,
                grant.generation,
                grant.sealed_tokens,
                grant.sealed_previous,
                grant.access_expires_at.micros(),
                grant.refresh_expires_at.map(|at| at.micros()),
                grant.obtained_at.micros(),
                grant.needs_reauthentication,
            ];
            Ok(change(&session.connection, STORE, values)? > 0)
        };
        self.writer.write(store).await
    }

    async fn refuse_grant(
        &self,
        instance: InstanceId,
        generation: i64,
        reason: String,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE grants SET needs_reauthentication = ?3
                   WHERE instance_id = ?1 AND generation = ?2";
        let refuse = move |session: &mut Session| {
            Ok(change(&session.connection, sql, (instance.0, generation, &reason))? > 0)
        };
        self.writer.write(refuse).await
    }

    async fn refused_grants(&self) -> Result<Vec<InstanceId>, StoreError> {
        let read = |row: &Row<'_>| Ok(InstanceId(row.get("instance_id")?));
        self.readers.read(move |connection| all(connection, REFUSED, [], read)).await
    }
}

fn read_grant(row: &Row<'_>) -> Result<StoredGrant, Failure> {
    Ok(StoredGrant {
        generation: row.get("generation")?,
        sealed_tokens: row.get("sealed_tokens")?,
        sealed_previous: row.get("sealed_previous")?,
        access_expires_at: moment(row, "access_expires_at")?,
        refresh_expires_at: moment_if_any(row, "refresh_expires_at")?,
        obtained_at: moment(row, "obtained_at")?,
        needs_reauthentication: row.get("needs_reauthentication")?,
    })
}
