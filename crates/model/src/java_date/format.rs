//! Printing a moment by a pattern, as Java does.

use std::fmt::Write as _;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::names::{HALVES, MONTHS, WEEKDAYS, short};
use super::offset;
use super::pattern::{DatePattern, Part, Piece};
use crate::moment::Moment;

impl DatePattern {
    /// Prints `moment` as a clock in `zone` shows it. What is finer than the pattern is cut off.
    pub fn format(&self, moment: Moment, zone: &TimeZone) -> String {
        let stamp = moment.timestamp();
        let info = zone.to_offset_info(stamp);
        let shown = Shown {
            local: info.offset().to_datetime(stamp),
            offset: info.offset(),
            abbreviation: info.abbreviation(),
        };
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Letters(part, count) => shown.write(&mut out, *part, *count),
            }
        }
        out
    }
}

/// What a clock and a calendar show.
struct Shown<'z> {
    local: DateTime,
    offset: Offset,
    abbreviation: &'z str,
}

impl Shown<'_> {
    fn write(&self, out: &mut String, part: Part, count: usize) {
        match part {
            Part::Month if count >= 3 => {
                let index = usize::try_from(self.local.month() - 1).unwrap_or_default();
                write_name(out, &MONTHS, index, count);
            }
            Part::Weekday => {
                let index = self.local.weekday().to_monday_zero_offset();
                write_name(out, &WEEKDAYS, usize::try_from(index).unwrap_or_default(), count);
            }
            Part::Half => {
                out.push_str(HALVES.get(usize::from(self.local.hour() >= 12)).unwrap_or(&""));
            }
            Part::ZoneName | Part::Offset | Part::IsoOffset => self.write_zone(out, part, count),
            _ => self.write_number(out, part, count),
        }
    }

    fn write_number(&self, out: &mut String, part: Part, count: usize) {
        let local = self.local;
        let number = match part {
            Part::Year if count == 2 => i32::from(self.year() % 100),
            Part::Year => i32::from(self.year()),
            Part::Month => i32::from(local.month()),
            Part::Day => i32::from(local.day()),
            Part::DayOfYear => i32::from(local.date().day_of_year()),
            Part::Hour0To23 => i32::from(local.hour()),
            Part::Hour1To24 => i32::from((local.hour() + 23) % 24 + 1),
            Part::Hour0To11 => i32::from(local.hour() % 12),
            Part::Hour1To12 => i32::from((local.hour() + 11) % 12 + 1),
            Part::Minute => i32::from(local.minute()),
            Part::Second => i32::from(local.second()),
            Part::Millisecond => i32::from(local.millisecond()),
            Part::Weekday | Part::Half | Part::ZoneName | Part::Offset | Part::IsoOffset => return,
        };
        write_text(out, format_args!("{number:0count$}"));
    }

    /// The year of its era: Java prints 1 for the year before 1.
    fn year(&self) -> i16 {
        let year = self.local.year();
        if year > 0 { year } else { 1 - year }
    }

    fn write_zone(&self, out: &mut String, part: Part, count: usize) {
        let (sign, hours, minutes) = offset::parts(self.offset);
        let is_name = self.abbreviation.bytes().all(|b| b.is_ascii_alphabetic());
        match part {
            Part::ZoneName if is_name => out.push_str(self.abbreviation),
            Part::ZoneName => write_text(out, format_args!("GMT{sign}{hours:02}:{minutes:02}")),
            Part::IsoOffset if hours == 0 && minutes == 0 => out.push('Z'),
            Part::IsoOffset if count == 1 => write_text(out, format_args!("{sign}{hours:02}")),
            Part::IsoOffset if count == 3 => {
                write_text(out, format_args!("{sign}{hours:02}:{minutes:02}"));
            }
            _ => write_text(out, format_args!("{sign}{hours:02}{minutes:02}")),
        }
    }
}

fn write_name(out: &mut String, names: &[&str], index: usize, count: usize) {
    let name = names.get(index).copied().unwrap_or_default();
    out.push_str(if count >= 4 { name } else { short(name) });
}

fn write_text(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    out.write_fmt(arguments).unwrap_or_default();
}
