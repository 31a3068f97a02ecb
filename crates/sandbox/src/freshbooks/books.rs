//! The books of one business: records by noun, with the rules of creating, changing and deleting
//! them.

mod listing;
mod record;
mod templates;
mod totals;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub(super) use listing::{Asked, Page};
pub(super) use record::{Record, content_of};

use super::money::Money;
use super::nouns::{NOUNS, Noun, Removal, Verb};
use super::options::DeletedReads;
use super::refusal::{Reason, Refusal};
use super::times;
use record::{ACTIVE, DELETED};
use templates::Template;

/// The content of a JSON object.
pub(super) type Fields = Map<String, Value>;

/// Records of one noun in one business, deleted ones included; far more than a test needs.
const RECORDS_MAX: usize = 200_000;
/// The id before the first one of each noun.
const FIRST_ID: u64 = 1_000;
/// The expense categories every business begins with.
const CATEGORIES: [&str; 8] =
    ["Advertising", "Car", "Meals", "Office", "Rent", "Supplies", "Travel", "Utilities"];

/// The content of an object; nothing when it is something else.
pub(super) fn fields_of(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Fields::new()
        }
    }
}

/// A number that may come as a text.
pub(super) fn id_of(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// What happened to a record.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) noun: &'static Noun,
    pub(super) id: u64,
    pub(super) verb: Verb,
    /// Whether it is a delete that leaves the record with `vis_state` 1.
    pub(super) is_soft_delete: bool,
}

/// What a write did: the record as shown, and every change, its consequences included.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) shown: Fields,
    pub(super) changes: Vec<Change>,
}

#[derive(Debug, Default)]
struct Shelf {
    records: BTreeMap<u64, Record>,
    created: u64,
}

/// The books.
#[derive(Debug)]
pub(super) struct Books {
    business_id: u64,
    account_id: String,
    deleted_reads: DeletedReads,
    shelves: BTreeMap<&'static str, Shelf>,
}

impl Books {
    /// New books: with expense categories and one member of staff, and nothing else.
    pub(super) fn new(
        business_id: u64,
        account_id: Option<&str>,
        deleted_reads: DeletedReads,
        now: Timestamp,
    ) -> Self {
        let account_id = account_id.unwrap_or_default().to_owned();
        let mut books = Self { business_id, account_id, deleted_reads, shelves: BTreeMap::new() };
        let begin = |noun: &str, property: &str, value: &str| {
            let body = Fields::from_iter([(property.to_owned(), value.into())]);
            Some((Noun::find(noun)?, body))
        };
        let categories = CATEGORIES.iter().filter_map(|name| begin("category", "category", name));
        let staff = begin("staff", "fname", "Simona");
        for (noun, body) in staff.into_iter().chain(categories).collect::<Vec<_>>() {
            books.insert(noun, body, now);
        }
        books
    }

    fn shelf(&self, noun: &Noun) -> Option<&Shelf> {
        self.shelves.get(noun.name)
    }

    fn record(&self, noun: &Noun, id: u64) -> Option<&Record> {
        self.shelf(noun)?.records.get(&id)
    }

    fn record_mut(&mut self, noun: &Noun, id: u64) -> Option<&mut Record> {
        self.shelves.get_mut(noun.name)?.records.get_mut(&id)
    }

    /// One record, as a GET by id answers.
    pub(super) fn read(&self, noun: &'static Noun, id: u64) -> Result<&Record, Refusal> {
        let refused = |reason| Refusal::new(reason, noun.key, noun.id_property, &id.to_string());
        let record = self.record(noun, id).filter(|record| !record.gone);
        let record = record.ok_or_else(|| refused(Reason::Unknown))?;
        match self.deleted_reads {
            DeletedReads::Deleted if record.is_deleted() => Err(refused(Reason::Deleted)),
            DeletedReads::Unknown if record.is_deleted() => Err(refused(Reason::Unknown)),
            DeletedReads::Shown | DeletedReads::Deleted | DeletedReads::Unknown => Ok(record),
        }
    }

    pub(super) fn create(
        &mut self,
        noun: &'static Noun,
        body: Fields,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        let is_given = |name: &&&str| body.get(**name).is_some_and(|value| !value.is_null());
        if let Some(missing) = noun.required.iter().find(|name| !is_given(name)) {
            return Err(Refusal::missing(noun.key, missing));
        }
        if noun.name == "client" && !client_is_named(&body) {
            return Err(Refusal::missing(noun.key, "organization"));
        }
        self.check_references(noun, &body)?;
        let full = self.shelf(noun).is_some_and(|shelf| shelf.records.len() >= RECORDS_MAX);
        if full {
            return Err(Refusal::invalid(noun.key, "total", &RECORDS_MAX.into()));
        }
        let id = self.insert(noun, body, now);
        let mut changes = vec![Change { noun, id, verb: Verb::Create, is_soft_delete: false }];
        changes.extend(self.settle(noun, id, now));
        self.written(noun, id, changes)
    }

    fn insert(&mut self, noun: &'static Noun, body: Fields, now: Timestamp) -> u64 {
        let created = self.shelf(noun).map_or(0, |shelf| shelf.created) + 1;
        let id = FIRST_ID + created;
        let template = Template {
            business_id: self.business_id,
            account_id: &self.account_id,
            currency: currency_of(&body),
            id,
            today: times::eastern_day(now).to_string(),
        };
        let mut record = Record::new(noun, template.blank(noun), id, now);
        self.fill_in(noun, &mut record.fields, &body);
        record.overlay(noun, &body);
        totals::complete(noun, id, &mut record.fields);
        record.stamp(noun, now);
        let shelf = self.shelves.entry(noun.name).or_default();
        shelf.created = created;
        shelf.records.insert(id, record);
        id
    }

    /// Copies onto a new document what FreshBooks takes over from its client.
    fn fill_in(&self, noun: &Noun, fields: &mut Fields, body: &Fields) {
        let client = body.get("customerid").or_else(|| body.get("clientid")).and_then(id_of);
        let record = Noun::find("client").zip(client).and_then(|(kind, id)| self.record(kind, id));
        if let Some(client) = record.filter(|_| noun.name != "payment") {
            for property in ["fname", "lname", "organization"] {
                if let (Some(slot), Some(value)) =
                    (fields.get_mut(property), client.fields.get(property))
                {
                    slot.clone_from(value);
                }
            }
        }
        if noun.name == "payment" {
            let invoice = body.get("invoiceid").and_then(id_of);
            let record =
                Noun::find("invoice").zip(invoice).and_then(|(kind, id)| self.record(kind, id));
            if let Some(customer) = record.and_then(|invoice| invoice.fields.get("customerid")) {
                fields.insert("clientid".to_owned(), customer.clone());
            }
        }
    }

    fn check_references(&self, noun: &'static Noun, body: &Fields) -> Result<(), Refusal> {
        for (property, referred) in noun.references {
            let Some(value) = body.get(*property).filter(|value| !value.is_null()) else {
                continue;
            };
            let id = id_of(value).ok_or_else(|| Refusal::invalid(noun.key, property, value))?;
            let known = Noun::find(referred).and_then(|kind| Some((kind, self.record(kind, id)?)));
            if id != 0 && known.is_none_or(|(_, record)| record.gone) {
                let value = id.to_string();
                return Err(Refusal::new(Reason::Unknown, referred, property, &value));
            }
        }
        Ok(())
    }

    /// Changes a record. `vis_state` 1 deletes it, and `action_email` sends it.
    pub(super) fn update(
        &mut self,
        noun: &'static Noun,
        id: u64,
        body: &Fields,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        let was_deleted = self.read(noun, id)?.is_deleted();
        self.check_references(noun, body)?;
        let vis_state = match body.get("vis_state").filter(|_| noun.has_vis_state()) {
            None => None,
            Some(value) => {
                let known = value.as_u64().and_then(|state| u8::try_from(state).ok());
                let known = known.filter(|state| *state <= 2);
                Some(known.ok_or_else(|| Refusal::invalid(noun.key, "vis_state", value))?)
            }
        };
        let is_soft_delete = vis_state == Some(DELETED) && !was_deleted;
        let does = |action: &str| {
            noun.can_be_sent() && body.get(action).and_then(Value::as_bool).unwrap_or(false)
        };
        let is_sent = does("action_email");
        if let Some(record) = self.record_mut(noun, id) {
            record.overlay(noun, body);
            record.set_vis_state(vis_state);
            if is_sent || does("action_mark_as_sent") {
                totals::mark_sent(&mut record.fields);
            }
            totals::complete(noun, id, &mut record.fields);
            record.stamp(noun, now);
        }
        let verb = if is_soft_delete {
            Verb::Delete
        } else if is_sent {
            Verb::SendByEmail
        } else {
            Verb::Update
        };
        let mut changes = vec![Change { noun, id, verb, is_soft_delete }];
        changes.extend(self.settle(noun, id, now));
        self.written(noun, id, changes)
    }

    /// `DELETE`, for the nouns that take it.
    pub(super) fn delete(
        &mut self,
        noun: &'static Noun,
        id: u64,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        match noun.removal {
            Removal::ByUpdate => Err(Refusal::not_allowed(noun.key)),
            Removal::ByVerb => self.delete_softly(noun, id, now),
            Removal::Gone => {
                self.read(noun, id)?;
                if let Some(record) = self.record_mut(noun, id) {
                    record.remove(noun, now);
                }
                let change = Change { noun, id, verb: Verb::Delete, is_soft_delete: false };
                self.written(noun, id, vec![change])
            }
        }
    }

    /// Deletes a record the way its noun has for it, as a user of the product does.
    pub(super) fn delete_somehow(
        &mut self,
        noun: &'static Noun,
        id: u64,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        match noun.removal {
            Removal::ByUpdate | Removal::ByVerb => self.delete_softly(noun, id, now),
            Removal::Gone => self.delete(noun, id, now),
        }
    }

    fn delete_softly(
        &mut self,
        noun: &'static Noun,
        id: u64,
        now: Timestamp,
    ) -> Result<Written, Refusal> {
        let body = Fields::from_iter([("vis_state".to_owned(), DELETED.into())]);
        self.update(noun, id, &body, now)
    }

    /// After a payment was written: its invoice is paid as far as its payments go. The change of
    /// the invoice, if it is one.
    fn settle(&mut self, noun: &'static Noun, id: u64, now: Timestamp) -> Option<Change> {
        if noun.name != "payment" {
            return None;
        }
        let invoice_id = self.record(noun, id)?.fields.get("invoiceid").and_then(id_of)?;
        let payments = self.shelf(noun)?.records.values().filter(|payment| {
            let pays = payment.fields.get("invoiceid").and_then(id_of);
            !payment.is_deleted() && pays == Some(invoice_id)
        });
        let paid: Money =
            payments.filter_map(|payment| Money::from_json(payment.fields.get("amount")?)).sum();
        let invoices = Noun::find("invoice")?;
        let invoice = self.record_mut(invoices, invoice_id)?;
        totals::pay(&mut invoice.fields, paid);
        totals::complete(invoices, invoice_id, &mut invoice.fields);
        invoice.stamp(invoices, now);
        let verb = Verb::Update;
        Some(Change { noun: invoices, id: invoice_id, verb, is_soft_delete: false })
    }

    fn written(
        &self,
        noun: &'static Noun,
        id: u64,
        changes: Vec<Change>,
    ) -> Result<Written, Refusal> {
        let shown = self.record(noun, id).map(|record| record.fields.clone());
        Ok(Written { shown: shown.unwrap_or_default(), changes })
    }

    /// An active record near a place among all of them, in thousandths.
    pub(super) fn active_near(&self, noun: &Noun, per_mille: u64) -> Option<&Record> {
        let shelf = self.shelf(noun)?;
        let place = shelf.created.saturating_mul(per_mille) / 1_000;
        let id = FIRST_ID + place;
        let is_active = |(_, record): &(&u64, &Record)| record.vis_state == ACTIVE && !record.gone;
        let after = shelf.records.range(id..).find(is_active);
        after.or_else(|| shelf.records.range(..id).rev().find(is_active)).map(|(_, one)| one)
    }

    /// Every record, deleted ones included.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static Noun, &Record)> {
        NOUNS.iter().flat_map(|noun| {
            let records = self.shelf(noun).into_iter().flat_map(|shelf| shelf.records.values());
            records.map(move |record| (noun, record))
        })
    }
}

/// A client needs a name of some kind; which property is missed is not documented.
fn client_is_named(body: &Fields) -> bool {
    ["organization", "fname", "lname", "email"]
        .iter()
        .any(|name| body.get(*name).and_then(Value::as_str).is_some_and(|text| !text.is_empty()))
}

fn currency_of(body: &Fields) -> String {
    let code = body.get("currency_code").or_else(|| body.get("amount")?.get("code"));
    code.and_then(Value::as_str).unwrap_or("USD").to_owned()
}
