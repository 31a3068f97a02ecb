//! What questions become in Intuit's words, and which are refused.

use ledgerhook_model::ceql;
use proptest::prelude::*;

use super::*;
use crate::quickbooks::entities::KnownEntities;

fn question(entity: &str, condition: &str, order: &str) -> Result<Question, ProviderError> {
    let entities = KnownEntities::new();
    let condition = (!condition.is_empty()).then(|| ceql::parse(condition).unwrap());
    let order = OrderBy::parse(order).unwrap();
    Question::new(entities.find(entity).unwrap().entity, condition.as_ref(), &order)
}

/// What stands after `WHERE`.
fn written(entity: &str, condition: &str) -> String {
    let text = question(entity, condition, "").unwrap().count();
    text.split_once(" WHERE ").unwrap().1.to_owned()
}

#[test]
fn a_condition_is_written_in_intuits_words() {
    for (condition, expected) in [
        ("displayName = 'O''Brien'", r"DisplayName = 'O\'Brien'"),
        (r"displayName = 'a\\'", r"DisplayName = 'a\\'"),
        ("displayName LIKE '%Nails%'", "DisplayName LIKE '%Nails%'"),
        ("balance > 100.50 AND job = false", "Balance > '100.50' AND Job = false"),
        ("active = 'False'", "Active = false"),
        ("Active IN (true, 'false')", "Active IN (true,false)"),
        ("displayName = 'true'", "DisplayName = 'true'"),
        ("unheardOf = true", "UnheardOf = true"),
        ("id = '12|3'", "Id = '12'"),
        ("id IN ('12|3', '7', 8)", "Id IN ('12','7','8')"),
        ("customerRef.value = '5'", "CustomerRef = '5'"),
        (
            "metaData.lastUpdatedTime >= '2026-01-31T01:00:00-07:00'",
            "MetaData.LastUpdatedTime >= '2026-01-31T08:00:00Z'",
        ),
        ("`metaData.createTime` < 2026-01-31", "MetaData.CreateTime < '2026-01-31T00:00:00Z'"),
        ("metaData.createTime = 1415131437000", "MetaData.CreateTime = '2014-11-04T20:03:57Z'"),
        ("metaData.createTime = '1415131437000'", "MetaData.CreateTime = '2014-11-04T20:03:57Z'"),
    ] {
        assert_eq!(written("Customer", condition), expected, "{condition}");
    }
    for (condition, expected) in [
        ("txnDate = '2026-01-31T00:00:00Z'", "TxnDate = '2026-01-31'"),
        ("dueDate <= '2026-01-31'", "DueDate <= '2026-01-31'"),
        ("txnDate > 1415131437000", "TxnDate > '2014-11-04'"),
        ("txnDate >= 1415131437000", "TxnDate >= '2014-11-05'"),
    ] {
        assert_eq!(written("Invoice", condition), expected, "{condition}");
    }
}

#[test]
fn a_moment_between_two_seconds_keeps_the_records_that_fit() {
    for (operator, second) in [("=", 1), (">", 1), ("<=", 1), (">=", 2), ("<", 2)] {
        let text = written("Bill", &format!("metaData.createTime {operator} 1500"));
        let expected = format!("MetaData.CreateTime {operator} '1970-01-01T00:00:0{second}Z'");
        assert_eq!(text, expected);
    }
}

#[test]
fn a_page_and_a_count_are_asked_for() {
    let asked = question("Customer", "active = true", "metaData.createTime desc").unwrap();
    assert_eq!(
        asked.rows(400, 201),
        "SELECT * FROM Customer WHERE Active = true ORDERBY MetaData.CreateTime DESC \
         STARTPOSITION 401 MAXRESULTS 201"
    );
    assert_eq!(asked.count(), "SELECT COUNT(*) FROM Customer WHERE Active = true");
    let all = question("Bill", "", "txnDate").unwrap();
    assert_eq!(all.rows(0, 11), "SELECT * FROM Bill ORDERBY TxnDate STARTPOSITION 1 MAXRESULTS 11");
    assert_eq!(all.count(), "SELECT COUNT(*) FROM Bill");
}

#[test]
fn what_intuit_cannot_answer_is_refused_with_what_it_can() {
    for (condition, order, words) in [
        ("id = '1' OR id = '2'", "", "QuickBooks has no OR; ask once for each part"),
        ("active != true", "", "active: QuickBooks has no `!=`"),
        ("displayName IS NULL", "", "displayName: QuickBooks cannot ask whether"),
        ("displayName IS NOT NULL", "", "leave the condition out"),
        ("id > '5'", "", "id: QuickBooks finds ids by = and IN only"),
        ("id LIKE '5%'", "", "id: QuickBooks finds ids by = and IN only"),
        ("metaData.createTime > 'soon'", "", "metaData.createTime: `soon` is not a date"),
        ("active = 'perhaps'", "", "active: must be true or false"),
        ("`a b` = 1", "", "a b: not a field of QuickBooks"),
        ("", "id desc", "orderBy: QuickBooks does not order by id any more"),
        ("", "balance, displayName", "orderBy: QuickBooks orders by one column"),
    ] {
        let error = question("Customer", condition, order).unwrap_err();
        let ProviderError::Unanswerable(said) = &error else { panic!("{error:?}") };
        assert!(said.contains(words), "{condition}: {said}");
    }
}

proptest! {
    /// Whatever stands in a value, the query ends its text where the value ends.
    #[test]
    fn no_value_breaks_out_of_its_quotes(value in ".{0,20}") {
        let condition = Condition::Comparison(Comparison {
            field: "displayName".to_owned(),
            test: Test::Compare(Operator::Equal, ceql::Literal::Text(value.clone())),
        });
        let text = written("Customer", &condition.to_string());
        let mut rest = text.strip_prefix("DisplayName = '").unwrap().chars();
        let mut read = String::new();
        while let Some(character) = rest.next() {
            match character {
                '\'' => break,
                '\\' => read.extend(rest.next()),
                other => read.push(other),
            }
        }
        prop_assert_eq!(read, value);
        prop_assert_eq!(rest.as_str(), "");
    }
}
