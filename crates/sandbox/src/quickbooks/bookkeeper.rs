//! A scripted bookkeeper: makes one believable change of a company's books after another.

use std::fmt;
use std::num::NonZeroU32;

use serde::Serialize;
use serde_json::{Value, json};

use super::books::{Fields, Written, fields_of, text_of};
use super::entities::{ChangeOperation, EntityKind, Nature};
use super::{QuickBooks, QuickBooksError, RecordOperation, api};
use crate::bookkeeping::{self, Bookkeeping, Unpaid};
use crate::chance::Chance;

/// One kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Create(&'static str),
    Invoice,
    PayInvoice,
    EmailInvoice,
    EditList,
    EditTransaction,
    Void,
    Delete,
    Deactivate,
    Merge,
}

/// The deeds, each with its weight.
const DEEDS: &[(Deed, u64)] = &[
    (Deed::Create("Customer"), 8),
    (Deed::Create("Vendor"), 4),
    (Deed::Create("Item"), 4),
    (Deed::Create("Employee"), 1),
    (Deed::Create("Account"), 1),
    (Deed::Create("Class"), 1),
    (Deed::Create("CompanyCurrency"), 1),
    (Deed::Create("PaymentMethod"), 1),
    (Deed::Create("TaxCode"), 1),
    (Deed::Create("TaxRate"), 1),
    (Deed::Create("Term"), 1),
    (Deed::Create("SalesReceipt"), 6),
    (Deed::Create("Bill"), 8),
    (Deed::Create("BillPayment"), 5),
    (Deed::Create("JournalEntry"), 3),
    (Deed::Create("CreditMemo"), 2),
    (Deed::Create("RefundReceipt"), 1),
    (Deed::Create("PurchaseOrder"), 3),
    (Deed::Create("VendorCredit"), 2),
    (Deed::Create("TimeActivity"), 5),
    (Deed::Invoice, 20),
    (Deed::PayInvoice, 14),
    (Deed::EmailInvoice, 6),
    (Deed::EditList, 10),
    (Deed::EditTransaction, 10),
    (Deed::Void, 2),
    (Deed::Delete, 3),
    (Deed::Deactivate, 2),
    (Deed::Merge, 2),
];

const EDITED_LISTS: [&str; 6] = ["Customer", "Vendor", "Item", "Employee", "Account", "TaxRate"];
const EDITED_TRANSACTIONS: [&str; 6] =
    ["Invoice", "Bill", "PurchaseOrder", "TimeActivity", "JournalEntry", "SalesReceipt"];
const VOIDED: [&str; 4] = ["SalesReceipt", "CreditMemo", "BillPayment", "RefundReceipt"];
const DELETED: [&str; 6] =
    ["Bill", "SalesReceipt", "JournalEntry", "PurchaseOrder", "VendorCredit", "TimeActivity"];
const DEACTIVATED: [&str; 6] = ["Customer", "Vendor", "Item", "Employee", "Class", "Term"];
const MERGED: [&str; 5] = ["Customer", "Vendor", "Item", "Class", "PaymentMethod"];

/// What a bookkeeper did in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookkeeperStep {
    /// The company.
    pub realm_id: String,
    /// The kind of the record.
    pub entity: &'static str,
    /// The record's id; of a merge the survivor's.
    pub id: String,
    /// What happened to it.
    pub operation: ChangeOperation,
    /// The id merged away, of a merge.
    pub deleted_id: Option<String>,
}

/// `9341452000000001: Invoice 12, Create`.
impl fmt::Display for BookkeeperStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { realm_id, entity, id, operation, deleted_id } = self;
        write!(formatter, "{realm_id}: {entity} {id}, {operation:?}")?;
        if let Some(deleted_id) = deleted_id {
            write!(formatter, " of {deleted_id}")?;
        }
        Ok(())
    }
}

/// A bookkeeper of one company.
#[derive(Debug)]
pub struct Bookkeeper {
    quickbooks: QuickBooks,
    realm_id: String,
    chance: Chance,
    /// Grows with every try, and tells names and amounts apart.
    number: u64,
    unpaid: Unpaid<String>,
}

/// A record to work on: its id and newest version.
type Found = (String, String);

impl Bookkeeper {
    /// A bookkeeper who has done nothing yet.
    #[must_use]
    pub fn new(quickbooks: QuickBooks, realm_id: impl Into<String>, seed: u64) -> Self {
        Self {
            quickbooks,
            realm_id: realm_id.into(),
            chance: Chance::from_seed(seed),
            number: 0,
            unpaid: Unpaid::default(),
        }
    }

    /// Makes one change.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`], and [`QuickBooksError::Refused`] once the books are
    /// full and nothing else could be done either.
    pub fn step(&mut self) -> Result<BookkeeperStep, QuickBooksError> {
        bookkeeping::step(self)
    }

    /// Makes changes at a steady pace of tokio's time, one at a time, until one fails; why it
    /// failed.
    pub async fn run(
        &mut self,
        changes_per_minute: NonZeroU32,
        on_step: impl FnMut(&BookkeeperStep),
    ) -> QuickBooksError {
        bookkeeping::run(self, changes_per_minute, on_step).await
    }
}

impl Bookkeeping for Bookkeeper {
    type Deed = Deed;
    type Step = BookkeeperStep;
    type Error = QuickBooksError;

    const DEEDS: &'static [(Deed, u64)] = DEEDS;

    fn chance(&mut self) -> &mut Chance {
        &mut self.chance
    }

    fn attempt(&mut self, deed: Deed) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        match deed {
            Deed::Create(entity) => self.create(entity),
            Deed::Invoice => self.invoice(),
            Deed::PayInvoice => self.pay_invoice(),
            Deed::EmailInvoice => self.email_invoice(),
            Deed::EditList => self.edit(&EDITED_LISTS),
            Deed::EditTransaction => self.edit(&EDITED_TRANSACTIONS),
            Deed::Void => self.remove(&VOIDED, RecordOperation::Void),
            Deed::Delete => self.remove(&DELETED, RecordOperation::Delete),
            Deed::Deactivate => self.deactivate(),
            Deed::Merge => self.merge(),
        }
    }

    fn is_refusal(error: &QuickBooksError) -> bool {
        matches!(error, QuickBooksError::Refused { .. })
    }

    fn last_resort(&mut self) -> Result<BookkeeperStep, QuickBooksError> {
        self.create("Customer")?.ok_or(QuickBooksError::NothingToReferTo("Customer"))
    }
}

impl Bookkeeper {
    /// Creates a record, or the first one missing that it would refer to.
    fn create(&mut self, entity: &str) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        self.number += 1;
        let mut entity = entity;
        loop {
            match self.quickbooks.sample_body(&self.realm_id, entity, self.number) {
                Ok(body) => return self.operate(entity, RecordOperation::Save, body),
                Err(QuickBooksError::NothingToReferTo(needed)) => entity = needed,
                Err(error) => return Err(error),
            }
        }
    }

    fn invoice(&mut self) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        let step = self.create("Invoice")?;
        if let Some(step) = step.as_ref().filter(|step| step.entity == "Invoice") {
            self.unpaid.remember(step.id.clone());
        }
        Ok(step)
    }

    /// Pays one of the unpaid invoices, whole.
    fn pay_invoice(&mut self) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        let Some(id) = self.unpaid.take(&mut self.chance) else { return Ok(None) };
        let Some(invoice) = self.read("Invoice", &id)? else { return Ok(None) };
        let amount = invoice.get("TotalAmt").cloned().unwrap_or_default();
        let body = json!({
            "CustomerRef": invoice.get("CustomerRef"),
            "TotalAmt": amount,
            "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": id, "TxnType": "Invoice"}]}],
        });
        self.operate("Payment", RecordOperation::Save, body)
    }

    fn email_invoice(&mut self) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        let unpaid = self.unpaid.draw(&mut self.chance);
        let Some(id) = unpaid.cloned() else { return Ok(None) };
        let entity = api::find_entity("Invoice")?;
        let written = self
            .quickbooks
            .write(&self.realm_id, |books, now| books.email(entity, &id, None, now))?;
        Ok(self.told(written))
    }

    fn edit(&mut self, kinds: &[&'static str]) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        let entity = api::find_entity(self.chance.pick(kinds).unwrap_or("Customer"))?;
        let Some((id, sync_token)) = self.find(entity)? else { return Ok(None) };
        self.number += 1;
        let property = match entity.nature {
            Nature::List { .. } => "Notes",
            Nature::Transaction { .. } => "PrivateNote",
        };
        let note = format!("Seen {}", self.number);
        let body = json!({"Id": id, "SyncToken": sync_token, "sparse": true, property: note});
        self.operate(entity.name, RecordOperation::Save, body)
    }

    /// Voids or deletes a transaction.
    fn remove(
        &mut self,
        kinds: &[&'static str],
        operation: RecordOperation,
    ) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        let entity = api::find_entity(self.chance.pick(kinds).unwrap_or("Bill"))?;
        let Some((id, sync_token)) = self.find(entity)? else { return Ok(None) };
        self.operate(entity.name, operation, json!({"Id": id, "SyncToken": sync_token}))
    }

    fn deactivate(&mut self) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        let entity = api::find_entity(self.chance.pick(&DEACTIVATED).unwrap_or("Customer"))?;
        let Some((id, sync_token)) = self.find(entity)? else { return Ok(None) };
        let body = json!({"Id": id, "SyncToken": sync_token, "sparse": true, "Active": false});
        self.operate(entity.name, RecordOperation::Save, body)
    }

    fn merge(&mut self) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        let entity = api::find_entity(self.chance.pick(&MERGED).unwrap_or("Customer"))?;
        let (survivor, loser) = (self.find(entity)?, self.find(entity)?);
        let (Some((survivor, _)), Some((loser, _))) = (survivor, loser) else { return Ok(None) };
        let written = self
            .quickbooks
            .write(&self.realm_id, |books, now| books.merge(entity, &survivor, &loser, now))?;
        Ok(self.told(written))
    }

    fn operate(
        &self,
        entity: &str,
        operation: RecordOperation,
        body: Value,
    ) -> Result<Option<BookkeeperStep>, QuickBooksError> {
        let entity = api::find_entity(entity)?;
        let written =
            self.quickbooks.operate(&self.realm_id, entity, operation, fields_of(body))?;
        Ok(self.told(written))
    }

    fn told(&self, written: Written) -> Option<BookkeeperStep> {
        let change = written.change?;
        Some(BookkeeperStep {
            realm_id: self.realm_id.clone(),
            entity: change.entity.name,
            id: change.id,
            operation: change.operation,
            deleted_id: change.deleted_id,
        })
    }

    /// An active record of a kind, by chance.
    fn find(&mut self, entity: &EntityKind) -> Result<Option<Found>, QuickBooksError> {
        let near = self.chance.below(1_000);
        self.quickbooks.look(&self.realm_id, |books| {
            let record = books.active_near(entity, near)?;
            let sync_token = text_of(&record.fields, "SyncToken").unwrap_or_default();
            Some((record.id().to_owned(), sync_token.to_owned()))
        })
    }

    fn read(&self, entity: &str, id: &str) -> Result<Option<Fields>, QuickBooksError> {
        let entity = api::find_entity(entity)?;
        self.quickbooks.look(&self.realm_id, |books| books.read(entity, id).ok().cloned())
    }
}
