//! Decimal numbers of the books, in whole millionths, so that no sum drifts.

use serde_json::{Number, Value};

const MILLIONTHS_PER_UNIT: i128 = 1_000_000;
const MILLIONTHS_PER_CENT: i128 = 10_000;
const FRACTION_DIGITS_MAX: usize = 6;
/// Digits before the point; more than any book needs, far from overflowing a sum.
const WHOLE_DIGITS_MAX: usize = 15;

/// A number with at most six decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decimal {
    millionths: i128,
}

impl Decimal {
    /// Reads `-12.75`; `None` for anything that is not a plain decimal number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        if whole.len() > WHOLE_DIGITS_MAX || fraction.len() > FRACTION_DIGITS_MAX {
            return None;
        }
        let padded = format!("{fraction:0<FRACTION_DIGITS_MAX$}");
        let magnitude =
            whole.parse::<i128>().ok()? * MILLIONTHS_PER_UNIT + padded.parse::<i128>().ok()?;
        Some(Self { millionths: if negative { -magnitude } else { magnitude } })
    }

    /// Reads a JSON number, or a JSON string that holds one.
    pub(super) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The amount rounded to the cent, printed as recorded: `0`, `100.0`, `12.75`.
    pub(super) fn to_money_json(self) -> Value {
        let half =
            if self.millionths < 0 { -MILLIONTHS_PER_CENT / 2 } else { MILLIONTHS_PER_CENT / 2 };
        let cents = (self.millionths + half) / MILLIONTHS_PER_CENT;
        if cents == 0 {
            return Value::from(0);
        }
        let sign = if cents < 0 { "-" } else { "" };
        let (whole, rest) = (cents.abs() / 100, cents.abs() % 100);
        let text = if rest % 10 == 0 {
            format!("{sign}{whole}.{}", rest / 10)
        } else {
            format!("{sign}{whole}.{rest:02}")
        };
        text.parse::<Number>().map_or(Value::from(0), Value::Number)
    }
}

impl std::ops::Add for Decimal {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { millionths: self.millionths + other.millionths }
    }
}

impl std::iter::Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), std::ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;
    use serde_json::json;

    #[test]
    fn money_is_printed_as_recorded() {
        for (text, printed) in [
            ("0", "0"),
            ("100", "100.0"),
            ("12.75", "12.75"),
            ("47.5", "47.5"),
            ("-3.05", "-3.05"),
            ("0.005", "0.01"),
            ("-0.005", "-0.01"),
            ("999999999999.99", "999999999999.99"),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().to_money_json().to_string(), printed);
        }
    }

    #[test]
    fn a_thousand_dimes_are_exactly_a_hundred() {
        let total: Decimal =
            std::iter::repeat_n(Decimal::from_json(&json!(0.1)).unwrap(), 1000).sum();
        assert_eq!(total.to_money_json().to_string(), "100.0");
    }

    #[test]
    fn only_plain_decimals_are_read() {
        for text in ["", "-", ".", "1.", ".5", "1e3", "1,5", "0x1", "1.2345678", "1234567890123456"]
        {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert!(Decimal::parse("300.00") == Decimal::parse("300"));
        assert!(Decimal::parse("9.5") < Decimal::parse("10"));
    }
}
