//! The books of one company: its records, their versions, and the rules of writing them.

mod record;
#[cfg(test)]
mod tests;
mod transaction;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub(super) use record::Record;
use record::{DELETED_SUFFIX, Standing};

use super::entities::{ChangeOperation, EntityKind, Nature, Party};
use super::refusal::Refusal;
use super::times;

/// Records a company may hold, so that a runaway script ends with an error instead of the memory.
const RECORDS_MAX: usize = 200_000;

/// The properties of a record as JSON.
pub(super) type Fields = Map<String, Value>;

/// A change the books have made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) entity: &'static EntityKind,
    pub(super) id: String,
    pub(super) operation: ChangeOperation,
    /// The id merged away, of a merge.
    pub(super) deleted_id: Option<String>,
}

/// What a write answers, and the change it made; none when nothing changed.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) shown: Fields,
    pub(super) change: Option<Change>,
}

/// The records of one company.
#[derive(Debug, Default)]
pub(super) struct Books {
    records: BTreeMap<(&'static str, u64), Record>,
    last_id: u64,
    last_document_number: u64,
    last_change: u64,
}

impl Books {
    /// Creates or updates, as `POST /{entity}` does: with an `Id` it is an update.
    pub(super) fn save(
        &mut self,
        entity: &'static EntityKind,
        body: Fields,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        if record::number_text(body.get("Id")).is_some() {
            self.update(entity, body, now)
        } else {
            self.create(entity, body, now)
        }
    }

    fn create(
        &mut self,
        entity: &'static EntityKind,
        body: Fields,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        if self.records.len() >= RECORDS_MAX {
            return Err(Refusal::invalid_property("the sandbox company is full"));
        }
        let id = self.last_id + 1;
        let mut fields = record::system_fields(id, now);
        record::overlay(&mut fields, body);
        self.complete(entity, &mut fields, id, now)?;
        self.last_id = id;
        self.keep(entity, id, fields, now);
        self.written(entity, id, ChangeOperation::Create)
    }

    fn update(
        &mut self,
        entity: &'static EntityKind,
        mut body: Fields,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        let (id, current) = self.current(entity, &body)?;
        let sparse = body.remove("sparse") == Some(Value::Bool(true));
        let deactivates = body.get("Active") == Some(&Value::Bool(false));
        if deactivates && current.standing() == Standing::Inactive {
            // Recorded: deactivating twice changes neither the version nor the time.
            return Ok(Written { shown: current.fields.clone(), change: None });
        }
        let mut fields =
            if sparse { current.fields.clone() } else { record::kept_fields(&current.fields) };
        record::overlay(&mut fields, body);
        record::next_version(&mut fields, &current.fields, now);
        self.complete(entity, &mut fields, id, now)?;
        self.keep(entity, id, fields, now);
        self.written(entity, id, ChangeOperation::Update)
    }

    /// Removes a transaction, as `?operation=delete` does.
    pub(super) fn delete(
        &mut self,
        entity: &'static EntityKind,
        body: &Fields,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        if matches!(entity.nature, Nature::List { .. }) {
            return Err(Refusal::unsupported_operation("delete"));
        }
        let (id, _) = self.current(entity, body)?;
        let change_number = self.next_change();
        if let Some(record) = self.records.get_mut(&(entity.name, id)) {
            record.delete(change_number, now);
        }
        let shown = fields_of(json!({"domain": "QBO", "status": "Deleted", "Id": id.to_string()}));
        let change = change(entity, id, ChangeOperation::Delete);
        Ok(Written { shown, change: Some(change) })
    }

    /// Sets the amounts of a transaction to zero, as `?operation=void` does.
    pub(super) fn void(
        &mut self,
        entity: &'static EntityKind,
        body: &Fields,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        if !entity.can_be_voided() {
            return Err(Refusal::unsupported_operation("void"));
        }
        let (id, current) = self.current(entity, body)?;
        let mut fields = current.fields.clone();
        record::next_version(&mut fields, &current.fields, now);
        transaction::void(&mut fields);
        self.keep(entity, id, fields, now);
        self.written(entity, id, ChangeOperation::Void)
    }

    /// Merges `loser` into `survivor`: two active list records of one kind.
    pub(super) fn merge(
        &mut self,
        entity: &'static EntityKind,
        survivor: &str,
        loser: &str,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        let (survivor, loser) = (record::parse_id(survivor)?, record::parse_id(loser)?);
        if survivor == loser {
            return Err(Refusal::object_not_found());
        }
        let (kept, lost) = (self.active(entity, survivor)?, self.active(entity, loser)?);
        let (mut kept_fields, mut lost_fields) = (kept.fields.clone(), lost.fields.clone());
        record::next_version(&mut kept_fields, &kept.fields, now);
        record::next_version(&mut lost_fields, &lost.fields, now);
        lost_fields.insert("Active".to_owned(), Value::Bool(false));
        record::mark_name_deleted(&mut lost_fields, entity);
        self.move_transactions(entity, loser, survivor);
        self.keep(entity, loser, lost_fields, now);
        self.keep(entity, survivor, kept_fields, now);
        let mut written = self.written(entity, survivor, ChangeOperation::Merge)?;
        if let Some(change) = &mut written.change {
            change.deleted_id = Some(loser.to_string());
        }
        Ok(written)
    }

    /// Reads one record by the text of its id. Inactive list records are readable, deleted
    /// transactions are not.
    pub(super) fn read(&self, entity: &EntityKind, id: &str) -> Result<&Fields, Refusal> {
        let record = self.readable(entity, record::parse_id(id)?)?;
        Ok(&record.fields)
    }

    /// Every record of a kind, deleted ones included.
    pub(super) fn records_of(&self, entity: &EntityKind) -> impl Iterator<Item = &Record> {
        self.records.range((entity.name, 0)..=(entity.name, u64::MAX)).map(|(_, record)| record)
    }

    fn readable(&self, entity: &EntityKind, id: u64) -> Result<&Record, Refusal> {
        let record = self.records.get(&(entity.name, id));
        record
            .filter(|record| record.standing() != Standing::Deleted)
            .ok_or_else(Refusal::object_not_found)
    }

    fn active(&self, entity: &EntityKind, id: u64) -> Result<&Record, Refusal> {
        let record = self.readable(entity, id)?;
        if record.standing() == Standing::Active {
            Ok(record)
        } else {
            Err(Refusal::object_not_found())
        }
    }

    /// The record a write names, if the write knows its newest version.
    fn current(&self, entity: &EntityKind, body: &Fields) -> Result<(u64, &Record), Refusal> {
        let asked = |property| {
            record::number_text(body.get(property)).ok_or_else(|| Refusal::missing(property))
        };
        let id = record::parse_id(&asked("Id")?)?;
        let record = self.readable(entity, id)?;
        if record::text_of(&record.fields, "SyncToken") == Some(asked("SyncToken")?.as_str()) {
            Ok((id, record))
        } else {
            Err(Refusal::stale_object())
        }
    }

    fn complete(
        &mut self,
        entity: &EntityKind,
        fields: &mut Fields,
        id: u64,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        match entity.nature {
            Nature::List { name } => self.complete_list_record(entity, name, fields, id),
            Nature::Transaction { sums, party } => {
                if let Some(party) = party {
                    self.complete_party(fields, party)?;
                }
                transaction::fill_defaults(fields, entity, times::book_date(now));
                transaction::complete_amounts(fields, sums)?;
                self.number_document(entity, fields);
                Ok(())
            }
        }
    }

    fn complete_list_record(
        &self,
        entity: &EntityKind,
        name_property: &'static str,
        fields: &mut Fields,
        id: u64,
    ) -> Result<(), Refusal> {
        let name = record::text_of(fields, name_property)
            .filter(|name| !name.trim().is_empty())
            .ok_or_else(|| Refusal::missing(name_property))?
            .to_owned();
        if fields.get("Active") == Some(&Value::Bool(false)) {
            record::mark_name_deleted(fields, entity);
            return Ok(());
        }
        let name = name.strip_suffix(DELETED_SUFFIX).unwrap_or(&name).to_owned();
        let taken = self.records.range((entity.name, 0)..=(entity.name, u64::MAX)).any(
            |((_, other), record)| *other != id && record.is_active_with(name_property, &name),
        );
        if taken {
            return Err(Refusal::duplicate_name());
        }
        fields.insert(name_property.to_owned(), name.into());
        record::fill_list_defaults(fields, entity);
        Ok(())
    }

    /// Gives an invoice the next number, if it has none of its own.
    fn number_document(&mut self, entity: &EntityKind, fields: &mut Fields) {
        if entity.name == "Invoice" && !fields.contains_key("DocNumber") {
            self.last_document_number += 1;
            let number = 1000 + self.last_document_number;
            fields.insert("DocNumber".to_owned(), number.to_string().into());
        }
    }

    /// Checks that the transaction's customer or vendor is there, and writes its name beside it.
    fn complete_party(&self, fields: &mut Fields, party: Party) -> Result<(), Refusal> {
        let id = fields.get(party.property).and_then(|reference| reference.get("value"));
        let id = record::number_text(id).ok_or_else(|| Refusal::missing(party.property))?;
        let kind = EntityKind::find(party.entity).ok_or_else(Refusal::object_not_found)?;
        let found = self.active(kind, record::parse_id(&id)?)?;
        let name = record::text_of(&found.fields, "DisplayName").unwrap_or_default();
        let reference = json!({"value": id, "name": name});
        fields.insert(party.property.to_owned(), reference);
        Ok(())
    }

    /// After a merge the loser's transactions are the survivor's. Their versions stay.
    fn move_transactions(&mut self, entity: &EntityKind, loser: u64, survivor: u64) {
        let name = self
            .records
            .get(&(entity.name, survivor))
            .and_then(|record| record::text_of(&record.fields, "DisplayName"))
            .unwrap_or_default()
            .to_owned();
        let moved = json!({"value": survivor.to_string(), "name": name});
        let loser = loser.to_string();
        for ((kind, _), record) in &mut self.records {
            let Some(Nature::Transaction { party: Some(party), .. }) =
                EntityKind::find(kind).map(|kind| kind.nature)
            else {
                continue;
            };
            if party.entity == entity.name && record.refers_to(party.property, &loser) {
                record.fields.insert(party.property.to_owned(), moved.clone());
            }
        }
    }

    fn next_change(&mut self) -> u64 {
        self.last_change += 1;
        self.last_change
    }

    fn keep(&mut self, entity: &EntityKind, id: u64, fields: Fields, now: Timestamp) {
        let change_number = self.next_change();
        self.records.insert((entity.name, id), Record::new(fields, change_number, now));
    }

    fn written(
        &self,
        entity: &'static EntityKind,
        id: u64,
        operation: ChangeOperation,
    ) -> Result<Written, Refusal> {
        let shown = self.readable(entity, id)?.fields.clone();
        Ok(Written { shown, change: Some(change(entity, id, operation)) })
    }
}

fn change(entity: &'static EntityKind, id: u64, operation: ChangeOperation) -> Change {
    Change { entity, id: id.to_string(), operation, deleted_id: None }
}

/// The object inside a `json!` literal.
pub(super) fn fields_of(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Fields::new()
        }
    }
}
