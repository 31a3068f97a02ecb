//! A date pattern: letters, quoted texts and marks.

use std::fmt;

use thiserror::Error;

use crate::limits::{DATE_LETTERS_MAX, DATE_PATTERN_BYTES_MAX};

/// A pattern that is not one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("date pattern at character {column}: {problem}")]
pub struct DatePatternError {
    /// Where, in bytes from the start.
    pub position: usize,
    /// The same place in characters, counted from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// What a run of one letter prints and reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// `y`
    Year,
    /// `M`
    Month,
    /// `d`
    Day,
    /// `D`
    DayOfYear,
    /// `E`
    Weekday,
    /// `a`
    Half,
    /// `H`, 0 to 23
    Hour0To23,
    /// `k`, 1 to 24
    Hour1To24,
    /// `K`, 0 to 11
    Hour0To11,
    /// `h`, 1 to 12
    Hour1To12,
    /// `m`
    Minute,
    /// `s`
    Second,
    /// `S`
    Millisecond,
    /// `z`, `PST`
    ZoneName,
    /// `Z`, `-0800`
    Offset,
    /// `X`, `-08:00` or `Z`
    IsoOffset,
}

impl Part {
    const LETTERS: &'static str = "y M d D E a H k K h m s S z Z X";

    fn from_letter(letter: char) -> Option<Self> {
        Some(match letter {
            'y' => Self::Year,
            'M' => Self::Month,
            'd' => Self::Day,
            'D' => Self::DayOfYear,
            'E' => Self::Weekday,
            'a' => Self::Half,
            'H' => Self::Hour0To23,
            'k' => Self::Hour1To24,
            'K' => Self::Hour0To11,
            'h' => Self::Hour1To12,
            'm' => Self::Minute,
            's' => Self::Second,
            'S' => Self::Millisecond,
            'z' => Self::ZoneName,
            'Z' => Self::Offset,
            'X' => Self::IsoOffset,
            _ => return None,
        })
    }

    /// Whether `count` letters of this print a number.
    pub(super) fn is_number(self, count: usize) -> bool {
        match self {
            Self::Month => count < 3,
            Self::Weekday | Self::Half | Self::ZoneName | Self::Offset | Self::IsoOffset => false,
            _ => true,
        }
    }
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Itself.
    Text(String),
    /// So many letters of one sort.
    Letters(Part, usize),
}

/// A pattern of Java's `SimpleDateFormat`, ready to print and to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePattern {
    source: String,
    pub(super) pieces: Vec<Piece>,
}

impl DatePattern {
    /// Reads a pattern of the letters `y M d D E a H k K h m s S z Z X`, marks, and texts in single
    /// quotes (`''` is a quote, inside and outside of them).
    ///
    /// One stray quote at the very end is ignored: a published sample has `…ssXXX'`
    /// (reference: cloud-elements §6.1).
    pub fn parse(text: &str) -> Result<Self, DatePatternError> {
        let error = |position: usize, problem: String| {
            let column = text.get(..position).map_or(0, |before| before.chars().count()) + 1;
            Err(DatePatternError { position, column, problem })
        };
        if text.trim().is_empty() {
            return error(0, "is empty; an example is yyyy-MM-dd'T'HH:mm:ssXXX".to_owned());
        }
        if text.len() > DATE_PATTERN_BYTES_MAX {
            return error(0, format!("is longer than {DATE_PATTERN_BYTES_MAX} bytes"));
        }
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let start = at;
            let piece = match first {
                '\'' => quoted(text, &mut at),
                letter if letter.is_ascii_alphabetic() => letters(text, &mut at, letter),
                mark => {
                    at += mark.len_utf8();
                    Ok(Piece::Text(mark.to_string()))
                }
            };
            match piece {
                Ok(piece) => push(&mut pieces, piece),
                Err(problem) => return error(start, problem),
            }
        }
        Ok(Self { source: text.to_owned(), pieces })
    }
}

impl fmt::Display for DatePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// Adds a piece; texts that follow each other become one.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), piece) {
        (_, Piece::Text(text)) if text.is_empty() => {}
        (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
        (_, piece) => pieces.push(piece),
    }
}

/// Reads what begins with a quote at `at`.
fn quoted(text: &str, at: &mut usize) -> Result<Piece, String> {
    let rest = text.get(*at + 1..).unwrap_or_default();
    if rest.is_empty() {
        *at += 1;
        return Ok(Piece::Text(String::new()));
    }
    if rest.starts_with('\'') {
        *at += 2;
        return Ok(Piece::Text("'".to_owned()));
    }
    let mut inside = String::new();
    let mut chars = rest.char_indices().peekable();
    while let Some((index, c)) = chars.next() {
        if c != '\'' {
            inside.push(c);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            inside.push('\'');
        } else {
            *at += 1 + index + 1;
            return Ok(Piece::Text(inside));
        }
    }
    Err("the quote that opens here is not closed".to_owned())
}

/// Reads a run of `letter` at `at`.
fn letters(text: &str, at: &mut usize, letter: char) -> Result<Piece, String> {
    let rest = text.get(*at..).unwrap_or_default();
    let count = rest.chars().take_while(|c| *c == letter).count();
    *at += count;
    let part = Part::from_letter(letter).ok_or_else(|| {
        format!("`{letter}` is not one of {}; a text stands in single quotes", Part::LETTERS)
    })?;
    let most = match part {
        Part::IsoOffset | Part::ZoneName => 3,
        _ => DATE_LETTERS_MAX,
    };
    if count > most {
        return Err(format!("`{letter}` may stand {most} times in a row, not {count}"));
    }
    Ok(Piece::Letters(part, count))
}
