//! Minimal valid bodies, one for each kind of record, told apart by a number.

use serde_json::{Value, json};

use super::books::{Books, Fields, fields_of};
use super::decimal::Decimal;
use super::entities::EntityKind;

/// Currencies a company can add beside its own (ISO 4217).
const CURRENCIES: [(&str, &str); 12] = [
    ("EUR", "Euro"),
    ("GBP", "British Pound Sterling"),
    ("CAD", "Canadian Dollar"),
    ("AUD", "Australian Dollar"),
    ("JPY", "Japanese Yen"),
    ("CHF", "Swiss Franc"),
    ("SEK", "Swedish Krona"),
    ("NOK", "Norwegian Krone"),
    ("DKK", "Danish Krone"),
    ("NZD", "New Zealand Dollar"),
    ("MXN", "Mexican Peso"),
    ("SGD", "Singapore Dollar"),
];

const FIRST_NAMES: [&str; 16] = [
    "Ada", "Bela", "Chidi", "Dora", "Emil", "Fatou", "Goran", "Hana", "Ivo", "Jun", "Kofi", "Lena",
    "Mira", "Nils", "Olga", "Pavel",
];

const TRADES: [&str; 16] = [
    "Bakery",
    "Bindery",
    "Brewery",
    "Cabinets",
    "Ceramics",
    "Dairy",
    "Foundry",
    "Glazing",
    "Joinery",
    "Masonry",
    "Nursery",
    "Optics",
    "Plumbing",
    "Printing",
    "Roofing",
    "Tailoring",
];

/// The kind of which there is no active record to refer to.
#[derive(Debug)]
pub(super) struct NothingToReferTo(pub(super) &'static str);

/// A body that creates a record of the kind. The same number gives the same body in the same
/// books; another number gives another name and another amount.
pub(super) fn body(
    books: &Books,
    entity: &EntityKind,
    number: u64,
) -> Result<Fields, NothingToReferTo> {
    let draft = Draft { books, number };
    let body = match draft.list_body(entity)? {
        Some(body) => body,
        None => draft.transaction_body(entity)?,
    };
    Ok(fields_of(body))
}

/// Whole dollars and cents, between 10.00 and 909.99.
pub(super) fn amount(number: u64) -> Value {
    let (dollars, cents) = (10 + number.wrapping_mul(37) % 900, number.wrapping_mul(13) % 100);
    let amount = Decimal::parse(&format!("{dollars}.{cents:02}"));
    amount.unwrap_or_default().to_money_json()
}

/// One of the items, by a number.
fn pick<T: Copy, const N: usize>(items: &[T; N], number: u64) -> Option<T> {
    let place = usize::try_from(number).unwrap_or(usize::MAX) % N;
    items.get(place).copied()
}

struct Draft<'b> {
    books: &'b Books,
    number: u64,
}

impl Draft<'_> {
    /// `Ada Bakery 1`: the number keeps names apart.
    fn name(&self) -> String {
        let first = pick(&FIRST_NAMES, self.number).unwrap_or_default();
        let trade = pick(&TRADES, self.number / 16 + self.number).unwrap_or_default();
        format!("{first} {trade} {}", self.number)
    }

    /// A reference to an active record; which one depends on the number.
    fn reference(&self, kind: &'static str) -> Result<Value, NothingToReferTo> {
        let near = self.number.wrapping_mul(389) % 1_000;
        let found = EntityKind::find(kind)
            .and_then(|kind| Some((kind, self.books.active_near(kind, near)?)));
        let (kind, record) = found.ok_or(NothingToReferTo(kind))?;
        Ok(json!({"value": record.id(), "name": Books::name_of(kind, record)}))
    }

    fn list_body(&self, entity: &EntityKind) -> Result<Option<Value>, NothingToReferTo> {
        let (number, name) = (self.number, self.name());
        let body = match entity.name {
            "Account" => json!({"Name": format!("Account {number}"), "AccountType": "Bank"}),
            "Class" => json!({"Name": format!("Class {number}")}),
            "CompanyCurrency" => {
                let (code, name) = pick(&CURRENCIES, number).unwrap_or_default();
                json!({"Code": code, "Name": name})
            }
            "Customer" | "Vendor" => json!({"DisplayName": name, "CompanyName": name}),
            "Employee" => {
                let first = pick(&FIRST_NAMES, number).unwrap_or_default();
                let last = format!("Novak {number}");
                let name = format!("{first} {last}");
                json!({"GivenName": first, "FamilyName": last, "DisplayName": name})
            }
            "Item" => json!({
                "Name": format!("Service {number}"),
                "Type": "Service",
                "IncomeAccountRef": self.reference("Account")?,
            }),
            "PaymentMethod" => json!({"Name": format!("Method {number}")}),
            "TaxCode" => json!({"Name": format!("Tax {number}"), "Taxable": true}),
            "TaxRate" => json!({"Name": format!("Rate {number}"), "RateValue": number % 25}),
            "Term" => json!({"Name": format!("Net {number}"), "DueDays": number % 120}),
            _ => return Ok(None),
        };
        Ok(Some(body))
    }

    fn transaction_body(&self, entity: &EntityKind) -> Result<Value, NothingToReferTo> {
        let amount = amount(self.number);
        Ok(match entity.name {
            "Bill" | "VendorCredit" => json!({
                "VendorRef": self.reference("Vendor")?,
                "Line": [self.expense_line()?],
            }),
            "BillPayment" => json!({
                "VendorRef": self.reference("Vendor")?,
                "PayType": "Check",
                "CheckPayment": {"BankAccountRef": self.reference("Account")?},
                "TotalAmt": amount,
                "Line": [{"Amount": amount, "LinkedTxn": []}],
            }),
            "JournalEntry" => json!({
                "Line": [self.journal_line("Debit")?, self.journal_line("Credit")?],
            }),
            "Payment" => json!({"CustomerRef": self.reference("Customer")?, "TotalAmt": amount}),
            "PurchaseOrder" => json!({
                "VendorRef": self.reference("Vendor")?,
                "APAccountRef": self.reference("Account")?,
                "Line": [self.expense_line()?],
            }),
            "RefundReceipt" => json!({
                "CustomerRef": self.reference("Customer")?,
                "DepositToAccountRef": self.reference("Account")?,
                "Line": [self.sales_line()?],
            }),
            "TimeActivity" => json!({
                "NameOf": "Employee",
                "EmployeeRef": self.reference("Employee")?,
                "Hours": 1 + self.number % 8,
                "Minutes": 0,
            }),
            // CreditMemo, Invoice and SalesReceipt.
            _ => json!({
                "CustomerRef": self.reference("Customer")?,
                "Line": [self.sales_line()?],
            }),
        })
    }

    fn sales_line(&self) -> Result<Value, NothingToReferTo> {
        Ok(json!({
            "Amount": amount(self.number),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": self.reference("Item")?},
        }))
    }

    fn expense_line(&self) -> Result<Value, NothingToReferTo> {
        Ok(json!({
            "Amount": amount(self.number),
            "DetailType": "AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail": {"AccountRef": self.reference("Account")?},
        }))
    }

    fn journal_line(&self, posting: &str) -> Result<Value, NothingToReferTo> {
        Ok(json!({
            "Amount": amount(self.number),
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {
                "PostingType": posting,
                "AccountRef": self.reference("Account")?,
            },
        }))
    }
}
