//! What each list of API v3.1 can be narrowed by, beside the time of the last update (reference:
//! freshbooks-sage §2.5, from Sage's published description). Sage ignores what a list does not
//! know and then gives everything, so nothing else may be asked for.

/// What every list can be told: how much of the records within records is printed.
const NESTED: &str = "nested_attributes";

/// Lists, and the parameters that each of them knows, in order. A list without any is not here.
const PARAMETERS: &[(&[&str], &[&str])] = &[
    (&["addresses"], &["bank_account_id", "contact_id"]),
    (&["analysis_type_categories"], &["analysis_type_level"]),
    (&["analysis_types"], &["analysis_type_level", "search"]),
    (
        &["attachments"],
        &[
            "attachment_context_id",
            "attachment_context_type_id",
            "legacy_attachment_context_id",
            "legacy_attachment_context_type",
        ],
    ),
    (&["bank_accounts"], &["appName", "exclude_stripe", "filter_inactive_bank_accounts"]),
    (&["bank_deposits", "bank_transfers"], &["from_date", "to_date"]),
    (&["bank_opening_balances", "bank_reconciliations"], &["bank_account_id"]),
    (&["coa_accounts"], &["coa_template_id"]),
    (&["contact_allocations"], &["contact_id", "transaction_type_id"]),
    (&["contact_opening_balances"], &["contact_id", "contact_type_id"]),
    (
        &["contact_payments"],
        &["bank_account_id", "contact_id", "from_date", "to_date", "transaction_type_id"],
    ),
    (&["contact_persons"], &["address_id", "contact_id"]),
    (
        &["contacts"],
        &[
            "contact_type_id",
            "context_date",
            "email",
            "exclude_system",
            "filter_inactive_contacts",
            "search",
            "show_balance",
            "show_unfinished_recurring_invoices_status",
        ],
    ),
    (
        &["ledger_accounts"],
        &[
            "exclude_deleted_entries",
            "filter_inactive_bank_accounts",
            "from_date",
            "ledger_account_classification_id",
            "ledger_account_type_id",
            "not_visible_in",
            "search",
            "show_balance_details",
            "show_control_accounts",
            "show_included_in_chart",
            "sort_order_from_user_setting",
            "to_date",
            "visible_in",
        ],
    ),
    (
        &["ledger_entries"],
        &[
            "from_date",
            "journal_code_id",
            "ledger_account_id",
            "to_date",
            "transaction_id",
            "transaction_type_id",
        ],
    ),
    (
        &["other_payments"],
        &[
            "bank_account_id",
            "contact_id",
            "from_date",
            "has_attachments",
            "to_date",
            "transaction_type_id",
        ],
    ),
    (&["products", "services"], &["active", "search"]),
    (
        &[
            "purchase_corrective_invoices",
            "purchase_credit_notes",
            "purchase_invoices",
            "purchase_quick_entries",
            "sales_corrective_invoices",
            "sales_credit_notes",
            "sales_invoices",
            "sales_quick_entries",
        ],
        &[
            "contact_id",
            "from_date",
            "has_attachments",
            "search",
            "show_payments_allocations",
            "status_id",
            "to_date",
        ],
    ),
    (
        &["sales_estimates", "sales_quotes"],
        &["contact_id", "from_date", "has_attachments", "search", "status_id", "to_date"],
    ),
    (&["service_rate_types"], &["active"]),
    (&["stock_items"], &["active", "below_reorder_level", "out_of_stock", "search"]),
    (
        &["tax_rates"],
        &[
            "address_region_id",
            "cis_only",
            "date",
            "include_destination_vat_rates",
            "include_historical_data",
            "usage",
        ],
    ),
    (
        &["transactions"],
        &[
            "from_date",
            "has_attachments",
            "to_date",
            "transaction_type_id",
            "updated_from_date",
            "updated_to_date",
        ],
    ),
];

/// Whether a list knows a parameter.
pub(super) fn is_known(endpoint: &str, name: &str) -> bool {
    name == NESTED || of(endpoint).contains(&name)
}

/// The parameters of a list, in order.
pub(super) fn of(endpoint: &str) -> &'static [&'static str] {
    let found = PARAMETERS.iter().find(|(lists, _)| lists.contains(&endpoint));
    found.map_or(&[], |(_, names)| *names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sage::entities::ENTITIES;

    #[test]
    fn parameters_are_in_order_and_none_belongs_to_paging() {
        let mut count = 0;
        for entity in &ENTITIES {
            let names = of(entity.endpoint);
            count += names.len();
            assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
            for other in ["page", "items_per_page", "sort", "attributes"] {
                assert!(!is_known(entity.endpoint, other), "{}", entity.endpoint);
            }
            let narrowed = entity.filter.is_none_or(|(name, _)| is_known(entity.endpoint, name));
            assert!(narrowed, "{}", entity.resource);
        }
        assert!(count > 100, "{count}");
    }
}
