//! The books of one company: its records, their versions, and the rules of writing them.

mod reading;
mod record;
mod references;
#[cfg(test)]
mod tests;
mod transaction;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use record::DELETED_SUFFIX;
pub use record::Standing;
pub(super) use record::{Record, text_of};
use references::Repointing;

use super::entities::{COMPANY_INFO, ChangeOperation, EntityKind, Nature, Party};
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
    /// Whether the update made a list record inactive.
    pub(super) deactivates: bool,
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
    /// Puts the company's own record into the books, under the id that samples show, or gives it
    /// another name.
    pub(super) fn name_company(&mut self, name: &str, now: Timestamp) {
        let present = self.records.get(&(COMPANY_INFO.name, 1)).map(|record| &record.fields);
        let mut fields = present.cloned().unwrap_or_else(|| record::system_fields(1, now));
        if let Some(present) = present {
            record::next_version(&mut fields, present, now);
        }
        fields.extend(fields_of(json!({
            "CompanyName": name,
            "LegalName": name,
            "Country": "US",
            "FiscalYearStartMonth": "January",
            "SupportedLanguages": "en",
        })));
        self.keep(&COMPANY_INFO, 1, fields, now);
    }

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
        let mut written = self.written(entity, id, ChangeOperation::Update)?;
        if let Some(change) = &mut written.change {
            change.deactivates = deactivates;
        }
        Ok(written)
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
        if !entity.can_be(ChangeOperation::Void) {
            return Err(Refusal::unsupported_operation("void"));
        }
        let (id, current) = self.current(entity, body)?;
        let mut fields = current.fields.clone();
        record::next_version(&mut fields, &current.fields, now);
        transaction::void(&mut fields);
        self.keep(entity, id, fields, now);
        self.written(entity, id, ChangeOperation::Void)
    }

    /// Sends a transaction by e-mail, as `POST /{entity}/{id}/send` does.
    pub(super) fn email(
        &mut self,
        entity: &'static EntityKind,
        id: &str,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        if !entity.can_be(ChangeOperation::Emailed) {
            return Err(Refusal::unsupported_operation("send"));
        }
        let id = record::parse_id(id)?;
        let current = &self.readable(entity, id)?.fields;
        let mut fields = current.clone();
        record::next_version(&mut fields, current, now);
        transaction::mark_emailed(&mut fields, address, times::record_time(now));
        self.keep(entity, id, fields, now);
        self.written(entity, id, ChangeOperation::Emailed)
    }

    /// Merges `loser` into `survivor`: two active list records of one kind.
    pub(super) fn merge(
        &mut self,
        entity: &'static EntityKind,
        survivor: &str,
        loser: &str,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        if !entity.can_be(ChangeOperation::Merge) {
            return Err(Refusal::unsupported_operation("merge"));
        }
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
        self.repoint(entity, loser, survivor);
        self.keep(entity, loser, lost_fields, now);
        self.keep(entity, survivor, kept_fields, now);
        let mut written = self.written(entity, survivor, ChangeOperation::Merge)?;
        if let Some(change) = &mut written.change {
            change.deleted_id = Some(loser.to_string());
        }
        Ok(written)
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

    /// After a merge what referred to the loser refers to the survivor. Versions stay.
    fn repoint(&mut self, entity: &EntityKind, loser: u64, survivor: u64) {
        let kept = self.records.get(&(entity.name, survivor)).map(|record| &record.fields);
        let name = entity.name_property().and_then(|property| text_of(kept?, property));
        let repointing = Repointing {
            entity: entity.name,
            loser: loser.to_string(),
            survivor: survivor.to_string(),
            survivor_name: name.unwrap_or_default().to_owned(),
        };
        for record in self.records.values_mut() {
            repointing.apply(&mut record.fields);
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
    Change { entity, id: id.to_string(), operation, deleted_id: None, deactivates: false }
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
