//! Amounts of the books: decimal numbers that are shown as text, such as `"-430035.84"`.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde_json::Value;

const MILLIONTHS_PER_UNIT: i128 = 1_000_000;
const FRACTION_DIGITS_MAX: usize = 6;
/// Digits before the point; more than any book needs, far from overflowing a product.
const WHOLE_DIGITS_MAX: usize = 12;

/// A number in whole millionths, so that no sum drifts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Amount(i128);

impl Amount {
    /// Reads `-12.75`; none for anything that is not a plain decimal number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let digits_within = |part: &str, max: usize| {
            (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits_within(whole, WHOLE_DIGITS_MAX) || !digits_within(fraction, FRACTION_DIGITS_MAX)
        {
            return None;
        }
        let millionths: i128 = format!("{fraction:0<FRACTION_DIGITS_MAX$}").parse().ok()?;
        let whole: i128 = whole.parse().ok()?;
        Some(Self(sign * (whole * MILLIONTHS_PER_UNIT + millionths)))
    }

    /// A price times a quantity, cut to millionths.
    pub(super) fn times(self, quantity: Self) -> Self {
        Self(self.0.saturating_mul(quantity.0) / MILLIONTHS_PER_UNIT)
    }

    /// Reads a JSON number, or a JSON string that holds one.
    pub(super) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// At least one decimal, as recorded: `0.0`, `30.0`, `12.75`.
impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) =
            (self.0.abs() / MILLIONTHS_PER_UNIT, self.0.abs() % MILLIONTHS_PER_UNIT);
        let rest = format!("{rest:06}");
        let rest = rest.trim_end_matches('0');
        write!(formatter, "{sign}{whole}.{}", if rest.is_empty() { "0" } else { rest })
    }
}

impl From<Amount> for Value {
    fn from(amount: Amount) -> Self {
        Self::String(amount.to_string())
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_shown_with_at_least_one_decimal() {
        for (text, shown) in
            [("0", "0.0"), ("30", "30.0"), ("12.750", "12.75"), ("-430035.84", "-430035.84")]
        {
            assert_eq!(Amount::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn sums_and_products_are_exact() {
        let dime = Amount::from_json(&json!(0.1)).unwrap();
        let total: Amount = std::iter::repeat_n(dime, 1_000).sum();
        assert_eq!(total.to_string(), "100.0");
        let price = Amount::from_json(&json!("19.99")).unwrap();
        assert_eq!(price.times(Amount::parse("3").unwrap()).to_string(), "59.97");
        assert_eq!((price - Amount::parse("20").unwrap()).to_string(), "-0.01");
    }

    #[test]
    fn only_plain_decimals_are_read() {
        for text in ["", "-", ".", "1.", ".5", "1e3", "1,5", "1.2345678", "1234567890123"] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
    }
}
