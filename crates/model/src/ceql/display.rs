//! From a condition to CEQL text that reads back as the same condition.

use std::fmt::{self, Display, Formatter, Write as _};

use super::lexer::{begins_name, continues_name};
use super::parser::RESERVED;
use super::{Comparison, Condition, Literal, Query, Test};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("select * from ")?;
        write_name(f, &self.object)?;
        match &self.condition {
            Some(condition) => write!(f, " where {condition}"),
            None => Ok(()),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => write_joined(f, parts, " AND "),
            Self::Or(parts) => write_joined(f, parts, " OR "),
            Self::Comparison(comparison) => comparison.fmt(f),
        }
    }
}

/// Writes parts with `word` between them. An `OR` inside an `AND` stands in parentheses; the other
/// way round would need none, but readers do not all know which one binds closer.
fn write_joined(f: &mut Formatter<'_>, parts: &[Condition], word: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        match part {
            Condition::And(_) | Condition::Or(_) => write!(f, "({part})")?,
            Condition::Comparison(comparison) => comparison.fmt(f)?,
        }
    }
    Ok(())
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_name(f, &self.field)?;
        match &self.test {
            Test::Compare(operator, literal) => write!(f, " {operator} {literal}"),
            Test::In(literals) => {
                for (index, literal) in literals.iter().enumerate() {
                    f.write_str(if index == 0 { " IN (" } else { ", " })?;
                    literal.fmt(f)?;
                }
                f.write_char(')')
            }
            Test::IsNull => f.write_str(" IS NULL"),
            Test::IsNotNull => f.write_str(" IS NOT NULL"),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self::Text(text) = self else {
            return f.write_str(self.text());
        };
        f.write_char('\'')?;
        for c in text.chars() {
            match c {
                '\'' => f.write_str("''")?,
                '\\' => f.write_str("\\\\")?,
                other => f.write_char(other)?,
            }
        }
        f.write_char('\'')
    }
}

/// A name, in back-ticks when it would not be read as a name without them.
fn write_name(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    let is_bare = name.starts_with(begins_name)
        && name.chars().all(continues_name)
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(name));
    if is_bare { f.write_str(name) } else { write!(f, "`{}`", name.replace('`', "``")) }
}
