//! Deliveries in SQLite.

use async_trait::async_trait;
use ledgerhook_model::delivery::{DeliveryStatus, NextStep};
use ledgerhook_model::{DeliveryId, InstanceId, Moment, NotificationId, OrganizationId};
use ledgerhook_store::StoreError;
use ledgerhook_store::deliveries::{
    AttemptRecord, Deliveries, DeliveryFilter, DeliveryRecord, PendingDelivery, WaitingDeliveries,
};
use ledgerhook_store::journal::Notification;
use rusqlite::{Connection, Row, params};

use crate::SqliteStore;
use crate::columns::{all, change, first, limit, moment, moment_if_any, parsed};
use crate::error::Failure;
use crate::journal::events_at;
use crate::writer::Session;

const RECORD_ATTEMPT: &str = "
    UPDATE deliveries SET status = ?2, attempts = ?3, attempted_at = ?4, outcome = ?5,
                          due_at = coalesce(?6, due_at), park_reason = ?7
    WHERE id = ?1 AND status = 'pending'";

pub(crate) const PENDING: &str = "
    SELECT * FROM deliveries WHERE instance_id = ?1 AND status = 'pending' AND id > ?2
    ORDER BY id LIMIT ?3";

pub(crate) const COUNT_PENDING: &str =
    "SELECT count(*) FROM deliveries WHERE instance_id = ?1 AND status = 'pending'";

pub(crate) const COUNT_PARKED: &str =
    "SELECT count(*) FROM deliveries WHERE instance_id = ?1 AND status = 'parked'";

const UNPARK: &str = "
    UPDATE deliveries SET status = 'pending', attempts = 0, due_at = ?3, park_reason = NULL
    WHERE id = ?2 AND organization_id = ?1 AND status = 'parked'";

#[async_trait]
impl Deliveries for SqliteStore {
    async fn record_attempts(&self, records: Vec<AttemptRecord>) -> Result<(), StoreError> {
        let record = move |session: &mut Session| {
            records.iter().try_for_each(|record| record_attempt(&session.connection, record))
        };
        self.writer.write(record).await
    }

    async fn instances_with_pending(&self) -> Result<Vec<InstanceId>, StoreError> {
        let sql = "SELECT DISTINCT instance_id FROM deliveries WHERE status = 'pending'
                   ORDER BY instance_id";
        let read = |row: &Row<'_>| Ok(InstanceId(row.get(0)?));
        self.readers.read(move |connection| all(connection, sql, [], read)).await
    }

    async fn pending(
        &self,
        instance: InstanceId,
        after: Option<DeliveryId>,
        limit_rows: usize,
    ) -> Result<Vec<PendingDelivery>, StoreError> {
        let values = (instance.0, after.map_or(0, |id| id.0), limit(limit_rows));
        let find = move |connection: &Connection| {
            all(connection, PENDING, values, |row| read_pending(connection, row))
        };
        self.readers.read(find).await
    }

    async fn deliveries(
        &self,
        organization: OrganizationId,
        filter: DeliveryFilter,
    ) -> Result<Vec<DeliveryRecord>, StoreError> {
        let find = move |connection: &_| find_deliveries(connection, organization, &filter);
        self.readers.read(find).await
    }

    async fn waiting_deliveries(
        &self,
        instance: InstanceId,
    ) -> Result<WaitingDeliveries, StoreError> {
        let find = move |connection: &Connection| {
            let count = |sql| {
                let count = first(connection, sql, [instance.0], |row| Ok(row.get::<_, i64>(0)?))?;
                Ok::<_, Failure>(count.map_or(0, i64::cast_unsigned))
            };
            Ok(WaitingDeliveries { pending: count(COUNT_PENDING)?, parked: count(COUNT_PARKED)? })
        };
        self.readers.read(find).await
    }

    async fn unpark(
        &self,
        organization: OrganizationId,
        id: DeliveryId,
        at: Moment,
    ) -> Result<Option<PendingDelivery>, StoreError> {
        let unpark = move |session: &mut Session| {
            let connection = &session.connection;
            if change(connection, UNPARK, (organization.0, id.0, at.micros()))? == 0 {
                return Ok(None);
            }
            let sql = "SELECT * FROM deliveries WHERE id = ?1";
            first(connection, sql, [id.0], |row| read_pending(connection, row))
        };
        self.writer.write(unpark).await
    }
}

fn record_attempt(connection: &Connection, record: &AttemptRecord) -> Result<(), Failure> {
    let (status, due_at, park_reason) = match record.step {
        NextStep::Done => (DeliveryStatus::Delivered, None, None),
        NextStep::Retry { at } => (DeliveryStatus::Pending, Some(at.micros()), None),
        NextStep::Park { reason } => (DeliveryStatus::Parked, None, Some(reason.as_str())),
    };
    let values = params![
        record.delivery.0,
        status.as_str(),
        record.attempt,
        record.at.micros(),
        record.outcome,
        due_at,
        park_reason,
    ];
    change(connection, RECORD_ATTEMPT, values).map(drop)
}

fn find_deliveries(
    connection: &Connection,
    organization: OrganizationId,
    filter: &DeliveryFilter,
) -> Result<Vec<DeliveryRecord>, Failure> {
    let sql = list_sql(filter.status);
    let before = filter.before.map_or(i64::MAX, |id| id.0);
    let instance = filter.instance.map(|id| id.0);
    let values = (organization.0, before, instance, limit(filter.limit));
    all(connection, &sql, values, read_delivery)
}

/// SQLite knows only that the partial indices can serve, not how much shorter they are.
pub(crate) fn list_sql(status: Option<DeliveryStatus>) -> String {
    let (index, condition) = match status {
        None => ("deliveries_of_organization", ""),
        Some(DeliveryStatus::Pending) => ("deliveries_pending", "AND status = 'pending'"),
        Some(DeliveryStatus::Delivered) => {
            ("deliveries_of_organization", "AND status = 'delivered'")
        }
        Some(DeliveryStatus::Parked) => ("deliveries_parked", "AND status = 'parked'"),
    };
    format!(
        "SELECT * FROM deliveries INDEXED BY {index}
         WHERE organization_id = ?1 AND id < ?2 AND (?3 IS NULL OR instance_id = ?3) {condition}
         ORDER BY id DESC LIMIT ?4"
    )
}

fn read_delivery(row: &Row<'_>) -> Result<DeliveryRecord, Failure> {
    Ok(DeliveryRecord {
        id: DeliveryId(row.get("id")?),
        instance: InstanceId(row.get("instance_id")?),
        status: parsed(row, "deliveries", "status", DeliveryStatus::from_name)?,
        attempts: row.get("attempts")?,
        created_at: moment(row, "created_at")?,
        attempted_at: moment_if_any(row, "attempted_at")?,
        due_at: moment(row, "due_at")?,
        outcome: row.get("outcome")?,
        park_reason: row.get("park_reason")?,
    })
}

fn read_pending(connection: &Connection, row: &Row<'_>) -> Result<PendingDelivery, Failure> {
    let id = row.get("id")?;
    Ok(PendingDelivery {
        notification: Notification {
            id: NotificationId(id),
            delivery: Some(DeliveryId(id)),
            instance: InstanceId(row.get("instance_id")?),
            created_at: moment(row, "created_at")?,
            events: events_at(connection, row.get("first_event")?, row.get("last_event")?)?,
        },
        attempts: row.get("attempts")?,
        due_at: moment(row, "due_at")?,
    })
}
