//! CEQL, the language of `where` (reference: cloud-elements §7.2): what a condition is.
//!
//! ```text
//! lastModifiedDate >= '2017-05-05' AND (active = true OR `metaData.kind` IN ('a', 'b'))
//! ```
//!
//! - Keywords are read in any case. `AND` binds closer than `OR`.
//! - A column is a bare or dotted name (`metaData.lastUpdatedTime`) or any text in back-ticks.
//! - A text stands in single quotes. `''` and `\'` are a quote in it, `\\` is a backslash; any
//!   other backslash is itself.
//! - Numbers, booleans and dates with or without a time stand unquoted; `'true'` and `'2017-05-05'`
//!   mean the same as `true` and `2017-05-05` where a column holds such a thing.

mod decimal;
mod display;
mod evaluate;
mod lexer;
mod order;
mod parser;
mod projection;

use thiserror::Error;

use crate::change::named;
use crate::moment::Moment;

pub use evaluate::matches;
pub use order::{OrderBy, OrderColumn};
pub use parser::{parse, parse_closing_text, parse_query};
pub use projection::Fields;

/// A text that is not CEQL: where reading stopped and what could have stood there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Error parsing query at character {column}: expected {expected}, found {found}")]
pub struct CeqlError {
    /// Where, in bytes from the start.
    pub position: usize,
    /// The same place in characters, counted from 1.
    pub column: usize,
    /// What could have stood there.
    pub expected: String,
    /// What stood there.
    pub found: String,
}

impl CeqlError {
    fn new(text: &str, position: usize, expected: &str, found: String) -> Self {
        let column = text.get(..position).map_or(0, |before| before.chars().count()) + 1;
        Self { position, column, expected: expected.to_owned(), found }
    }
}

/// What a record must be like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// All of these. Made by [`Condition::all`], so that it holds two or more and no other `And`.
    And(Vec<Condition>),
    /// One of these. Made by [`Condition::any`], so that it holds two or more and no other `Or`.
    Or(Vec<Condition>),
    /// One column is like this.
    Comparison(Comparison),
}

/// What one column must be like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// The column: a dotted path into the record.
    pub field: String,
    /// What must hold for it.
    pub test: Test,
}

/// What must hold for a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Test {
    /// `field operator literal`.
    Compare(Operator, Literal),
    /// `field IN (literal, …)`; never empty.
    In(Vec<Literal>),
    /// `field IS NULL`: missing or null.
    IsNull,
    /// `field IS NOT NULL`.
    IsNotNull,
}

named! {
    /// An operator between a column and a value, by its sign.
    Operator {
        /// The same.
        Equal = "=",
        /// Not the same.
        NotEqual = "!=",
        /// Less, or earlier.
        Less = "<",
        /// More, or later.
        Greater = ">",
        /// Not more, or not later.
        LessOrEqual = "<=",
        /// Not less, or not earlier.
        GreaterOrEqual = ">=",
        /// A text with `%` for anything and `_` for any one character.
        Like = "LIKE",
    }
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Literal {
    /// What stood in quotes, without them.
    Text(String),
    /// A decimal number as it was written, so that no digit is lost.
    Number(String),
    /// `true` or `false` without quotes.
    Boolean(bool),
    /// A date, with or without a time, as it was written without quotes.
    DateTime(String),
}

impl Literal {
    /// The value without quotes, whatever its sort.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) | Self::DateTime(text) => text,
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
        }
    }

    /// The boolean this is, with or without quotes, in any case.
    pub fn boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            Self::Text(text) => boolean(text),
            Self::Number(_) | Self::DateTime(_) => None,
        }
    }

    /// The point in time this is, with or without quotes: as [`moment`] reads it.
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Self::Text(text) | Self::DateTime(text) => moment(text),
            Self::Number(_) | Self::Boolean(_) => None,
        }
    }
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

/// Reads a date, with or without a time and an offset; what is not said is midnight and UTC.
/// `2017-05-05`, `2021-10-17 05:48:42`, `2015-01-06T09:31:38-07:00`.
pub fn moment(text: &str) -> Option<Moment> {
    // A number such as `20170505` is not a date here, though ISO 8601 has that form.
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    Moment::parse(text).or_else(|| {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(local).ok().map(Moment::from)
    })
}

/// A whole query: `select * from customers where …`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Query {
    /// What is asked for: the name of a resource.
    pub object: String,
    /// What its records must be like; all are meant without one.
    pub condition: Option<Condition>,
}

impl Condition {
    /// All of `parts`: flat, and a single part is itself. None when there is no part.
    pub fn all(parts: Vec<Self>) -> Option<Self> {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::And(inner) => inner,
            other @ (Self::Or(_) | Self::Comparison(_)) => vec![other],
        });
        one_or(flat.collect(), Self::And)
    }

    /// One of `parts`: flat, and a single part is itself. None when there is no part.
    pub fn any(parts: Vec<Self>) -> Option<Self> {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Or(inner) => inner,
            other @ (Self::And(_) | Self::Comparison(_)) => vec![other],
        });
        one_or(flat.collect(), Self::Or)
    }

    /// The comparisons that must all hold; none when there is an `OR` among them.
    pub fn conjunction(&self) -> Option<Vec<&Comparison>> {
        match self {
            Self::Comparison(comparison) => Some(vec![comparison]),
            Self::Or(_) => None,
            Self::And(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(Self::conjunction).collect();
                Some(parts?.concat())
            }
        }
    }

    /// Takes `attributes='a,b'` out of what must all hold. It is no condition: it names the
    /// members that the provider shall print (reference: freshbooks-sage §0). Returns the rest of
    /// the condition and the names, in order.
    pub fn split_attributes(self) -> (Option<Self>, Vec<String>) {
        let parts = match self {
            Self::And(parts) => parts,
            other @ (Self::Or(_) | Self::Comparison(_)) => vec![other],
        };
        let mut names = Vec::new();
        let mut rest = Vec::with_capacity(parts.len());
        for part in parts {
            match part.attributes() {
                Some(list) => names.extend(list.split(',').map(|name| name.trim().to_owned())),
                None => rest.push(part),
            }
        }
        names.retain(|name| !name.is_empty());
        (Self::all(rest), names)
    }

    /// The list of `attributes='…'`, when this is it.
    fn attributes(&self) -> Option<&str> {
        match self {
            Self::Comparison(Comparison { field, test: Test::Compare(Operator::Equal, list) })
                if field == "attributes" =>
            {
                Some(list.text())
            }
            _ => None,
        }
    }
}

fn one_or(
    mut parts: Vec<Condition>,
    many: impl FnOnce(Vec<Condition>) -> Condition,
) -> Option<Condition> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(many(parts)),
    }
}

#[cfg(test)]
mod tests;
