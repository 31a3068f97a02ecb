//! Dates in the words of Java's `SimpleDateFormat`, as poller configurations write them
//! (reference: cloud-elements §6.1, §6.2): a pattern, and reading and printing by it.
//!
//! Where this follows Java, and where not:
//! - Names of months and weekdays are English. Zones have the letters of the tz database; where it
//!   has none they print as `GMT-03:00`, and Java has some of its own. The calendar is Gregorian at
//!   all times.
//! - Printing is Java's, also where it surprises: `S` is a number of milliseconds, so `SSSSSS`
//!   prints `000125` for 125 ms, and `X` drops the minutes of an offset.
//! - Reading is strict: the 30th of February, hour 24 of `HH` and minute 60 are errors, where a
//!   lenient Java counts on. What the text does not say is 1970, January, the 1st, midnight, AM.
//! - Two digits of a year by `y` or `yy` are 1970 to 2069. Java's window moves with the clock.
//! - A weekday must be one, and is not compared with the date.
//! - Any form of an offset is read by `X` and by `Z`: `Z`, `-08`, `-0800`, `-08:00`.
//! - Java ignores what follows the part that the pattern describes. Here a fraction of a second and
//!   an offset that follow are used, because they are the truth about the moment; anything else is
//!   an error. More than three digits of a second by `S`, `SS` or `SSS` are a fraction too; Java
//!   takes them for that many milliseconds.
//! - A local time that a clock change skips is read as if the clock had not been changed, so it
//!   moves forward by the gap, as in a lenient Java. One that happens twice is the later of the
//!   two, as in any Java: read as the earlier one, a change could seem older than the last poll and
//!   be lost; read as the later one, it is found twice at worst.

mod format;
mod names;
mod offset;
mod pattern;
mod read;
mod zone;

use std::fmt;

use jiff::tz::TimeZone;
use serde_json::Value;
use thiserror::Error;

use crate::moment::Moment;

pub use pattern::{DatePattern, DatePatternError};
pub use read::DateTextError;
pub use zone::{Zone, ZoneError};

/// How a record writes a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateForm {
    /// By a pattern.
    Pattern(DatePattern),
    /// A whole number of milliseconds since the epoch.
    Milliseconds,
    /// A whole number of seconds since the epoch.
    Seconds,
}

/// A date of a record that is not as its form says.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DateValueError {
    /// The text does not fit the pattern.
    #[error(transparent)]
    Text(#[from] DateTextError),
    /// Not a whole number.
    #[error("`{found}` is not a whole number of {unit} since 1970")]
    Number {
        /// What stood there, cut short.
        found: String,
        /// `milliseconds` or `seconds`.
        unit: DateForm,
    },
}

impl DateForm {
    /// Reads a form: a pattern, or one of the names `milliseconds`, `epoch` (the same), `seconds`,
    /// `epoch seconds`. Names are read in any case.
    pub fn parse(text: &str) -> Result<Self, DatePatternError> {
        let name = text.trim().to_ascii_lowercase();
        match name.as_str() {
            "milliseconds" | "epoch" | "epoch milliseconds" | "epoch:ms" => Ok(Self::Milliseconds),
            "seconds" | "epoch seconds" | "epoch:s" => Ok(Self::Seconds),
            _ => DatePattern::parse(text).map(Self::Pattern),
        }
    }

    /// Reads the date that a record holds. A number of milliseconds may stand in quotes.
    pub fn read(&self, value: &Value, zone: &TimeZone) -> Result<Moment, DateValueError> {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let micros = match self {
            Self::Pattern(pattern) => return Ok(pattern.read(&text, zone)?),
            Self::Milliseconds => 1_000,
            Self::Seconds => 1_000_000,
        };
        let number = text.trim().parse::<i64>().ok();
        let found = || text.chars().take(40).collect();
        number
            .map(|number| Moment::from_micros(number.saturating_mul(micros)))
            .ok_or_else(|| DateValueError::Number { found: found(), unit: self.clone() })
    }

    /// Prints a moment in this form.
    pub fn format(&self, moment: Moment, zone: &TimeZone) -> String {
        match self {
            Self::Pattern(pattern) => pattern.format(moment, zone),
            Self::Milliseconds => moment.millis().to_string(),
            Self::Seconds => moment.seconds().to_string(),
        }
    }
}

impl fmt::Display for DateForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => pattern.fmt(f),
            Self::Milliseconds => f.write_str("milliseconds"),
            Self::Seconds => f.write_str("seconds"),
        }
    }
}

#[cfg(test)]
mod tests;
