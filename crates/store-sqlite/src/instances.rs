//! Instances in SQLite.

use async_trait::async_trait;
use ledgerhook_model::delivery::ParkReason;
use ledgerhook_model::{InstanceId, OrganizationId, SecretHash, UserId};
use ledgerhook_store::StoreError;
use ledgerhook_store::instances::{Instance, InstanceFilter, Instances};
use rusqlite::{Connection, Row, named_params};
use serde_json::json;

use crate::SqliteStore;
use crate::columns::{all, change, first, moment, parsed};
use crate::error::Failure;
use crate::writer::Session;

const INSERT: &str = "
    INSERT INTO instances (id, organization_id, user_id, element, name, tags, company, configuration,
                           sealed_configuration, token_hash, sealed_token,
                           external_authentication, disabled, created_at, updated_at)
    VALUES (:id, :organization_id, :user_id, :element, :name, :tags, :company, :configuration,
            :sealed_configuration, :token_hash, :sealed_token,
            :external_authentication, :disabled, :created_at, :updated_at)";

const UPDATE: &str = "
    UPDATE instances SET
        user_id = :user_id, element = :element, name = :name, tags = :tags, company = :company,
        configuration = :configuration, sealed_configuration = :sealed_configuration,
        token_hash = :token_hash, sealed_token = :sealed_token,
        external_authentication = :external_authentication, disabled = :disabled,
        created_at = :created_at, updated_at = :updated_at
    WHERE organization_id = :organization_id AND id = :id";

const PARK_PENDING: &str = "
    UPDATE deliveries SET status = 'parked', park_reason = ?2
    WHERE instance_id = ?1 AND status = 'pending'";

#[async_trait]
impl Instances for SqliteStore {
    async fn create_instance(&self, new: Instance) -> Result<Instance, StoreError> {
        let create = move |session: &mut Session| {
            write_instance(&session.connection, INSERT, None, &new)?;
            let id = InstanceId(session.connection.last_insert_rowid());
            Ok(Instance { id, ..new.clone() })
        };
        self.writer.write(create).await
    }

    async fn update_instance(&self, instance: Instance) -> Result<bool, StoreError> {
        let update = move |session: &mut Session| {
            Ok(write_instance(&session.connection, UPDATE, Some(instance.id), &instance)? > 0)
        };
        self.writer.write(update).await
    }

    async fn delete_instance(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<bool, StoreError> {
        let delete = move |session: &mut Session| {
            let connection = &session.connection;
            let sql = "DELETE FROM instances WHERE organization_id = ?1 AND id = ?2";
            if change(connection, sql, (organization.0, id.0))? == 0 {
                return Ok(false);
            }
            change(connection, "DELETE FROM grants WHERE instance_id = ?1", [id.0])?;
            change(connection, "DELETE FROM polls WHERE instance_id = ?1", [id.0])?;
            change(connection, "DELETE FROM polling_pauses WHERE instance_id = ?1", [id.0])?;
            change(connection, "DELETE FROM history WHERE instance_id = ?1", [id.0])?;
            change(connection, "DELETE FROM subscriptions WHERE instance_id = ?1", [id.0])?;
            change(connection, PARK_PENDING, (id.0, ParkReason::NoCallback.as_str()))?;
            Ok(true)
        };
        self.writer.write(delete).await
    }

    async fn instance(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<Option<Instance>, StoreError> {
        let sql = "SELECT * FROM instances WHERE organization_id = ?1 AND id = ?2";
        let values = (organization.0, id.0);
        self.readers.read(move |connection| first(connection, sql, values, read_instance)).await
    }

    async fn instances(
        &self,
        organization: OrganizationId,
        filter: InstanceFilter,
    ) -> Result<Vec<Instance>, StoreError> {
        let find = move |connection: &_| find_instances(connection, organization, &filter);
        self.readers.read(find).await
    }

    async fn all_instances(&self) -> Result<Vec<Instance>, StoreError> {
        let sql = "SELECT * FROM instances ORDER BY id";
        self.readers.read(move |connection| all(connection, sql, [], read_instance)).await
    }
}

/// The filter is the contract's, not SQL's: SQLite knows upper and lower case of ASCII only.
fn find_instances(
    connection: &Connection,
    organization: OrganizationId,
    filter: &InstanceFilter,
) -> Result<Vec<Instance>, Failure> {
    let sql = "SELECT * FROM instances WHERE organization_id = ?1 AND id > ?2 ORDER BY id";
    let after = filter.after.map_or(0, |id| id.0);
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_and_then((organization.0, after), read_instance)?;
    let admitted = rows.filter(|row| row.as_ref().map_or(true, |instance| filter.admits(instance)));
    admitted.take(filter.limit).collect()
}

/// Runs [`INSERT`] or [`UPDATE`]; SQLite gives an id where there is none.
fn write_instance(
    connection: &Connection,
    sql: &str,
    id: Option<InstanceId>,
    instance: &Instance,
) -> Result<usize, Failure> {
    let values = named_params! {
        ":id": id.map(|id| id.0),
        ":organization_id": instance.organization.0,
        ":user_id": instance.user.0,
        ":element": instance.element,
        ":name": instance.name,
        ":tags": json!(instance.tags).to_string(),
        ":company": instance.company,
        ":configuration": json!(instance.configuration).to_string(),
        ":sealed_configuration": instance.sealed_configuration,
        ":token_hash": instance.token_hash.0,
        ":sealed_token": instance.sealed_token,
        ":external_authentication": instance.external_authentication,
        ":disabled": instance.disabled,
        ":created_at": instance.created_at.micros(),
        ":updated_at": instance.updated_at.micros(),
    };
    change(connection, sql, values)
}

fn read_instance(row: &Row<'_>) -> Result<Instance, Failure> {
    Ok(Instance {
        id: InstanceId(row.get("id")?),
        organization: OrganizationId(row.get("organization_id")?),
        user: UserId(row.get("user_id")?),
        element: row.get("element")?,
        name: row.get("name")?,
        tags: parsed(row, "instances", "tags", |text| serde_json::from_str(text).ok())?,
        company: row.get("company")?,
        configuration: parsed(row, "instances", "configuration", |text| {
            serde_json::from_str(text).ok()
        })?,
        sealed_configuration: row.get("sealed_configuration")?,
        token_hash: SecretHash(row.get("token_hash")?),
        sealed_token: row.get("sealed_token")?,
        external_authentication: row.get("external_authentication")?,
        disabled: row.get("disabled")?,
        created_at: moment(row, "created_at")?,
        updated_at: moment(row, "updated_at")?,
    })
}
