//! What the books work out in a transaction: dates, line numbers and sums.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::decimal::Decimal;
use super::super::entities::{EntityKind, Sums};
use super::super::refusal::Refusal;
use super::record::{fill_absent, text_of};
use super::{Fields, fields_of};

/// Days until an invoice is due when it names no date, as in a recorded answer.
const DUE_AFTER_DAYS: i64 = 30;

/// Lines a transaction may have; the product's own limit is 750.
const LINES_MAX: usize = 750;

const SUBTOTAL: &str = "SubTotalLineDetail";

/// Fills the dates, the currency and, for an invoice, the states a recorded answer shows.
pub(super) fn fill_defaults(fields: &mut Fields, entity: &EntityKind, today: Date) {
    let currency = json!({"value": "USD", "name": "United States Dollar"});
    fill_absent(fields, json!({"TxnDate": today.to_string(), "CurrencyRef": currency}));
    if entity.name == "Invoice" {
        let dated = text_of(fields, "TxnDate").and_then(|text| text.parse::<Date>().ok());
        let due = dated.unwrap_or(today).saturating_add(DUE_AFTER_DAYS.days());
        let defaults = json!({
            "LinkedTxn": [],
            "TxnTaxDetail": {"TotalTax": 0},
            "DueDate": due.to_string(),
            "ApplyTaxAfterDiscount": false,
            "PrintStatus": "NeedToPrint",
            "EmailStatus": "NotSet",
        });
        fill_absent(fields, defaults);
    }
}

/// Numbers the lines and works out the sums.
pub(super) fn complete_amounts(fields: &mut Fields, sums: Sums) -> Result<(), Refusal> {
    if sums == Sums::Callers {
        return Ok(());
    }
    if sums == Sums::Balanced {
        return check_balance(fields);
    }
    let Some(Value::Array(lines)) = fields.get_mut("Line") else {
        return Err(Refusal::missing("Line"));
    };
    lines.retain(|line| !is_subtotal(line));
    check_count(lines)?;
    let subtotal = number_and_sum(lines)?;
    if sums.has_subtotal_line() {
        let amount = subtotal.to_money_json();
        lines.push(json!({"Amount": amount, "DetailType": SUBTOTAL, SUBTOTAL: {}}));
    }
    let total = subtotal + total_tax(fields)?;
    fields.insert("TotalAmt".to_owned(), total.to_money_json());
    if sums.has_balance() {
        fields.insert("Balance".to_owned(), total.to_money_json());
    }
    Ok(())
}

fn check_count(lines: &[Value]) -> Result<(), Refusal> {
    match lines.len() {
        0 => Err(Refusal::missing("Line")),
        1..=LINES_MAX => Ok(()),
        _ => Err(Refusal::invalid_property("Line has more than 750 elements")),
    }
}

/// A journal entry says of each line whether it is a debit or a credit; the sums are equal.
fn check_balance(fields: &mut Fields) -> Result<(), Refusal> {
    let Some(Value::Array(lines)) = fields.get_mut("Line") else {
        return Err(Refusal::missing("Line"));
    };
    check_count(lines)?;
    number_and_sum(lines)?;
    let (mut debits, mut credits) = (Decimal::default(), Decimal::default());
    for line in lines.iter() {
        let amount = line.get("Amount").and_then(Decimal::from_json).unwrap_or_default();
        let detail = line.get("JournalEntryLineDetail");
        match detail.and_then(|detail| detail.get("PostingType")).and_then(Value::as_str) {
            Some("Debit") => debits = debits + amount,
            Some("Credit") => credits = credits + amount,
            _ => return Err(Refusal::missing("PostingType")),
        }
    }
    if debits == credits {
        Ok(())
    } else {
        Err(Refusal::business_validation("The debits and the credits are not equal."))
    }
}

fn is_subtotal(line: &Value) -> bool {
    line.get("DetailType").and_then(Value::as_str) == Some(SUBTOTAL)
}

fn number_and_sum(lines: &mut [Value]) -> Result<Decimal, Refusal> {
    let mut sum = Decimal::default();
    for (number, line) in (1_u64..).zip(lines) {
        let Value::Object(line) = line else {
            return Err(Refusal::invalid_property("Line has an element that is not an object"));
        };
        let amount = line.get("Amount").ok_or_else(|| Refusal::missing("Amount"))?;
        let amount = Decimal::from_json(amount).ok_or_else(|| Refusal::invalid_number(amount))?;
        let mut numbered = fields_of(json!({"Id": number.to_string(), "LineNum": number}));
        numbered.extend(std::mem::take(line));
        numbered.insert("LineNum".to_owned(), number.into());
        numbered.insert("Amount".to_owned(), amount.to_money_json());
        *line = numbered;
        sum = sum + amount;
    }
    Ok(sum)
}

fn total_tax(fields: &Fields) -> Result<Decimal, Refusal> {
    match fields.get("TxnTaxDetail").and_then(|detail| detail.get("TotalTax")) {
        None => Ok(Decimal::default()),
        Some(tax) => Decimal::from_json(tax).ok_or_else(|| Refusal::invalid_number(tax)),
    }
}

/// Marks a transaction as sent, and remembers where to. The product also shows when.
pub(super) fn mark_emailed(fields: &mut Fields, address: Option<&str>, at: String) {
    fields.insert("EmailStatus".to_owned(), "EmailSent".into());
    let delivery = json!({"DeliveryType": "Email", "DeliveryTime": at});
    fields.insert("DeliveryInfo".to_owned(), delivery);
    if let Some(address) = address {
        fields.insert("BillEmail".to_owned(), json!({"Address": address}));
    }
}

/// Sets every amount to zero and says so in the private note (recorded answer).
pub(super) fn void(fields: &mut Fields) {
    fields.insert("PrivateNote".to_owned(), "Voided".into());
    for property in ["TotalAmt", "Balance", "UnappliedAmt"] {
        if let Some(amount) = fields.get_mut(property) {
            *amount = 0.into();
        }
    }
    if let Some(Value::Object(detail)) = fields.get_mut("TxnTaxDetail") {
        detail.insert("TotalTax".to_owned(), 0.into());
    }
    let Some(Value::Array(lines)) = fields.get_mut("Line") else { return };
    for line in lines.iter_mut().filter_map(Value::as_object_mut) {
        line.insert("Amount".to_owned(), 0.into());
    }
}
