//! Answers a query from the books.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::books::{Books, Fields, Record, fields_of};
use super::super::decimal::Decimal;
use super::super::entities::EntityKind;
use super::super::refusal::Refusal;
use super::super::times;
use super::{Condition, Operator, Order, Query};

/// Answers a query with the body up to, not including, `time`.
pub(in super::super) fn select(books: &Books, text: &str) -> Result<Fields, Refusal> {
    let query = Query::parse(text)?;
    let mut rows: Vec<&Record> = books
        .records_of(query.entity)
        .filter(|record| is_visible(record, &query.conditions))
        .filter(|record| query.conditions.iter().all(|condition| holds(condition, record)))
        .collect();
    if query.counts_only {
        return Ok(response(fields_of(json!({"totalCount": rows.len()}))));
    }
    rows.sort_by_cached_key(|record| default_key(query.entity, record));
    if let Some(order) = &query.order {
        sort(&mut rows, order);
    }
    let page: Vec<Value> = rows
        .into_iter()
        .skip(query.start_position - 1)
        .take(query.max_results)
        .map(|record| Value::Object(record.fields.clone()))
        .collect();
    Ok(response(page_fields(&query, page)))
}

fn response(fields: Fields) -> Fields {
    fields_of(json!({"QueryResponse": fields}))
}

fn page_fields(query: &Query, page: Vec<Value>) -> Fields {
    if page.is_empty() {
        return Fields::new();
    }
    let rows = page.len();
    fields_of(json!({
        query.entity.name: page,
        "startPosition": query.start_position,
        "maxResults": rows,
    }))
}

/// Inactive records show only when the query speaks of `Active`. Deleted transactions never do:
/// they are not active, and have no `Active` that a condition could hold for.
fn is_visible(record: &Record, conditions: &[Condition]) -> bool {
    let asks_for_active = conditions.iter().any(|condition| condition.property == "Active");
    record.is_active() || asks_for_active
}

/// The order without `ORDERBY`: by name for lists (as recorded), by id otherwise.
fn default_key(entity: &EntityKind, record: &Record) -> (String, u64) {
    let name = entity.name_property().and_then(|property| record.fields.get(property));
    let name = name.and_then(Value::as_str).unwrap_or_default().to_lowercase();
    (name, record.id().parse().unwrap_or(u64::MAX))
}

fn sort(rows: &mut [&Record], order: &Order) {
    rows.sort_by(|one, two| {
        let (one, two) = (key_of(one, &order.property), key_of(two, &order.property));
        if order.descending { two.cmp(&one) } else { one.cmp(&two) }
    });
}

/// A value in a form that can be compared.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Absent,
    Flag(bool),
    Number(Decimal),
    Time(Timestamp),
    Text(String),
}

fn key_of(record: &Record, property: &str) -> Key {
    let mut parts = property.split('.');
    let first = parts.next().and_then(|part| record.fields.get(part));
    match parts.fold(first, |value, part| value.and_then(|value| value.get(part))) {
        Some(Value::Bool(flag)) => Key::Flag(*flag),
        Some(value @ Value::Number(_)) => {
            Decimal::from_json(value).map_or(Key::Absent, Key::Number)
        }
        Some(Value::String(text)) if is_time(property) => {
            times::parse(text).map_or(Key::Absent, Key::Time)
        }
        Some(Value::String(text)) => Key::Text(text.clone()),
        None | Some(Value::Null | Value::Array(_) | Value::Object(_)) => Key::Absent,
    }
}

fn is_time(property: &str) -> bool {
    property.starts_with("MetaData.")
}

/// Compares a record's value with the text of a query, in the type of the record's value.
fn compare(key: &Key, text: &str) -> Option<Ordering> {
    match key {
        Key::Absent => None,
        Key::Flag(flag) => {
            let asked = text.to_ascii_lowercase().parse::<bool>().ok()?;
            Some(flag.cmp(&asked))
        }
        Key::Number(number) => Some(number.cmp(&Decimal::parse(text)?)),
        Key::Time(at) => Some(at.cmp(&times::parse(text)?)),
        Key::Text(own) => Some(own.as_str().cmp(text)),
    }
}

fn holds(condition: &Condition, record: &Record) -> bool {
    let key = key_of(record, &condition.property);
    condition.values.iter().any(|value| match condition.operator {
        Operator::Like => matches!(&key, Key::Text(text) if is_like(text, value)),
        Operator::Equal | Operator::In => compare(&key, value) == Some(Ordering::Equal),
        Operator::Less => compare(&key, value) == Some(Ordering::Less),
        Operator::Greater => compare(&key, value) == Some(Ordering::Greater),
        Operator::LessOrEqual => compare(&key, value).is_some_and(Ordering::is_le),
        Operator::GreaterOrEqual => compare(&key, value).is_some_and(Ordering::is_ge),
    })
}

/// Whether the text fits a pattern in which `%` stands for any characters.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('%');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}
