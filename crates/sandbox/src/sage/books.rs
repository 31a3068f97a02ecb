//! The books of one business: its records, by endpoint and id.
//!
//! Ids are drawn by chance and records are kept by id, so that a list without `sort` has an order
//! that says nothing and stays the same from page to page.

mod record;
mod shape;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::amounts::Amount;
use super::endpoints::{ENDPOINTS, Endpoint, Holds};
use super::refusal::Refusal;
use super::{times, types};
use crate::chance::Chance;
pub(super) use record::{Attributes, Record};

/// Records one business may have, so that a runaway script cannot fill the memory.
const RECORDS_MAX: usize = 500_000;

/// The content of a record or of a body.
pub(super) type Fields = Map<String, Value>;

/// When something is written, and where new ids come from.
#[derive(Debug)]
pub(super) struct Pen<'p> {
    pub(super) now: Timestamp,
    pub(super) chance: &'p mut Chance,
}

/// The books of one business.
#[derive(Debug)]
pub(super) struct Books {
    records: BTreeMap<&'static str, BTreeMap<String, Record>>,
    settings: BTreeMap<&'static str, Fields>,
    /// The last number of each kind of record, in its name.
    last_numbers: BTreeMap<&'static str, u64>,
    /// The last id of API 1, where ids are numbers.
    last_legacy_id: u64,
}

impl Books {
    /// Books without a record, opened now.
    pub(super) fn open(now: Timestamp) -> Self {
        let with_settings = ENDPOINTS.iter().filter(|endpoint| endpoint.holds == Holds::Settings);
        let settings = with_settings.map(|endpoint| (endpoint.name, first_settings(endpoint, now)));
        Self {
            records: BTreeMap::new(),
            settings: settings.collect(),
            last_numbers: BTreeMap::new(),
            last_legacy_id: 0,
        }
    }

    /// The records of an endpoint, deleted ones too.
    pub(super) fn records_of(&self, endpoint: &Endpoint) -> impl Iterator<Item = &Record> {
        self.records.get(endpoint.name).into_iter().flat_map(BTreeMap::values)
    }

    /// Every record with its endpoint, deleted ones too.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &Record)> {
        self.records
            .iter()
            .flat_map(|(name, records)| records.values().map(move |record| (*name, record)))
    }

    /// A record that is not deleted.
    pub(super) fn live(&self, endpoint: &str, id: &str) -> Option<&Record> {
        self.records.get(endpoint)?.get(id).filter(|record| record.deleted_at.is_none())
    }

    pub(super) fn settings_of(&self, endpoint: &Endpoint) -> Option<&Fields> {
        self.settings.get(endpoint.name)
    }

    /// Changes the one object of an endpoint.
    pub(super) fn change_settings(
        &mut self,
        endpoint: &Endpoint,
        body: Fields,
        now: Timestamp,
    ) -> Result<Fields, Refusal> {
        let shaped = shape::shape(self, body)?;
        let settings = self.settings.get_mut(endpoint.name).ok_or(Refusal::not_found())?;
        settings.extend(shaped);
        settings.insert("updated_at".to_owned(), times::shown(now).into());
        Ok(settings.clone())
    }

    /// Creates a record; its id.
    pub(super) fn create(
        &mut self,
        endpoint: &'static Endpoint,
        body: Fields,
        pen: &mut Pen<'_>,
    ) -> Result<String, Refusal> {
        let missing = endpoint.required.iter().find(|field| is_blank(body.get(**field)));
        if let Some(field) = missing {
            return Err(Refusal::required(field));
        }
        if self.records.values().map(BTreeMap::len).sum::<usize>() >= RECORDS_MAX {
            return Err(Refusal::invalid("", "The sandbox takes no more records."));
        }
        let body = shape::shape(self, body)?;
        let allocations = self.allocations(endpoint, &body)?;
        let number = self.last_numbers.entry(endpoint.name).or_default();
        *number += 1;
        self.last_legacy_id += 1;
        let fields = shape::complete(endpoint, body, *number);
        let id = pen.chance.uuid().replace('-', "");
        let record = Record::new(endpoint, (id.clone(), self.last_legacy_id), fields, pen.now);
        self.records.entry(endpoint.name).or_default().insert(id.clone(), record);
        self.pay(allocations, pen.now);
        Ok(id)
    }

    /// Changes the given fields of a record.
    pub(super) fn update(
        &mut self,
        endpoint: &'static Endpoint,
        id: &str,
        body: Fields,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.live(endpoint.name, id).ok_or(Refusal::not_found())?;
        let emptied = |field: &&&str| body.contains_key(**field) && is_blank(body.get(**field));
        if let Some(field) = endpoint.required.iter().find(emptied) {
            return Err(Refusal::required(field));
        }
        let body = shape::shape(self, body)?;
        let record = self.live_mut(endpoint.name, id).ok_or(Refusal::not_found())?;
        record.update(endpoint, body, now);
        Ok(())
    }

    /// Deletes a record; invoices and credit notes need a reason.
    pub(super) fn delete(
        &mut self,
        endpoint: &'static Endpoint,
        id: &str,
        void_reason: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let record = self.live_mut(endpoint.name, id).ok_or(Refusal::not_found())?;
        let needs_reason = endpoint.document.is_some_and(|document| document.needs_void_reason);
        if needs_reason {
            let reason = void_reason.filter(|reason| !reason.trim().is_empty());
            let reason = reason.ok_or_else(|| Refusal::required("void_reason"))?;
            record.set("void_reason", reason.into());
            record.set("status", types::row("artefact_statuses", "VOID").unwrap_or_default());
        }
        record.delete(now);
        Ok(())
    }

    /// Lets a record show a value in a field, whatever it should be.
    pub(super) fn show_instead(
        &mut self,
        endpoint: &Endpoint,
        id: &str,
        (field, value): (&str, Value),
    ) -> Result<(), Refusal> {
        let record = self.records.get_mut(endpoint.name).and_then(|records| records.get_mut(id));
        record.ok_or(Refusal::not_found())?.show_instead(field, value);
        Ok(())
    }

    fn live_mut(&mut self, endpoint: &str, id: &str) -> Option<&mut Record> {
        self.records.get_mut(endpoint)?.get_mut(id).filter(|record| record.deleted_at.is_none())
    }

    /// What a payment pays: invoices with amounts.
    fn allocations(&self, endpoint: &Endpoint, body: &Fields) -> Result<Vec<Allocation>, Refusal> {
        const FIELD: &str = "allocated_artefacts";
        let Some(Value::Array(artefacts)) = body.get(FIELD) else { return Ok(Vec::new()) };
        if endpoint.name != "contact_payments" {
            return Ok(Vec::new());
        }
        let read = |artefact: &Value| {
            let id = artefact.get("artefact_id")?.as_str()?.to_owned();
            let amount = Amount::from_json(artefact.get("amount")?)?;
            let paid = ["sales_invoices", "purchase_invoices"];
            let endpoint = paid.into_iter().find(|name| self.live(name, &id).is_some())?;
            Some(Allocation { endpoint, id, amount })
        };
        let unknown = || Refusal::invalid(FIELD, "There is no such artefact to pay.");
        artefacts.iter().map(|artefact| read(artefact).ok_or_else(unknown)).collect()
    }

    fn pay(&mut self, allocations: Vec<Allocation>, now: Timestamp) {
        for Allocation { endpoint, id, amount } in allocations {
            if let Some(record) = self.live_mut(endpoint, &id) {
                record.pay(amount, now);
            }
        }
    }
}

/// A part of a payment.
#[derive(Debug)]
struct Allocation {
    endpoint: &'static str,
    id: String,
    amount: Amount,
}

fn first_settings(endpoint: &Endpoint, now: Timestamp) -> Fields {
    let mut settings = fields_of(json!({"$path": format!("/{}", endpoint.name)}));
    if endpoint.name == "financial_settings" {
        settings.extend(fields_of(json!({
            "year_end_date": "2021-12-31",
            "year_end_lockdown_date": null,
            "accounts_start_date": null,
            "base_currency": types::row("currencies", "GBP"),
            "multi_currency_enabled": false,
            "mtd_authenticated_date": "",
            "tax_scheme": types::row("tax_schemes", "NOT_REGISTERED"),
            "tax_number": null,
        })));
    }
    settings.insert("updated_at".to_owned(), times::shown(now).into());
    settings
}

/// Whether a field is absent, null or white space.
fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => false,
    }
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
