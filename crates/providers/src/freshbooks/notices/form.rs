//! The form of a notice, and the JSON text that is signed: what Python's `json.dumps` makes of the
//! received parameters (reference: freshbooks-sage §1.4).

use std::fmt::Write as _;

use serde_json::{Map, Value};
use url::form_urlencoded;

/// Largest form that is read, in bytes. Documented ones have 60 to 130; it is read before its
/// signature can be checked.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// Most different fields of a form; documented ones have 4 to 6.
const FIELDS_MAX: usize = 64;

/// Fields in the order in which they came, each with its first value. That of a handshake holds its
/// verifier, so there is no debug form.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body; `None` when it is too large or says nothing.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        if body.len() > FORM_BYTES_MAX {
            return None;
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            if fields.iter().any(|(own, _)| *own == name) {
                continue;
            }
            if fields.len() == FIELDS_MAX {
                return None;
            }
            fields.push((name.into_owned(), value.into_owned()));
        }
        (!fields.is_empty()).then_some(Self(fields))
    }

    /// The value of a field.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The text that is signed: every value a string, blanks after colon and comma, all but ASCII
    /// escaped.
    pub(super) fn to_signed_text(&self) -> String {
        let mut text = String::from("{");
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            push_string(&mut text, name);
            text.push_str(": ");
            push_string(&mut text, value);
        }
        text.push('}');
        text
    }

    /// The same fields as JSON without blanks, to be kept.
    pub(super) fn to_json(&self) -> String {
        let fields = self.0.iter();
        let fields = fields.map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        Value::Object(Map::from_iter(fields)).to_string()
    }
}

/// Writes a string with exactly Python's escapes: a slash, `<`, `>`, `&` and U+007F stay.
fn push_string(text: &mut String, value: &str) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\u{20}'..='\u{7f}' => text.push(character),
            _ => push_escaped(text, character),
        }
    }
    text.push('"');
}

/// Four hexadecimal digits for each UTF-16 unit, so two escapes outside the basic plane.
fn push_escaped(text: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing to a text cannot fail.
        write!(text, "\\u{unit:04x}").unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signed(body: &str) -> String {
        Form::read(body.as_bytes()).unwrap().to_signed_text()
    }

    #[test]
    fn the_signed_text_is_what_python_writes() {
        let cases = [
            ("a=1&b=2", r#"{"a": "1", "b": "2"}"#),
            ("b=2&a=1", r#"{"b": "2", "a": "1"}"#),
            ("a=1&a=2&b=3&a=4", r#"{"a": "1", "b": "3"}"#),
            ("a=&b", r#"{"a": "", "b": ""}"#),
            ("&&a=1&", r#"{"a": "1"}"#),
            ("a=x+y%20z%2Bw", r#"{"a": "x y z+w"}"#),
            ("a=%2F%3C%3E%26%27", r#"{"a": "/<>&'"}"#),
            ("a=%22%5C", r#"{"a": "\"\\"}"#),
            ("a=%0A%0D%09%08%0C", r#"{"a": "\n\r\t\b\f"}"#),
            ("a=%00%01%1F%7F", "{\"a\": \"\\u0000\\u0001\\u001f\u{7f}\"}"),
            ("a=%C2%80%C3%A9%E2%82%AC", r#"{"a": "\u0080\u00e9\u20ac"}"#),
            ("%C3%A9=%F0%9F%98%80", r#"{"\u00e9": "\ud83d\ude00"}"#),
            ("a=%FF", r#"{"a": "\ufffd"}"#),
            ("a=b=c", r#"{"a": "b=c"}"#),
        ];
        for (body, expected) in cases {
            assert_eq!(signed(body), expected, "{body}");
        }
    }

    #[test]
    fn what_is_no_form_of_a_notice_is_not_read() {
        let fields = |count: usize| -> String { (0..count).map(|i| format!("f{i}=1&")).collect() };
        assert!(Form::read(b"").is_none());
        assert!(Form::read(b"&&").is_none());
        assert!(Form::read(fields(FIELDS_MAX).as_bytes()).is_some());
        assert!(Form::read(fields(FIELDS_MAX + 1).as_bytes()).is_none());
        assert!(Form::read(&vec![b'a'; FORM_BYTES_MAX]).is_some());
        assert!(Form::read(&vec![b'a'; FORM_BYTES_MAX + 1]).is_none());
    }

    proptest! {
        #[test]
        fn the_signed_text_is_ascii_json_of_the_same_fields(
            fields in prop::collection::vec((any::<String>(), any::<String>()), 1..6),
        ) {
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            let form = Form::read(body.as_bytes()).unwrap();
            let text = form.to_signed_text();
            prop_assert!(text.is_ascii());
            let read: Map<String, Value> = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(Value::Object(read).to_string(), form.to_json());
            for (name, _) in &fields {
                let first = fields.iter().find(|(own, _)| own == name).unwrap();
                prop_assert_eq!(form.get(name), Some(first.1.as_str()));
            }
        }
    }
}
