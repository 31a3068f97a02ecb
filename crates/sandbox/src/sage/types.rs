//! The rows of the endpoints that never change: types, statuses, currencies and countries.
//!
//! Ids are those of recorded answers where one is known. An endpoint not listed here has no rows,
//! which an edition may have too.

use serde_json::{Value, json};

use super::endpoints::Endpoint;

type Row = (&'static str, &'static str);

const ROWS: &[(&str, &[Row])] = &[
    ("address_types", &[("DELIVERY", "Delivery"), ("ACCOUNTS", "Accounts"), ("SALES", "Sales")]),
    (
        "artefact_statuses",
        &[
            ("PAID", "Paid"),
            ("PART_PAID", "Part Paid"),
            ("UNPAID", "Unpaid"),
            ("VOID", "Void"),
            ("DRAFT", "Draft"),
            ("PENDING", "Pending"),
        ],
    ),
    (
        "bank_account_types",
        &[
            ("CHECKING", "Current"),
            ("SAVINGS", "Savings"),
            ("CASH_IN_HAND", "Cash in Hand"),
            ("CREDIT", "Credit Card / Loan"),
        ],
    ),
    ("catalog_item_types", &[("PRODUCT", "Product"), ("SERVICE", "Service")]),
    ("contact_person_types", &[("ACCOUNTS", "Accounts"), ("SALES", "Sales")]),
    ("contact_types", &[("CUSTOMER", "Customer"), ("VENDOR", "Vendor")]),
    (
        "countries",
        &[
            ("CA", "Canada (CA)"),
            ("DE", "Germany (DE)"),
            ("ES", "Spain (ES)"),
            ("FR", "France (FR)"),
            ("GB", "United Kingdom (GB)"),
            ("IE", "Ireland (IE)"),
            ("US", "United States (US)"),
        ],
    ),
    (
        "currencies",
        &[
            ("CAD", "Canadian Dollar (CAD)"),
            ("EUR", "Euro (EUR)"),
            ("GBP", "Pound Sterling (GBP)"),
            ("USD", "US Dollar (USD)"),
        ],
    ),
    ("ledger_account_types", &[("SALES", "Sales"), ("OVERHEADS", "Overheads"), ("BANK", "Bank")]),
    (
        "payment_methods",
        &[("CASH", "Cash"), ("CHECK", "Cheque"), ("CREDIT_DEBIT", "Credit/Debit Card")],
    ),
    ("tax_schemes", &[("NOT_REGISTERED", "Not Registered")]),
    (
        "transaction_types",
        &[
            ("CUSTOMER_RECEIPT", "Customer Receipt"),
            ("VENDOR_PAYMENT", "Vendor Payment"),
            ("OTHER_RECEIPT", "Other Receipt"),
            ("OTHER_PAYMENT", "Other Payment"),
            ("SALES_INVOICE", "Sales Invoice"),
            ("PURCHASE_INVOICE", "Purchase Invoice"),
            ("CUSTOMER_ALLOCATION", "Customer Allocation"),
            ("JOURNAL", "Journal"),
        ],
    ),
];

/// The rows of an endpoint, as they are listed and referred to.
pub(super) fn rows(endpoint: &Endpoint) -> impl Iterator<Item = Value> {
    let name = endpoint.name;
    rows_of(name).iter().map(move |(id, shown)| reference(name, id, shown))
}

/// One row of an endpoint.
pub(super) fn row(endpoint: &str, id: &str) -> Option<Value> {
    let (id, shown) = rows_of(endpoint).iter().find(|(known, _)| *known == id)?;
    Some(reference(endpoint, id, shown))
}

fn rows_of(endpoint: &str) -> &'static [Row] {
    ROWS.iter().find(|(name, _)| *name == endpoint).map_or(&[], |(_, rows)| rows)
}

/// How one record shows another.
pub(super) fn reference(endpoint: &str, id: &str, displayed_as: &str) -> Value {
    json!({"id": id, "displayed_as": displayed_as, "$path": format!("/{endpoint}/{id}")})
}
