//! Minimal valid bodies, one for each noun, told apart by a number.

use serde_json::{Value, json};

use super::books::Books;
use super::money::Money;
use super::nouns::Noun;

const FIRST_NAMES: [&str; 12] = [
    "Anouk", "Bilal", "Clara", "Darius", "Edda", "Farah", "Greta", "Hugo", "Ines", "Jakub",
    "Keiko", "Lior",
];

const TRADES: [&str; 12] = [
    "Architects",
    "Bakers",
    "Carpenters",
    "Designers",
    "Editors",
    "Florists",
    "Gardeners",
    "Harbours",
    "Interiors",
    "Joiners",
    "Keramics",
    "Labs",
];

/// The day of samples that need one.
const DAY: &str = "2026-03-10";

/// The noun of which there is no active record to refer to.
#[derive(Debug)]
pub(super) struct NothingToReferTo(pub(super) &'static str);

/// A body that creates a record of the noun. The same number gives the same body in the same
/// books.
pub(super) fn body(books: &Books, noun: &Noun, number: u64) -> Result<Value, NothingToReferTo> {
    Draft { books, number }.body(noun)
}

/// One of the items, by a number.
fn pick<'i, const N: usize>(items: &[&'i str; N], number: u64) -> &'i str {
    let place = usize::try_from(number).unwrap_or(usize::MAX) % N;
    items.get(place).copied().unwrap_or_default()
}

struct Draft<'b> {
    books: &'b Books,
    number: u64,
}

impl Draft<'_> {
    /// The id of an active record; which one depends on the number.
    fn refer(&self, name: &'static str) -> Result<u64, NothingToReferTo> {
        let near = self.number.wrapping_mul(389) % 1_000;
        let record = Noun::find(name).and_then(|noun| self.books.active_near(noun, near));
        record.map(|record| record.id).ok_or(NothingToReferTo(name))
    }

    /// Between 10.00 and 909.99.
    fn amount(&self) -> Value {
        let (units, cents) =
            (10 + self.number.wrapping_mul(37) % 900, self.number.wrapping_mul(13) % 100);
        Money::parse(&format!("{units}.{cents:02}")).unwrap_or_default().to_json("USD")
    }

    fn person(&self) -> Value {
        let (number, first) = (self.number, pick(&FIRST_NAMES, self.number));
        let trade = pick(&TRADES, self.number / 12 + self.number);
        json!({
            "fname": first,
            "lname": format!("Holm {number}"),
            "organization": format!("{first} {trade} {number}"),
            "email": format!("{}.{number}@example.com", first.to_lowercase()),
        })
    }

    fn lines(&self) -> Value {
        json!([{"name": "Work", "qty": "1", "unit_cost": self.amount(), "type": 0}])
    }

    fn body(&self, noun: &Noun) -> Result<Value, NothingToReferTo> {
        let (number, amount) = (self.number, self.amount());
        let name = format!("{} {number}", pick(&TRADES, number));
        Ok(match noun.name {
            "client" | "staff" => self.person(),
            "category" => json!({"category": name}),
            "tax" => json!({"name": name, "amount": (number % 25).to_string()}),
            "item" => json!({"name": name, "unit_cost": amount}),
            "task" => json!({"name": name, "rate": amount}),
            "bill_vendor" => json!({"vendor_name": name, "currency_code": "USD"}),
            "payment" => json!({
                "invoiceid": self.refer("invoice")?,
                "amount": amount,
                "date": DAY,
                "type": "Check",
            }),
            "expense" => json!({
                "amount": amount,
                "categoryid": self.refer("category")?,
                "staffid": self.refer("staff")?,
                "date": DAY,
                "vendor": name,
            }),
            "bill" => json!({
                "vendorid": self.refer("bill_vendor")?,
                "issue_date": DAY,
                "lines": [{"description": name, "quantity": "1", "unit_cost": amount}],
            }),
            "credit_note" => json!({
                "clientid": self.refer("client")?,
                "create_date": DAY,
                "lines": self.lines(),
            }),
            "recurring" => json!({
                "customerid": self.refer("client")?,
                "create_date": DAY,
                "frequency": "m",
                "numberRecurring": 12,
                "lines": self.lines(),
            }),
            "other_income" => json!({
                "amount": amount,
                "category_name": "online_sales",
                "date": DAY,
                "source": name,
            }),
            "service" => json!({"name": name}),
            "project" => json!({"title": name, "client_id": self.refer("client")?}),
            "time_entry" => json!({
                "duration": 900 * (1 + number % 32),
                "is_logged": true,
                "started_at": format!("{DAY}T14:00:00Z"),
                "project_id": self.refer("project")?,
                "service_id": self.refer("service")?,
            }),
            // Estimates and invoices.
            _ => json!({
                "customerid": self.refer("client")?,
                "create_date": DAY,
                "lines": self.lines(),
            }),
        })
    }
}
