//! Which of Intuit's entities is which resource, and how its records are found (reference:
//! quickbooks §1.7, §2 and §5, cloud-elements §7.3).

use std::sync::Arc;

use ledgerhook_model::configuration::Configuration;

use super::profile::CDC_TIME_ACTIVITIES;

/// An entity of the QuickBooks Online API.
#[derive(Debug)]
pub(super) struct Entity {
    /// Intuit's name for it, as its answers write it.
    pub(super) name: &'static str,
    /// The original's name for it, or one in its style.
    pub(super) resource: &'static str,
    /// What tells of its changes beside notices, in most companies.
    feed: Option<Feed>,
    /// What a query for it shows; `None` when no query for it is documented.
    pub(super) rows: Option<Rows>,
}

/// A way of asking for changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feed {
    /// Change data capture.
    Cdc,
    /// A query by the time of the last update, for what change data capture lacks.
    Query,
}

/// What a query shows of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// All records there are.
    All,
    /// Active records only, unless the query asks for the inactive ones too.
    ActiveUnlessAsked,
}

/// A list: its records are made inactive, never removed.
const fn list(name: &'static str, resource: &'static str) -> Entity {
    Entity { name, resource, feed: Some(Feed::Cdc), rows: Some(Rows::ActiveUnlessAsked) }
}

/// A kind of transaction: its records are removed.
const fn transaction(name: &'static str, resource: &'static str) -> Entity {
    Entity { name, resource, feed: Some(Feed::Cdc), rows: Some(Rows::All) }
}

const fn by_query(entity: Entity) -> Entity {
    Entity { feed: Some(Feed::Query), ..entity }
}

const fn by_notice(entity: Entity) -> Entity {
    Entity { feed: None, ..entity }
}

const fn without_query(entity: Entity) -> Entity {
    Entity { rows: None, ..entity }
}

/// The entities of the 22 event resources, then those that are told of by notices only.
///
/// Intuit's pages disagree on `TimeActivity` in change data capture (the reference page says no, a
/// release note of 2021 says yes). One entity that is not supported fails the whole call, so it is
/// asked for by query, unless the company's change data capture was seen to know it.
static ENTITIES: &[Entity] = &[
    transaction("BillPayment", "bill-payments"),
    transaction("Bill", "bills"),
    list("Class", "classes"),
    transaction("CreditMemo", "credit-memos"),
    list("Term", "credit-terms"),
    list("CompanyCurrency", "currencies"),
    list("Customer", "customers"),
    list("Employee", "employees"),
    transaction("Invoice", "invoices"),
    transaction("JournalEntry", "journal-entries"),
    list("Account", "ledger-accounts"),
    list("PaymentMethod", "payment-methods"),
    transaction("Payment", "payments"),
    list("Item", "products"),
    transaction("PurchaseOrder", "purchase-orders"),
    transaction("RefundReceipt", "refund-receipts"),
    transaction("SalesReceipt", "sales-receipts"),
    by_query(list("TaxCode", "tax-codes")),
    by_query(list("TaxRate", "tax-rates")),
    by_query(transaction(TIME_ACTIVITY, "time-activities")),
    transaction("VendorCredit", "vendor-credits"),
    list("Vendor", "vendors"),
    by_notice(list("Budget", "budgets")),
    without_query(by_notice(transaction("ChangeOrder", "change-orders"))),
    without_query(by_notice(list("Currency", "currencies"))),
    by_notice(list("Department", "departments")),
    by_notice(transaction("Deposit", "deposits")),
    by_notice(transaction("Estimate", "estimates")),
    // French companies only, and the documents show no query for one id.
    without_query(by_notice(list("JournalCode", "journal-codes"))),
    // One record, whose query has no conditions.
    without_query(by_notice(list("Preferences", "preferences"))),
    by_notice(transaction("Purchase", "purchases")),
    // A list, but one without inactive records.
    by_notice(transaction("TaxAgency", "tax-agencies")),
    by_notice(transaction("Transfer", "transfers")),
];

/// Intuit's name of the entity that change data capture knows in some companies only.
pub(super) const TIME_ACTIVITY: &str = "TimeActivity";

impl Entity {
    /// What tells of its changes beside notices, in the company of this configuration.
    fn feed_in(&self, configuration: &Configuration) -> Option<Feed> {
        let is_captured = || configuration.text(CDC_TIME_ACTIVITIES) == Some("true");
        match self.name {
            TIME_ACTIVITY if is_captured() => Some(Feed::Cdc),
            _ => self.feed,
        }
    }
}

/// Whether `feed` tells of a resource in the company of this configuration.
pub(super) fn is_covered(feed: Feed, resource: &str, configuration: &Configuration) -> bool {
    let mut of_resource = ENTITIES.iter().filter(|entity| entity.resource == resource);
    of_resource.any(|entity| entity.feed_in(configuration) == Some(feed))
}

/// An entity with its resource name made once, to be shared by every change.
#[derive(Debug)]
pub(super) struct KnownEntity {
    /// What it is.
    pub(super) entity: &'static Entity,
    /// [`Entity::resource`].
    pub(super) resource: Arc<str>,
}

/// Every entity that is known.
#[derive(Debug)]
pub(super) struct KnownEntities(Vec<KnownEntity>);

impl KnownEntities {
    /// Makes the shared names.
    pub(super) fn new() -> Self {
        let known = |entity| KnownEntity { entity, resource: Arc::from(entity.resource) };
        Self(ENTITIES.iter().map(known).collect())
    }

    /// The entity of that name in any case: notices write `Customer` or `customer`.
    pub(super) fn find(&self, name: &str) -> Option<&KnownEntity> {
        self.0.iter().find(|known| known.entity.name.eq_ignore_ascii_case(name))
    }

    /// Those of these resources that `feed` tells of in the company of this configuration.
    pub(super) fn covered(
        &self,
        feed: Feed,
        resources: &[String],
        configuration: &Configuration,
    ) -> Vec<&KnownEntity> {
        let is_wanted = |known: &&KnownEntity| {
            known.entity.feed_in(configuration) == Some(feed)
                && resources.iter().any(|name| name == known.entity.resource)
        };
        self.0.iter().filter(is_wanted).collect()
    }

    /// Entities that can be read and are none of the event resources.
    pub(super) fn readable_without_feed(&self) -> impl Iterator<Item = &'static Entity> + '_ {
        let all = self.0.iter().map(|known| known.entity);
        all.filter(|entity| entity.rows.is_some() && entity.feed.is_none())
    }

    /// The entity by which single records of a resource are read.
    pub(super) fn readable(&self, resource: &str) -> Option<&KnownEntity> {
        self.0.iter().find(|known| known.entity.resource == resource && known.entity.rows.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_has_one_feed_and_one_entity_to_read() {
        for entity in ENTITIES {
            let of_resource = || ENTITIES.iter().filter(|other| other.resource == entity.resource);
            let feeds = of_resource().filter(|other| other.feed.is_some()).count();
            let readable = of_resource().filter(|other| other.rows.is_some()).count();
            assert!(feeds <= 1 && readable <= 1, "{}", entity.resource);
            assert!(entity.feed.is_none() || entity.rows.is_some(), "{}", entity.name);
        }
    }

    #[test]
    fn change_data_capture_lacks_three_of_the_event_resources() {
        let by_query: Vec<_> =
            ENTITIES.iter().filter(|entity| entity.feed == Some(Feed::Query)).collect();
        let names: Vec<_> = by_query.iter().map(|entity| entity.name).collect();
        assert_eq!(names, ["TaxCode", "TaxRate", "TimeActivity"]);
        let captured = ENTITIES.iter().filter(|entity| entity.feed == Some(Feed::Cdc));
        assert_eq!(captured.count(), 19);
    }
}
