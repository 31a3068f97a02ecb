//! The handle on the records of a company: what a user of the product does with them, bodies to
//! start from, and where every record stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::books::{Books, Fields, Record, Standing, Written, text_of};
use super::entities::{ENTITIES, EntityKind, Writers};
use super::refusal::Refusal;
use super::samples::{self, NothingToReferTo};
use super::shared::Write;
use super::{QuickBooks, QuickBooksError, api};
use crate::times::as_text;

/// What to do with a record, as a user of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOperation {
    /// Create, or update when the body has an `Id`.
    Save,
    /// Delete a transaction.
    Delete,
    /// Void a transaction.
    Void,
}

impl RecordOperation {
    fn word(self) -> &'static str {
        match self {
            Self::Save => "",
            Self::Delete => "delete",
            Self::Void => "void",
        }
    }
}

/// Where a record stands, as far as events can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordState {
    /// `SyncToken`; of a deleted transaction that of its last version.
    pub sync_token: String,
    /// When it last changed, in whole seconds.
    #[serde(serialize_with = "as_text")]
    pub last_updated: Timestamp,
    /// Whether it can be used.
    pub standing: Standing,
}

impl RecordState {
    fn of(record: &Record) -> Self {
        let sync_token = text_of(&record.fields, "SyncToken").unwrap_or_default().to_owned();
        Self { sync_token, last_updated: record.updated_at, standing: record.standing() }
    }
}

/// The kind of a record and its id.
pub type RecordKey = (&'static str, String);

impl QuickBooks {
    /// The names of the kinds of record, in an order in which one of each can be created.
    pub fn entities() -> impl Iterator<Item = &'static str> {
        ENTITIES.iter().map(|kind| kind.name)
    }

    /// Changes a record as a user of the product does: no token, no metered call, but notices.
    /// Returns the record as the Accounting API would show it.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`] and [`QuickBooksError::Refused`].
    pub fn change_record(
        &self,
        realm_id: &str,
        entity: &str,
        operation: RecordOperation,
        body: Value,
    ) -> Result<Value, QuickBooksError> {
        let entity = api::find_entity(entity)?;
        let Value::Object(body) = body else {
            return Err(Refusal::invalid_property("the body is not a JSON object").into());
        };
        self.operate(realm_id, entity, operation, body).map(shown)
    }

    pub(super) fn operate(
        &self,
        realm_id: &str,
        entity: &'static EntityKind,
        operation: RecordOperation,
        body: Fields,
    ) -> Result<Written, QuickBooksError> {
        let word = operation.word();
        if entity.writers == Writers::Nobody {
            return Err(Refusal::unsupported_operation(word).into());
        }
        self.write(realm_id, |books, now| api::operate(books, entity, word, body, now))
    }

    /// Sends a transaction to its customer or vendor by e-mail; the notice says Emailed.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`] and [`QuickBooksError::Refused`].
    pub fn email_record(
        &self,
        realm_id: &str,
        entity: &str,
        id: &str,
    ) -> Result<Value, QuickBooksError> {
        let entity = api::find_entity(entity)?;
        self.write(realm_id, |books, now| books.email(entity, id, None, now)).map(shown)
    }

    /// Merges a list record into another of its kind, which only the product's own pages can do.
    /// The loser becomes inactive, what referred to it refers to the survivor, and the notice
    /// says Merge.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`] and [`QuickBooksError::Refused`].
    pub fn merge_records(
        &self,
        realm_id: &str,
        entity: &str,
        survivor: &str,
        loser: &str,
    ) -> Result<Value, QuickBooksError> {
        let entity = api::find_entity(entity)?;
        self.write(realm_id, |books, now| books.merge(entity, survivor, loser, now)).map(shown)
    }

    /// [`QuickBooks::merge_records`] of customers.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`] and [`QuickBooksError::Refused`].
    pub fn merge_customers(
        &self,
        realm_id: &str,
        survivor: &str,
        loser: &str,
    ) -> Result<Value, QuickBooksError> {
        self.merge_records(realm_id, "Customer", survivor, loser)
    }

    /// A minimal valid body for a new record. Another number gives another name and amount;
    /// there are twelve currencies, then they repeat.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`], [`QuickBooksError::Refused`], and
    /// [`QuickBooksError::NothingToReferTo`] when the books lack a record the new one needs.
    pub fn sample_body(
        &self,
        realm_id: &str,
        entity: &str,
        number: u64,
    ) -> Result<Value, QuickBooksError> {
        let entity = api::find_entity(entity)?;
        match self.look(realm_id, |books| samples::body(books, entity, number))? {
            Ok(body) => Ok(Value::Object(body)),
            Err(NothingToReferTo(kind)) => Err(QuickBooksError::NothingToReferTo(kind)),
        }
    }

    /// Creates a record from [`QuickBooks::sample_body`], after those it needs.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`] and [`QuickBooksError::Refused`].
    pub fn create_sample(
        &self,
        realm_id: &str,
        entity: &str,
        number: u64,
    ) -> Result<Value, QuickBooksError> {
        loop {
            match self.sample_body(realm_id, entity, number) {
                Ok(body) => {
                    return self.change_record(realm_id, entity, RecordOperation::Save, body);
                }
                Err(QuickBooksError::NothingToReferTo(needed)) => {
                    self.create_sample(realm_id, needed, number)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Where every record stands, deleted and inactive ones included.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`].
    pub fn snapshot(
        &self,
        realm_id: &str,
    ) -> Result<BTreeMap<RecordKey, RecordState>, QuickBooksError> {
        self.look(realm_id, |books| {
            let standings = books.standings().into_iter();
            standings.map(|(key, record)| (key, RecordState::of(record))).collect()
        })
    }

    /// Looks into the books of a company.
    pub(super) fn look<T>(
        &self,
        realm_id: &str,
        work: impl FnOnce(&Books) -> T,
    ) -> Result<T, QuickBooksError> {
        let state = self.shared.lock();
        let company = state.companies.get(realm_id).ok_or_else(|| unknown_company(realm_id))?;
        Ok(work(&company.books))
    }

    /// Carries out a write of a user of the product.
    pub(super) fn write(
        &self,
        realm_id: &str,
        work: impl FnOnce(&mut Books, Timestamp) -> Result<Written, Refusal>,
    ) -> Result<Written, QuickBooksError> {
        self.check_company(realm_id)?;
        let now = self.shared.now();
        let write = Write { realm_id, by_app: None, now };
        let written =
            self.shared.change_outbox(|state| state.write(&write, |books| work(books, now)))?;
        Ok(written)
    }

    pub(super) fn check_company(&self, realm_id: &str) -> Result<(), QuickBooksError> {
        if self.shared.lock().companies.contains_key(realm_id) {
            return Ok(());
        }
        Err(unknown_company(realm_id))
    }
}

fn unknown_company(realm_id: &str) -> QuickBooksError {
    QuickBooksError::UnknownCompany(realm_id.to_owned())
}

fn shown(written: Written) -> Value {
    Value::Object(written.shown)
}
