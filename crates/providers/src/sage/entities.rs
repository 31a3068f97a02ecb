//! Which of Sage's lists is which resource, and what can be asked of it (reference: freshbooks-sage
//! §0 and §2.5, cloud-elements §7.5): every list that can be asked for what was updated since a
//! moment.

use std::time::Duration;

/// Lists that are set up once and seldom change are asked every six hours: every question counts
/// against the business's daily allowance, and most are not for them (reference: freshbooks-sage
/// §2.7).
const SELDOM: Duration = Duration::from_secs(6 * 60 * 60);

/// A kind of record.
#[derive(Debug)]
pub(super) struct Entity {
    /// The original's name for it, or one in its style.
    pub(super) resource: &'static str,
    /// Its list in Sage's API.
    pub(super) endpoint: &'static str,
    /// What the list is narrowed by, where several resources share it.
    pub(super) filter: Option<(&'static str, &'static str)>,
    /// Whether API v3.1 tells of its deletions (`deleted_since`).
    pub(super) has_deletions: bool,
    /// Whether API v3.1 can order it by the time of the last update (`sort`).
    pub(super) has_order: bool,
    /// How often it is asked for, where that is not up to the instance.
    pub(super) interval: Option<Duration>,
}

/// A list without order that tells of deletions.
const fn list(resource: &'static str, endpoint: &'static str) -> Entity {
    let (filter, interval) = (None, None);
    Entity { resource, endpoint, filter, has_deletions: true, has_order: false, interval }
}

const fn narrowed(entity: Entity, name: &'static str, value: &'static str) -> Entity {
    Entity { filter: Some((name, value)), ..entity }
}

const fn in_order(entity: Entity) -> Entity {
    Entity { has_order: true, ..entity }
}

const fn without_deletions(entity: Entity) -> Entity {
    Entity { has_deletions: false, ..entity }
}

const fn seldom(entity: Entity) -> Entity {
    Entity { interval: Some(SELDOM), ..entity }
}

/// How many resources there are.
pub(super) const COUNT: usize = 40;

/// Every resource, in order of its name.
pub(super) static ENTITIES: [Entity; COUNT] = table();

/// A function, so that the profile can be made of the same table.
pub(super) const fn table() -> [Entity; COUNT] {
    [
        list("addresses", "addresses"),
        seldom(without_deletions(list("analysis-type-categories", "analysis_type_categories"))),
        seldom(without_deletions(list("analysis-types", "analysis_types"))),
        list("attachments", "attachments"),
        list("bank-accounts", "bank_accounts"),
        in_order(list("bank-deposits", "bank_deposits")),
        seldom(without_deletions(list("bank-opening-balances", "bank_opening_balances"))),
        without_deletions(list("bank-reconciliations", "bank_reconciliations")),
        in_order(list("bank-transfers", "bank_transfers")),
        seldom(without_deletions(list("coa-accounts", "coa_accounts"))),
        in_order(list("contact-allocations", "contact_allocations")),
        seldom(list("contact-opening-balances", "contact_opening_balances")),
        list("contact-persons", "contact_persons"),
        list("contacts", "contacts"),
        narrowed(list("customers", "contacts"), "contact_type_id", "CUSTOMER"),
        in_order(list("invoices", "sales_invoices")),
        seldom(without_deletions(list("journal-codes", "journal_codes"))),
        list("journal-entries", "journals"),
        seldom(without_deletions(list(
            "ledger-account-opening-balances",
            "ledger_account_opening_balances",
        ))),
        without_deletions(list("ledger-accounts", "ledger_accounts")),
        without_deletions(list("ledger-entries", "ledger_entries")),
        in_order(list("other-payments", "other_payments")),
        in_order(list("payments", "contact_payments")),
        list("products", "products"),
        in_order(list("purchase-corrective-invoices", "purchase_corrective_invoices")),
        in_order(list("purchase-credit-notes", "purchase_credit_notes")),
        in_order(list("purchase-invoices", "purchase_invoices")),
        in_order(list("purchase-quick-entries", "purchase_quick_entries")),
        in_order(list("sales-corrective-invoices", "sales_corrective_invoices")),
        in_order(list("sales-credit-notes", "sales_credit_notes")),
        without_deletions(list("sales-estimates", "sales_estimates")),
        in_order(list("sales-quick-entries", "sales_quick_entries")),
        in_order(without_deletions(list("sales-quotes", "sales_quotes"))),
        seldom(without_deletions(list("service-rate-types", "service_rate_types"))),
        list("services", "services"),
        list("stock-items", "stock_items"),
        seldom(without_deletions(list("tax-profiles", "tax_profiles"))),
        seldom(without_deletions(list("tax-rates", "tax_rates"))),
        without_deletions(list("transactions", "transactions")),
        narrowed(list("vendors", "contacts"), "contact_type_id", "VENDOR"),
    ]
}

/// The entity of a resource.
pub(super) fn find(resource: &str) -> Option<&'static Entity> {
    ENTITIES.iter().find(|entity| entity.resource == resource)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_resource_has_one_name() {
        let names: Vec<_> = ENTITIES.iter().map(|entity| entity.resource).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    #[test]
    fn the_original_names_lead_to_sages_lists() {
        let cases = [
            ("customers", "contacts", Some(("contact_type_id", "CUSTOMER"))),
            ("vendors", "contacts", Some(("contact_type_id", "VENDOR"))),
            ("contacts", "contacts", None),
            ("payments", "contact_payments", None),
            ("journal-entries", "journals", None),
            ("invoices", "sales_invoices", None),
            ("products", "products", None),
        ];
        for (resource, endpoint, filter) in cases {
            let entity = find(resource).unwrap();
            assert_eq!((entity.endpoint, entity.filter), (endpoint, filter), "{resource}");
        }
        assert!(find("currencies").is_none());
    }

    #[test]
    fn what_can_be_asked_is_what_the_published_description_lists() {
        let endpoints = |is_counted: fn(&Entity) -> bool| {
            let counted = ENTITIES.iter().filter(|entity| is_counted(entity));
            counted.map(|entity| entity.endpoint).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(endpoints(|_| true), 38);
        assert_eq!(endpoints(|entity| entity.has_deletions), 23);
        assert_eq!(endpoints(|entity| entity.has_order), 14);
    }
}
