//! A scripted bookkeeper: makes one believable change of a business's books after another.

use std::fmt;
use std::num::NonZeroU32;

use serde::Serialize;
use serde_json::{Value, json};

use super::endpoints::Endpoint;
use super::records::{ChangeOperation, RecordOperation, Written};
use super::{Sage, SageError, samples};
use crate::bookkeeping::{self, Bookkeeping, Unpaid};
use crate::chance::Chance;

/// One kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Create(&'static str),
    Invoice,
    PayInvoice,
    Edit,
    Delete,
}

/// The deeds, each with its weight.
const DEEDS: &[(Deed, u64)] = &[
    (Deed::Create("contacts"), 9),
    (Deed::Create("contact_persons"), 3),
    (Deed::Create("products"), 4),
    (Deed::Create("services"), 2),
    (Deed::Create("stock_items"), 2),
    (Deed::Create("ledger_accounts"), 1),
    (Deed::Create("bank_accounts"), 1),
    (Deed::Create("tax_rates"), 1),
    (Deed::Create("purchase_invoices"), 8),
    (Deed::Create("sales_credit_notes"), 2),
    (Deed::Create("purchase_credit_notes"), 1),
    (Deed::Create("sales_quotes"), 4),
    (Deed::Create("sales_estimates"), 2),
    (Deed::Create("other_payments"), 4),
    (Deed::Create("bank_transfers"), 2),
    (Deed::Create("journals"), 3),
    (Deed::Invoice, 20),
    (Deed::PayInvoice, 14),
    (Deed::Edit, 20),
    (Deed::Delete, 5),
];

const EDITED: [&str; 8] = [
    "contacts",
    "products",
    "services",
    "ledger_accounts",
    "sales_invoices",
    "purchase_invoices",
    "sales_quotes",
    "bank_accounts",
];
const DELETED: [&str; 8] = [
    "contact_persons",
    "products",
    "stock_items",
    "purchase_invoices",
    "sales_credit_notes",
    "other_payments",
    "journals",
    "sales_quotes",
];

/// What a bookkeeper did in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BookkeeperStep {
    /// The business.
    pub business_id: String,
    /// The endpoint of the record.
    pub endpoint: &'static str,
    /// The record's id.
    pub id: String,
    /// What happened to it.
    pub operation: ChangeOperation,
    /// Of a payment, the invoice it pays: it changes too.
    pub paid_invoice: Option<String>,
}

/// `49c196153fb1524b7d888cece84e8b12: sales_invoices 6f…, Created`.
impl fmt::Display for BookkeeperStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { business_id, endpoint, id, operation, paid_invoice } = self;
        write!(formatter, "{business_id}: {endpoint} {id}, {operation:?}")?;
        if let Some(invoice) = paid_invoice {
            write!(formatter, ", pays {invoice}")?;
        }
        Ok(())
    }
}

/// A bookkeeper of one business.
#[derive(Debug)]
pub struct Bookkeeper {
    sage: Sage,
    business_id: String,
    chance: Chance,
    /// Grows with every try, and tells names and amounts apart.
    number: u64,
    unpaid: Unpaid<Invoice>,
}

/// An invoice that is to be paid.
#[derive(Clone, Debug)]
struct Invoice {
    id: String,
    contact_id: Value,
    amount: Value,
}

type Done = Result<Option<BookkeeperStep>, SageError>;

impl Bookkeeper {
    /// A bookkeeper who has done nothing yet.
    #[must_use]
    pub fn new(sage: Sage, business_id: impl Into<String>, seed: u64) -> Self {
        Self {
            sage,
            business_id: business_id.into(),
            chance: Chance::from_seed(seed),
            number: 0,
            unpaid: Unpaid::default(),
        }
    }

    /// Makes one change.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`], and [`SageError::Refused`] once the books are full and
    /// nothing else could be done either.
    pub fn step(&mut self) -> Result<BookkeeperStep, SageError> {
        bookkeeping::step(self)
    }

    /// Makes changes at a steady pace of tokio's time, one at a time, until one fails; why it
    /// failed.
    pub async fn run(
        &mut self,
        changes_per_minute: NonZeroU32,
        on_step: impl FnMut(&BookkeeperStep),
    ) -> SageError {
        bookkeeping::run(self, changes_per_minute, on_step).await
    }
}

impl Bookkeeping for Bookkeeper {
    type Deed = Deed;
    type Step = BookkeeperStep;
    type Error = SageError;

    const DEEDS: &'static [(Deed, u64)] = DEEDS;

    fn chance(&mut self) -> &mut Chance {
        &mut self.chance
    }

    fn attempt(&mut self, deed: Deed) -> Done {
        match deed {
            Deed::Create(endpoint) => self.create(endpoint),
            Deed::Invoice => self.create("sales_invoices"),
            Deed::PayInvoice => self.pay_invoice(),
            Deed::Edit => self.edit(),
            Deed::Delete => self.delete(),
        }
    }

    fn is_refusal(error: &SageError) -> bool {
        matches!(error, SageError::Refused { .. })
    }

    fn last_resort(&mut self) -> Result<BookkeeperStep, SageError> {
        self.create("contacts")?.ok_or(SageError::NothingToReferTo("contacts"))
    }
}

impl Bookkeeper {
    /// Creates a record, or the first one missing that it would refer to.
    fn create(&mut self, endpoint: &'static str) -> Done {
        self.number += 1;
        let mut endpoint = endpoint;
        loop {
            match self.sage.sample_body(&self.business_id, endpoint, self.number) {
                Ok(body) => return self.save(endpoint, body),
                Err(SageError::NothingToReferTo(needed)) => endpoint = needed,
                Err(error) => return Err(error),
            }
        }
    }

    fn save(&mut self, endpoint: &'static str, body: Value) -> Done {
        let contact_id = body.get("contact_id").cloned().unwrap_or_default();
        let written =
            self.sage.write_record(&self.business_id, endpoint, RecordOperation::Save, body)?;
        if endpoint == "sales_invoices" && written.operation == ChangeOperation::Created {
            let amount = written.shown.get("total_amount").cloned().unwrap_or_default();
            self.unpaid.remember(Invoice { id: written.id.clone(), contact_id, amount });
        }
        Ok(Some(self.told(endpoint, written)))
    }

    /// Pays one of the unpaid invoices, whole.
    fn pay_invoice(&mut self) -> Done {
        let unpaid = self.unpaid.take(&mut self.chance);
        let bank_account = self.find("bank_accounts")?;
        let (Some(bank_account), Some(unpaid)) = (bank_account, unpaid) else {
            return Ok(None);
        };
        let date = super::times::day(self.sage.shared.now());
        let Invoice { id, contact_id, amount } = unpaid;
        let body = json!({
            "transaction_type_id": "CUSTOMER_RECEIPT",
            "contact_id": contact_id,
            "bank_account_id": bank_account,
            "date": date,
            "total_amount": amount,
            "allocated_artefacts": [{"artefact_id": id, "amount": amount}],
        });
        let step = self.save("contact_payments", body)?;
        Ok(step.map(|step| BookkeeperStep { paid_invoice: Some(id), ..step }))
    }

    fn edit(&mut self) -> Done {
        let Some((endpoint, id)) = self.draw(&EDITED)? else { return Ok(None) };
        self.number += 1;
        self.save(endpoint, json!({"id": id, "notes": format!("Seen {}", self.number)}))
    }

    fn delete(&mut self) -> Done {
        let Some((endpoint, id)) = self.draw(&DELETED)? else { return Ok(None) };
        let body = json!({"id": id, "void_reason": "Entered twice"});
        let operation = RecordOperation::Delete;
        let written = self.sage.write_record(&self.business_id, endpoint, operation, body)?;
        Ok(Some(self.told(endpoint, written)))
    }

    /// One of the endpoints, and a record of it, by chance.
    fn draw(
        &mut self,
        endpoints: &[&'static str],
    ) -> Result<Option<(&'static str, String)>, SageError> {
        let endpoint = self.chance.pick(endpoints).unwrap_or("contacts");
        Ok(self.find(endpoint)?.map(|id| (endpoint, id)))
    }

    fn find(&mut self, endpoint: &str) -> Result<Option<String>, SageError> {
        let near = self.chance.below(1_000_000);
        let Some(endpoint) = Endpoint::find(endpoint) else { return Ok(None) };
        self.sage.look(&self.business_id, |books| samples::live_near(books, endpoint, near))
    }

    fn told(&self, endpoint: &'static str, written: Written) -> BookkeeperStep {
        BookkeeperStep {
            business_id: self.business_id.clone(),
            endpoint,
            id: written.id,
            operation: written.operation,
            paid_invoice: None,
        }
    }
}
