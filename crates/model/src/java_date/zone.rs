//! Time zones by the names that Java reads.

use std::fmt;

use jiff::tz::{Offset, TimeZone};
use thiserror::Error;

use super::offset;
use crate::limits::DATE_TEXT_BYTES_MAX;

/// Names that are an offset without summer time, in the form of POSIX `TZ`, so that they print as
/// they are called: in Java `EST` is New York's winter at all times.
const FIXED_NAMES: &[(&str, &str)] =
    &[("GMT", "GMT0"), ("EST", "EST5"), ("MST", "MST7"), ("HST", "HST10")];

/// Java's other short names (`java.time.ZoneId.SHORT_IDS`), which are places.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// What the letters of a zone in a date say, in hours from UTC. The date's own zone comes first: in
/// London `BST` is British summer time. Java knows hundreds; these are the ones of the countries
/// where the providers are.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("GMT", "+00"),
    ("UTC", "+00"),
    ("UT", "+00"),
    ("WET", "+00"),
    ("BST", "+01"),
    ("CET", "+01"),
    ("CEST", "+02"),
    ("EET", "+02"),
    ("SAST", "+02"),
    ("EEST", "+03"),
    ("IST", "+05:30"),
    ("JST", "+09"),
    ("AEST", "+10"),
    ("AEDT", "+11"),
    ("NZST", "+12"),
    ("NZDT", "+13"),
    ("NST", "-03:30"),
    ("AST", "-04"),
    ("ADT", "-03"),
    ("EST", "-05"),
    ("EDT", "-04"),
    ("CST", "-06"),
    ("CDT", "-05"),
    ("MST", "-07"),
    ("MDT", "-06"),
    ("PST", "-08"),
    ("PDT", "-07"),
    ("AKST", "-09"),
    ("AKDT", "-08"),
    ("HST", "-10"),
];

/// A name that is no time zone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` is not a time zone, as `GMT`, `America/New_York`, `PST`, `GMT+01:00` or `-8:00`")]
pub struct ZoneError {
    /// What was written, cut short.
    pub name: String,
}

/// A time zone by a name that Java reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Greenwich mean time, which is UTC.
    pub fn gmt() -> Self {
        Self { name: "GMT".to_owned(), zone: zone("GMT").unwrap_or(TimeZone::UTC) }
    }

    /// Reads `GMT`, `UTC`, a place (`America/New_York`), one of Java's short names (`PST` is Los
    /// Angeles with its summer time; `EST`, `MST` and `HST` have none), or an offset (`-8:00`,
    /// `+0530`, `GMT+01:00`). Java takes GMT for a name that it does not know; here it is an error.
    pub fn parse(text: &str) -> Result<Self, ZoneError> {
        let name = text.trim();
        let shown = || ZoneError { name: name.chars().take(40).collect() };
        if name.is_empty() || name.len() > DATE_TEXT_BYTES_MAX {
            return Err(shown());
        }
        let zone = zone(name).ok_or_else(shown)?;
        Ok(Self { name: name.to_owned(), zone })
    }

    /// The zone for a calendar library.
    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn zone(name: &str) -> Option<TimeZone> {
    let upper = name.to_ascii_uppercase();
    if matches!(upper.as_str(), "UTC" | "UT" | "Z") {
        return Some(TimeZone::UTC);
    }
    if let Some((_, fixed)) = FIXED_NAMES.iter().find(|(name, _)| *name == upper) {
        return TimeZone::posix(fixed).ok();
    }
    let after_gmt = upper.strip_prefix("GMT").or_else(|| upper.strip_prefix("UTC"));
    if let Some(offset) = whole_offset(after_gmt.unwrap_or(&upper)) {
        return Some(TimeZone::fixed(offset));
    }
    let place = SHORT_NAMES.iter().find(|(short, _)| *short == upper);
    TimeZone::get(place.map_or(name, |(_, place)| place)).ok()
}

fn whole_offset(text: &str) -> Option<Offset> {
    offset::read(text).filter(|(_, taken)| *taken == text.len()).map(|(offset, _)| offset)
}

/// The offset that the letters of a zone in a date stand for.
pub(super) fn abbreviation(letters: &str) -> Option<Offset> {
    let (_, offset) = ABBREVIATIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(letters))?;
    whole_offset(offset)
}
