//! Provider apps in SQLite.

use async_trait::async_trait;
use ledgerhook_model::{AppId, OrganizationId};
use ledgerhook_store::StoreError;
use ledgerhook_store::apps::{App, Apps, NewApp};
use rusqlite::{Row, params};

use crate::SqliteStore;
use crate::columns::{all, change, moment};
use crate::error::Failure;
use crate::writer::Session;

const INSERT: &str = "
    INSERT INTO apps (organization_id, element, name, environment, api_key, sealed_secrets,
                      read_budget, created_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const UPDATE: &str = "
    UPDATE apps SET element = ?3, name = ?4, environment = ?5, api_key = ?6, sealed_secrets = ?7,
                    read_budget = ?8, created_at = ?9
    WHERE organization_id = ?1 AND id = ?2";

#[async_trait]
impl Apps for SqliteStore {
    async fn create_app(&self, new: NewApp) -> Result<App, StoreError> {
        let create = move |session: &mut Session| {
            let values = params![
                new.organization.0,
                new.element,
                new.name,
                new.environment,
                new.api_key,
                new.sealed_secrets,
                new.read_budget,
                new.created_at.micros(),
            ];
            change(&session.connection, INSERT, values)?;
            Ok(App {
                id: AppId(session.connection.last_insert_rowid()),
                organization: new.organization,
                element: new.element.clone(),
                name: new.name.clone(),
                environment: new.environment.clone(),
                api_key: new.api_key.clone(),
                sealed_secrets: new.sealed_secrets.clone(),
                read_budget: new.read_budget,
                created_at: new.created_at,
            })
        };
        self.writer.write(create).await
    }

    async fn update_app(&self, app: App) -> Result<bool, StoreError> {
        let update = move |session: &mut Session| {
            let values = params![
                app.organization.0,
                app.id.0,
                app.element,
                app.name,
                app.environment,
                app.api_key,
                app.sealed_secrets,
                app.read_budget,
                app.created_at.micros(),
            ];
            Ok(change(&session.connection, UPDATE, values)? > 0)
        };
        self.writer.write(update).await
    }

    async fn delete_app(
        &self,
        organization: OrganizationId,
        id: AppId,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM apps WHERE organization_id = ?1 AND id = ?2";
        let delete = move |session: &mut Session| {
            Ok(change(&session.connection, sql, (organization.0, id.0))? > 0)
        };
        self.writer.write(delete).await
    }

    async fn all_apps(&self) -> Result<Vec<App>, StoreError> {
        let sql = "SELECT * FROM apps ORDER BY id";
        self.readers.read(move |connection| all(connection, sql, [], read_app)).await
    }
}

fn read_app(row: &Row<'_>) -> Result<App, Failure> {
    Ok(App {
        id: AppId(row.get("id")?),
        organization: OrganizationId(row.get("organization_id")?),
        element: row.get("element")?,
        name: row.get("name")?,
        environment: row.get("environment")?,
        api_key: row.get("api_key")?,
        sealed_secrets: row.get("sealed_secrets")?,
        read_budget: row.get("read_budget")?,
        created_at: moment(row, "created_at")?,
    })
}
