//! What FreshBooks works out itself: the amounts of lines and documents, and how they are paid.

use serde_json::{Value, json};

use super::super::money::Money;
use super::super::nouns::Noun;
use super::Fields;

/// Properties of an invoice line that a caller may leave out.
fn line_blank(currency: &str) -> Fields {
    super::fields_of(json!({
        "amount": {"amount": "0.00", "code": currency},
        "basecampid": 0,
        "compounded_tax": false,
        "date": null,
        "description": "",
        "expenseid": 0,
        "modern_project_id": null,
        "modern_time_entries": [],
        "name": "",
        "qty": "1",
        "retainer_id": null,
        "retainer_period_id": null,
        "taskno": 1,
        "taxAmount1": "0",
        "taxAmount2": "0",
        "taxName1": "",
        "taxName2": "",
        "taxNumber1": null,
        "taxNumber2": null,
        "type": 0,
        "unit_cost": {"amount": "0.00", "code": currency},
    }))
}

/// Properties of a bill line that a caller may leave out.
fn bill_line_blank(currency: &str) -> Fields {
    super::fields_of(json!({
        "amount": {"amount": "0.00", "code": currency},
        "categoryid": null,
        "category": null,
        "list_index": 1,
        "description": "",
        "quantity": "1",
        "unit_cost": {"amount": "0.00", "code": currency},
        "total_amount": {"amount": "0.00", "code": currency},
        "tax_name1": null,
        "tax_name2": null,
        "tax_percent1": null,
        "tax_percent2": null,
        "tax_amount1": null,
        "tax_amount2": null,
        "tax_authorityid1": null,
        "tax_authorityid2": null,
    }))
}

/// Works out the amounts of a record with lines, and tidies the amount of one without.
pub(super) fn complete(noun: &Noun, id: u64, fields: &mut Fields) {
    let currency = currency(fields);
    match noun.name {
        "invoice" | "estimate" | "recurring" | "credit_note" => {
            let total = complete_lines(fields, &currency, id, noun.id_property);
            fields.insert("amount".to_owned(), total.to_json(&currency));
            if noun.name == "invoice" {
                complete_payment(fields, total, &currency);
            }
        }
        "bill" => {
            let total = complete_bill_lines(fields, &currency);
            for property in ["amount", "total_amount", "outstanding"] {
                fields.insert(property.to_owned(), total.to_json(&currency));
            }
        }
        "payment" | "expense" | "other_income" => {
            let amount = fields.get("amount").and_then(Money::from_json).unwrap_or_default();
            fields.insert("amount".to_owned(), amount.to_json(&currency));
        }
        _ => {}
    }
}

fn currency(fields: &Fields) -> String {
    let code = fields.get("currency_code").or_else(|| fields.get("amount")?.get("code"));
    code.and_then(Value::as_str).unwrap_or("USD").to_owned()
}

fn complete_lines(fields: &mut Fields, currency: &str, id: u64, id_property: &str) -> Money {
    let mut total = Money::default();
    let Some(Value::Array(lines)) = fields.get_mut("lines") else { return total };
    for (place, line) in lines.iter_mut().enumerate() {
        let Value::Object(given) = line else { continue };
        let mut full = line_blank(currency);
        full.extend(given.clone());
        full.entry("lineid").or_insert_with(|| (place + 1).into());
        full.insert(id_property.to_owned(), id.into());
        let cost = number(&full, "unit_cost");
        let amount = number(&full, "qty").times(cost);
        let taxes = ["taxAmount1", "taxAmount2"].map(|rate| amount.per_cent(number(&full, rate)));
        full.insert("unit_cost".to_owned(), cost.to_json(currency));
        full.insert("amount".to_owned(), amount.to_json(currency));
        total = total + amount + taxes.into_iter().sum();
        *line = Value::Object(full);
    }
    total
}

fn complete_bill_lines(fields: &mut Fields, currency: &str) -> Money {
    let mut total = Money::default();
    let Some(Value::Array(lines)) = fields.get_mut("lines") else { return total };
    for line in lines {
        let Value::Object(given) = line else { continue };
        let mut full = bill_line_blank(currency);
        full.extend(given.clone());
        let cost = number(&full, "unit_cost");
        let amount = number(&full, "quantity").times(cost);
        full.insert("unit_cost".to_owned(), cost.to_json(currency));
        for property in ["amount", "total_amount"] {
            full.insert(property.to_owned(), amount.to_json(currency));
        }
        total = total + amount;
        *line = Value::Object(full);
    }
    total
}

fn number(fields: &Fields, property: &str) -> Money {
    fields.get(property).and_then(Money::from_json).unwrap_or_default()
}

/// Writes what payments an invoice has.
pub(super) fn pay(fields: &mut Fields, paid: Money) {
    let currency = currency(fields);
    fields.insert("paid".to_owned(), paid.to_json(&currency));
}

fn complete_payment(fields: &mut Fields, total: Money, currency: &str) {
    let paid = number(fields, "paid");
    let outstanding = total - paid;
    fields.insert("paid".to_owned(), paid.to_json(currency));
    fields.insert("outstanding".to_owned(), outstanding.to_json(currency));
    let status = if !paid.is_positive() {
        "unpaid"
    } else if outstanding.is_positive() {
        "partial"
    } else {
        "paid"
    };
    fields.insert("payment_status".to_owned(), status.into());
    let unpaid = if is_sent(fields) { "sent" } else { "draft" };
    let v3_status = if status == "unpaid" { unpaid } else { status };
    fields.insert("v3_status".to_owned(), v3_status.into());
}

fn is_sent(fields: &Fields) -> bool {
    fields.get("display_status").and_then(Value::as_str) == Some("sent")
}

/// Marks a document as sent.
pub(super) fn mark_sent(fields: &mut Fields) {
    fields.insert("display_status".to_owned(), "sent".into());
    fields.insert("status".to_owned(), 2.into());
}
