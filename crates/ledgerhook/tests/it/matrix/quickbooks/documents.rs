//! What must arrive of each change by each way, written from Intuit's documents and the original's
//! (reference: quickbooks §1.7, §2 and §5, cloud-elements §6.5), not from the product's own tables.

use Whose::{Itself, MergedAway};

use crate::matrix::change::Change::{
    self, Archived, Created, Deactivated, Deleted, Emailed, Merged, Updated, Voided,
};
use crate::matrix::table::Why;

/// How a gateway can come to know of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Webhooks in their older shape.
    Legacy,
    /// Webhooks in their newer shape.
    CloudEvents,
    Polling,
    /// Webhooks, and a poll after them.
    Hybrid,
    /// The same when every notice is lost.
    HybridAllLost,
    /// The same when the creation is noticed and every later notice is lost.
    HybridLaterLost,
}

impl Way {
    pub(super) const ALL: [Self; 6] = [
        Self::Legacy,
        Self::CloudEvents,
        Self::Polling,
        Self::Hybrid,
        Self::HybridAllLost,
        Self::HybridLaterLost,
    ];

    pub(super) fn loses_notice_of(self, change: Change) -> bool {
        match self {
            Self::Legacy | Self::CloudEvents | Self::Polling | Self::Hybrid => false,
            Self::HybridAllLost => true,
            Self::HybridLaterLost => change != Created,
        }
    }
}

/// An event resource.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) name: &'static str,
    /// Intuit's name of it.
    pub(super) entity: &'static str,
    /// What its records undergo.
    changes: &'static [Change],
    has_notices: bool,
    /// How an event of it is detected when a poll finds it.
    found_by: &'static str,
}

impl Resource {
    pub(super) fn undergoes(&self, change: Change) -> bool {
        self.changes.contains(&change)
    }

    /// Whether the gateway has read the whole record, and so knows its revision. A query shows
    /// inactive records as they are; change data capture, by which polls and hybrid instances read,
    /// has only an id of what is deleted or inactive.
    pub(super) fn is_read_whole(&self, told: Told, way: Way) -> bool {
        let is_by_query = match way {
            Way::Legacy | Way::CloudEvents => self.is_list(),
            _ => self.found_by == "poll" && told.detection != "webhook",
        };
        told.kind != "DELETED" || is_by_query
    }

    fn is_list(&self) -> bool {
        self.undergoes(Deactivated)
    }
}

const fn resource(
    name: &'static str,
    entity: &'static str,
    changes: &'static [Change],
) -> Resource {
    Resource { name, entity, changes, has_notices: true, found_by: "cdc" }
}

/// Change data capture does not cover it.
const fn by_query(resource: Resource) -> Resource {
    Resource { found_by: "poll", ..resource }
}

const fn without_notices(resource: Resource) -> Resource {
    Resource { has_notices: false, ..resource }
}

const LIST: &[Change] = &[Created, Updated, Deactivated];
const MERGEABLE_LIST: &[Change] = &[Created, Updated, Merged, Deactivated];
const TRANSACTION: &[Change] = &[Created, Updated, Deleted];
const SALE: &[Change] = &[Created, Updated, Emailed, Voided, Deleted];

/// The event resources (reference: quickbooks §5).
pub(super) static RESOURCES: [Resource; 22] = [
    resource("bill-payments", "BillPayment", &[Created, Updated, Voided, Deleted]),
    resource("bills", "Bill", TRANSACTION),
    resource("classes", "Class", MERGEABLE_LIST),
    resource("credit-memos", "CreditMemo", SALE),
    resource("credit-terms", "Term", LIST),
    resource("currencies", "CompanyCurrency", LIST),
    resource("customers", "Customer", MERGEABLE_LIST),
    resource("employees", "Employee", MERGEABLE_LIST),
    resource("invoices", "Invoice", SALE),
    resource("journal-entries", "JournalEntry", TRANSACTION),
    resource("ledger-accounts", "Account", MERGEABLE_LIST),
    resource("payment-methods", "PaymentMethod", MERGEABLE_LIST),
    resource("payments", "Payment", SALE),
    resource("products", "Item", MERGEABLE_LIST),
    resource("purchase-orders", "PurchaseOrder", &[Created, Updated, Emailed, Deleted]),
    resource("refund-receipts", "RefundReceipt", SALE),
    resource("sales-receipts", "SalesReceipt", SALE),
    by_query(without_notices(resource("tax-codes", "TaxCode", LIST))),
    by_query(without_notices(resource("tax-rates", "TaxRate", LIST))),
    by_query(resource("time-activities", "TimeActivity", TRANSACTION)),
    resource("vendor-credits", "VendorCredit", TRANSACTION),
    resource("vendors", "Vendor", MERGEABLE_LIST),
];

/// Which of the records that take part in a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    Itself,
    /// The one that is merged into it and gone then.
    MergedAway,
}

/// One event that arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) whose: Whose,
    /// `eventType`.
    pub(super) kind: &'static str,
    /// How it was detected.
    pub(super) detection: &'static str,
}

/// Why nothing can arrive of some changes.
pub(super) const REASONS: [Why; 2] = [NO_NOTICES, NO_TRACE];

const NO_NOTICES: Why =
    Why { letter: 'a', reason: "Intuit sends no webhooks for tax codes and tax rates." };

const NO_TRACE: Why = Why {
    letter: 'b',
    reason: "A deleted time activity leaves nothing to ask for: change data capture does not cover\n      \
             time activities, and a query shows no deleted record.",
};

/// What arrives of a change, each exactly once; or why nothing can.
pub(super) fn expected(resource: &Resource, change: Change, way: Way) -> Result<Vec<Told>, Why> {
    match way {
        Way::Legacy | Way::CloudEvents => noticed(resource, change),
        Way::Polling => found(resource, change, resource.found_by),
        _ if way.loses_notice_of(change) => found(resource, change, "reconcile"),
        Way::Hybrid | Way::HybridAllLost | Way::HybridLaterLost => hybrid(resource, change),
    }
}

/// What the notice tells; and the poll after it, only what is about another record.
fn hybrid(resource: &Resource, change: Change) -> Result<Vec<Told>, Why> {
    let found = found(resource, change, "reconcile");
    let Ok(mut told) = noticed(resource, change) else { return found };
    let is_news = |found: &Told| found.whose != Itself;
    told.extend(found.unwrap_or_default().into_iter().filter(is_news));
    Ok(told)
}

/// What a notice tells. Which operation Intuit tells when a list record is made inactive is not
/// documented; the stand-in tells `Update`, and the record then shows that it is gone.
fn noticed(resource: &Resource, change: Change) -> Result<Vec<Told>, Why> {
    if !resource.has_notices {
        return Err(NO_NOTICES);
    }
    let kind = match change {
        Created => "CREATED",
        Updated | Archived => "UPDATED",
        Emailed => "EMAILED",
        Voided => "VOIDED",
        Merged => "MERGED",
        Deactivated | Deleted => "DELETED",
    };
    Ok(vec![Told { whose: Itself, kind, detection: "webhook" }])
}

/// What a poll tells, which sees the state of records and not what was done with them.
fn found(resource: &Resource, change: Change, detection: &'static str) -> Result<Vec<Told>, Why> {
    let told: &[_] = match change {
        Deleted if resource.entity == "TimeActivity" => return Err(NO_TRACE),
        Created => &[(Itself, "CREATED")],
        Updated | Emailed | Voided | Archived => &[(Itself, "UPDATED")],
        Merged => &[(Itself, "UPDATED"), (MergedAway, "DELETED")],
        Deactivated | Deleted => &[(Itself, "DELETED")],
    };
    Ok(told.iter().map(|&(whose, kind)| Told { whose, kind, detection }).collect())
}
