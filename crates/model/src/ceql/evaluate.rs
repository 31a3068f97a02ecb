//! Whether a record is as a condition says: for providers that cannot filter themselves.

use std::cmp::Ordering;

use serde_json::Value;

use super::decimal::Decimal;
use super::{Comparison, Condition, Literal, Operator, Test, boolean, moment};
use crate::json_path;
use crate::moment::Moment;

/// Whether `record` is as `condition` says.
///
/// - A column that is missing or null is only ever `IS NULL`: `a != 5` does not hold for it, as in
///   SQL. A column that holds an object or an array is `IS NOT NULL` and nothing else.
/// - Numbers are compared exactly. When either side is a number and not a text, the other may be a
///   number in quotes (`"balance":"-430035.84"` of Sage). Two texts that both are numbers are
///   compared as numbers by `<` and its like, and as texts by `=`: `'007'` is not `'7'`.
/// - Dates are compared as points in time when both sides are dates. A whole number in the record
///   is then milliseconds since the epoch, the form of the finance hub's `metaData`
///   (reference: cloud-elements §7.3). A date without an offset is in UTC.
/// - Texts are equal when every character is, in case too. `LIKE` is also strict about case; `%`
///   stands for any characters and `_` for any one.
pub fn matches(condition: &Condition, record: &Value) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().all(|part| matches(part, record)),
        Condition::Or(parts) => parts.iter().any(|part| matches(part, record)),
        Condition::Comparison(comparison) => holds(comparison, record),
    }
}

fn holds(comparison: &Comparison, record: &Value) -> bool {
    let value = json_path::find(record, &comparison.field).filter(|value| !value.is_null());
    match (&comparison.test, value) {
        (Test::IsNull, value) => value.is_none(),
        (Test::IsNotNull, value) => value.is_some(),
        (_, None | Some(Value::Array(_) | Value::Object(_))) => false,
        (Test::In(literals), Some(value)) => literals.iter().any(|one| equals(value, one)),
        (Test::Compare(operator, literal), Some(value)) => compares(value, *operator, literal),
    }
}

fn compares(value: &Value, operator: Operator, literal: &Literal) -> bool {
    match operator {
        Operator::Equal => equals(value, literal),
        Operator::NotEqual => !equals(value, literal),
        Operator::Like => like(&scalar_text(value), literal.text()),
        Operator::Less => order(value, literal).is_some_and(Ordering::is_lt),
        Operator::Greater => order(value, literal).is_some_and(Ordering::is_gt),
        Operator::LessOrEqual => order(value, literal).is_some_and(Ordering::is_le),
        Operator::GreaterOrEqual => order(value, literal).is_some_and(Ordering::is_ge),
    }
}

fn equals(value: &Value, literal: &Literal) -> bool {
    match value {
        Value::String(text) if text == literal.text() => true,
        Value::String(text) => match literal {
            Literal::Boolean(wanted) => boolean(text) == Some(*wanted),
            Literal::Number(_) => decimals(value, literal).is_some_and(Ordering::is_eq),
            Literal::Text(_) | Literal::DateTime(_) => {
                moments(value, literal).is_some_and(Ordering::is_eq)
            }
        },
        other => order(other, literal).is_some_and(Ordering::is_eq),
    }
}

/// How the value stands to the literal; none when they are of different sorts.
fn order(value: &Value, literal: &Literal) -> Option<Ordering> {
    match value {
        Value::Bool(value) => Some(value.cmp(&literal.boolean()?)),
        Value::Number(_) => decimals(value, literal).or_else(|| moments(value, literal)),
        Value::String(text) => {
            decimals(value, literal).or_else(|| moments(value, literal)).or_else(|| match literal {
                Literal::Text(wanted) => Some(text.as_str().cmp(wanted.as_str())),
                Literal::Number(_) | Literal::Boolean(_) | Literal::DateTime(_) => None,
            })
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn decimals(value: &Value, literal: &Literal) -> Option<Ordering> {
    Some(decimal_of(value)?.cmp(&Decimal::parse(literal.text())?))
}

fn moments(value: &Value, literal: &Literal) -> Option<Ordering> {
    let literal = literal.moment()?;
    Some(moment_of(value)?.cmp(&literal))
}

/// The number that a value is, with or without quotes.
pub(super) fn decimal_of(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Decimal::parse(&number.to_string()),
        Value::String(text) => Decimal::parse(text.trim()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn moment_of(value: &Value) -> Option<Moment> {
    match value {
        Value::Number(number) => number.as_i64().map(Moment::from_millis),
        Value::String(text) => moment(text.trim()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether `text` is like `pattern`. Goes back to the last `%` only, so its cost is the product of
/// the lengths and never more.
fn like(text: &str, pattern: &str) -> bool {
    let mut text = text.chars();
    let mut pattern = pattern.chars();
    // Where to go on when what follows the last `%` does not fit: one character further.
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let before = (text.clone(), pattern.clone());
        match (text.next(), pattern.next()) {
            (None, None) => return true,
            (_, Some('%')) => {
                text = before.0;
                retry = Some((text.clone(), pattern.clone()));
            }
            (Some(_), Some('_')) => {}
            (Some(found), Some(wanted)) if found == wanted => {}
            (None, Some(_)) => return false,
            (Some(_), _) => {
                let Some((after_text, after_pattern)) = &mut retry else { return false };
                if after_text.next().is_none() {
                    return false;
                }
                text = after_text.clone();
                pattern = after_pattern.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests;
