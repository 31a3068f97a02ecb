//! Records by the rules of the original's form, with the examples that its documents name.

use super::*;
use crate::quickbooks::entities::KnownEntities;

fn written(json: &str, printed_id: &str) -> String {
    written_of("Invoice", json, printed_id)
}

fn written_of(entity: &str, json: &str, printed_id: &str) -> String {
    let entities = KnownEntities::new();
    let entity = entities.find(entity).unwrap().entity;
    in_original_form(entity, serde_json::from_str(json).unwrap(), printed_id)
}

#[test]
fn names_are_those_of_a_java_bean() {
    let cases = [
        ("Id", "id"),
        ("BillAddr", "billAddr"),
        ("APAccountRef", "apaccountRef"),
        ("POStatus", "postatus"),
        ("AllowIPNPayment", "allowIPNPayment"),
        ("AllowOnlineACHPayment", "allowOnlineACHPayment"),
        ("URI", "uri"),
        ("SSN", "ssn"),
        ("domain", "domain"),
        ("Line1", "line1"),
        ("Été", "Été"),
        ("", ""),
    ];
    for (name, expected) in cases {
        assert_eq!(bean_name(name), expected, "{name}");
    }
}

#[test]
fn enum_values_are_words_in_capitals() {
    let cases = [
        ("SalesItemLineDetail", "SALES_ITEM_LINE_DETAIL"),
        ("SubTotalLineDetail", "SUB_TOTAL_LINE_DETAIL"),
        ("NeedToPrint", "NEED_TO_PRINT"),
        ("Accounts Payable", "ACCOUNTS_PAYABLE"),
        ("Cost of Goods Sold", "COST_OF_GOODS_SOLD"),
        ("Non-Posting", "NON_POSTING"),
        ("ARAccount", "AR_ACCOUNT"),
        ("Open", "OPEN"),
        ("CREDIT_CARD", "CREDIT_CARD"),
        ("NONE", "NONE"),
        ("Form1099", "FORM1099"),
        ("", ""),
    ];
    for (value, expected) in cases {
        assert_eq!(enum_name(value), expected, "{value}");
    }
}

#[test]
fn every_rule_applies_where_it_should_and_nowhere_else() {
    let cases = [
        (
            "the id of the record only",
            r#"{"Id":"7","BillAddr":{"Id":"8"}}"#,
            "7|0",
            r#"{"id":"7|0","billAddr":{"id":"8"}}"#,
        ),
        (
            "times of metaData only",
            r#"{"MetaData":{"CreateTime":"2014-11-04T12:03:57-08:00","LastUpdatedTime":"2014-11-04T20:03:57.500Z"},"StartTime":"2014-11-04T12:03:57-08:00"}"#,
            "",
            r#"{"metaData":{"createTime":1415131437000,"lastUpdatedTime":1415131437500},"startTime":"2014-11-04T12:03:57-08:00"}"#,
        ),
        (
            "a time that is none",
            r#"{"MetaData":{"CreateTime":"soon","LastUpdatedTime":5}}"#,
            "",
            r#"{"metaData":{"createTime":"soon","lastUpdatedTime":5}}"#,
        ),
        (
            "numbers to the last digit",
            r#"{"Amount":300.00,"Rate":0.10000000000000000001,"N":1e3}"#,
            "",
            r#"{"amount":300.00,"rate":0.10000000000000000001,"n":1e3}"#,
        ),
        (
            "enums wherever they are",
            r#"{"Line":[{"DetailType":"DepositLineDetail"}],"POStatus":"Open"}"#,
            "",
            r#"{"line":[{"detailType":"DEPOSIT_LINE_DETAIL"}],"postatus":"OPEN"}"#,
        ),
        (
            "texts that are no enums",
            r#"{"AccountSubType":"ServiceFeeIncome","TxnType":"BillPaymentCheck","domain":"QBO"}"#,
            "",
            r#"{"accountSubType":"ServiceFeeIncome","txnType":"BillPaymentCheck","domain":"QBO"}"#,
        ),
        (
            "an enum that is no text",
            r#"{"PayType":null,"NameOf":{"value":"Vendor"}}"#,
            "",
            r#"{"payType":null,"nameOf":{"value":"Vendor"}}"#,
        ),
        (
            "blanks go, escapes stay",
            "{ \"Notes\" : \"a \\u0022b\\u0022\\n\" , \"Active\" : true }",
            "",
            "{\"notes\":\"a \\u0022b\\u0022\\n\",\"active\":true}",
        ),
        (
            "order and empty parts",
            r#"{"Z":[],"A":{},"M":[[1],2]}"#,
            "",
            r#"{"z":[],"a":{},"m":[[1],2]}"#,
        ),
        ("an id with a quote", r#"{"Id":"x"}"#, "a\"b", r#"{"id":"a\"b"}"#),
    ];
    for (rule, json, printed_id, expected) in cases {
        assert_eq!(written(json, printed_id), expected, "{rule}");
    }
}

#[test]
fn dates_are_midnights_and_the_service_date_is_in_milliseconds() {
    let cases = [
        (r#"{"DueDate":"2016-12-30"}"#, r#"{"dueDate":"2016-12-30T00:00:00Z"}"#),
        (r#"{"TxnDate":"2015-10-05"}"#, r#"{"txnDate":"2015-10-05T00:00:00Z"}"#),
        (
            r#"{"Line":[{"SalesItemLineDetail":{"ServiceDate":"2016-12-01"}}]}"#,
            r#"{"line":[{"salesItemLineDetail":{"serviceDate":1480550400000}}]}"#,
        ),
        (r#"{"BirthDate":"1968-02-29"}"#, r#"{"birthDate":"1968-02-29T00:00:00Z"}"#),
        (r#"{"ServiceDate":"1969-12-31"}"#, r#"{"serviceDate":-86400000}"#),
        (r#"{"DueDate":"2016-02-30"}"#, r#"{"dueDate":"2016-02-30"}"#),
        (r#"{"DueDate":"soon, soon"}"#, r#"{"dueDate":"soon, soon"}"#),
        (r#"{"DueDate":null}"#, r#"{"dueDate":null}"#),
        (
            r#"{"EffectiveDate":"2014-09-15T08:00:00-07:00"}"#,
            r#"{"effectiveDate":"2014-09-15T08:00:00-07:00"}"#,
        ),
        (r#"{"DocNumber":"2016-12-30"}"#, r#"{"docNumber":"2016-12-30"}"#),
    ];
    for (json, expected) in cases {
        assert_eq!(written(json, ""), expected, "{json}");
    }
}

#[test]
fn a_type_is_an_enum_in_items_and_custom_fields_only() {
    let cases = [
        ("Item", r#"{"Type":"NonInventory"}"#, r#"{"type":"NON_INVENTORY"}"#),
        ("Item", r#"{"Part":{"Type":"NonInventory"}}"#, r#"{"part":{"type":"NonInventory"}}"#),
        ("JournalEntry", r#"{"Entity":{"Type":"Vendor"}}"#, r#"{"entity":{"type":"Vendor"}}"#),
        ("Term", r#"{"Type":"Standard"}"#, r#"{"type":"Standard"}"#),
        (
            "Invoice",
            r#"{"CustomField":[{"Type":"StringType"}]}"#,
            r#"{"customField":[{"type":"STRING_TYPE"}]}"#,
        ),
    ];
    for (entity, json, expected) in cases {
        assert_eq!(written_of(entity, json, ""), expected, "{entity} {json}");
    }
}

#[test]
fn parts_that_are_too_deep_stay_as_they_are() {
    let nested = |name: &str, depth: usize| {
        format!("{}1{}", format!("{{\"{name}\":").repeat(depth), "}".repeat(depth))
    };
    assert_eq!(written(&nested("A", DEPTH_MAX), ""), nested("a", DEPTH_MAX));
    let deep = written(&nested("A", 5_000), "");
    assert!(deep.starts_with(r#"{"a":"#) && deep.contains(r#"{"A":"#));
    assert_eq!(deep.len(), nested("A", 5_000).len());
}

#[test]
fn a_recorded_estimate_is_written_in_the_original_form() {
    let body = include_str!("../../../tests/fixtures/quickbooks/cdc/estimates.json");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let record = body["CDCResponse"][0]["QueryResponse"][0]["Estimate"][0].to_string();
    let record: serde_json::Value =
        serde_json::from_str(&written_of("Estimate", &record, "48|0")).unwrap();
    assert_eq!(record["id"], "48|0");
    assert_eq!(record["syncToken"], "0");
    assert_eq!(record["metaData"]["createTime"], 1_444_243_358_000_i64);
    assert_eq!(record["txnStatus"], "CLOSED");
    assert_eq!(record["printStatus"], "NEED_TO_PRINT");
    assert_eq!(record["customField"][0]["type"], "STRING_TYPE");
    assert_eq!(record["linkedTxn"][0]["txnType"], "Invoice");
    assert_eq!(record["line"][0]["detailType"], "SALES_ITEM_LINE_DETAIL");
    assert_eq!(record["line"][0]["salesItemLineDetail"]["itemRef"]["value"], "4");
    assert_eq!(record["txnDate"], "2015-10-05T00:00:00Z");
    assert_eq!(record["billAddr"]["id"], "67");
}
