//! One record: its content and its times.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::amounts::Amount;
use super::super::endpoints::Endpoint;
use super::super::{times, types};
use super::{Fields, shape};

/// One record. A deleted one is kept for `deleted_since`.
#[derive(Clone, Debug)]
pub(in super::super) struct Record {
    pub(in super::super) id: String,
    /// The id of API 1.
    pub(in super::super) legacy_id: u64,
    /// Grows with every update: `lock_version` of API 1.
    pub(in super::super) version: u64,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) updated_at: Timestamp,
    pub(in super::super) deleted_at: Option<Timestamp>,
    path: String,
    /// Everything but id, path and times.
    fields: Fields,
    /// What is shown in place of what should be.
    odd: Fields,
}

/// Which fields of a record are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Attributes {
    /// `id`, `displayed_as` and `$path`.
    Minimal,
    /// Those and the named ones.
    Named(Vec<String>),
    /// All.
    All,
}

impl Record {
    pub(super) fn new(
        endpoint: &Endpoint,
        (id, legacy_id): (String, u64),
        fields: Fields,
        now: Timestamp,
    ) -> Self {
        let now = times::whole_second(now);
        let path = format!("/{}/{id}", endpoint.name);
        Self {
            id,
            legacy_id,
            version: 0,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            path,
            fields,
            odd: Fields::new(),
        }
    }

    pub(in super::super) fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    /// A field that is text.
    pub(in super::super) fn text(&self, field: &str) -> &str {
        self.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// The id inside a field that refers to another record.
    pub(in super::super) fn referred(&self, field: &str) -> Option<&str> {
        self.get(field)?.get("id")?.as_str()
    }

    pub(super) fn set(&mut self, field: &str, value: Value) {
        self.fields.insert(field.to_owned(), value);
    }

    /// Shows a value in a field from now on, whatever it should be.
    pub(super) fn show_instead(&mut self, field: &str, value: Value) {
        self.odd.insert(field.to_owned(), value);
    }

    pub(super) fn update(&mut self, endpoint: &Endpoint, body: Fields, now: Timestamp) {
        self.fields.extend(body);
        shape::settle(endpoint, &mut self.fields);
        self.touch(now);
    }

    pub(super) fn delete(&mut self, now: Timestamp) {
        self.touch(now);
        self.deleted_at = Some(self.updated_at);
    }

    /// A payment changes the invoice it pays.
    pub(super) fn pay(&mut self, amount: Amount, now: Timestamp) {
        let read = |field: &str| self.get(field).and_then(Amount::from_json).unwrap_or_default();
        let (paid, total) = (read("total_paid") + amount, read("total_amount"));
        let status = if paid >= total { "PAID" } else { "PART_PAID" };
        self.set("total_paid", paid.into());
        self.set("outstanding_amount", (total - paid).into());
        self.set("status", types::row("artefact_statuses", status).unwrap_or_default());
        self.set("last_paid", times::day(now).into());
        self.touch(now);
    }

    fn touch(&mut self, now: Timestamp) {
        self.updated_at = times::whole_second(now).max(self.updated_at);
        self.version += 1;
    }

    /// How other records show this one.
    pub(in super::super) fn reference(&self) -> Value {
        json!({"id": self.id, "displayed_as": self.text("displayed_as"), "$path": self.path})
    }

    /// The record with the asked fields. A deleted one always says when.
    pub(in super::super) fn show(&self, attributes: &Attributes) -> Value {
        let mut whole = Fields::new();
        for (name, value) in [
            ("id", self.id.as_str()),
            ("displayed_as", self.text("displayed_as")),
            ("$path", self.path.as_str()),
            ("created_at", &times::shown(self.created_at)),
            ("updated_at", &times::shown(self.updated_at)),
        ] {
            whole.insert(name.to_owned(), value.into());
        }
        if let Some(deleted_at) = self.deleted_at {
            whole.insert("deleted_at".to_owned(), times::shown(deleted_at).into());
        }
        let others = self.fields.iter().filter(|(name, _)| *name != "displayed_as");
        whole.extend(others.map(|(name, value)| (name.clone(), value.clone())));
        whole.extend(self.odd.clone());
        let always = ["id", "displayed_as", "$path", "deleted_at"];
        match attributes {
            Attributes::All => {}
            Attributes::Minimal => whole.retain(|name, _| always.contains(&name.as_str())),
            Attributes::Named(names) => {
                whole.retain(|name, _| always.contains(&name.as_str()) || names.contains(name));
            }
        }
        Value::Object(whole)
    }
}
