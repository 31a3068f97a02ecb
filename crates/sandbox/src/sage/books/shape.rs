//! From the body of a write to the fields that are shown: numbers become text, `contact_id`
//! becomes `contact` with id, name and path, and documents get their number and totals.

use serde_json::{Value, json};

use super::super::amounts::Amount;
use super::super::endpoints::{Document, Endpoint};
use super::super::refusal::Refusal;
use super::super::{times, types};
use super::{Books, Fields, is_blank};

/// What a field refers to, by the end of its name.
const REFERENCES: &[(&str, &str)] = &[
    ("bank_account_type_id", "bank_account_types"),
    ("ledger_account_type_id", "ledger_account_types"),
    ("transaction_type_id", "transaction_types"),
    ("payment_method_id", "payment_methods"),
    ("ledger_account_id", "ledger_accounts"),
    ("bank_account_id", "bank_accounts"),
    ("stock_item_id", "stock_items"),
    ("tax_rate_id", "tax_rates"),
    ("currency_id", "currencies"),
    ("country_id", "countries"),
    ("contact_id", "contacts"),
    ("address_id", "addresses"),
    ("status_id", "artefact_statuses"),
];

/// Numbers that stay numbers: whole ones by definition.
const INTEGERS: &[&str] = &["credit_days", "nominal_code"];

/// Ends of the names of amounts: also one given as text is shown with a decimal.
const AMOUNTS: &[&str] =
    &["amount", "price", "quantity", "balance", "debit", "credit", "credit_limit"];

/// What the product keeps to itself, whatever a body says.
const OWN_FIELDS: &[&str] =
    &["id", "displayed_as", "$path", "created_at", "updated_at", "deleted_at"];

/// The fields to show for a body.
///
/// # Errors
/// 422 for a date that is none and for a reference to nothing.
pub(super) fn shape(books: &Books, body: Fields) -> Result<Fields, Refusal> {
    let mut shaped = Fields::new();
    for (name, value) in body {
        if OWN_FIELDS.contains(&name.as_str()) {
            continue;
        }
        let (name, value) = shape_field(books, name, value)?;
        shaped.insert(name, value);
    }
    Ok(shaped)
}

fn shape_field(books: &Books, name: String, value: Value) -> Result<(String, Value), Refusal> {
    if name == "contact_type_ids" {
        return Ok(("contact_types".to_owned(), contact_types(&value)?));
    }
    if let (Some(stem), Some(target)) = (name.strip_suffix("_id"), referred_endpoint(&name)) {
        return Ok((stem.to_owned(), referred(books, &name, target, &value)?));
    }
    let is_date = name == "date" || name.ends_with("_date");
    if is_date && !is_blank(Some(&value)) {
        let date = value.as_str().and_then(times::parse_date);
        date.ok_or_else(|| Refusal::invalid(&name, "invalid date"))?;
    }
    let value = match value {
        Value::Number(number) if !INTEGERS.contains(&name.as_str()) => {
            let text = number.to_string();
            Amount::parse(&text).map_or(Value::String(text), Value::from)
        }
        Value::String(text) if AMOUNTS.iter().any(|end| name.ends_with(end)) => {
            Amount::parse(&text).map_or(Value::String(text), Value::from)
        }
        Value::Array(items) => Value::Array(
            items.into_iter().map(|item| nested(books, item)).collect::<Result<_, _>>()?,
        ),
        Value::Object(_) => nested(books, value)?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    };
    Ok((name, value))
}

fn referred_endpoint(field: &str) -> Option<&'static str> {
    REFERENCES.iter().find(|(end, _)| field.ends_with(end)).map(|(_, target)| *target)
}

/// How a field shows the record it refers to; null refers to none.
fn referred(books: &Books, field: &str, target: &str, id: &Value) -> Result<Value, Refusal> {
    if id.is_null() {
        return Ok(Value::Null);
    }
    let record = |id| books.live(target, id).map(super::Record::reference);
    let shown = id.as_str().and_then(|id| record(id).or_else(|| types::row(target, id)));
    shown.ok_or_else(|| Refusal::invalid(field, "There is no such record."))
}

/// The same for an object inside; its ids are its own.
fn nested(books: &Books, value: Value) -> Result<Value, Refusal> {
    let Value::Object(fields) = value else { return Ok(value) };
    let shaped = fields.into_iter().map(|(name, value)| shape_field(books, name, value));
    shaped.collect::<Result<Fields, _>>().map(Value::Object)
}

fn contact_types(ids: &Value) -> Result<Value, Refusal> {
    let ids = ids.as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |id: &Value| types::row("contact_types", id.as_str()?);
    let rows: Option<Vec<Value>> = ids.iter().map(row).collect();
    let rows = rows.filter(|rows| !rows.is_empty());
    let unknown = || Refusal::invalid("contact_type_ids", "There is no such contact type.");
    rows.map(Value::Array).ok_or_else(unknown)
}

/// Adds what a new record has by itself.
pub(super) fn complete(endpoint: &Endpoint, body: Fields, number: u64) -> Fields {
    let mut fields = Fields::new();
    if let Some(document) = endpoint.document {
        fields.extend(new_document(document, number));
    } else {
        let unnamed = format!("{} {number}", endpoint.wrapper());
        fields.insert("displayed_as".to_owned(), unnamed.into());
    }
    fields.extend(body);
    settle(endpoint, &mut fields);
    fields
}

/// Dates of a document that is not due or paid yet are null or blank, as recorded.
fn new_document(document: Document, number: u64) -> Fields {
    let code = format!("{}-{number}", document.prefix);
    let mut fields = super::fields_of(json!({
        "displayed_as": code,
        "due_date": null,
        "last_paid": null,
        "delivery_performance_date": "",
        "void_reason": null,
        "status": types::row("artefact_statuses", "UNPAID"),
        "total_paid": Amount::default().to_string(),
    }));
    if let Some(field) = document.number_field {
        fields.insert(field.to_owned(), code.into());
    }
    fields
}

/// Brings what follows from other fields up to date: totals and the name shown.
pub(super) fn settle(endpoint: &Endpoint, fields: &mut Fields) {
    if endpoint.document.is_some() {
        let read = |field: &str| fields.get(field).and_then(Amount::from_json);
        let total = lines_total(fields).or_else(|| read("total_amount")).unwrap_or_default();
        let outstanding = total - read("total_paid").unwrap_or_default();
        fields.insert("total_amount".to_owned(), total.into());
        fields.insert("outstanding_amount".to_owned(), outstanding.into());
    } else if let Some(shown) = displayed_as(fields) {
        fields.insert("displayed_as".to_owned(), shown.into());
    }
}

/// The sum of quantity times price; none without lines.
fn lines_total(fields: &Fields) -> Option<Amount> {
    let (_, lines) = fields.iter().find(|(name, _)| name.ends_with("_lines"))?;
    let one = Amount::parse("1")?;
    let total = |line: &Value| {
        let read = |field: &str| line.get(field).and_then(Amount::from_json);
        read("unit_price").unwrap_or_default().times(read("quantity").unwrap_or(one))
    };
    Some(lines.as_array()?.iter().map(total).sum())
}

/// `Jane (J1)`; none when nothing names the record.
fn displayed_as(fields: &Fields) -> Option<String> {
    let text = |field: &str| match fields.get(field)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let names = ["name", "description", "address_line_1", "reference"];
    let name = names.into_iter().find_map(text)?;
    match ["reference", "nominal_code", "item_code"].into_iter().find_map(text) {
        Some(code) if code != name => Some(format!("{name} ({code})")),
        _ => Some(name),
    }
}
