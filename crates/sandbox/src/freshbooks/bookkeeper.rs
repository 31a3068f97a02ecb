//! A scripted bookkeeper: makes one believable change of a business's books after another.

use std::fmt;
use std::num::NonZeroU32;

use serde::Serialize;
use serde_json::{Value, json};

use super::books::{Change, Fields, fields_of};
use super::nouns::Verb;
use super::{FreshBooks, FreshBooksError, RecordOperation, records};
use crate::bookkeeping::{self, Bookkeeping};
use crate::chance::Chance;

/// One kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Create(&'static str),
    /// Changes the first property of a record.
    Edit(&'static str, &'static str),
    PayInvoice,
    Send(&'static str),
    Delete(&'static str),
}

/// The deeds, each with its weight.
const DEEDS: &[(Deed, u64)] = &[
    (Deed::Create("client"), 8),
    (Deed::Create("item"), 3),
    (Deed::Create("tax"), 1),
    (Deed::Create("category"), 1),
    (Deed::Create("bill_vendor"), 3),
    (Deed::Create("estimate"), 6),
    (Deed::Create("invoice"), 20),
    (Deed::Create("recurring"), 2),
    (Deed::Create("expense"), 14),
    (Deed::Create("bill"), 5),
    (Deed::Create("credit_note"), 2),
    (Deed::Create("service"), 2),
    (Deed::Create("project"), 3),
    (Deed::Create("time_entry"), 12),
    (Deed::PayInvoice, 14),
    (Deed::Send("invoice"), 8),
    (Deed::Send("estimate"), 3),
    (Deed::Edit("client", "note"), 6),
    (Deed::Edit("item", "description"), 2),
    (Deed::Edit("tax", "number"), 1),
    (Deed::Edit("category", "category"), 1),
    (Deed::Edit("invoice", "notes"), 6),
    (Deed::Edit("estimate", "notes"), 2),
    (Deed::Edit("expense", "notes"), 4),
    (Deed::Edit("bill", "overall_description"), 2),
    (Deed::Edit("bill_vendor", "note"), 1),
    (Deed::Edit("project", "description"), 2),
    (Deed::Edit("time_entry", "note"), 4),
    (Deed::Edit("service", "name"), 1),
    (Deed::Delete("client"), 1),
    (Deed::Delete("invoice"), 2),
    (Deed::Delete("expense"), 2),
    (Deed::Delete("payment"), 1),
    (Deed::Delete("time_entry"), 2),
    (Deed::Delete("project"), 1),
    (Deed::Delete("tax"), 1),
];

/// What a bookkeeper did in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookkeeperStep {
    /// The business.
    pub business_id: u64,
    /// The noun of the record.
    pub noun: &'static str,
    /// The record's id.
    pub id: u64,
    /// What happened to it.
    pub verb: Verb,
}

/// `439000: invoice 1012, create`.
impl fmt::Display for BookkeeperStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { business_id, noun, id, verb } = self;
        write!(formatter, "{business_id}: {noun} {id}, {}", verb.word())
    }
}

/// A bookkeeper of one business.
#[derive(Debug)]
pub struct Bookkeeper {
    freshbooks: FreshBooks,
    business_id: u64,
    chance: Chance,
    /// Grows with every try, and tells names and amounts apart.
    number: u64,
}

impl Bookkeeper {
    /// A bookkeeper who has done nothing yet.
    #[must_use]
    pub fn new(freshbooks: FreshBooks, business_id: u64, seed: u64) -> Self {
        Self { freshbooks, business_id, chance: Chance::from_seed(seed), number: 0 }
    }

    /// Makes one change; a payment changes its invoice too.
    ///
    /// # Errors
    /// [`FreshBooksError::UnknownBusiness`], and [`FreshBooksError::Refused`] once the books are
    /// full and nothing else could be done either.
    pub fn step(&mut self) -> Result<BookkeeperStep, FreshBooksError> {
        bookkeeping::step(self)
    }

    /// Makes changes at a steady pace of tokio's time, one at a time, until one fails; why it
    /// failed.
    pub async fn run(
        &mut self,
        changes_per_minute: NonZeroU32,
        on_step: impl FnMut(&BookkeeperStep),
    ) -> FreshBooksError {
        bookkeeping::run(self, changes_per_minute, on_step).await
    }
}

impl Bookkeeping for Bookkeeper {
    type Deed = Deed;
    type Step = BookkeeperStep;
    type Error = FreshBooksError;

    const DEEDS: &'static [(Deed, u64)] = DEEDS;

    fn chance(&mut self) -> &mut Chance {
        &mut self.chance
    }

    fn attempt(&mut self, deed: Deed) -> Result<Option<BookkeeperStep>, FreshBooksError> {
        match deed {
            Deed::Create(noun) => self.create(noun),
            Deed::PayInvoice => self.pay_invoice(),
            Deed::Edit(noun, property) => {
                self.number += 1;
                let value = format!("Seen {}", self.number);
                self.change(noun, RecordOperation::Save, json!({property: value}))
            }
            Deed::Send(noun) => self.change(noun, RecordOperation::SendByEmail, json!({})),
            Deed::Delete(noun) => self.change(noun, RecordOperation::Delete, json!({})),
        }
    }

    fn is_refusal(error: &FreshBooksError) -> bool {
        matches!(error, FreshBooksError::Refused { .. })
    }

    fn last_resort(&mut self) -> Result<BookkeeperStep, FreshBooksError> {
        self.create("client")?.ok_or(FreshBooksError::NothingToReferTo("client"))
    }
}

impl Bookkeeper {
    /// Creates a record, or the first one missing that it would refer to.
    fn create(&mut self, noun: &str) -> Result<Option<BookkeeperStep>, FreshBooksError> {
        self.number += 1;
        let mut noun = noun;
        loop {
            match self.freshbooks.sample_body(self.business_id, noun, self.number) {
                Ok(body) => return self.operate(noun, RecordOperation::Save, fields_of(body)),
                Err(FreshBooksError::NothingToReferTo(needed)) => noun = needed,
                Err(error) => return Err(error),
            }
        }
    }

    /// Pays what is outstanding of an invoice.
    fn pay_invoice(&mut self) -> Result<Option<BookkeeperStep>, FreshBooksError> {
        let Some(invoice) = self.find("invoice")? else { return Ok(None) };
        if invoice.get("payment_status").and_then(Value::as_str) == Some("paid") {
            return Ok(None);
        }
        let body = json!({
            "invoiceid": invoice.get("id"),
            "amount": invoice.get("outstanding"),
            "date": invoice.get("create_date"),
            "type": "Check",
        });
        self.operate("payment", RecordOperation::Save, fields_of(body))
    }

    /// Does something to a record of a noun, by chance.
    fn change(
        &mut self,
        noun: &'static str,
        operation: RecordOperation,
        body: Value,
    ) -> Result<Option<BookkeeperStep>, FreshBooksError> {
        let Some(record) = self.find(noun)? else { return Ok(None) };
        let mut body = fields_of(body);
        body.extend(record.get("id").map(|id| ("id".to_owned(), id.clone())));
        self.operate(noun, operation, body)
    }

    fn operate(
        &self,
        noun: &str,
        operation: RecordOperation,
        body: Fields,
    ) -> Result<Option<BookkeeperStep>, FreshBooksError> {
        let noun = records::find(noun)?;
        let written = self.freshbooks.operate(self.business_id, noun, operation, body)?;
        Ok(written.changes.first().map(|change| self.told(change)))
    }

    fn told(&self, change: &Change) -> BookkeeperStep {
        BookkeeperStep {
            business_id: self.business_id,
            noun: change.noun.name,
            id: change.id,
            verb: change.verb,
        }
    }

    /// An active record of a noun, by chance.
    fn find(&mut self, noun: &str) -> Result<Option<Fields>, FreshBooksError> {
        let (noun, near) = (records::find(noun)?, self.chance.below(1_000));
        self.freshbooks.look(self.business_id, |books| {
            books.active_near(noun, near).map(|record| record.fields.clone())
        })
    }
}
