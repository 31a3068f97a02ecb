//! Which records are as a condition says.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ceql::parse;

fn record() -> Value {
    json!({
        "id": "750|0", "zip": "007", "balance": 5.10, "text_balance": "-430035.84",
        "active": true, "active_text": "True", "name": "Old O'Brien", "none": null,
        "metaData": {"lastUpdatedTime": 1_415_131_437_000_i64, "createTime": "2014-11-04T20:03:57Z"},
        "seen": "2021-10-17 05:48:42", "day": "2017-05-05", "line": [{"amount": 3}],
        "big": 9_007_199_254_740_993_i64, "billAddr": {"city": "Denver"}, "empty": ""
    })
}

#[test]
fn each_comparison_holds_or_not() {
    let record = record();
    for (text, expected) in [
        ("id = '750|0'", true),
        ("name = 'Old O''Brien'", true),
        ("name = 'old o''brien'", false),
        ("name != 'x'", true),
        ("zip = '007'", true),
        ("zip = '7'", false),
        ("zip = 7", true),
        ("zip > '6'", true),
        ("balance = 5.1", true),
        ("balance = '5.10'", true),
        ("balance >= 5.1000", true),
        ("balance < 5.1000001", true),
        ("text_balance < -430035.83", true),
        ("text_balance <= '-430035.840'", true),
        ("big > 9007199254740992", true),
        ("big = 9007199254740993", true),
        ("big < 9007199254740993.5", true),
        ("active = true", true),
        ("active = 'TRUE'", true),
        ("active_text = true", true),
        ("active != true", false),
        ("active = 'yes'", false),
        ("name < 5", false),
        ("name != 5", true),
        ("name > 'Old'", true),
        ("empty = ''", true),
        ("empty IS NOT NULL", true),
        ("none IS NULL", true),
        ("missing IS NULL", true),
        ("none != 'x'", false),
        ("missing.deep.er IS NULL", true),
        ("line IS NOT NULL", true),
        ("line = '3'", false),
        ("line.0.amount = 3", true),
        ("id IN ('1', '750|0')", true),
        ("balance IN (1, 5.10)", true),
        ("id IN ('1')", false),
    ] {
        assert_eq!(matches(&parse(text).unwrap(), &record), expected, "{text}");
    }
}

#[test]
fn dates_are_points_in_time() {
    let record = record();
    for (text, expected) in [
        ("`metaData.lastUpdatedTime` > 2014-11-04T13:03:56-07:00", true),
        ("metaData.lastUpdatedTime = '2014-11-04T13:03:57-07:00'", true),
        ("metaData.lastUpdatedTime > 2014-11-04T20:03:57Z", false),
        ("metaData.lastUpdatedTime > 1415131436999", true),
        ("metaData.createTime = '2014-11-04T21:03:57+0100'", true),
        ("metaData.createTime >= 2014-11-04", true),
        ("metaData.createTime < '2014-11-05'", true),
        ("seen > '2021-10-17T05:48:41Z'", true),
        ("day = 2017-05-05", true),
        ("day = 2017-05-05T00:00:00Z", true),
        ("day > 2017-05-05T00:00:00+02:00", true),
        ("name > 2017-05-05", false),
    ] {
        assert_eq!(matches(&parse(text).unwrap(), &record), expected, "{text}");
    }
}

#[test]
fn words_join_comparisons() {
    let record = record();
    for (text, expected) in [
        ("zip = '007' AND active = true", true),
        ("zip = '008' AND active = true", false),
        ("zip = '008' OR active = true", true),
        ("zip = '008' OR active = false", false),
        ("active = true OR active = true AND zip = '008'", true),
        ("(active = true OR active = true) AND zip = '008'", false),
    ] {
        assert_eq!(matches(&parse(text).unwrap(), &record), expected, "{text}");
    }
}

#[test]
fn like_has_two_wild_cards() {
    for (text, pattern, expected) in [
        ("Gas product", "%product", true),
        ("Gas product 2", "%product", false),
        ("product", "%product", true),
        ("product", "prod%", true),
        ("aXbXc", "a%b%c", true),
        ("aXbX", "a%b%c", false),
        ("abc", "a_c", true),
        ("ac", "a_c", false),
        ("é", "_", true),
        ("", "%", true),
        ("", "_", false),
        ("", "", true),
        ("a", "", false),
        ("aaab", "%aab", true),
        ("Product", "product", false),
        ("mississippi", "%issip%", true),
        ("100%", "100%", true),
    ] {
        assert_eq!(like(text, pattern), expected, "{text} {pattern}");
    }
    let condition = parse("billAddr.city LIKE 'Den%'").unwrap();
    assert!(matches(&condition, &record()));
}

proptest! {
    #[test]
    fn a_text_is_like_itself_and_like_its_parts(
        text in "[ab_]{0,12}", from in 0_usize..12, to in 0_usize..12
    ) {
        prop_assert!(like(&text, &text));
        let part: String = text.chars().skip(from).take(to).collect();
        let contains = format!("%{part}%");
        prop_assert!(like(&text, &contains));
    }
}
