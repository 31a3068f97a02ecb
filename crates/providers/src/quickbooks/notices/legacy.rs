//! The older shape: an object with `eventNotifications`, one for each company (reference:
//! quickbooks §1.3). On a merge the id that was merged away stays in the entry, as `deletedID` or
//! `deletedId`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Text;
use super::bounded_list::BoundedList;
use super::hint::{Hint, Reading};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, rename = "eventNotifications")]
    notifications: Option<BoundedList<'a>>,
}

#[derive(Deserialize)]
struct Notification<'a> {
    #[serde(borrow, rename = "realmId")]
    company: Text<'a>,
    #[serde(borrow, rename = "dataChangeEvent")]
    event: DataChangeEvent<'a>,
}

#[derive(Deserialize)]
struct DataChangeEvent<'a> {
    #[serde(borrow)]
    entities: BoundedList<'a>,
}

#[derive(Deserialize)]
struct Entity<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    operation: Option<Text<'a>>,
    #[serde(borrow, rename = "lastUpdated")]
    last_updated: Option<Text<'a>>,
}

/// Reads a body; `None` when it is not of this shape.
pub(super) fn read(body: &[u8], reading: &mut Reading<'_>) -> Option<()> {
    let notifications = serde_json::from_slice::<Body<'_>>(body).ok()?.notifications?;
    for notification in notifications.elements {
        match serde_json::from_str::<Notification<'_>>(notification.get()) {
            Ok(notification) => read_notification(&notification, reading),
            Err(_) => reading.skip(1),
        }
    }
    reading.skip(notifications.beyond);
    Some(())
}

fn read_notification(notification: &Notification<'_>, reading: &mut Reading<'_>) {
    let entities = &notification.event.entities;
    for json in &entities.elements {
        let entity = serde_json::from_str::<Entity<'_>>(json.get()).ok();
        let company = &notification.company.0;
        reading.take(entity.as_ref().map(|entity| hint(company, entity, json)));
    }
    reading.skip(entities.beyond);
}

fn hint<'a>(company: &'a str, entity: &'a Entity<'_>, json: &'a RawValue) -> Hint<'a> {
    Hint {
        company,
        entity: &entity.name.0,
        object_id: &entity.id.0,
        operation: entity.operation.as_ref().map_or("", |text| &text.0),
        time: entity.last_updated.as_ref().map(|text| &*text.0),
        entry_id: None,
        json: json.get(),
    }
}
