//! The endpoints of API 3.1 (reference: the endpoint matrix of the official v3.1 swagger): what
//! each can filter by, and who writes it.

/// What a client may ask of the changes of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    /// `updated_or_created_since` and `deleted_since`.
    UpdatesAndDeletes,
    /// `updated_or_created_since` only: a deleted record just is no more.
    Updates,
    /// Nothing.
    Unknown,
}

/// What an endpoint has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Records that come and go.
    Records,
    /// The same few rows for ever; see [`super::types`].
    Types,
    /// One object without an id.
    Settings,
}

/// What an app may do with the records of an endpoint; users of the product may do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writers {
    /// Create, update and delete.
    Apps,
    /// Create and update.
    AppsNeverDelete,
    /// Create and delete: a journal is posted once.
    AppsNeverUpdate,
    /// Nothing.
    Product,
}

/// A document: it has a number, lines and a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// `SI` of `SI-1`.
    pub(super) prefix: &'static str,
    /// The field that shows the number; may be none.
    pub(super) number_field: Option<&'static str>,
    /// Whether a delete needs a reason (reference: cloud-elements §7.5).
    pub(super) needs_void_reason: bool,
}

/// One endpoint.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// `sales_invoices`.
    pub(super) name: &'static str,
    pub(super) holds: Holds,
    pub(super) changes: Changes,
    pub(super) writers: Writers,
    /// Whether it takes `sort`; without one, rows come in no order.
    pub(super) sorts: bool,
    /// The filters beside those of changes.
    pub(super) filters: &'static [&'static str],
    /// Fields that a create must have.
    pub(super) required: &'static [&'static str],
    pub(super) document: Option<Document>,
}

impl Endpoint {
    /// The endpoint with a name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        ENDPOINTS.iter().find(|endpoint| endpoint.name == name)
    }

    /// The object around the body of a write: `{"sales_invoice": {…}}`.
    pub(super) fn wrapper(&self) -> String {
        let name = self.name;
        if self.holds == Holds::Settings {
            return name.to_owned();
        }
        if let Some(stem) = name.strip_suffix("ies") {
            return format!("{stem}y");
        }
        let stem = name.strip_suffix("sses").map(|stem| format!("{stem}ss"));
        stem.unwrap_or_else(|| name.strip_suffix('s').unwrap_or(name).to_owned())
    }

    const fn new(name: &'static str, holds: Holds, changes: Changes) -> Self {
        Self {
            name,
            holds,
            changes,
            writers: Writers::Apps,
            sorts: false,
            filters: &[],
            required: &[],
            document: None,
        }
    }

    /// Updates and deletes can be asked for.
    const fn both(name: &'static str) -> Self {
        Self::new(name, Holds::Records, Changes::UpdatesAndDeletes)
    }

    /// Updates can be asked for.
    const fn updates(name: &'static str) -> Self {
        Self::new(name, Holds::Records, Changes::Updates)
    }

    const fn neither(name: &'static str) -> Self {
        Self::new(name, Holds::Records, Changes::Unknown)
    }

    const fn types(name: &'static str) -> Self {
        Self::new(name, Holds::Types, Changes::Unknown).by(Writers::Product)
    }

    const fn settings(name: &'static str) -> Self {
        Self::new(name, Holds::Settings, Changes::Unknown)
    }

    const fn by(self, writers: Writers) -> Self {
        Self { writers, ..self }
    }

    const fn sorted(self) -> Self {
        Self { sorts: true, ..self }
    }

    const fn filtered(self, filters: &'static [&'static str]) -> Self {
        Self { filters, ..self }
    }

    const fn requiring(self, required: &'static [&'static str]) -> Self {
        Self { required, ..self }
    }

    /// A document that is deleted as it is.
    const fn document(self, prefix: &'static str, number_field: Option<&'static str>) -> Self {
        let document = Some(Document { prefix, number_field, needs_void_reason: false });
        Self { document, filters: DOCUMENT_FILTERS, required: &["contact_id", "date"], ..self }
    }

    /// A document that is deleted with a reason.
    const fn voided(self, prefix: &'static str, number_field: Option<&'static str>) -> Self {
        let document = Some(Document { prefix, number_field, needs_void_reason: true });
        Self { document, ..self.document(prefix, number_field) }
    }
}

const DOCUMENT_FILTERS: &[&str] = &["search", "contact_id", "status_id", "from_date", "to_date"];
const DATES: &[&str] = &["from_date", "to_date"];
const SEARCH: &[&str] = &["search"];
const CATALOG: &[&str] = &["search", "active"];
const DESCRIBED: &[&str] = &["description"];
const NAMED: &[&str] = &["name"];
const INVOICE_NUMBER: Option<&str> = Some("invoice_number");
const CREDIT_NOTE_NUMBER: Option<&str> = Some("credit_note_number");

/// Every endpoint but `businesses`. Those that others refer to come before the others, so that
/// one record of each can be created in this order.
#[rustfmt::skip]
pub(super) const ENDPOINTS: &[Endpoint] = &[
    // Updates and deletes.
    Endpoint::both("contacts").filtered(&["contact_type_id", "search", "email"])
        .requiring(&["name", "contact_type_ids"]),
    Endpoint::both("contact_persons").filtered(&["address_id", "contact_id"]).requiring(NAMED),
    Endpoint::both("addresses").filtered(&["contact_id", "bank_account_id"]),
    Endpoint::both("attachments")
        .filtered(&["attachment_context_id", "attachment_context_type_id"]),
    Endpoint::both("bank_accounts"),
    Endpoint::both("bank_deposits").filtered(DATES).sorted(),
    Endpoint::both("bank_transfers").filtered(DATES).sorted(),
    Endpoint::both("products").filtered(CATALOG).requiring(DESCRIBED),
    Endpoint::both("services").filtered(CATALOG).requiring(DESCRIBED),
    Endpoint::both("stock_items").filtered(CATALOG).requiring(DESCRIBED),
    Endpoint::both("sales_invoices").voided("SI", INVOICE_NUMBER).sorted(),
    Endpoint::both("sales_corrective_invoices").voided("SCI", INVOICE_NUMBER).sorted(),
    Endpoint::both("sales_credit_notes").voided("SCN", CREDIT_NOTE_NUMBER).sorted(),
    Endpoint::both("sales_quick_entries").document("SQE", None).sorted(),
    Endpoint::both("purchase_invoices").voided("PI", None).sorted(),
    Endpoint::both("purchase_corrective_invoices").voided("PCI", None).sorted(),
    Endpoint::both("purchase_credit_notes").voided("PCN", None).sorted(),
    Endpoint::both("purchase_quick_entries").document("PQE", None).sorted(),
    Endpoint::both("contact_allocations").filtered(&["contact_id", "transaction_type_id"]).sorted(),
    Endpoint::both("contact_opening_balances").filtered(&["contact_id"]),
    Endpoint::both("contact_payments")
        .filtered(&["contact_id", "bank_account_id", "transaction_type_id", "from_date", "to_date"])
        .requiring(&["transaction_type_id", "contact_id", "bank_account_id", "date",
                     "total_amount"]).sorted(),
    Endpoint::both("other_payments")
        .filtered(&["contact_id", "bank_account_id", "transaction_type_id", "from_date", "to_date"])
        .requiring(&["transaction_type_id", "bank_account_id", "date"]).sorted(),
    Endpoint::both("journals").requiring(&["date", "journal_lines"]).by(Writers::AppsNeverUpdate),
    // Updates only.
    Endpoint::updates("ledger_accounts").filtered(&["search", "ledger_account_type_id"])
        .requiring(NAMED).by(Writers::AppsNeverDelete),
    Endpoint::updates("analysis_types").filtered(SEARCH).by(Writers::Product),
    Endpoint::updates("analysis_type_categories").requiring(NAMED),
    Endpoint::updates("bank_opening_balances").filtered(&["bank_account_id"]),
    Endpoint::updates("bank_reconciliations").filtered(&["bank_account_id"]),
    Endpoint::updates("coa_accounts").by(Writers::Product),
    Endpoint::updates("journal_codes").requiring(NAMED),
    Endpoint::updates("ledger_account_opening_balances"),
    Endpoint::updates("ledger_entries")
        .filtered(&["from_date", "to_date", "transaction_id", "ledger_account_id"])
        .by(Writers::Product),
    Endpoint::updates("sales_estimates").document("EST", Some("estimate_number")),
    Endpoint::updates("sales_quotes").document("QU", Some("quote_number")).sorted(),
    Endpoint::updates("service_rate_types").filtered(&["active"]).requiring(NAMED),
    Endpoint::updates("tax_profiles").by(Writers::Product),
    Endpoint::updates("tax_rates").requiring(NAMED),
    Endpoint::updates("transactions")
        .filtered(&["from_date", "to_date", "updated_from_date", "updated_to_date",
                    "transaction_type_id"])
        .by(Writers::Product),
    // Neither.
    Endpoint::neither("business_exchange_rates"),
    Endpoint::neither("exchange_rates").by(Writers::Product),
    Endpoint::neither("hosted_artefact_payment_settings"),
    Endpoint::neither("live_exchange_rates").by(Writers::Product),
    Endpoint::neither("migration_tax_returns"),
    Endpoint::neither("opening_balance_journals"),
    Endpoint::neither("product_sales_price_types").filtered(&["active"]).requiring(NAMED),
    Endpoint::neither("stock_movements").filtered(&["search", "stock_item_id", "from_date",
                                                    "to_date"]),
    Endpoint::neither("tax_determinations").by(Writers::Product),
    Endpoint::neither("unallocated_artefacts").filtered(&["search", "contact_id"])
        .by(Writers::Product),
    Endpoint::types("address_regions"),
    Endpoint::types("address_types"),
    Endpoint::types("artefact_statuses"),
    Endpoint::types("attachment_context_types"),
    Endpoint::types("bank_account_types"),
    Endpoint::types("business_activity_types"),
    Endpoint::types("business_types"),
    Endpoint::types("catalog_item_types"),
    Endpoint::types("coa_templates"),
    Endpoint::types("contact_opening_balance_types"),
    Endpoint::types("contact_person_types"),
    Endpoint::types("contact_types"),
    Endpoint::types("corrective_reason_codes"),
    Endpoint::types("countries"),
    Endpoint::types("countries_of_registration"),
    Endpoint::types("country_groups"),
    Endpoint::types("currencies"),
    Endpoint::types("eu_goods_services_types"),
    Endpoint::types("eu_sales_descriptions"),
    Endpoint::types("journal_code_types"),
    Endpoint::types("ledger_account_classifications"),
    Endpoint::types("ledger_account_types"),
    Endpoint::types("legal_form_types"),
    Endpoint::types("payment_methods"),
    Endpoint::types("quick_entry_types"),
    Endpoint::types("tax_offices"),
    Endpoint::types("tax_return_frequencies"),
    Endpoint::types("tax_schemes"),
    Endpoint::types("tax_types"),
    Endpoint::types("transaction_types"),
    Endpoint::settings("business_settings"),
    Endpoint::settings("cis_settings"),
    Endpoint::settings("datev_settings"),
    Endpoint::settings("email_settings"),
    Endpoint::settings("financial_settings"),
    Endpoint::settings("invoice_settings"),
    Endpoint::settings("migrations"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(changes: Changes) -> Vec<&'static str> {
        let mut names: Vec<_> = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.changes == changes)
            .map(|endpoint| endpoint.name)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn the_endpoints_with_changes_are_those_of_the_swagger() {
        let both = "addresses attachments bank_accounts bank_deposits bank_transfers \
                    contact_allocations contact_opening_balances contact_payments \
                    contact_persons contacts journals other_payments products \
                    purchase_corrective_invoices purchase_credit_notes purchase_invoices \
                    purchase_quick_entries sales_corrective_invoices sales_credit_notes \
                    sales_invoices sales_quick_entries services stock_items";
        assert_eq!(names(Changes::UpdatesAndDeletes).join(" "), both);
        let updates = "analysis_type_categories analysis_types bank_opening_balances \
                       bank_reconciliations coa_accounts journal_codes \
                       ledger_account_opening_balances ledger_accounts ledger_entries \
                       sales_estimates sales_quotes service_rate_types tax_profiles tax_rates \
                       transactions";
        assert_eq!(names(Changes::Updates).join(" "), updates);
        assert_eq!(names(Changes::Unknown).len(), 47);
    }

    #[test]
    fn every_endpoint_is_listed_once() {
        let mut names: Vec<_> = ENDPOINTS.iter().map(|endpoint| endpoint.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ENDPOINTS.len());
    }

    #[test]
    fn a_wrapper_is_the_singular() {
        for (name, wrapper) in [
            ("contacts", "contact"),
            ("addresses", "address"),
            ("sales_quick_entries", "sales_quick_entry"),
            ("analysis_type_categories", "analysis_type_category"),
            ("services", "service"),
            ("financial_settings", "financial_settings"),
        ] {
            assert_eq!(Endpoint::find(name).unwrap().wrapper(), wrapper);
        }
    }
}
