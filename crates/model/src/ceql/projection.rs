//! `fields`: which members of a record are printed.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::CeqlError;
use crate::json_path::JsonPath;
use crate::limits::{CEQL_BYTES_MAX, FIELDS_MAX};

/// A list of dotted paths; a record keeps what is on one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    paths: Vec<JsonPath>,
    tree: Tree,
}

/// Names, and what is kept under each; an empty tree keeps everything under it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tree(BTreeMap<String, Tree>);

impl Fields {
    /// Reads `id,name, metaData.createTime`. An empty text keeps everything.
    pub fn parse(text: &str) -> Result<Self, CeqlError> {
        if text.len() > CEQL_BYTES_MAX {
            let expected = format!("at most {CEQL_BYTES_MAX} bytes");
            return Err(CeqlError::new(text, 0, &expected, format!("{} bytes", text.len())));
        }
        let mut fields = Self::default();
        if text.trim().is_empty() {
            return Ok(fields);
        }
        let mut position = 0;
        for part in text.split(',') {
            let start = position + (part.len() - part.trim_start().len());
            let found = || format!("`{}`", part.trim().chars().take(40).collect::<String>());
            if fields.paths.len() >= FIELDS_MAX {
                let expected = format!("at most {FIELDS_MAX} fields");
                return Err(CeqlError::new(text, start, &expected, found()));
            }
            let path = JsonPath::parse(part)
                .map_err(|_| CeqlError::new(text, start, "a dotted path", found()))?;
            fields.tree.keep(path.as_str());
            fields.paths.push(path);
            position += part.len() + 1;
        }
        Ok(fields)
    }

    /// Whether nothing was asked for in particular.
    pub fn is_everything(&self) -> bool {
        self.paths.is_empty()
    }

    /// The paths, in the order they were written.
    pub fn paths(&self) -> &[JsonPath] {
        &self.paths
    }

    /// The record with only what is on one of the paths, in the record's order. A path goes into
    /// every item of an array; what a record lacks stays missing.
    pub fn project(&self, record: &Value) -> Value {
        self.tree.project(record).unwrap_or_else(|| Value::Object(Map::new()))
    }
}

impl Tree {
    fn keep(&mut self, path: &str) {
        let mut place = self;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let is_new = !place.0.contains_key(name);
            let next = place.0.entry(name.to_owned()).or_default();
            // A shorter path keeps everything below, whichever stands first.
            if next.0.is_empty() && !is_new {
                return;
            }
            if names.peek().is_none() {
                next.0.clear();
            }
            place = next;
        }
    }

    /// What is kept of `value`; nothing when a path goes on where the value ends.
    fn project(&self, value: &Value) -> Option<Value> {
        if self.0.is_empty() {
            return Some(value.clone());
        }
        match value {
            Value::Object(members) => {
                let kept = members.iter().filter_map(|(name, member)| {
                    Some((name.clone(), self.0.get(name)?.project(member)?))
                });
                Some(Value::Object(kept.collect()))
            }
            Value::Array(items) => {
                Some(Value::Array(items.iter().filter_map(|item| self.project(item)).collect()))
            }
            Value::Null => Some(Value::Null),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_keeps_what_was_asked_for() {
        let record = json!({
            "name": "Jane", "id": 7, "meta": {"at": 1, "by": {"id": 2, "name": "x"}},
            "line": [{"amount": 3, "text": "y"}, {"amount": 4}], "none": null
        });
        for (fields, expected) in [
            ("", record.clone()),
            ("id,name", json!({"name": "Jane", "id": 7})),
            ("id, missing", json!({"id": 7})),
            ("meta.by.id", json!({"meta": {"by": {"id": 2}}})),
            ("meta.at,meta", json!({"meta": record["meta"]})),
            ("meta,meta.at", json!({"meta": record["meta"]})),
            ("line.amount", json!({"line": [{"amount": 3}, {"amount": 4}]})),
            ("name.first", json!({})),
            ("none.x", json!({"none": null})),
            ("none", json!({"none": null})),
        ] {
            assert_eq!(Fields::parse(fields).unwrap().project(&record), expected, "{fields}");
        }
    }

    #[test]
    fn an_error_names_the_place() {
        for (text, column) in [("a,,b", 3), ("a, b..c", 4), (",", 1)] {
            let error = Fields::parse(text).unwrap_err();
            assert_eq!(error.column, column, "{text}: {error}");
        }
        assert!(Fields::parse(&["a"; FIELDS_MAX + 1].join(",")).is_err());
    }
}
