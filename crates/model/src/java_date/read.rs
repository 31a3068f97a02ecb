//! Reading a date by a pattern.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use thiserror::Error;

use super::names::{HALVES, MONTHS, WEEKDAYS, find};
use super::pattern::{DatePattern, Part, Piece};
use super::{offset, zone};
use crate::limits::DATE_TEXT_BYTES_MAX;
use crate::moment::Moment;

/// Two digits of a year from this one on are of the twentieth century.
const TWO_DIGIT_YEARS_FROM: i32 = 70;

/// Most digits of a number in a date; a fraction of a second may have nine.
const DIGITS_MAX: usize = 9;

/// A text that does not fit a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a date as `{pattern}`: at character {column}, expected {expected}")]
pub struct DateTextError {
    /// What was read, cut short.
    pub text: String,
    /// The pattern.
    pub pattern: String,
    /// Where, in bytes from the start of the text.
    pub position: usize,
    /// The same place in characters, counted from 1.
    pub column: usize,
    /// What should have stood there.
    pub expected: String,
}

impl DatePattern {
    /// Reads `text` by this pattern. `zone` is where the clock stands that wrote it, unless the
    /// text says so itself. The rules are those of the [module](super).
    pub fn read(&self, text: &str, zone: &TimeZone) -> Result<Moment, DateTextError> {
        let mut reader = Reader { text, at: 0, found: Found::default() };
        let outcome = reader.read(&self.pieces).and_then(|()| reader.found.moment(zone));
        outcome.map_err(|expected| {
            let before = text.get(..reader.at).unwrap_or_default();
            DateTextError {
                text: text.chars().take(60).collect(),
                pattern: self.to_string(),
                position: reader.at,
                column: before.chars().count() + 1,
                expected,
            }
        })
    }
}

/// How the text says its zone.
enum Stated {
    Offset(Offset),
    /// Letters that only the zone itself may know.
    Letters(String),
}

/// What a text said.
#[derive(Default)]
struct Found {
    year: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
    day_of_year: Option<i32>,
    afternoon: bool,
    hour: Option<i32>,
    half_hour: Option<i32>,
    minute: i32,
    second: i32,
    micros: i32,
    stated: Option<Stated>,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    found: Found,
}

impl<'t> Reader<'t> {
    /// Reads all pieces; the error is what was expected at `self.at`.
    fn read(&mut self, pieces: &[Piece]) -> Result<(), String> {
        if self.text.len() > DATE_TEXT_BYTES_MAX {
            return Err(format!("at most {DATE_TEXT_BYTES_MAX} bytes"));
        }
        self.skip_blanks();
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => self.literal(text)?,
                Piece::Letters(part, count) if part.is_number(*count) => {
                    // Numbers that touch have as many digits as letters: yyyyMMdd.
                    let touches = matches!(
                        pieces.get(index + 1),
                        Some(Piece::Letters(next, next_count)) if next.is_number(*next_count)
                    );
                    self.number(*part, *count, if touches { *count } else { DIGITS_MAX })?;
                }
                Piece::Letters(part, _) => self.name(*part)?,
            }
        }
        self.trailing()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn literal(&mut self, text: &str) -> Result<(), String> {
        if !self.rest().starts_with(text) {
            return Err(format!("`{text}`"));
        }
        self.at += text.len();
        Ok(())
    }

    /// Digits at this place, `most` of them.
    fn digits(&mut self, most: usize) -> &'t str {
        let rest = self.rest();
        let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        self.at += count;
        rest.get(..count).unwrap_or_default()
    }

    fn number(&mut self, part: Part, count: usize, most: usize) -> Result<(), String> {
        self.skip_blanks();
        let start = self.at;
        let digits = self.digits(most);
        let number: i32 = digits.parse().map_err(|_| "a number".to_owned())?;
        let (least, greatest) = match part {
            Part::Year => (1, 9_999),
            Part::Month => (1, 12),
            Part::Day => (1, 31),
            Part::DayOfYear => (1, 366),
            Part::Hour0To23 => (0, 23),
            Part::Hour1To24 => (1, 24),
            Part::Hour0To11 => (0, 11),
            Part::Hour1To12 => (1, 12),
            Part::Minute | Part::Second => (0, 59),
            Part::Millisecond if count <= 3 && digits.len() > 3 => (0, i32::MAX),
            Part::Millisecond => (0, 999),
            Part::Weekday | Part::Half | Part::ZoneName | Part::Offset | Part::IsoOffset => (0, 0),
        };
        let is_two_digit_year = part == Part::Year && count <= 2 && digits.len() == 2;
        if !is_two_digit_year && !(least..=greatest).contains(&number) {
            self.at = start;
            return Err(format!("a number from {least} to {greatest}"));
        }
        let found = &mut self.found;
        match part {
            Part::Year if is_two_digit_year => {
                found.year =
                    Some(number + if number < TWO_DIGIT_YEARS_FROM { 2_000 } else { 1_900 });
            }
            Part::Year => found.year = Some(number),
            Part::Month => found.month = Some(number),
            Part::Day => found.day = Some(number),
            Part::DayOfYear => found.day_of_year = Some(number),
            Part::Hour0To23 | Part::Hour1To24 => found.hour = Some(number % 24),
            Part::Hour0To11 | Part::Hour1To12 => found.half_hour = Some(number % 12),
            Part::Minute => found.minute = number,
            Part::Second => found.second = number,
            Part::Millisecond if digits.len() > 3 && count <= 3 => {
                found.micros = fraction_micros(digits);
            }
            Part::Millisecond => found.micros = number * 1_000,
            Part::Weekday | Part::Half | Part::ZoneName | Part::Offset | Part::IsoOffset => {}
        }
        Ok(())
    }

    fn name(&mut self, part: Part) -> Result<(), String> {
        let names: (&[&str], &str) = match part {
            Part::Month => (&MONTHS, "the name of a month"),
            Part::Weekday => (&WEEKDAYS, "the name of a weekday"),
            Part::Half => (&HALVES, "AM or PM"),
            _ => return self.zone(),
        };
        let (index, taken) = find(names.0, self.rest()).ok_or(names.1)?;
        self.at += taken;
        match part {
            Part::Month => self.found.month = i32::try_from(index + 1).ok(),
            Part::Half => self.found.afternoon = index == 1,
            _ => {}
        }
        Ok(())
    }

    /// An offset, `GMT+01:00`, or the letters of a zone.
    fn zone(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = rest.get(..letters).unwrap_or_default();
        let is_gmt = word.eq_ignore_ascii_case("GMT") || word.eq_ignore_ascii_case("UTC");
        let signed = rest.get(letters..).unwrap_or_default();
        let (stated, taken) = match offset::read(if is_gmt { signed } else { rest }) {
            Some((offset, taken)) if is_gmt => (Stated::Offset(offset), letters + taken),
            Some((offset, taken)) if letters <= 1 => (Stated::Offset(offset), taken),
            _ if letters >= 2 => (Stated::Letters(word.to_owned()), letters),
            _ => return Err("a time zone, as Z, +01:00 or GMT".to_owned()),
        };
        self.found.stated = Some(stated);
        self.at += taken;
        Ok(())
    }

    /// What follows the pattern: nothing, or more about the moment.
    fn trailing(&mut self) -> Result<(), String> {
        if self.rest().starts_with('.') && self.found.micros == 0 {
            self.at += 1;
            let digits = self.digits(DIGITS_MAX);
            if digits.is_empty() {
                return Err("digits of a fraction".to_owned());
            }
            self.found.micros = fraction_micros(digits);
        }
        if self.found.stated.is_none()
            && let Some((offset, taken)) = offset::read(self.rest())
        {
            self.found.stated = Some(Stated::Offset(offset));
            self.at += taken;
        }
        if self.rest().trim().is_empty() { Ok(()) } else { Err("the end".to_owned()) }
    }
}

/// Microseconds of the digits after the point of a second; finer ones are cut off.
fn fraction_micros(digits: &str) -> i32 {
    let six: String = digits.chars().chain("000000".chars()).take(6).collect();
    six.parse().unwrap_or_default()
}

impl Found {
    fn moment(&self, zone: &TimeZone) -> Result<Moment, String> {
        let local = self.local().ok_or("a day that the calendar has")?;
        let stamp = match &self.stated {
            Some(Stated::Offset(offset)) => offset.to_timestamp(local).ok(),
            Some(Stated::Letters(letters)) => {
                let known = by_own_letters(local, zone, letters).or_else(|| {
                    zone::abbreviation(letters).and_then(|offset| offset.to_timestamp(local).ok())
                });
                Some(known.ok_or("a time zone whose letters are known, as GMT or PST")?)
            }
            None => zone.to_ambiguous_timestamp(local).later().ok(),
        };
        stamp.map(Moment::from).ok_or_else(|| "a moment that the calendar has".to_owned())
    }

    fn local(&self) -> Option<DateTime> {
        let year = i16::try_from(self.year.unwrap_or(1970)).ok()?;
        let date = match self.day_of_year {
            Some(day) if self.month.is_none() && self.day.is_none() => {
                let first = Date::new(year, 1, 1).ok()?;
                first.with().day_of_year(i16::try_from(day).ok()?).build().ok()?
            }
            _ => {
                let month = i8::try_from(self.month.unwrap_or(1)).ok()?;
                Date::new(year, month, i8::try_from(self.day.unwrap_or(1)).ok()?).ok()?
            }
        };
        let half = if self.afternoon { 12 } else { 0 };
        let hour = self.hour.unwrap_or(self.half_hour.unwrap_or(0) + half);
        let small = |number: i32| i8::try_from(number).ok();
        let nanoseconds = self.micros * 1_000;
        let time = Time::new(small(hour)?, small(self.minute)?, small(self.second)?, nanoseconds);
        Some(DateTime::from_parts(date, time.ok()?))
    }
}

/// The moment at which a clock in `zone` shows `local` and calls itself `letters`.
fn by_own_letters(local: DateTime, zone: &TimeZone, letters: &str) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let candidates = [ambiguous.earlier().ok()?, ambiguous.later().ok()?];
    candidates
        .into_iter()
        .find(|stamp| zone.to_offset_info(*stamp).abbreviation().eq_ignore_ascii_case(letters))
}
