//! What must arrive of each change by each way, written from FreshBooks' documents (reference:
//! freshbooks-sage §1.3, §1.5, §1.9 and §1.10), not from the product's own tables.

use Record::{Invoice, Itself};
use Trace::{InEveryState, NotWhenDeleted, Nowhere};

use crate::matrix::change::Change::{
    self, Archived, Created, Deactivated, Deleted, Emailed, Merged, Updated, Voided,
};
use crate::matrix::table::Why;

/// How a gateway can come to know of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Webhook,
    /// Lists, read again and again.
    Polling,
    /// Webhooks, and a poll after them.
    Hybrid,
    /// The same when every notice is lost.
    HybridAllLost,
    /// The same when the creation is noticed and every later notice is lost.
    HybridLaterLost,
}

impl Way {
    pub(super) const ALL: [Self; 5] =
        [Self::Webhook, Self::Polling, Self::Hybrid, Self::HybridAllLost, Self::HybridLaterLost];

    pub(super) fn loses_notice_of(self, change: Change) -> bool {
        match self {
            Self::Webhook | Self::Polling | Self::Hybrid => false,
            Self::HybridAllLost => true,
            Self::HybridLaterLost => change != Created,
        }
    }
}

/// What the lists show of a kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    /// It is deleted by `vis_state` 1, which can be searched for, or listed on request.
    InEveryState,
    /// A deleted one is on no list.
    NotWhenDeleted,
    /// A record says no time of its last change, and its list has no filter by one.
    Nowhere,
}

/// An event resource.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) name: &'static str,
    /// FreshBooks' name of it.
    pub(super) noun: &'static str,
    /// The property that an update changes.
    pub(super) edited: &'static str,
    /// What its records undergo.
    changes: &'static [Change],
    has_notices: bool,
    /// Whether a record says when it was created; without that a list does not tell a new one from
    /// an edited one.
    is_dated: bool,
    trace: Trace,
}

impl Resource {
    pub(super) fn undergoes(&self, change: Change) -> bool {
        self.changes.contains(&change)
    }
}

const fn resource(
    name: &'static str,
    noun: &'static str,
    edited: &'static str,
    changes: &'static [Change],
) -> Resource {
    let (has_notices, is_dated, trace) = (true, false, InEveryState);
    Resource { name, noun, edited, changes, has_notices, is_dated, trace }
}

const fn dated(resource: Resource) -> Resource {
    Resource { is_dated: true, ..resource }
}

const fn without_notices(resource: Resource) -> Resource {
    Resource { has_notices: false, ..resource }
}

const fn with_trace(resource: Resource, trace: Trace) -> Resource {
    Resource { trace, ..resource }
}

/// Of records without `vis_state`.
const PLAIN: &[Change] = &[Created, Updated, Deleted];
const ARCHIVABLE: &[Change] = &[Created, Updated, Archived, Deleted];
const SENDABLE: &[Change] = &[Created, Updated, Emailed, Archived, Deleted];

/// The event resources (reference: cloud-elements §7.6): those of the original, then the other
/// nouns of notices.
pub(super) static RESOURCES: [Resource; 17] = [
    dated(resource("customers", "client", "note", ARCHIVABLE)),
    without_notices(resource("employees", "staff", "fname", ARCHIVABLE)),
    resource("expenses", "expense", "notes", ARCHIVABLE),
    dated(resource("invoices", "invoice", "notes", SENDABLE)),
    resource("items", "item", "description", ARCHIVABLE),
    resource("payments", "payment", "amount", PLAIN),
    dated(resource("projects", "project", "description", PLAIN)),
    without_notices(resource("tasks", "task", "description", ARCHIVABLE)),
    with_trace(resource("taxes", "tax", "name", PLAIN), NotWhenDeleted),
    dated(resource("time-activities", "time_entry", "note", PLAIN)),
    dated(resource("vendors", "bill_vendor", "note", ARCHIVABLE)),
    dated(resource("bills", "bill", "overall_description", ARCHIVABLE)),
    resource("credit-notes", "credit_note", "notes", ARCHIVABLE),
    dated(resource("estimates", "estimate", "notes", SENDABLE)),
    dated(resource("expense-categories", "category", "category", ARCHIVABLE)),
    resource("recurring-invoices", "recurring", "notes", ARCHIVABLE),
    with_trace(resource("services", "service", "name", ARCHIVABLE), Nowhere),
];

/// Which of the records that take part in a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Itself,
    /// The invoice that a payment pays: what is outstanding of it is another amount then.
    Invoice,
}

/// One event that arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) record: Record,
    /// `eventType`.
    pub(super) kind: &'static str,
    /// How it was detected.
    pub(super) detection: &'static str,
}

/// Why nothing can arrive of some changes.
pub(super) const REASONS: [Why; 3] = [NO_NOTICES, NO_LIST_OF_DELETED, NO_TIME];

const NO_NOTICES: Why =
    Why { letter: 'a', reason: "FreshBooks has no webhooks for staff and tasks." };

const NO_LIST_OF_DELETED: Why =
    Why { letter: 'b', reason: "A deleted tax is gone from every list, and so leaves no trace." };

const NO_TIME: Why = Why {
    letter: 'c',
    reason: "A service does not say when it changed, and the list of services cannot be asked for what\n      \
             changed since.",
};

/// What arrives of a change, each exactly once; or why nothing can.
pub(super) fn expected(resource: &Resource, change: Change, way: Way) -> Result<Vec<Told>, Why> {
    let noticed = || noticed(resource, change);
    match way {
        Way::Webhook => noticed(),
        Way::Polling => found(resource, change, "poll"),
        _ if way.loses_notice_of(change) => found(resource, change, "reconcile"),
        // The poll after a notice finds nothing that is new.
        Way::Hybrid | Way::HybridAllLost | Way::HybridLaterLost => {
            noticed().or_else(|_| found(resource, change, "reconcile"))
        }
    }
}

/// What a notice tells, and the record that is read behind it. An archived record was updated. A
/// deleted one is still shown, with `vis_state` 1, or not found, with one of two error numbers;
/// whether it is told of as deleted or as updated is not documented and must not matter.
fn noticed(resource: &Resource, change: Change) -> Result<Vec<Told>, Why> {
    if !resource.has_notices {
        return Err(NO_NOTICES);
    }
    let kind = match change {
        Created => "CREATED",
        Emailed => "EMAILED",
        Updated | Archived => "UPDATED",
        Deleted => "DELETED",
        Voided | Merged | Deactivated => unreachable!("FreshBooks does not do that"),
    };
    Ok(of_all(resource, kind, "webhook"))
}

/// What a poll tells, which sees the state of records and not what was done with them.
fn found(resource: &Resource, change: Change, detection: &'static str) -> Result<Vec<Told>, Why> {
    let kind = match (change, resource.trace) {
        (_, Nowhere) => return Err(NO_TIME),
        (Deleted, NotWhenDeleted) => return Err(NO_LIST_OF_DELETED),
        (Deleted, InEveryState) => "DELETED",
        (Created, _) if resource.is_dated => "CREATED",
        _ => "UPDATED",
    };
    Ok(of_all(resource, kind, detection))
}

/// A payment's invoice is updated by whatever happens to the payment.
fn of_all(resource: &Resource, kind: &'static str, detection: &'static str) -> Vec<Told> {
    let itself = Told { record: Itself, kind, detection };
    let invoice = Told { record: Invoice, kind: "UPDATED", detection };
    match resource.noun {
        "payment" => vec![itself, invoice],
        _ => vec![itself],
    }
}
