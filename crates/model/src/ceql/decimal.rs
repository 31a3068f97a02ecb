//! Decimal numbers compared exactly, digit by digit: money is never a float.

use std::cmp::Ordering;

/// A decimal number in parts: `0.digits` times ten to the power of `exponent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    exponent: i64,
    /// Without zeros at either end; empty for zero.
    digits: Vec<u8>,
}

impl Decimal {
    /// Reads `5`, `-430035.84`, `.5`, `1e5`, `+2.50E-3`. None for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let end = all.iter().rposition(|digit| *digit != b'0').map_or(leading, |last| last + 1);
        let digits = all.get(leading..end).unwrap_or_default().to_vec();
        if digits.is_empty() {
            return Some(Self { negative: false, exponent: 0, digits });
        }
        let places = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()?;
        let exponent = places + i64::from(power);
        Some(Self { negative: mantissa.starts_with('-'), exponent, digits })
    }

    /// Zero is below every positive magnitude whatever its exponent.
    fn magnitude(&self) -> (bool, i64, &[u8]) {
        (!self.digits.is_empty(), self.exponent, &self.digits)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn numbers_are_in_order_and_each_way_of_writing_one_is_equal() {
        let ascending: &[&[&str]] = &[
            &["-1e40"],
            &["-430035.84", "-430035.840"],
            &["-10"],
            &["-9.99"],
            &["0", "-0", "0.00", ".0", "0e9", "+0"],
            &["0.0001", "1e-4"],
            &["0.1", ".1", "1E-1"],
            &["0.11"],
            &["2", "2.", "+2", "002"],
            &["10", "1e1", "10.0"],
            &["9007199254740993"],
            &["9007199254740993.5"],
        ];
        for (i, left) in ascending.iter().enumerate() {
            for (j, right) in ascending.iter().enumerate() {
                for (a, b) in left.iter().flat_map(|a| right.iter().map(move |b| (a, b))) {
                    assert_eq!(decimal(a).cmp(&decimal(b)), i.cmp(&j), "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", ".", "-", "+-1", "1-", "1,5", "0x10", "1e", "e5", "1e99999999999", "NaN"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn integers_compare_as_integers(a: i64, b: i64) {
            prop_assert_eq!(decimal(&a.to_string()).cmp(&decimal(&b.to_string())), a.cmp(&b));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+.eE0-9]{0,30}") {
            let _read = Decimal::parse(&text);
        }
    }
}
