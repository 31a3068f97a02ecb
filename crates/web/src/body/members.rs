//! The members of a request's JSON object, read one by one. A member of the wrong type is refused
//! by its path and the type it must have; its value, which may be a secret, is not repeated. `null`
//! is as good as absent, and members nobody asks for are ignored, both as in the original.

use serde_json::{Map, Value};

use crate::failure::Failure;

/// The members of a JSON object.
#[derive(Debug)]
pub(crate) struct Members {
    /// The path of the object in the body with a final dot; empty for the body itself.
    path: String,
    map: Map<String, Value>,
}

impl Members {
    pub(crate) fn new(map: Map<String, Value>) -> Self {
        Self { path: String::new(), map }
    }

    /// A member of any type.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    /// Whether a member is a string.
    pub(crate) fn is_text(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(Value::is_string)
    }

    /// A string.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.mistyped(name, "a string", &other)),
        }
    }

    /// A whole number.
    pub(crate) fn whole_number(&mut self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(value) = self.value(name) else { return Ok(None) };
        match value.as_i64() {
            Some(number) => Ok(Some(number)),
            None => Err(self.mistyped(name, "a whole number", &value)),
        }
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let items = match self.value(name) {
            None => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(other) => return Err(self.mistyped(name, "a list of strings", &other)),
        };
        let text = |(index, item)| match item {
            Value::String(text) => Ok(text),
            other => Err(self.mistyped(&format!("{name}[{index}]"), "a string", &other)),
        };
        items.into_iter().enumerate().map(text).collect::<Result<_, _>>().map(Some)
    }

    /// An object of which every member is wanted.
    pub(crate) fn map(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(other) => Err(self.mistyped(name, "an object", &other)),
        }
    }

    /// An object of which some members are wanted.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, Failure> {
        let path = format!("{}{name}.", self.path);
        Ok(self.map(name)?.map(|map| Self { path, map }))
    }

    fn mistyped(&self, name: &str, wanted: &str, found: &Value) -> Failure {
        let found = kind_of(found);
        Failure::bad_request(format!("{}{name}: must be {wanted}, not {found}", self.path))
    }
}

/// What sort of value this is, in words.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_i64() => "a number",
        Value::Number(_) => "a number that is not whole or too large",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: Value) -> Members {
        let Value::Object(map) = value else { panic!("not an object") };
        Members::new(map)
    }

    #[test]
    fn members_are_read_by_their_type() {
        let mut body = members(json!({
            "name": "n", "budget": -3, "tags": ["a", "b"], "gone": null,
            "element": {"key": "quickbooks"},
        }));
        assert_eq!(body.text("name").unwrap().as_deref(), Some("n"));
        assert_eq!(body.whole_number("budget").unwrap(), Some(-3));
        assert_eq!(body.texts("tags").unwrap().unwrap(), ["a", "b"]);
        assert_eq!(body.text("gone").unwrap(), None);
        assert_eq!(body.text("never").unwrap(), None);
        let mut element = body.object("element").unwrap().unwrap();
        assert_eq!(element.text("key").unwrap().as_deref(), Some("quickbooks"));
    }

    #[test]
    fn a_wrong_type_is_named_by_its_path_and_without_its_value() {
        let body = || {
            members(json!({
                "name": 5, "budget": 1.5, "tags": ["a", {}], "list": "hunter2",
                "element": {"key": []}, "configuration": "hunter2",
            }))
        };
        let message = |failure: Failure| failure.message().to_owned();
        let refusals = [
            (message(body().text("name").unwrap_err()), "name: must be a string, not a number"),
            (
                message(body().whole_number("budget").unwrap_err()),
                "budget: must be a whole number, not a number that is not whole or too large",
            ),
            (
                message(body().texts("tags").unwrap_err()),
                "tags[1]: must be a string, not an object",
            ),
            (
                message(body().texts("list").unwrap_err()),
                "list: must be a list of strings, not a string",
            ),
            (
                message(body().object("element").unwrap().unwrap().text("key").unwrap_err()),
                "element.key: must be a string, not a list",
            ),
            (
                message(body().map("configuration").unwrap_err()),
                "configuration: must be an object, not a string",
            ),
        ];
        for (refusal, wording) in refusals {
            assert_eq!(refusal, wording);
        }
    }
}
