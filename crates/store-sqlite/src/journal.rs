//! The journal in SQLite: reading it here, writing and trimming it in the files below.

pub(crate) mod append;
pub(crate) mod trim;

use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_model::delivery::DeliveryStatus;
use ledgerhook_model::{
    Change, ChangeKind, Detection, Event, EventId, InstanceId, Moment, NoticeId, NotificationId,
    OrganizationId, Version,
};
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::{
    Append, Appended, EventFilter, EventPage, EventRecord, Journal, event_status,
};
use rusqlite::{Connection, Row};

use crate::SqliteStore;
use crate::columns::{all, first, limit, moment, parsed};
use crate::error::Failure;

/// An event with what became of it; the notice's body or none, and what is to be looked for.
macro_rules! select_records {
    ($body:literal, $rest:literal) => {
        concat!(
            "SELECT events.*, deliveries.status AS status,
                    deliveries.attempts AS attempts, ",
            $body,
            " AS notice_body
             FROM events
             LEFT JOIN deliveries ON deliveries.id = events.notification_id
             LEFT JOIN notices ON notices.id = events.notice_id ",
            $rest
        )
    };
}

pub(crate) const RECORD_BY_ID: &str =
    select_records!("notices.body", "WHERE events.event_id = ?2 AND events.organization_id = ?1");

pub(crate) const RECORDS_OF_ORGANIZATION: &str = select_records!(
    "NULL",
    "WHERE events.organization_id = ?1 AND events.id < ?2 ORDER BY events.id DESC LIMIT ?3"
);

/// The places of the page are found in the index of changes alone, which begins with the instance.
pub(crate) const RECORDS_OF_INSTANCE: &str = select_records!(
    "NULL",
    "WHERE events.organization_id = ?1
       AND events.id IN (SELECT id FROM events INDEXED BY events_change
                         WHERE instance_id = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3)
     ORDER BY events.id DESC"
);

#[async_trait]
impl Journal for SqliteStore {
    async fn append(&self, batch: Vec<Append>) -> Result<Vec<Appended>, StoreError> {
        self.check_exclusive()?;
        self.writer.write(move |session| append::append_all(session, &batch)).await
    }

    async fn events(
        &self,
        organization: OrganizationId,
        filter: EventFilter,
    ) -> Result<EventPage, StoreError> {
        self.readers.read(move |connection| find_page(connection, organization, &filter)).await
    }

    async fn event(
        &self,
        organization: OrganizationId,
        id: EventId,
    ) -> Result<Option<EventRecord>, StoreError> {
        let find = move |connection: &_| {
            first(connection, RECORD_BY_ID, (organization.0, id.as_str()), read_record)
        };
        self.readers.read(find).await
    }

    async fn trim(&self, before: Moment, limit: usize) -> Result<usize, StoreError> {
        self.check_exclusive()?;
        let old =
            self.readers.read(move |connection| trim::find(connection, before, limit)).await?;
        if old.is_empty() {
            return Ok(0);
        }
        self.writer.write(move |session| old.remove(session)).await
    }
}

impl SqliteStore {
    /// An error in a process that may not write the journal, because another one counts its ids.
    fn check_exclusive(&self) -> Result<(), StoreError> {
        if self.is_exclusive() {
            return Ok(());
        }
        Err(StoreError::Unavailable("it was opened for administration only".to_owned()))
    }
}

fn find_page(
    connection: &Connection,
    organization: OrganizationId,
    filter: &EventFilter,
) -> Result<EventPage, Failure> {
    let before = filter.before.unwrap_or(i64::MAX);
    // One more than asked for tells whether there is a next page.
    let rows = limit(filter.limit.saturating_add(1));
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>("id")?, read_record(row)?));
    let mut found = match filter.instance {
        None => {
            let values = (organization.0, before, rows);
            all(connection, RECORDS_OF_ORGANIZATION, values, read)?
        }
        Some(instance) => {
            let values = (organization.0, before, rows, instance.0);
            all(connection, RECORDS_OF_INSTANCE, values, read)?
        }
    };
    let more = found.len() > filter.limit;
    found.truncate(filter.limit);
    Ok(EventPage {
        next: found.last().map(|(place, _)| *place).filter(|_| more),
        records: found.into_iter().map(|(_, record)| record).collect(),
    })
}

/// The events at the places `first` to `last`.
pub(crate) fn events_at(
    connection: &Connection,
    first: i64,
    last: i64,
) -> Result<Vec<Event>, Failure> {
    let sql = "SELECT * FROM events WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
    all(connection, sql, (first, last), read_event)
}

fn read_record(row: &Row<'_>) -> Result<EventRecord, Failure> {
    let delivery = match row.get::<_, Option<u32>>("attempts")? {
        None => None,
        Some(attempts) => Some((read_status(row)?, attempts)),
    };
    Ok(EventRecord {
        event: read_event(row)?,
        status: event_status(delivery),
        notice_body: row.get("notice_body")?,
    })
}

/// The status of the delivery beside an event; the two have one number for the notification.
fn read_status(row: &Row<'_>) -> Result<DeliveryStatus, Failure> {
    let name: String = row.get("status")?;
    DeliveryStatus::from_name(&name).ok_or(Failure::Corrupt {
        table: "deliveries",
        column: "status",
        row: row.get("notification_id")?,
    })
}

fn read_event(row: &Row<'_>) -> Result<Event, Failure> {
    Ok(Event {
        id: parsed(row, "events", "event_id", |text| text.parse().ok())?,
        instance: InstanceId(row.get("instance_id")?),
        notification: NotificationId(row.get("notification_id")?),
        notice: row.get::<_, Option<i64>>("notice_id")?.map(NoticeId),
        change: read_change(row)?,
        detection: parsed(row, "events", "detection", Detection::from_name)?,
        seen_at: moment(row, "seen_at")?,
    })
}

fn read_change(row: &Row<'_>) -> Result<Change, Failure> {
    let shared = |text: &str| Some(Arc::from(text));
    Ok(Change {
        resource: parsed(row, "events", "resource", shared)?,
        object_id: row.get("object_id")?,
        printed_id: row.get("printed_id")?,
        version: parsed(row, "events", "version", Version::from_key)?,
        kind: parsed(row, "events", "kind", ChangeKind::from_name)?,
        changed_at: moment(row, "changed_at")?,
        record: parsed(row, "events", "record", shared)?,
    })
}
