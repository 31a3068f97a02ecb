//! The entity names and operations of the original's two enums, and what a number of them can mean
//! (reference: qbo-webhooks-listener §1.2 and §1.3).
//!
//! The entity enum gives one number to several names, and two published revisions disagree. Clients
//! that were generated from it send numbers. So a number is carried as all the names it can mean,
//! and never turned into one of several.

use std::fmt;

/// The entity enum as the seed's page prints it, in its order.
pub(super) const ENTITY_NAMES: &[(&str, i64)] = &[
    ("Customer", 20),
    ("Department", 21),
    ("Vendor", 21),
    ("Deposit", 22),
    ("Invoice", 23),
    ("Bill", 24),
    ("Item", 24),
    ("JournalCode", 25),
    ("PurchaseOrder", 25),
    ("JournalEntry", 26),
    ("Estimate", 26),
    ("RefundReceipt", 26),
    ("Employee", 27),
    ("SalesReceipt", 27),
    ("TaxAgency", 28),
    ("Term", 29),
    ("TimeActivity", 30),
    ("Account", 30),
    ("Transfer", 31),
    ("VendorCredit", 31),
    ("CreditMemo", 32),
    ("Purchase", 33),
    ("Currency", 33),
    ("Payment", 35),
    ("PaymentMethod", 36),
    ("BillPayment", 36),
    ("Preferences", 37),
    ("Budget", 37),
    ("Class", 38),
];

/// What the later revision of the enum gives other numbers, or has in addition.
const LATER_ENTITY_NAMES: &[(&str, i64)] = &[
    ("Project", 22),
    ("Class", 37),
    ("Department", 38),
    ("Dimension", 39),
    ("Deposit", 40),
    ("EmployeeCompensation", 40),
];

/// The operation enum in the order of its numbers, which begin at 0.
pub(super) const OPERATIONS: &[&str] = &["Update", "Create", "Merge", "Delete", "Emailed", "Void"];

/// What a notice says for a kind of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityName {
    /// One name of the enum, in its spelling.
    Known(&'static str),
    /// A number that means several names.
    Candidates {
        /// What was sent.
        number: i64,
        /// The names, of both revisions.
        names: Vec<&'static str>,
    },
    /// Anything else, as it was sent.
    Unknown(String),
}

impl EntityName {
    /// Reads a name in any case, or a number.
    pub(super) fn read(text: &str) -> Self {
        let text = text.trim();
        let all = || ENTITY_NAMES.iter().chain(LATER_ENTITY_NAMES);
        if let Some((name, _)) = all().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Self::Known(name);
        }
        let Ok(number) = text.parse::<i64>() else {
            return Self::Unknown(text.to_owned());
        };
        let meant = all().filter(|(_, its_number)| *its_number == number);
        let names: Vec<&'static str> = meant.map(|(name, _)| *name).collect();
        match *names.as_slice() {
            [] => Self::Unknown(text.to_owned()),
            [name] => Self::Known(name),
            _ => Self::Candidates { number, names },
        }
    }

    /// The number, where it is all that is known.
    pub(super) fn ambiguous_number(&self) -> Option<i64> {
        match self {
            Self::Candidates { number, .. } => Some(*number),
            Self::Known(_) | Self::Unknown(_) => None,
        }
    }
}

/// The name; several as `Department|Vendor`.
impl fmt::Display for EntityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(name) => f.write_str(name),
            Self::Candidates { names, .. } => f.write_str(&names.join("|")),
            Self::Unknown(text) => f.write_str(text),
        }
    }
}

/// An operation by its name in any case or its number, in the enum's spelling; anything else as it
/// was sent.
pub(super) fn read_operation(text: &str) -> String {
    let text = text.trim();
    let by_name = || OPERATIONS.iter().find(|name| name.eq_ignore_ascii_case(text));
    let by_number = || text.parse::<usize>().ok().and_then(|number| OPERATIONS.get(number));
    by_name().or_else(by_number).map_or_else(|| text.to_owned(), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_every_name_that_a_revision_gives_it() {
        let table: [(i64, &[&str]); 20] = [
            (20, &["Customer"]),
            (21, &["Department", "Vendor"]),
            (22, &["Deposit", "Project"]),
            (23, &["Invoice"]),
            (24, &["Bill", "Item"]),
            (25, &["JournalCode", "PurchaseOrder"]),
            (26, &["JournalEntry", "Estimate", "RefundReceipt"]),
            (27, &["Employee", "SalesReceipt"]),
            (28, &["TaxAgency"]),
            (29, &["Term"]),
            (30, &["TimeActivity", "Account"]),
            (31, &["Transfer", "VendorCredit"]),
            (32, &["CreditMemo"]),
            (33, &["Purchase", "Currency"]),
            (35, &["Payment"]),
            (36, &["PaymentMethod", "BillPayment"]),
            (37, &["Preferences", "Budget", "Class"]),
            (38, &["Class", "Department"]),
            (39, &["Dimension"]),
            (40, &["Deposit", "EmployeeCompensation"]),
        ];
        for (number, names) in table {
            let read = EntityName::read(&number.to_string());
            let expected = match *names {
                [name] => EntityName::Known(name),
                _ => EntityName::Candidates { number, names: names.to_vec() },
            };
            assert_eq!(read, expected, "{number}");
            assert_eq!(read.to_string(), names.join("|"));
            assert_eq!(read.ambiguous_number(), (names.len() > 1).then_some(number));
        }
    }

    #[test]
    fn a_name_is_that_entity_in_any_case_and_never_by_way_of_its_number() {
        for (name, _) in ENTITY_NAMES.iter().chain(LATER_ENTITY_NAMES) {
            for text in
                [(*name).to_owned(), name.to_lowercase(), format!("  {} ", name.to_uppercase())]
            {
                assert_eq!(EntityName::read(&text), EntityName::Known(name), "{text}");
            }
        }
    }

    #[test]
    fn what_is_in_neither_revision_is_kept_as_it_was_sent() {
        // The original turns an unknown name into 0 and adds up `Customer, Vendor` as flags: both
        // are guesses.
        for text in ["34", "0", "99", "-1", "21.0", "Foo", "Customer, Vendor", "", "21abc"] {
            assert_eq!(EntityName::read(text), EntityName::Unknown(text.to_owned()));
        }
    }

    #[test]
    fn an_operation_is_read_by_name_and_by_number() {
        let names = ["Update", "Create", "Merge", "Delete", "Emailed", "Void"];
        for (number, name) in names.into_iter().enumerate() {
            let lower = name.to_lowercase();
            for text in [name, &lower, &format!(" {name} "), &number.to_string()] {
                assert_eq!(read_operation(text), name, "{text}");
            }
        }
        for text in ["6", "-1", "Archive", "Voided", ""] {
            assert_eq!(read_operation(text), text);
        }
    }
}
