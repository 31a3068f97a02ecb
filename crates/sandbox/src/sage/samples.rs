//! Minimal valid bodies, one for each endpoint, told apart by a number.

use serde_json::{Value, json};

use super::books::Books;
use super::endpoints::Endpoint;

const FIRST_NAMES: [&str; 16] = [
    "Ada", "Bela", "Chidi", "Dora", "Emil", "Fatou", "Goran", "Hana", "Ivo", "Jun", "Kofi", "Lena",
    "Mira", "Nils", "Olga", "Pavel",
];

const TRADES: [&str; 15] = [
    "Bakery",
    "Bindery",
    "Brewery",
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

/// The endpoint of which there is no record to refer to.
#[derive(Debug)]
pub(super) struct NothingToReferTo(pub(super) &'static str);

/// A body that creates a record, dated `today` where it has a date.
pub(super) fn body(
    books: &Books,
    endpoint: &Endpoint,
    number: u64,
    today: &str,
) -> Result<Value, NothingToReferTo> {
    let some = |name: &'static str| reference(books, name, number);
    let body = match endpoint.name {
        "contacts" => {
            let kind = if number.is_multiple_of(3) { "VENDOR" } else { "CUSTOMER" };
            let code = format!("C{number}");
            json!({"name": name(number), "contact_type_ids": [kind], "reference": code,
                   "email": format!("office{number}@example.com"), "credit_days": 30})
        }
        "products" | "services" | "stock_items" => {
            json!({"description": name(number), "item_code": format!("I{number}"), "active": true,
                   "cost_price": amount(number)})
        }
        "ledger_accounts" => json!({"name": name(number), "nominal_code": 4_000 + number % 1_000}),
        "bank_accounts" => {
            json!({"name": name(number), "bank_account_type_id": "CHECKING", "balance": 0})
        }
        "contact_payments" => json!({
            "transaction_type_id": "CUSTOMER_RECEIPT",
            "contact_id": some("contacts")?,
            "bank_account_id": some("bank_accounts")?,
            "date": today,
            "total_amount": amount(number),
        }),
        "other_payments" => json!({
            "transaction_type_id": "OTHER_PAYMENT",
            "bank_account_id": some("bank_accounts")?,
            "date": today,
            "total_amount": amount(number),
        }),
        "journals" => {
            let (debit, credit) = (some("ledger_accounts")?, some("ledger_accounts")?);
            let amount = amount(number);
            json!({"date": today, "reference": format!("J{number}"), "journal_lines": [
                {"ledger_account_id": debit, "debit": amount, "credit": 0},
                {"ledger_account_id": credit, "debit": 0, "credit": amount},
            ]})
        }
        _ if endpoint.document.is_some() => {
            let line = json!({"description": name(number), "quantity": 1 + number % 9,
                              "unit_price": amount(number)});
            json!({"contact_id": some("contacts")?, "date": today, "invoice_lines": [line]})
        }
        _ => json!({"name": name(number), "date": today}),
    };
    Ok(body)
}

/// `Ada Bakery 1`: the number keeps names apart.
fn name(number: u64) -> String {
    let first = pick(&FIRST_NAMES, number);
    let trade = pick(&TRADES, number / 16 + number);
    format!("{first} {trade} {number}")
}

/// Whole units and cents, between 10.00 and 909.99.
fn amount(number: u64) -> String {
    format!("{}.{:02}", 10 + number.wrapping_mul(37) % 900, number.wrapping_mul(13) % 100)
}

/// One of the items, by a number.
fn pick(items: &[&'static str], number: u64) -> &'static str {
    let place = usize::try_from(number).unwrap_or(0).checked_rem(items.len()).unwrap_or(0);
    items.get(place).copied().unwrap_or_default()
}

/// The id of one of the records of an endpoint.
fn reference(books: &Books, name: &'static str, number: u64) -> Result<String, NothingToReferTo> {
    let endpoint = Endpoint::find(name).ok_or(NothingToReferTo(name))?;
    live_near(books, endpoint, number).ok_or(NothingToReferTo(name))
}

/// The id of a record that is not deleted, by a number.
pub(super) fn live_near(books: &Books, endpoint: &Endpoint, number: u64) -> Option<String> {
    let live: Vec<_> =
        books.records_of(endpoint).filter(|record| record.deleted_at.is_none()).collect();
    let place = usize::try_from(number).ok()?.checked_rem(live.len())?;
    live.get(place).map(|record| record.id.clone())
}
