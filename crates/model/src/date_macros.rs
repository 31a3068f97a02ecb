//! The date macros of poller URLs (reference: cloud-elements §6.2): `${gmtDate:yyyy-MM-dd}` becomes
//! a date.
//!
//! | macro | becomes |
//! |---|---|
//! | `${date}`, `${gmtDate}` | the last poll, as `yyyy-MM-dd'T'HH:mm:ss'Z'` in GMT |
//! | `${date:F}`, `${gmtDate:F}` | the last poll by the Java date pattern F, in GMT |
//! | `${dateTimeZone:ZONE:F}` | the same on a clock in ZONE: `PST`, `-8:00`, `Europe/London` |
//! | `${nowTimeZone:ZONE:F}` | this moment on a clock in ZONE |
//! | `${epoch}`, `${epoch:ms}`, `${milliseconds}` | the last poll in milliseconds since 1970 |
//! | `${epoch:s}`, `${epoch:us}` | the same in seconds, in microseconds |
//! | `${epoch:0}` | seconds |
//! | `${F}` with F beginning with `y` | as `${gmtDate:F}` |
//!
//! What `${epoch:0}` meant is not documented. Seconds are the smallest of the numbers it could be,
//! so a question asked with it returns too much at worst, never too little.
//!
//! A pattern contains single quotes, and the macro itself stands in a quoted text of CEQL. So
//! macros are expanded in the plain text, before anything is parsed.

use thiserror::Error;

use crate::java_date::{DatePattern, DatePatternError, Zone};
use crate::limits::DATE_MACRO_BYTES_MAX;
use crate::moment::Moment;

/// The pattern of a macro without one: the most used of the published ones.
const PATTERN_DEFAULT: &str = "yyyy-MM-dd'T'HH:mm:ss'Z'";

/// A macro that cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("date macro at character {column}: {problem}")]
pub struct MacroError {
    /// Where, in bytes from the start of the text.
    pub position: usize,
    /// The same place in characters, counted from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// What is wrong with a macro, and where in it.
struct Problem {
    offset: usize,
    problem: String,
}

impl Problem {
    fn at(offset: usize, problem: String) -> Self {
        Self { offset, problem }
    }
}

/// Replaces every macro in `text`. `last_poll` is the moment from which changes are asked for: the
/// last poll less the resource's delay. A `$` that no `{` follows is itself.
pub fn expand(text: &str, last_poll: Moment, now: Moment) -> Result<String, MacroError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let start = text.len() - after.len();
        let value = one(after, last_poll, now).map_err(|(position, problem)| {
            let position = start + position;
            let column = text.get(..position).map_or(0, |before| before.chars().count()) + 1;
            MacroError { position, column, problem }
        });
        let (value, length) = value?;
        out.push_str(&value);
        rest = after.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// The value of the macro that `after` begins with, and its length with the closing brace.
fn one(after: &str, last_poll: Moment, now: Moment) -> Result<(String, usize), (usize, String)> {
    let Some((inside, _)) = after.split_once('}') else {
        return Err((0, "the `${` before this is not closed by `}`".to_owned()));
    };
    if inside.len() > DATE_MACRO_BYTES_MAX {
        return Err((0, format!("it is longer than {DATE_MACRO_BYTES_MAX} bytes")));
    }
    let value = value(inside, last_poll, now).map_err(|wrong| (wrong.offset, wrong.problem))?;
    Ok((value, inside.len() + 1))
}

fn value(inside: &str, last_poll: Moment, now: Moment) -> Result<String, Problem> {
    let (name, argument) = match inside.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (inside, None),
    };
    let after_name = name.len() + 1;
    match (name, argument) {
        ("date" | "gmtDate", argument) => {
            let format = argument.unwrap_or(PATTERN_DEFAULT);
            dated(format, after_name, last_poll, &Zone::gmt())
        }
        ("dateTimeZone", Some(argument)) => zoned(argument, after_name, last_poll),
        ("nowTimeZone", Some(argument)) => zoned(argument, after_name, now),
        ("dateTimeZone" | "nowTimeZone", None) => Err(Problem::at(
            0,
            format!("`{name}` needs a zone and a pattern: {name}:PST:yyyy-MM-dd"),
        )),
        ("epoch", Some("s" | "0")) => Ok(last_poll.seconds().to_string()),
        ("epoch", Some("us")) => Ok(last_poll.micros().to_string()),
        ("epoch", None | Some("ms")) | ("milliseconds", None) => Ok(last_poll.millis().to_string()),
        ("epoch", Some(_)) => Err(Problem::at(
            after_name,
            "`epoch` is followed by ms, s, us, 0 or nothing".to_owned(),
        )),
        _ if inside.starts_with('y') => dated(inside, 0, last_poll, &Zone::gmt()),
        _ => Err(Problem::at(
            0,
            format!(
                "`{name}` is not a date macro; there are date, gmtDate, dateTimeZone, nowTimeZone, \
                 epoch and milliseconds"
            ),
        )),
    }
}

/// Prints `moment` by a pattern that stands `offset` bytes into the macro.
fn dated(format: &str, offset: usize, moment: Moment, zone: &Zone) -> Result<String, Problem> {
    let pattern = DatePattern::parse(format).map_err(|error: DatePatternError| {
        Problem::at(offset + error.position, format!("`{format}` is no date: {}", error.problem))
    })?;
    Ok(pattern.format(moment, zone.time_zone()))
}

/// Prints `moment` by `ZONE:PATTERN`, which stands `offset` bytes into the macro.
fn zoned(argument: &str, offset: usize, moment: Moment) -> Result<String, Problem> {
    // A zone may hold a colon itself (`-8:00`), so the longer of two readings comes first.
    let colons = argument.match_indices(':').map(|(at, _)| at).take(2).collect::<Vec<_>>();
    for at in colons.iter().rev().copied() {
        let (name, format) = argument.split_at_checked(at).unwrap_or_default();
        if let Ok(zone) = Zone::parse(name) {
            let format = format.strip_prefix(':').unwrap_or_default();
            return dated(format, offset + at + 1, moment, &zone);
        }
    }
    let first = argument.split(':').next().unwrap_or_default();
    let problem = match Zone::parse(first) {
        Ok(_) => "the zone needs a pattern after it: PST:yyyy-MM-dd".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Problem::at(offset, problem))
}

#[cfg(test)]
mod tests;
