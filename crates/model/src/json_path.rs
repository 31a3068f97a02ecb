//! Dotted paths into a record: `id`, `metaData.lastUpdatedTime`, `line.0.amount`.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use crate::limits::PATH_SEGMENTS_MAX;

/// A text that is not a dotted path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a path: names joined by dots, {PATH_SEGMENTS_MAX} at most")]
pub struct JsonPathError {
    /// What was written.
    pub text: String,
}

/// Where a value stands in a record: names of members joined by dots. A name made of digits is the
/// place in an array, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JsonPath(String);

impl JsonPath {
    /// Reads a path. No name may be empty.
    pub fn parse(text: &str) -> Result<Self, JsonPathError> {
        let text = text.trim();
        let in_bounds = text.split('.').count() <= PATH_SEGMENTS_MAX;
        if !in_bounds || text.split('.').any(|name| name.trim().is_empty()) {
            return Err(JsonPathError { text: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value at this path; none when a member is missing on the way.
    pub fn find<'r>(&self, record: &'r Value) -> Option<&'r Value> {
        find(record, &self.0)
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The value of `record` at the dotted `path`; none when a member is missing on the way.
pub fn find<'r>(record: &'r Value, path: &str) -> Option<&'r Value> {
    path.split('.').try_fold(record, |value, name| match value {
        Value::Object(members) => members.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_through_objects_and_arrays() {
        let record = json!({"id": 7, "meta": {"at": "x"}, "line": [{"amount": 3}, {"amount": 4}]});
        for (path, value) in [
            ("id", Some(json!(7))),
            ("meta.at", Some(json!("x"))),
            ("line.1.amount", Some(json!(4))),
            ("line.2.amount", None),
            ("line.amount", None),
            ("id.x", None),
            ("missing", None),
        ] {
            assert_eq!(JsonPath::parse(path).unwrap().find(&record), value.as_ref(), "{path}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", " ", ".", "a.", ".a", "a..b", &["a"; PATH_SEGMENTS_MAX + 1].join(".")] {
            assert!(JsonPath::parse(text).is_err(), "{text}");
        }
    }
}
