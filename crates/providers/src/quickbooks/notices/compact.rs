//! An entry of a notice as it is kept: its own JSON text without blanks.

use std::sync::Arc;

/// Largest entry that is read, in bytes. Documented ones are 100 to 500 bytes.
const ENTRY_BYTES_MAX: usize = 16 * 1024;

/// Deepest nesting of an entry that is read. Documented ones are 4 deep, and JSON readers after us
/// stop at about 128.
const ENTRY_DEPTH_MAX: usize = 32;

/// What a look at the whole text says.
struct Survey {
    has_blanks: bool,
    depth: usize,
}

/// The text of valid JSON without blanks between its parts; `None` when it is too large or too
/// deep.
pub(super) fn compact(json: &str) -> Option<Arc<str>> {
    if json.len() > ENTRY_BYTES_MAX {
        return None;
    }
    let survey = survey(json);
    if survey.depth > ENTRY_DEPTH_MAX {
        return None;
    }
    Some(if survey.has_blanks { without_blanks(json).into() } else { json.into() })
}

fn survey(json: &str) -> Survey {
    let (mut depth, mut depth_max, mut has_blanks) = (0_usize, 0, false);
    let mut place = Place::default();
    for byte in json.bytes() {
        if place.step(byte) {
            continue;
        }
        match byte {
            b'{' | b'[' => {
                depth += 1;
                depth_max = depth_max.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\n' | b'\r' | b'\t' => has_blanks = true,
            _ => {}
        }
    }
    Survey { has_blanks, depth: depth_max }
}

fn without_blanks(json: &str) -> String {
    let mut place = Place::default();
    json.chars()
        .filter(|&character| {
            // What has no byte of its own is a letter like any other.
            let is_inside = place.step(u8::try_from(character).unwrap_or(b'a'));
            is_inside || !matches!(character, ' ' | '\n' | '\r' | '\t')
        })
        .collect()
}

/// Whether a walk through JSON is inside a string.
#[derive(Default)]
struct Place {
    in_string: bool,
    after_backslash: bool,
}

impl Place {
    /// Takes one byte; true when it belongs to a string.
    fn step(&mut self, byte: u8) -> bool {
        if !self.in_string {
            self.in_string = byte == b'"';
            return self.in_string;
        }
        if self.after_backslash {
            self.after_backslash = false;
        } else if byte == b'\\' {
            self.after_backslash = true;
        } else if byte == b'"' {
            self.in_string = false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_outside_strings_and_stay_inside() {
        let cases = [
            (r#"{"a":1}"#, r#"{"a":1}"#),
            ("{\n\t\"a b\" : [ 1 , 2 ]\r\n}", r#"{"a b":[1,2]}"#),
            (r#"{ "a": "\" {  \\" }"#, r#"{"a":"\" {  \\"}"#),
            ("{ \"Café “O’Neil” – 日本\": \"  \" }", "{\"Café “O’Neil” – 日本\":\"  \"}"),
        ];
        for (json, expected) in cases {
            assert_eq!(compact(json).as_deref(), Some(expected), "{json}");
        }
    }

    #[test]
    fn too_large_or_too_deep_is_not_kept() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(compact(&nested(ENTRY_DEPTH_MAX)).is_some());
        assert!(compact(&nested(ENTRY_DEPTH_MAX + 1)).is_none());
        let text = |bytes: usize| format!("\"{}\"", "[".repeat(bytes - 2));
        assert!(compact(&text(ENTRY_BYTES_MAX)).is_some());
        assert!(compact(&text(ENTRY_BYTES_MAX + 1)).is_none());
    }
}
