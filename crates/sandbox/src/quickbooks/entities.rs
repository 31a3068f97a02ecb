//! The kinds of record of QuickBooks Online, one line each (reference §5 and §1.7).

use serde::Serialize;

/// What happened to a record, in the words of a legacy notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ChangeOperation {
    /// The record is new.
    Create,
    /// The record has a new version; also a list record made inactive.
    Update,
    /// The transaction is gone.
    Delete,
    /// Another record was merged into this one.
    Merge,
    /// The transaction stays, with amounts of zero.
    Void,
}

impl ChangeOperation {
    /// `operation` of a legacy notice.
    pub(super) fn legacy_word(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::Merge => "Merge",
            Self::Void => "Void",
        }
    }

    /// The verb in the `type` of a CloudEvents notice. It is `void`, not `voided` (§1.4).
    pub(super) fn cloud_event_word(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Update => "updated",
            Self::Delete => "deleted",
            Self::Merge => "merged",
            Self::Void => "void",
        }
    }
}

use ChangeOperation::{Create, Delete, Merge, Update, Void};

/// Which amounts the books work out from the lines of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sums {
    /// None: amounts are the caller's.
    Callers,
    /// `TotalAmt`.
    Total,
    /// `TotalAmt` and `Balance`.
    TotalAndBalance,
    /// `TotalAmt` and a subtotal line.
    Sale,
    /// `TotalAmt`, `Balance` and a subtotal line.
    SaleOnCredit,
}

impl Sums {
    pub(super) fn has_balance(self) -> bool {
        matches!(self, Self::TotalAndBalance | Self::SaleOnCredit)
    }

    pub(super) fn has_subtotal_line(self) -> bool {
        matches!(self, Self::Sale | Self::SaleOnCredit)
    }
}

/// Who a transaction is with: the reference property and the kind it points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) property: &'static str,
    pub(super) entity: &'static str,
}

const CUSTOMER: Option<Party> = Some(Party { property: "CustomerRef", entity: "Customer" });
const VENDOR: Option<Party> = Some(Party { property: "VendorRef", entity: "Vendor" });

/// How records of a kind go away, and what the kind needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// A list record: made inactive, never removed; has a unique name.
    List { name: &'static str },
    /// A transaction: removed for good.
    Transaction { sums: Sums, party: Option<Party> },
}

/// One kind of record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EntityKind {
    pub(super) name: &'static str,
    pub(super) nature: Nature,
    /// Whether CDC knows the kind.
    pub(super) in_cdc: bool,
    /// The operations that make a webhook notice.
    pub(super) noticed: &'static [ChangeOperation],
}

impl EntityKind {
    const fn list(
        name: &'static str,
        name_property: &'static str,
        noticed: &'static [ChangeOperation],
    ) -> Self {
        Self { name, nature: Nature::List { name: name_property }, in_cdc: true, noticed }
    }

    const fn transaction(
        name: &'static str,
        sums: Sums,
        party: Option<Party>,
        noticed: &'static [ChangeOperation],
    ) -> Self {
        Self { name, nature: Nature::Transaction { sums, party }, in_cdc: true, noticed }
    }

    const fn without_cdc(self) -> Self {
        Self { in_cdc: false, ..self }
    }

    /// The property with the unique name of a list record.
    pub(super) fn name_property(&self) -> Option<&'static str> {
        match self.nature {
            Nature::List { name } => Some(name),
            Nature::Transaction { .. } => None,
        }
    }

    /// Whether the kind can be voided: the product voids exactly the kinds it sends Void for.
    pub(super) fn can_be_voided(&self) -> bool {
        self.noticed.contains(&Void)
    }

    /// Finds a kind by name, in any case: the API takes `/customer` and `entities=estimate`.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        ENTITIES.iter().find(|kind| kind.name.eq_ignore_ascii_case(name))
    }
}

/// Every kind the sandbox keeps. TaxCode and TaxRate have neither webhook nor CDC. TimeActivity
/// is kept out of CDC as the reference page says; a release note of 2021 says otherwise.
static ENTITIES: [EntityKind; 22] = [
    EntityKind::list("Account", "Name", &[Create, Update, Delete, Merge]),
    EntityKind::list("Class", "Name", &[Create, Update, Delete, Merge]),
    EntityKind::list("CompanyCurrency", "Code", &[Create, Update, Delete]),
    EntityKind::list("Customer", "DisplayName", &[Create, Update, Delete, Merge]),
    EntityKind::list("Employee", "DisplayName", &[Create, Update, Delete, Merge]),
    EntityKind::list("Item", "Name", &[Create, Update, Delete, Merge]),
    EntityKind::list("PaymentMethod", "Name", &[Create, Update, Merge]),
    EntityKind::list("TaxCode", "Name", &[]).without_cdc(),
    EntityKind::list("TaxRate", "Name", &[]).without_cdc(),
    EntityKind::list("Term", "Name", &[Create, Update]),
    EntityKind::list("Vendor", "DisplayName", &[Create, Update, Delete, Merge]),
    EntityKind::transaction("Bill", Sums::TotalAndBalance, VENDOR, &[Create, Update, Delete]),
    EntityKind::transaction("BillPayment", Sums::Callers, VENDOR, &[Create, Update, Delete, Void]),
    EntityKind::transaction(
        "CreditMemo",
        Sums::SaleOnCredit,
        CUSTOMER,
        &[Create, Update, Delete, Void],
    ),
    EntityKind::transaction(
        "Invoice",
        Sums::SaleOnCredit,
        CUSTOMER,
        &[Create, Update, Delete, Void],
    ),
    EntityKind::transaction("JournalEntry", Sums::Callers, None, &[Create, Update, Delete]),
    EntityKind::transaction("Payment", Sums::Callers, CUSTOMER, &[Create, Update, Delete, Void]),
    EntityKind::transaction("PurchaseOrder", Sums::Total, VENDOR, &[Create, Update, Delete]),
    EntityKind::transaction("RefundReceipt", Sums::Sale, None, &[Create, Update, Delete, Void]),
    EntityKind::transaction("SalesReceipt", Sums::Sale, None, &[Create, Update, Delete, Void]),
    EntityKind::transaction("TimeActivity", Sums::Callers, None, &[Create, Update, Delete])
        .without_cdc(),
    EntityKind::transaction("VendorCredit", Sums::Total, VENDOR, &[Create, Update, Delete]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_in_any_case() {
        assert_eq!(EntityKind::find("billpayment").map(|kind| kind.name), Some("BillPayment"));
        assert!(EntityKind::find("Custmoer").is_none());
    }

    #[test]
    fn party_references_point_to_kinds_of_the_table() {
        for kind in &ENTITIES {
            if let Nature::Transaction { party: Some(party), .. } = kind.nature {
                assert!(EntityKind::find(party.entity).is_some(), "{}", kind.name);
            }
        }
    }
}
