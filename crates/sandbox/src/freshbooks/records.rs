//! The handle on the records of a business: what a user of the product does with them, bodies to
//! start from, and where every record stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::books::{Books, Fields, Written, fields_of, id_of};
use super::nouns::{NOUNS, Noun};
use super::refusal::Refusal;
use super::samples::{self, NothingToReferTo};
use super::shared::Write;
use super::{FreshBooks, FreshBooksError};
use crate::times::as_text;

/// What to do with a record, as a user of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOperation {
    /// Create, or update when the body has an `id`.
    Save,
    /// Delete, the way the noun has for it.
    Delete,
    /// Send an estimate or an invoice by e-mail.
    SendByEmail,
}

/// Where a record stands, as far as events can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordState {
    /// When it last changed, in whole seconds.
    #[serde(serialize_with = "as_text")]
    pub updated: Timestamp,
    /// 0 active, 1 deleted, 2 archived.
    pub vis_state: u8,
    /// Whether it was deleted for good: a GET by id does not find it.
    pub gone: bool,
}

/// The noun of a record and its id.
pub type RecordKey = (&'static str, u64);

impl FreshBooks {
    /// The nouns there are, in an order in which one of each can be created.
    pub fn nouns() -> impl Iterator<Item = &'static str> {
        NOUNS.iter().map(|noun| noun.name)
    }

    /// The nouns that events tell of.
    pub fn event_nouns() -> impl Iterator<Item = &'static str> {
        NOUNS.iter().filter(|noun| noun.has_events).map(|noun| noun.name)
    }

    /// Changes a record as a user of the product does: no token, no counted call, but notices.
    /// Returns the record as the API would show it.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`], [`FreshBooksError::UnknownNoun`] and
    /// [`FreshBooksError::Refused`].
    pub fn change_record(
        &self,
        business_id: u64,
        noun: &str,
        operation: RecordOperation,
        body: Value,
    ) -> Result<Value, FreshBooksError> {
        let written = self.operate(business_id, find(noun)?, operation, fields_of(body))?;
        Ok(Value::Object(written.shown))
    }

    pub(super) fn operate(
        &self,
        business_id: u64,
        noun: &'static Noun,
        operation: RecordOperation,
        mut body: Fields,
    ) -> Result<Written, FreshBooksError> {
        self.check_business(business_id)?;
        let now = self.shared.now();
        let id = body.get("id").and_then(id_of);
        let written = self.shared.change_outbox(|state| {
            let identity_id = state.first_member(business_id);
            let write = Write { business_id, identity_id, now };
            state.write(&write, |books| match (operation, id) {
                (RecordOperation::Save, None) => books.create(noun, body, now),
                (RecordOperation::Save, Some(id)) => books.update(noun, id, &body, now),
                (RecordOperation::Delete, Some(id)) => books.delete_somehow(noun, id, now),
                (RecordOperation::SendByEmail, Some(id)) => {
                    body.insert("action_email".to_owned(), true.into());
                    books.update(noun, id, &body, now)
                }
                (RecordOperation::Delete | RecordOperation::SendByEmail, None) => {
                    Err(Refusal::missing(noun.key, "id"))
                }
            })
        })?;
        Ok(written)
    }

    /// A minimal valid body for a new record. Another number gives another name and amount.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`], [`FreshBooksError::UnknownNoun`], and
    /// [`FreshBooksError::NothingToReferTo`] when the books lack a record the new one needs.
    pub fn sample_body(
        &self,
        business_id: u64,
        noun: &str,
        number: u64,
    ) -> Result<Value, FreshBooksError> {
        let noun = find(noun)?;
        match self.look(business_id, |books| samples::body(books, noun, number))? {
            Ok(body) => Ok(body),
            Err(NothingToReferTo(needed)) => Err(FreshBooksError::NothingToReferTo(needed)),
        }
    }

    /// Creates a record from [`FreshBooks::sample_body`], after those it needs.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`], [`FreshBooksError::UnknownNoun`] and
    /// [`FreshBooksError::Refused`].
    pub fn create_sample(
        &self,
        business_id: u64,
        noun: &str,
        number: u64,
    ) -> Result<Value, FreshBooksError> {
        loop {
            match self.sample_body(business_id, noun, number) {
                Ok(body) => {
                    return self.change_record(business_id, noun, RecordOperation::Save, body);
                }
                Err(FreshBooksError::NothingToReferTo(needed)) => {
                    self.create_sample(business_id, needed, number)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Where every record stands, deleted ones included.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`].
    pub fn snapshot(
        &self,
        business_id: u64,
    ) -> Result<BTreeMap<RecordKey, RecordState>, FreshBooksError> {
        self.look(business_id, |books| {
            let standing = |(noun, record): (&'static Noun, &super::books::Record)| {
                let state = RecordState {
                    updated: record.updated_at,
                    vis_state: record.vis_state,
                    gone: record.gone,
                };
                ((noun.name, record.id), state)
            };
            books.all().map(standing).collect()
        })
    }

    /// Looks into the books of a business.
    pub(super) fn look<T>(
        &self,
        business_id: u64,
        work: impl FnOnce(&Books) -> T,
    ) -> Result<T, FreshBooksError> {
        let state = self.shared.lock();
        let business = state.businesses.get(&business_id);
        business
            .map(|business| work(&business.books))
            .ok_or(FreshBooksError::UnknownBusiness(business_id))
    }
}

pub(super) fn find(noun: &str) -> Result<&'static Noun, FreshBooksError> {
    Noun::find(noun).ok_or_else(|| FreshBooksError::UnknownNoun(noun.to_owned()))
}
