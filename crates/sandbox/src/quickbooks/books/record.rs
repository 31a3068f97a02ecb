//! One record: its fields, its version, and what the books put into it themselves.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::entities::EntityKind;
use super::super::refusal::Refusal;
use super::super::times;
use super::{Fields, fields_of};

/// What a name ends with once its list record is inactive (recorded answer).
pub(super) const DELETED_SUFFIX: &str = " (deleted)";

/// Fields the books own; a caller's values for them are not taken over.
const SYSTEM_PROPERTIES: [&str; 6] = ["domain", "sparse", "status", "Id", "SyncToken", "MetaData"];

/// Whether a record can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It can.
    Active,
    /// A list record that was made inactive.
    Inactive,
    /// A transaction that was deleted.
    Deleted,
}

/// A record with its place in the order of changes.
#[derive(Debug)]
pub(in super::super) struct Record {
    pub(in super::super) fields: Fields,
    /// Whole seconds, as printed.
    pub(in super::super) updated_at: Timestamp,
    /// Grows with every change of the books: orders changes of one second.
    pub(in super::super) change_number: u64,
    deleted: bool,
}

impl Record {
    pub(super) fn new(fields: Fields, change_number: u64, now: Timestamp) -> Self {
        Self { fields, updated_at: times::whole_second(now), change_number, deleted: false }
    }

    /// Leaves of the record what CDC tells of it.
    pub(super) fn delete(&mut self, change_number: u64, now: Timestamp) {
        self.fields.retain(|name, _| SYSTEM_PROPERTIES.contains(&name.as_str()));
        self.deleted = true;
        self.change_number = change_number;
        self.updated_at = times::whole_second(now);
    }

    pub(in super::super) fn standing(&self) -> Standing {
        if self.deleted {
            Standing::Deleted
        } else if self.fields.get("Active") == Some(&Value::Bool(false)) {
            Standing::Inactive
        } else {
            Standing::Active
        }
    }

    pub(in super::super) fn is_active(&self) -> bool {
        self.standing() == Standing::Active
    }

    pub(super) fn is_active_with(&self, property: &str, text: &str) -> bool {
        self.is_active() && text_of(&self.fields, property) == Some(text)
    }

    pub(in super::super) fn id(&self) -> &str {
        text_of(&self.fields, "Id").unwrap_or_default()
    }
}

/// The text of a top-level property.
pub(in super::super) fn text_of<'f>(fields: &'f Fields, property: &str) -> Option<&'f str> {
    fields.get(property).and_then(Value::as_str)
}

/// The text of a caller's id or version, which client libraries also send as a number; none when
/// it is empty.
pub(super) fn number_text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// Reads an id; the recorded error for `1.5` is 2030.
pub(super) fn parse_id(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::invalid_id(text))
}

/// What every new record starts with.
pub(super) fn system_fields(id: u64, now: Timestamp) -> Fields {
    let at = times::record_time(now);
    fields_of(json!({
        "domain": "QBO",
        "sparse": false,
        "Id": id.to_string(),
        "SyncToken": "0",
        "MetaData": {"CreateTime": at, "LastUpdatedTime": at},
    }))
}

/// What a full update keeps of the older version: the system's fields and the document number.
pub(super) fn kept_fields(current: &Fields) -> Fields {
    let kept = |name: &str| SYSTEM_PROPERTIES.contains(&name) || name == "DocNumber";
    current
        .iter()
        .filter(|(name, _)| kept(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Writes the caller's fields over a record's. `null` takes a field away, and so does an empty
/// text, which some client libraries send for every field they know.
pub(super) fn overlay(fields: &mut Fields, body: Fields) {
    for (name, value) in body {
        if SYSTEM_PROPERTIES.contains(&name.as_str()) {
            continue;
        }
        if value.is_null() || value == "" {
            fields.shift_remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
}

/// Gives the fields the version after `current`.
pub(super) fn next_version(fields: &mut Fields, current: &Fields, now: Timestamp) {
    let token = text_of(current, "SyncToken").and_then(|token| token.parse::<u64>().ok());
    let token = token.map_or(0, |token| token.saturating_add(1));
    fields.insert("SyncToken".to_owned(), token.to_string().into());
    if let Some(Value::Object(metadata)) = fields.get_mut("MetaData") {
        metadata.insert("LastUpdatedTime".to_owned(), times::record_time(now).into());
    }
}

/// Adds the suffix of inactive records to the name, once.
pub(super) fn mark_name_deleted(fields: &mut Fields, entity: &EntityKind) {
    let Some(property) = entity.name_property() else { return };
    let name = text_of(fields, property).unwrap_or_default();
    if !name.ends_with(DELETED_SUFFIX) {
        let marked = format!("{name}{DELETED_SUFFIX}");
        fields.insert(property.to_owned(), marked.into());
    }
}

/// Fills what the product fills in a list record. Customer values as in a recorded answer, the
/// others as in documentation samples.
pub(super) fn fill_list_defaults(fields: &mut Fields, entity: &EntityKind) {
    let name = entity.name_property().and_then(|property| text_of(fields, property));
    let name = name.unwrap_or_default().to_owned();
    if matches!(entity.name, "Account" | "Class" | "Item") {
        fields.insert("FullyQualifiedName".to_owned(), name.into());
    } else if entity.name == "Customer" {
        let defaults = json!({
            "Taxable": true,
            "Job": false,
            "BillWithParent": false,
            "Balance": 0,
            "BalanceWithJobs": 0,
            "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
            "PreferredDeliveryMethod": "Print",
            "PrintOnCheckName": name,
        });
        fill_absent(fields, defaults);
        fields.insert("FullyQualifiedName".to_owned(), name.into());
    }
    fill_absent(fields, json!({"Active": true}));
}

/// Adds the defaults that have no value yet.
pub(super) fn fill_absent(fields: &mut Fields, defaults: Value) {
    for (name, value) in fields_of(defaults) {
        fields.entry(name).or_insert(value);
    }
}
