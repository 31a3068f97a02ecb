//! The handle on the records of a business: what a user of the product does with them, bodies to
//! start from, and where every record stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::books::{Attributes, Books, Fields, Pen, Record};
use super::endpoints::{Changes, ENDPOINTS, Endpoint, Holds};
use super::refusal::Refusal;
use super::samples::{self, NothingToReferTo};
use super::{Sage, SageError, times};
use crate::times::as_text;

/// What to do with a record, as a user of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOperation {
    /// Create, or update when the body has an `id`.
    Save,
    /// Delete; the body has the `id`, and `void_reason` for invoices and credit notes.
    Delete,
}

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeOperation {
    /// It is new.
    Created,
    /// It changed.
    Updated,
    /// It is gone.
    Deleted,
}

/// Where a record stands, as far as polls can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordState {
    /// When it was created, in whole seconds.
    #[serde(serialize_with = "as_text")]
    pub created_at: Timestamp,
    /// When it last changed, in whole seconds; of a deleted one when it was deleted.
    #[serde(serialize_with = "as_text")]
    pub updated_at: Timestamp,
    /// How often it has changed since it was created: a second may hold several changes.
    pub version: u64,
    /// Whether it is deleted.
    pub deleted: bool,
}

/// The endpoint of a record and its id.
pub type RecordKey = (&'static str, String);

/// A record that was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) id: String,
    pub(super) operation: ChangeOperation,
    pub(super) shown: Value,
}

impl Sage {
    /// The names of the endpoints with records that come and go, in an order in which one of each
    /// can be created.
    pub fn endpoints() -> impl Iterator<Item = &'static str> {
        let with_records = ENDPOINTS.iter().filter(|endpoint| endpoint.holds == Holds::Records);
        with_records.map(|endpoint| endpoint.name)
    }

    /// Whether an endpoint tells of its deletes: takes `deleted_since`.
    #[must_use]
    pub fn tells_deletes(endpoint: &str) -> bool {
        let found = Endpoint::find(endpoint);
        found.is_some_and(|endpoint| endpoint.changes == Changes::UpdatesAndDeletes)
    }

    /// Changes a record as a user of the product does: no token, no metered call, and every
    /// endpoint may be written. Returns the record as the API would show it, of a deleted one as
    /// it was.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`], [`SageError::UnknownEndpoint`] and
    /// [`SageError::Refused`].
    pub fn change_record(
        &self,
        business_id: &str,
        endpoint: &str,
        operation: RecordOperation,
        body: Value,
    ) -> Result<Value, SageError> {
        self.write_record(business_id, endpoint, operation, body).map(|written| written.shown)
    }

    pub(super) fn write_record(
        &self,
        business_id: &str,
        endpoint: &str,
        operation: RecordOperation,
        body: Value,
    ) -> Result<Written, SageError> {
        let endpoint = find(endpoint)?;
        let Value::Object(body) = body else {
            return Err(Refusal::invalid("", "The body is not a JSON object.").into());
        };
        let now = self.shared.now();
        let mut state = self.shared.lock();
        let written = state.write(business_id, now, |books, pen| match operation {
            RecordOperation::Save => save(books, endpoint, body, pen),
            RecordOperation::Delete => delete(books, endpoint, &body, now),
        });
        let written = written.ok_or_else(|| SageError::UnknownBusiness(business_id.to_owned()))?;
        Ok(written?)
    }

    /// Lets a record show a value in a field from now on, whatever it should be, and changes
    /// nothing else: recorded answers have times that are null, blank or white space.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`], [`SageError::UnknownEndpoint`], and
    /// [`SageError::Refused`] when there is no such record.
    pub fn show_instead(
        &self,
        business_id: &str,
        (endpoint, id): (&str, &str),
        field: &str,
        value: Value,
    ) -> Result<(), SageError> {
        let endpoint = find(endpoint)?;
        let now = self.shared.now();
        let shown = self
            .shared
            .lock()
            .write(business_id, now, |books, _| books.show_instead(endpoint, id, (field, value)));
        Ok(shown.ok_or_else(|| SageError::UnknownBusiness(business_id.to_owned()))??)
    }

    /// A body that creates a record. The same number gives the same body in the same books;
    /// another number gives another name and another amount.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`], [`SageError::UnknownEndpoint`] and
    /// [`SageError::NothingToReferTo`].
    pub fn sample_body(
        &self,
        business_id: &str,
        endpoint: &str,
        number: u64,
    ) -> Result<Value, SageError> {
        let endpoint = find(endpoint)?;
        let today = times::day(self.shared.now());
        let body =
            self.look(business_id, |books| samples::body(books, endpoint, number, &today))?;
        body.map_err(|NothingToReferTo(name)| SageError::NothingToReferTo(name))
    }

    /// Where every record of a business stands, deleted ones too.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`].
    pub fn snapshot(
        &self,
        business_id: &str,
    ) -> Result<BTreeMap<RecordKey, RecordState>, SageError> {
        let state = |record: &Record| RecordState {
            created_at: record.created_at,
            updated_at: record.updated_at,
            version: record.version,
            deleted: record.deleted_at.is_some(),
        };
        self.look(business_id, |books| {
            books.all().map(|(name, record)| ((name, record.id.clone()), state(record))).collect()
        })
    }

    /// A record with all its fields, as the API would show it; a deleted one as it was. None when
    /// there never was such a record.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`] and [`SageError::UnknownEndpoint`].
    pub fn record(
        &self,
        business_id: &str,
        endpoint: &str,
        id: &str,
    ) -> Result<Option<Value>, SageError> {
        let endpoint = find(endpoint)?;
        self.look(business_id, |books| {
            let record = books.records_of(endpoint).find(|record| record.id == id);
            record.map(|record| record.show(&Attributes::All))
        })
    }

    /// Reads the books of a business.
    pub(super) fn look<T>(
        &self,
        business_id: &str,
        work: impl FnOnce(&Books) -> T,
    ) -> Result<T, SageError> {
        let state = self.shared.lock();
        let business = state.businesses.get(business_id);
        let business =
            business.ok_or_else(|| SageError::UnknownBusiness(business_id.to_owned()))?;
        Ok(work(&business.books))
    }
}

fn find(endpoint: &str) -> Result<&'static Endpoint, SageError> {
    Endpoint::find(endpoint)
        .filter(|endpoint| endpoint.holds == Holds::Records)
        .ok_or_else(|| SageError::UnknownEndpoint(endpoint.to_owned()))
}

fn id_of(body: &Fields) -> Option<String> {
    body.get("id").and_then(Value::as_str).map(ToOwned::to_owned)
}

fn shown(books: &Books, endpoint: &Endpoint, id: &str) -> Result<Value, Refusal> {
    let record = books.live(endpoint.name, id).ok_or(Refusal::not_found())?;
    Ok(record.show(&Attributes::All))
}

fn save(
    books: &mut Books,
    endpoint: &'static Endpoint,
    body: Fields,
    pen: &mut Pen<'_>,
) -> Result<Written, Refusal> {
    let (id, operation) = match id_of(&body) {
        Some(id) => {
            books.update(endpoint, &id, body, pen.now)?;
            (id, ChangeOperation::Updated)
        }
        None => (books.create(endpoint, body, pen)?, ChangeOperation::Created),
    };
    Ok(Written { shown: shown(books, endpoint, &id)?, id, operation })
}

fn delete(
    books: &mut Books,
    endpoint: &'static Endpoint,
    body: &Fields,
    now: Timestamp,
) -> Result<Written, Refusal> {
    let id = id_of(body).ok_or_else(|| Refusal::required("id"))?;
    let shown = shown(books, endpoint, &id)?;
    let void_reason = body.get("void_reason").and_then(Value::as_str);
    books.delete(endpoint, &id, void_reason, now)?;
    Ok(Written { id, operation: ChangeOperation::Deleted, shown })
}
