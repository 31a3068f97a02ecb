//! `orderBy`: columns with a direction, and the order of records they make.

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use super::CeqlError;
use super::decimal::Decimal;
use super::evaluate::decimal_of;
use super::moment;
use crate::json_path::{self, JsonPath};
use crate::limits::{CEQL_BYTES_MAX, ORDER_COLUMNS_MAX};
use crate::moment::Moment;

/// One column of an `orderBy`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderColumn {
    /// The column: a dotted path into the record.
    pub field: String,
    /// From the greatest down.
    pub descending: bool,
}

/// How records shall follow each other: by the first column, then by the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct OrderBy(pub Vec<OrderColumn>);

impl OrderBy {
    /// Reads `name desc`, `a, b asc`, `` `metaData.createTime` DESC``. An empty text is no order.
    pub fn parse(text: &str) -> Result<Self, CeqlError> {
        if text.len() > CEQL_BYTES_MAX {
            let expected = format!("at most {CEQL_BYTES_MAX} bytes");
            return Err(CeqlError::new(text, 0, &expected, format!("{} bytes", text.len())));
        }
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut columns = Vec::new();
        let mut position = 0;
        for part in text.split(',') {
            if columns.len() >= ORDER_COLUMNS_MAX {
                let expected = format!("at most {ORDER_COLUMNS_MAX} columns");
                return Err(CeqlError::new(text, position, &expected, shown(part)));
            }
            columns.push(column(text, position, part)?);
            position += part.len() + 1;
        }
        Ok(Self(columns))
    }

    /// The order of two records; [`Ordering::Equal`] where no column tells them apart, so a stable
    /// sort keeps them as they are.
    ///
    /// This is a total order over any values: first what is missing or null, then `false`, `true`,
    /// numbers (also in quotes), dates (also without a time), texts by their characters, and last
    /// objects and arrays, which are all equal.
    pub fn compare(&self, left: &Value, right: &Value) -> Ordering {
        let by = |column: &OrderColumn| {
            let left = Sortable::new(json_path::find(left, &column.field));
            let order = left.cmp(&Sortable::new(json_path::find(right, &column.field)));
            if column.descending { order.reverse() } else { order }
        };
        self.0.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl fmt::Display for OrderBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, column) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            let direction = if column.descending { " desc" } else { "" };
            write!(f, "{comma}{}{direction}", column.field)?;
        }
        Ok(())
    }
}

/// Reads one column, which stands at `position` in `text`.
fn column(text: &str, position: usize, part: &str) -> Result<OrderColumn, CeqlError> {
    let start = position + (part.len() - part.trim_start().len());
    let mut words = part.split_whitespace();
    let name = words.next().unwrap_or_default();
    let name = name.strip_prefix('`').and_then(|name| name.strip_suffix('`')).unwrap_or(name);
    let is_column = JsonPath::parse(name).is_ok() && !name.contains(['\'', '`', '(', ')']);
    if !is_column {
        return Err(CeqlError::new(text, start, "the name of a column", shown(part)));
    }
    let direction = words.next().unwrap_or("asc");
    let descending = direction.eq_ignore_ascii_case("desc");
    if (!descending && !direction.eq_ignore_ascii_case("asc")) || words.next().is_some() {
        let expected = "a column and then ASC, DESC, a comma or the end";
        return Err(CeqlError::new(text, start, expected, shown(part)));
    }
    Ok(OrderColumn { field: name.to_owned(), descending })
}

fn shown(part: &str) -> String {
    let part: String = part.trim().chars().take(40).collect();
    if part.is_empty() { "nothing".to_owned() } else { format!("`{part}`") }
}

/// A value as it is sorted; the order of the members is the order of the sorts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Sortable<'r> {
    Nothing,
    Boolean(bool),
    Number(Decimal),
    Date(Moment),
    Text(&'r str),
    Composite,
}

impl<'r> Sortable<'r> {
    fn new(value: Option<&'r Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Nothing,
            Some(Value::Bool(value)) => Self::Boolean(*value),
            Some(Value::Array(_) | Value::Object(_)) => Self::Composite,
            Some(Value::Number(_)) => {
                value.and_then(decimal_of).map_or(Self::Nothing, Self::Number)
            }
            Some(Value::String(text)) => {
                let number = value.and_then(decimal_of).map(Self::Number);
                let date = || moment(text).map(Self::Date);
                number.or_else(date).unwrap_or(Self::Text(text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_order_is_read_and_printed() {
        for (text, printed) in [
            ("name desc", "name desc"),
            ("a, b asc", "a, b"),
            (" a  DESC ,b", "a desc, b"),
            ("`metaData.createTime` Desc", "metaData.createTime desc"),
            ("", ""),
        ] {
            let order = OrderBy::parse(text).unwrap();
            assert_eq!(order.to_string(), printed);
            assert_eq!(OrderBy::parse(printed).unwrap(), order);
        }
    }

    #[test]
    fn an_error_names_the_place() {
        for (text, column) in
            [("a,", 3), ("a, b down", 4), ("a desc b", 1), (",a", 1), ("é, 'x'", 4)]
        {
            let error = OrderBy::parse(text).unwrap_err();
            assert_eq!(error.column, column, "{text}: {error}");
        }
        let many = ["a"; ORDER_COLUMNS_MAX + 1].join(",");
        assert!(OrderBy::parse(&many).unwrap_err().to_string().contains("at most 16 columns"));
    }

    #[test]
    fn records_are_sorted_by_sort_and_then_by_value() {
        let sorted = [
            json!({}),
            json!({"a": false}),
            json!({"a": true}),
            json!({"a": -2}),
            json!({"a": "9"}),
            json!({"a": 10.5}),
            json!({"a": "2017-05-05"}),
            json!({"a": "2017-05-05T00:00:01Z"}),
            json!({"a": "Zebra"}),
            json!({"a": "ant"}),
            json!({"a": []}),
        ];
        let (up, down) = (OrderBy::parse("a").unwrap(), OrderBy::parse("a desc").unwrap());
        for (i, left) in sorted.iter().enumerate() {
            for (j, right) in sorted.iter().enumerate() {
                assert_eq!(up.compare(left, right), i.cmp(&j), "{left} {right}");
                assert_eq!(down.compare(left, right), j.cmp(&i), "{left} {right}");
            }
        }
    }

    #[test]
    fn the_second_column_decides_between_equals() {
        let order = OrderBy::parse("a, b.c desc").unwrap();
        let mut records = [
            json!({"a": 2, "b": {"c": 1}}),
            json!({"a": 1, "b": {"c": 1}}),
            json!({"a": "1.0", "b": {"c": 5}}),
        ];
        records.sort_by(|left, right| order.compare(left, right));
        let seen: Vec<_> = records.iter().map(|one| one["b"]["c"].as_i64().unwrap()).collect();
        assert_eq!(seen, [5, 1, 1]);
        assert_eq!(records[2]["a"], 2);
    }

    proptest! {
        #[test]
        fn any_records_are_in_a_total_order(
            values in proptest::collection::vec(
                prop_oneof![
                    Just(Value::Null),
                    any::<bool>().prop_map(Value::from),
                    (-3_i64..3).prop_map(Value::from),
                    "-?[0-9]{1,2}(\\.[05])?|20170[1-9]01|2017-0[1-9]-01(T00:00:00Z)?|[a-c]{0,2}"
                        .prop_map(Value::from),
                    Just(json!([1])),
                ],
                3,
            )
        ) {
            let records: Vec<Value> = values.iter().map(|value| json!({ "a": value })).collect();
            let order = OrderBy::parse("a").unwrap();
            let compare = |left: usize, right: usize| order.compare(&records[left], &records[right]);
            prop_assert_eq!(compare(0, 1), compare(1, 0).reverse());
            if compare(0, 1).is_le() && compare(1, 2).is_le() {
                prop_assert!(compare(0, 2).is_le());
            }
        }
    }
}
