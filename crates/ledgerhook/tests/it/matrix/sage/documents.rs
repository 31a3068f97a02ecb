//! What must arrive of each change, written from Sage's documents (reference: freshbooks-sage §2.1,
//! §2.5 and §2.8, cloud-elements §7.5), not from the product's own tables. Sage sends no notices: a
//! list is asked for what was updated since a moment and, where it can be, for what was deleted.

use crate::matrix::change::Change::{self, Created, Deleted, Updated, Voided};
use crate::matrix::table::Why;

/// How a gateway can come to know of a change. API v1 cannot be asked for changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Polling of API v3.1.
    Current,
    /// Polling of the retired API v3.
    Columbus,
}

impl Way {
    pub(super) const ALL: [Self; 2] = [Self::Current, Self::Columbus];

    /// Whether the API has a list of the resource that can be asked for updates.
    pub(super) fn lists(self, resource: &Resource) -> bool {
        self == Self::Current || !NOT_IN_COLUMBUS.contains(&resource.endpoint)
    }
}

/// The lists that the published description of API v3 lacks.
const NOT_IN_COLUMBUS: [&str; 13] = [
    "analysis_type_categories",
    "analysis_types",
    "attachments",
    "bank_opening_balances",
    "bank_reconciliations",
    "contact_allocations",
    "contact_opening_balances",
    "contact_payments",
    "journal_codes",
    "ledger_account_opening_balances",
    "purchase_corrective_invoices",
    "sales_corrective_invoices",
    "stock_items",
];

/// An event resource.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) name: &'static str,
    /// Sage's list of it.
    pub(super) endpoint: &'static str,
    /// What its records undergo.
    changes: &'static [Change],
    /// Whether the list can be asked for what was deleted (`deleted_since`).
    tells_deletions: bool,
}

impl Resource {
    pub(super) fn undergoes(&self, change: Change) -> bool {
        self.changes.contains(&change)
    }
}

/// A list that can be asked for updates and deletions.
const fn both(name: &'static str, endpoint: &'static str) -> Resource {
    let changes = &[Created, Updated, Deleted];
    Resource { name, endpoint, changes, tells_deletions: true }
}

/// A list that can be asked for updates.
const fn updates(name: &'static str, endpoint: &'static str) -> Resource {
    Resource { tells_deletions: false, ..both(name, endpoint) }
}

/// Deleted with a reason, which voids it.
const fn voided(name: &'static str, endpoint: &'static str) -> Resource {
    Resource { changes: &[Created, Updated, Voided], ..both(name, endpoint) }
}

/// Posted once: it can be created and deleted.
const fn posted(name: &'static str, endpoint: &'static str) -> Resource {
    Resource { changes: &[Created, Deleted], ..both(name, endpoint) }
}

/// The event resources: every list that can be asked for changes, by the original's name where it
/// had one. Customers and vendors are contacts of one type.
pub(super) static RESOURCES: [Resource; 40] = [
    both("addresses", "addresses"),
    updates("analysis-type-categories", "analysis_type_categories"),
    updates("analysis-types", "analysis_types"),
    both("attachments", "attachments"),
    both("bank-accounts", "bank_accounts"),
    both("bank-deposits", "bank_deposits"),
    updates("bank-opening-balances", "bank_opening_balances"),
    updates("bank-reconciliations", "bank_reconciliations"),
    both("bank-transfers", "bank_transfers"),
    updates("coa-accounts", "coa_accounts"),
    both("contact-allocations", "contact_allocations"),
    both("contact-opening-balances", "contact_opening_balances"),
    both("contact-persons", "contact_persons"),
    both("contacts", "contacts"),
    both("customers", "contacts"),
    voided("invoices", "sales_invoices"),
    updates("journal-codes", "journal_codes"),
    posted("journal-entries", "journals"),
    updates("ledger-account-opening-balances", "ledger_account_opening_balances"),
    updates("ledger-accounts", "ledger_accounts"),
    updates("ledger-entries", "ledger_entries"),
    both("other-payments", "other_payments"),
    both("payments", "contact_payments"),
    both("products", "products"),
    voided("purchase-corrective-invoices", "purchase_corrective_invoices"),
    voided("purchase-credit-notes", "purchase_credit_notes"),
    voided("purchase-invoices", "purchase_invoices"),
    both("purchase-quick-entries", "purchase_quick_entries"),
    voided("sales-corrective-invoices", "sales_corrective_invoices"),
    voided("sales-credit-notes", "sales_credit_notes"),
    updates("sales-estimates", "sales_estimates"),
    both("sales-quick-entries", "sales_quick_entries"),
    updates("sales-quotes", "sales_quotes"),
    updates("service-rate-types", "service_rate_types"),
    both("services", "services"),
    both("stock-items", "stock_items"),
    updates("tax-profiles", "tax_profiles"),
    updates("tax-rates", "tax_rates"),
    updates("transactions", "transactions"),
    both("vendors", "contacts"),
];

/// One event that arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) resource: &'static str,
    /// The resource whose record it is of.
    pub(super) record: &'static str,
    /// `eventType`.
    pub(super) kind: &'static str,
}

/// Why nothing can arrive of some changes.
pub(super) const REASONS: [Why; 3] = [NO_TRACE, NO_DELETIONS, NO_LIST];

const NO_TRACE: Why = Why {
    letter: 'a',
    reason: "Sage's list cannot be asked for what was deleted: a deleted record just is no more.",
};

const NO_DELETIONS: Why =
    Why { letter: 'b', reason: "API v3 cannot be asked for what was deleted." };

const NO_LIST: Why = Why { letter: 'c', reason: "API v3 has no such list." };

/// What arrives of a change, each exactly once; or why nothing can.
pub(super) fn expected(resource: &Resource, change: Change, way: Way) -> Result<Vec<Told>, Why> {
    if !way.lists(resource) {
        return Err(NO_LIST);
    }
    let kind = match change {
        Created => "CREATED",
        Updated => "UPDATED",
        _ if way == Way::Columbus => return Err(NO_DELETIONS),
        _ if !resource.tells_deletions => return Err(NO_TRACE),
        _ => "DELETED",
    };
    let told = |name| Told { resource: name, record: resource.name, kind };
    let mut all: Vec<_> = listed_as(resource).map(told).collect();
    // What is outstanding of it is another amount then.
    if change == Created && resource.name == "payments" {
        all.push(Told { resource: "invoices", record: "invoices", kind: "UPDATED" });
    }
    Ok(all)
}

/// The resources whose lists show a resource's record: a contact may be a customer, a vendor or,
/// as that of the resource `contacts`, both.
fn listed_as(resource: &Resource) -> impl Iterator<Item = &'static str> {
    let name = resource.name;
    let listed = RESOURCES.iter().filter(move |other| match (name, other.name) {
        ("contacts", other) => ["contacts", "customers", "vendors"].contains(&other),
        ("customers" | "vendors", "contacts") => true,
        (name, other) => name == other,
    });
    listed.map(|resource| resource.name)
}
