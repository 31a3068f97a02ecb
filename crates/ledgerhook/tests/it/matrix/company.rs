//! A connected company, and what the receiver is told of its changes.

use std::fmt;

use ledgerhook_testkit::{Arrived, Instance, Received, Receiver, SIGNATURE_KEY, Tenant};
use serde_json::{Value, json};

/// One event, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// `objectType`.
    pub(super) resource: String,
    /// `eventType`.
    pub(super) kind: String,
    pub(super) object_id: String,
    /// How it was detected.
    pub(super) detection: String,
    /// Whether it came in a message signed with the instance's key, as every one has to.
    pub(super) is_signed: bool,
    /// The record that it carries; of an event that is to arrive, what it has at least.
    record: Value,
}

impl Event {
    /// An event that is to arrive.
    pub(super) fn expected(
        (resource, object_id): (&str, &str),
        kind: &str,
        detection: &str,
    ) -> Self {
        Self {
            resource: resource.to_owned(),
            kind: kind.to_owned(),
            object_id: object_id.to_owned(),
            detection: detection.to_owned(),
            is_signed: true,
            record: json!({}),
        }
    }

    /// The same with all of this in its record.
    pub(super) fn with_record(self, record: &Value) -> Self {
        Self { record: record.clone(), ..self }
    }

    /// Whether an event that arrived is this one, whatever its record.
    pub(super) fn is(&self, arrived: &Self) -> bool {
        let of = |event: &Self| Self { record: Value::Null, ..event.clone() };
        of(self) == of(arrived)
    }

    /// The first member of this record that the one that arrived does not have so.
    pub(super) fn lacking_in(&self, arrived: &Self) -> Option<&str> {
        let members = self.record.as_object().into_iter().flatten();
        let mut lacking = members.filter(|(name, value)| arrived.record.get(name) != Some(value));
        lacking.next().map(|(name, _)| name.as_str())
    }

    fn all_of(received: &Received) -> Vec<Self> {
        let detection = received.header("ledgerhook-detection");
        let is_signed = received.is_signed_with(SIGNATURE_KEY);
        let raw = &received.json()["message"]["raw"];
        let event = |(place, event): (usize, Arrived)| Self {
            record: raw[&event.object_type][place].clone(),
            resource: event.object_type,
            kind: event.kind,
            object_id: event.object_id,
            detection: detection.to_owned(),
            is_signed,
        };
        received.events().into_iter().enumerate().map(event).collect()
    }
}

/// `customers UPDATED of 12|1 (cdc)`.
impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, kind, object_id, detection, is_signed, .. } = self;
        let unsigned = if *is_signed { "" } else { ", not signed" };
        write!(formatter, "{resource} {kind} of {object_id} ({detection}{unsigned})")
    }
}

/// A connected company.
#[derive(Debug)]
pub(super) struct Company {
    tenant: Tenant,
    instance: Instance,
    /// How notices call it, where they are taken.
    noticed_as: Option<String>,
    is_polled: bool,
    events_looked_at: usize,
}

impl Company {
    /// A company whose changes are looked for on request.
    pub(super) fn polled(tenant: &Tenant, instance: Instance) -> Self {
        let tenant = tenant.clone();
        Self { tenant, instance, noticed_as: None, is_polled: true, events_looked_at: 0 }
    }

    /// A company that notices call by that name.
    pub(super) fn noticed(tenant: &Tenant, instance: Instance, name: &str) -> Self {
        let noticed_as = Some(name.to_owned());
        Self { noticed_as, is_polled: false, ..Self::polled(tenant, instance) }
    }

    /// The same company, whose changes are looked for as well.
    pub(super) fn and_polled(self) -> Self {
        Self { is_polled: true, ..self }
    }

    /// Whether notices of this company wait for their records.
    pub(super) async fn has_kept_notices(&self) -> bool {
        let Some(name) = &self.noticed_as else { return false };
        let kept = self.tenant.caller.get(&format!("/notices?company={name}")).await.ok();
        kept.as_array().is_some_and(|kept| !kept.is_empty())
    }

    /// Has the gateway ask for changes, if it asks for those of this company at all.
    pub(super) async fn poll(&self) {
        if self.is_polled {
            let path = format!("/instances/{}/poll", self.instance.id);
            self.tenant.caller.post(&path, &Value::Null).await.ok();
        }
    }

    /// The events that arrived since the last look.
    pub(super) fn arrived(&mut self, receiver: &Receiver) -> Vec<Event> {
        let received = receiver.at(&self.instance.path);
        let mut events: Vec<_> = received.iter().flat_map(Event::all_of).collect();
        let news = events.split_off(self.events_looked_at);
        self.events_looked_at += news.len();
        news
    }
}
