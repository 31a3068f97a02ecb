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
    /// The transaction was sent to its customer or vendor by e-mail.
    Emailed,
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
            Self::Emailed => "Emailed",
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
            Self::Emailed => "emailed",
        }
    }
}

use ChangeOperation::{Create, Delete, Emailed, Merge, Update, Void};

/// Which amounts the books work out from the lines of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sums {
    /// None: amounts are the caller's.
    Callers,
    /// None, but debits and credits must be equal.
    Balanced,
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

/// What can happen to anything a customer is sent.
const SALE: &[ChangeOperation] = &[Create, Update, Delete, Void, Emailed];

/// How records of a kind go away, and what the kind needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// A list record: made inactive, never removed; has a unique name.
    List { name: &'static str },
    /// A transaction: removed for good.
    Transaction { sums: Sums, party: Option<Party> },
}

/// Who may change the records of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writers {
    /// Users of the product, and apps over the API.
    Everyone,
    /// Users of the product only.
    Product,
    /// Nobody: the record comes with the company.
    Nobody,
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
    pub(super) writers: Writers,
}

impl EntityKind {
    const fn list(
        name: &'static str,
        name_property: &'static str,
        noticed: &'static [ChangeOperation],
    ) -> Self {
        Self {
            name,
            nature: Nature::List { name: name_property },
            in_cdc: true,
            noticed,
            writers: Writers::Everyone,
        }
    }

    const fn transaction(
        name: &'static str,
        sums: Sums,
        party: Option<Party>,
        noticed: &'static [ChangeOperation],
    ) -> Self {
        Self {
            name,
            nature: Nature::Transaction { sums, party },
            in_cdc: true,
            noticed,
            writers: Writers::Everyone,
        }
    }

    const fn without_cdc(self) -> Self {
        Self { in_cdc: false, ..self }
    }

    const fn written_by(self, writers: Writers) -> Self {
        Self { writers, ..self }
    }

    /// The property with the unique name of a list record.
    pub(super) fn name_property(&self) -> Option<&'static str> {
        match self.nature {
            Nature::List { name } => Some(name),
            Nature::Transaction { .. } => None,
        }
    }

    /// Whether the product voids, merges or e-mails records of the kind: it does so with exactly
    /// the kinds it sends such notices for.
    pub(super) fn can_be(&self, operation: ChangeOperation) -> bool {
        self.noticed.contains(&operation)
    }

    /// Finds a kind by name, in any case: the API takes `/customer` and `entities=estimate`.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        let is_named = |kind: &&'static Self| kind.name.eq_ignore_ascii_case(name);
        ENTITIES.iter().find(is_named).or(Some(&COMPANY_INFO).filter(is_named))
    }
}

/// The one record every company has from the start; it is only read here.
pub(super) static COMPANY_INFO: EntityKind =
    EntityKind::list("CompanyInfo", "CompanyName", &[]).without_cdc().written_by(Writers::Nobody);

/// Every kind with records of its own, lists first: what a record refers to is of a kind above
/// its own. TaxCode and TaxRate have neither webhook nor CDC, and are changed by users only.
/// TimeActivity is kept out of CDC as the reference page says; a release note of 2021 says
/// otherwise.
pub(super) static ENTITIES: [EntityKind; 22] = [
    EntityKind::list("Account", "Name", &[Create, Update, Delete, Merge]),
    EntityKind::list("Class", "Name", &[Create, Update, Delete, Merge]),
    EntityKind::list("CompanyCurrency", "Code", &[Create, Update, Delete]),
    EntityKind::list("Customer", "DisplayName", &[Create, Update, Delete, Merge]),
    EntityKind::list("Employee", "DisplayName", &[Create, Update, Delete, Merge]),
    EntityKind::list("Item", "Name", &[Create, Update, Delete, Merge]),
    EntityKind::list("PaymentMethod", "Name", &[Create, Update, Merge]),
    EntityKind::list("TaxCode", "Name", &[]).without_cdc().written_by(Writers::Product),
    EntityKind::list("TaxRate", "Name", &[]).without_cdc().written_by(Writers::Product),
    EntityKind::list("Term", "Name", &[Create, Update]),
    EntityKind::list("Vendor", "DisplayName", &[Create, Update, Delete, Merge]),
    EntityKind::transaction("Bill", Sums::TotalAndBalance, VENDOR, &[Create, Update, Delete]),
    EntityKind::transaction("BillPayment", Sums::Callers, VENDOR, &[Create, Update, Delete, Void]),
    EntityKind::transaction("CreditMemo", Sums::SaleOnCredit, CUSTOMER, SALE),
    EntityKind::transaction("Invoice", Sums::SaleOnCredit, CUSTOMER, SALE),
    EntityKind::transaction("JournalEntry", Sums::Balanced, None, &[Create, Update, Delete]),
    EntityKind::transaction("Payment", Sums::Callers, CUSTOMER, SALE),
    EntityKind::transaction(
        "PurchaseOrder",
        Sums::Total,
        VENDOR,
        &[Create, Update, Delete, Emailed],
    ),
    EntityKind::transaction("RefundReceipt", Sums::Sale, None, SALE),
    EntityKind::transaction("SalesReceipt", Sums::Sale, None, SALE),
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
        assert_eq!(EntityKind::find("companyinfo").map(|kind| kind.name), Some("CompanyInfo"));
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

    /// The table of the reference, §5 with §1.7: kind, and the letters of its operations.
    #[test]
    fn every_kind_tells_the_documented_operations() {
        let documented = [
            ("Account", "CUDM"),
            ("Bill", "CUD"),
            ("BillPayment", "CUDV"),
            ("Class", "CUDM"),
            ("CompanyCurrency", "CUD"),
            ("CreditMemo", "CUDVE"),
            ("Customer", "CUDM"),
            ("Employee", "CUDM"),
            ("Invoice", "CUDVE"),
            ("Item", "CUDM"),
            ("JournalEntry", "CUD"),
            ("Payment", "CUDVE"),
            ("PaymentMethod", "CUM"),
            ("PurchaseOrder", "CUDE"),
            ("RefundReceipt", "CUDVE"),
            ("SalesReceipt", "CUDVE"),
            ("TaxCode", ""),
            ("TaxRate", ""),
            ("Term", "CU"),
            ("TimeActivity", "CUD"),
            ("Vendor", "CUDM"),
            ("VendorCredit", "CUD"),
        ];
        assert_eq!(documented.len(), ENTITIES.len());
        for (name, letters) in documented {
            let kind = EntityKind::find(name).unwrap();
            let told: String =
                kind.noticed.iter().filter_map(|told| told.legacy_word().chars().next()).collect();
            assert_eq!(told, letters, "{name}");
        }
    }
}
