//! Amounts as FreshBooks prints them: `{"amount": "41.94", "code": "CAD"}`. Counted in whole
//! millionths, so that no sum drifts.

use serde_json::{Value, json};

const MILLIONTHS_PER_UNIT: i128 = 1_000_000;
const MILLIONTHS_PER_CENT: i128 = 10_000;
const FRACTION_DIGITS_MAX: usize = 6;
/// Digits before the point; more than any book needs, far from overflowing a product.
const WHOLE_DIGITS_MAX: usize = 12;

/// A number with at most six decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Money {
    millionths: i128,
}

impl Money {
    /// Reads `-12.75`; `None` for anything that is not a plain decimal number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        if whole.len() > WHOLE_DIGITS_MAX || fraction.len() > FRACTION_DIGITS_MAX {
            return None;
        }
        let units = whole.parse::<i128>().ok()? * MILLIONTHS_PER_UNIT;
        let rest = format!("{fraction:0<FRACTION_DIGITS_MAX$}").parse::<i128>().ok()?;
        Some(Self { millionths: sign * (units + rest) })
    }

    /// Reads a number, a text that holds one, or the `amount` of an object.
    pub(super) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text),
            Value::Object(fields) => fields.get("amount").and_then(Self::from_json),
            Value::Null | Value::Bool(_) | Value::Array(_) => None,
        }
    }

    pub(super) fn is_positive(self) -> bool {
        self.millionths > 0
    }

    /// `self × factor`.
    pub(super) fn times(self, factor: Self) -> Self {
        Self { millionths: self.millionths * factor.millionths / MILLIONTHS_PER_UNIT }
    }

    /// `rate` per cent of the amount.
    pub(super) fn per_cent(self, rate: Self) -> Self {
        Self { millionths: self.times(rate).millionths / 100 }
    }

    /// Rounded to the cent: `41.94`.
    pub(super) fn to_text(self) -> String {
        let cents = (self.millionths.abs() + MILLIONTHS_PER_CENT / 2) / MILLIONTHS_PER_CENT;
        let sign = if self.millionths < 0 && cents > 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", cents / 100, cents % 100)
    }

    /// `{"amount": "41.94", "code": "CAD"}`.
    pub(super) fn to_json(self, currency: &str) -> Value {
        json!({"amount": self.to_text(), "code": currency})
    }
}

impl std::ops::Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { millionths: self.millionths + other.millionths }
    }
}

impl std::ops::Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { millionths: self.millionths - other.millionths }
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), std::ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::Money;
    use serde_json::json;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn amounts_are_printed_with_two_decimals() {
        for (text, printed) in [
            ("0", "0.00"),
            ("100", "100.00"),
            ("12.7", "12.70"),
            ("-3.05", "-3.05"),
            ("0.005", "0.01"),
            ("-0.001", "0.00"),
            ("999999999999.99", "999999999999.99"),
        ] {
            assert_eq!(money(text).to_text(), printed);
        }
    }

    #[test]
    fn lines_and_taxes_are_exact() {
        assert_eq!(money("4").times(money("5.00")).to_text(), "20.00");
        assert_eq!(money("20.00").per_cent(money("13")).to_text(), "2.60");
        let dimes: Money = std::iter::repeat_n(money("0.1"), 1_000).sum();
        assert_eq!(dimes.to_text(), "100.00");
        assert_eq!((money("41.94") - money("20.00")).to_text(), "21.94");
    }

    #[test]
    fn amounts_come_as_numbers_texts_and_objects() {
        for value in [json!(5), json!("5.00"), json!({"amount": "5.00", "code": "CAD"})] {
            assert_eq!(Money::from_json(&value), Some(money("5")));
        }
        for value in [json!(null), json!([]), json!("1e3"), json!(""), json!("1234567890123")] {
            assert_eq!(Money::from_json(&value), None, "{value}");
        }
    }
}
