//! Says in words why a text is not JSON: the line, the column, what was expected there, and the
//! cure where it can be told. The published samples of the original miss commas, so its users meet
//! this before anything else.

use std::fmt;

use super::syntax::{Expected, Fault, JSON_DEPTH_MAX, Problem, first_fault};

/// Longest part of a member's name that is repeated in a message, in characters.
const NAME_CHARS_SHOWN_MAX: usize = 80;

/// Why `text`, which the JSON library refused with `error`, is not JSON.
pub(super) fn explain(text: &str, error: &serde_json::Error) -> String {
    match first_fault(text) {
        Some(fault) => describe(text, &fault),
        None => {
            let message = error.to_string();
            let words = message.rsplit_once(" at line ").map_or(&*message, |(words, _)| words);
            format!("line {}, column {}: {words}", error.line(), error.column())
        }
    }
}

fn describe(text: &str, fault: &Fault<'_>) -> String {
    let place = Place::of(text, fault.at);
    match fault.problem {
        Problem::Found(Some(found)) => {
            let expected = expected_words(fault);
            match cure(text, fault, found) {
                Some(cure) => format!("{place}: expected {expected}; {cure}"),
                None => format!("{place}: expected {expected}, found `{}`", found.escape_debug()),
            }
        }
        Problem::Found(None) => {
            let expected = expected_words(fault);
            let inside = fault.container.map_or_else(String::new, |container| {
                let what = if container.closing == '}' { "object" } else { "list" };
                let opened_at = Place::of(text, container.opened_at);
                format!(" inside the {what} that begins at {opened_at}")
            });
            format!("{place}: the body is cut off here{inside}; expected {expected}")
        }
        Problem::StringOverLineEnd => format!(
            "{place}: the string that begins here is not closed; a `\"` is missing on line {}",
            place.line
        ),
        Problem::StringOverTextEnd => format!(
            "{place}: the string that begins here is not closed; a `\"` is missing, or the body is \
             cut off"
        ),
        Problem::TooDeep => format!("{place}: nested deeper than {JSON_DEPTH_MAX} levels"),
    }
}

fn expected_words(fault: &Fault<'_>) -> String {
    let name = fault.container.and_then(|container| container.name).map(shown_name);
    match (fault.expected, name) {
        (Expected::Value, Some(name)) => format!("a value for {name}"),
        (Expected::Value, None) => "a value".to_owned(),
        (Expected::FirstItem, _) => "a value or `]`".to_owned(),
        (Expected::Name, _) => "a name in double quotes".to_owned(),
        (Expected::FirstName, _) => "a name in double quotes or `}`".to_owned(),
        (Expected::Colon, Some(name)) => format!("`:` after the name {name}"),
        (Expected::Colon, None) => "`:`".to_owned(),
        (Expected::Separator, Some(name)) => format!("`,` or `}}` after the value of {name}"),
        (Expected::Separator, None) => "`,` or `]` after a value of the list".to_owned(),
        (Expected::End, _) => "nothing more".to_owned(),
    }
}

fn shown_name(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS_SHOWN_MAX) {
        Some((end, _)) => format!("\"{}…\"", name.get(..end).unwrap_or_default()),
        None => format!("\"{name}\""),
    }
}

/// What would mend the text, where one mistake explains it.
fn cure(text: &str, fault: &Fault<'_>, found: char) -> Option<String> {
    let gap = Gap { before: Place::of(text, fault.good_end), after: Place::of(text, fault.at) };
    let is_after_comma = text.get(..fault.good_end).is_some_and(|good| good.ends_with(','));
    match (fault.expected, found) {
        (_, '\'' | '`' | '‘' | '’' | '“' | '”') => {
            Some("names and strings stand in straight double quotes: \"…\"".to_owned())
        }
        (_, '/' | '#') => Some("JSON has no comments".to_owned()),
        (Expected::Separator, found) if begins_next(fault, found) => {
            Some(format!("a comma is missing {gap}"))
        }
        (Expected::Name | Expected::Value, '}' | ']') if is_after_comma => {
            Some(format!("remove the comma {gap}"))
        }
        _ => None,
    }
}

/// Whether the next member or item begins with `found`.
fn begins_next(fault: &Fault<'_>, found: char) -> bool {
    let is_in_list = fault.container.is_some_and(|container| container.closing == ']');
    found == '"' || is_in_list && (found.is_alphanumeric() || matches!(found, '{' | '[' | '-'))
}

/// The space between two pieces of a text, where a comma is missing or too many.
struct Gap {
    before: Place,
    after: Place,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.before.line < self.after.line {
            write!(f, "at the end of line {}", self.before.line)
        } else {
            write!(f, "before column {}", self.after.column)
        }
    }
}

/// A place as editors count it: from 1, columns in characters.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let in_line = before.get(line_start..).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Self { line, column: in_line.chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
