//! The notification body of the original product, in the captured member order
//! (reference: cloud-elements §4.1, a QuickBooks notification of February 2020).

use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::event::Event;
use crate::ids::{InstanceId, NotificationId, OrganizationId, UserId};
use crate::moment::Moment;

/// The sender that every captured notification names in `user`.
pub const SENDER: &str = "notifications@cloud-elements.com";

/// What a notification says of the instance it is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// `elementKey`, `quickbooks`.
    pub element: &'a str,
    /// `hubKey`, `finance`.
    pub hub: &'a str,
    /// `companyId` and `accountId`.
    pub organization: OrganizationId,
    /// `userId`: who created the instance.
    pub user: UserId,
    /// `instanceId` and `instance_id`.
    pub instance: InstanceId,
    /// `instanceName`.
    pub name: &'a str,
    /// `instanceTags`.
    pub tags: &'a [String],
}

/// The body of one notification as compact JSON. `events` are of one resource and not empty; their
/// first gives `eventId`, by which the events API finds the notification's events again.
pub fn body(
    notification: NotificationId,
    created_at: Moment,
    subject: &Subject<'_>,
    events: &[Event],
) -> Vec<u8> {
    let envelope = Envelope {
        severity: "medium",
        created_date: created_at.to_java_date(),
        topic: format!("instance-{}-{}-events", subject.instance, subject.element),
        action: "create",
        id: notification.to_string(),
        message: Message {
            element_key: subject.element,
            account_id: subject.organization.0,
            event_id: events.first().map(|event| event.id.to_string()).unwrap_or_default(),
            company_id: subject.organization.0,
            instance_id: subject.instance.0,
            instance_id_again: subject.instance.0,
            instance_name: subject.name,
            instance_tags: subject.tags,
            raw: Raw(events),
            user_id: subject.user.0,
            events: Entries { subject, events },
        },
        user: SENDER,
    };
    // Strings and numbers into memory: serialisation has nothing to fail on.
    serde_json::to_vec(&envelope).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    severity: &'static str,
    created_date: String,
    topic: String,
    action: &'static str,
    id: String,
    message: Message<'a>,
    user: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    element_key: &'a str,
    account_id: i64,
    event_id: String,
    company_id: i64,
    instance_id: i64,
    #[serde(rename = "instance_id")]
    instance_id_again: i64,
    instance_name: &'a str,
    instance_tags: &'a [String],
    raw: Raw<'a>,
    user_id: i64,
    events: Entries<'a>,
}

/// `raw`: the records under the resource's name, then `pollDate` and `objectType`.
struct Raw<'a>(&'a [Event]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(first) = self.0.first() {
            map.serialize_entry(&*first.change.resource, &Records(self.0))?;
            map.serialize_entry("pollDate", &first.seen_at.millis())?;
            map.serialize_entry("objectType", &*first.change.resource)?;
        }
        map.end()
    }
}

struct Records<'a>(&'a [Event]);

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for event in self.0 {
            match serde_json::from_str::<&RawValue>(&event.change.record) {
                Ok(record) => list.serialize_element(record)?,
                Err(_) => list.serialize_element(&*event.change.record)?,
            }
        }
        list.end()
    }
}

struct Entries<'a> {
    subject: &'a Subject<'a>,
    events: &'a [Event],
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = |event: &Event| Entry {
            date: event.change.changed_at.to_iso_seconds(),
            element_key: self.subject.element.to_owned(),
            poll_date: event.seen_at.to_iso_seconds(),
            event_type: event.change.kind.as_str(),
            hub_key: self.subject.hub.to_owned(),
            object_id: event.change.id_to_print().to_owned(),
            object_type: event.change.resource.to_string(),
        };
        serializer.collect_seq(self.events.iter().map(entry))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    date: String,
    element_key: String,
    poll_date: String,
    event_type: &'static str,
    hub_key: String,
    object_id: String,
    object_type: String,
}

#[cfg(test)]
mod tests;
