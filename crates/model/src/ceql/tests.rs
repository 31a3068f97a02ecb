//! What CEQL texts mean, which are refused, and that every condition prints and reads back.

use proptest::prelude::*;

use super::*;
use crate::limits::{CEQL_BYTES_MAX, CEQL_COMPARISONS_MAX, CEQL_DEPTH_MAX, CEQL_LIST_VALUES_MAX};

fn compare(field: &str, operator: Operator, literal: Literal) -> Condition {
    let test = Test::Compare(operator, literal);
    Condition::Comparison(Comparison { field: field.to_owned(), test })
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn number(text: &str) -> Literal {
    Literal::Number(text.to_owned())
}

fn date(text: &str) -> Literal {
    Literal::DateTime(text.to_owned())
}

#[test]
fn each_sort_of_comparison_is_read() {
    use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Like, NotEqual};
    for (source, expected) in [
        ("a='x'", compare("a", Equal, text("x"))),
        ("a.b != 'x'", compare("a.b", NotEqual, text("x"))),
        ("`a b` < 5", compare("a b", Less, number("5"))),
        ("`tick``ed`>-5.50", compare("tick`ed", Greater, number("-5.50"))),
        ("$path<=1e5", compare("$path", LessOrEqual, number("1e5"))),
        ("id >= '2017-05-05'", compare("id", GreaterOrEqual, text("2017-05-05"))),
        ("name LIKE '%product'", compare("name", Like, text("%product"))),
        ("name like'x'", compare("name", Like, text("x"))),
        ("active=TRUE", compare("active", Equal, Literal::Boolean(true))),
        ("active='true'", compare("active", Equal, text("true"))),
        ("active = False", compare("active", Equal, Literal::Boolean(false))),
        ("n='O''Brien'", compare("n", Equal, text("O'Brien"))),
        (r"n='O\'Brien'", compare("n", Equal, text("O'Brien"))),
        (r"n='C:\dir\\'", compare("n", Equal, text(r"C:\dir\"))),
        ("n=''", compare("n", Equal, text(""))),
        ("d>2015-01-06T09:31:38-07:00", compare("d", Greater, date("2015-01-06T09:31:38-07:00"))),
        ("d>2015-01-06T09:31:38-0700", compare("d", Greater, date("2015-01-06T09:31:38-0700"))),
        ("d=2015-01-06", compare("d", Equal, date("2015-01-06"))),
        ("(((a=1)))", compare("a", Equal, number("1"))),
        ("true = true", compare("true", Equal, Literal::Boolean(true))),
        ("`and` = 1", compare("and", Equal, number("1"))),
    ] {
        assert_eq!(parse(source), Ok(expected), "{source}");
    }
}

#[test]
fn lists_and_nulls_are_read_in_any_case() {
    let comparison = |field: &str, test| Comparison { field: field.to_owned(), test };
    let list = Test::In(vec![text("x"), number("2"), Literal::Boolean(true)]);
    for (source, expected) in [
        ("a in ('x', 2 ,true)", comparison("a", list)),
        ("a Is Null", comparison("a", Test::IsNull)),
        ("a IS NOT NULL", comparison("a", Test::IsNotNull)),
    ] {
        assert_eq!(parse(source), Ok(Condition::Comparison(expected)), "{source}");
    }
}

#[test]
fn and_binds_closer_than_or_and_joins_are_flat() {
    let one = |field| compare(field, Operator::Equal, number("1"));
    let all = |parts| Condition::all(parts).unwrap();
    let any = |parts| Condition::any(parts).unwrap();
    for (source, expected) in [
        ("a=1 and b=1 AND c=1", all(vec![one("a"), one("b"), one("c")])),
        ("(a=1 and b=1) and c=1", all(vec![one("a"), one("b"), one("c")])),
        ("a=1 or b=1 and c=1", any(vec![one("a"), all(vec![one("b"), one("c")])])),
        ("(a=1 or b=1) and c=1", all(vec![any(vec![one("a"), one("b")]), one("c")])),
        ("a=1 or (b=1 or c=1)", any(vec![one("a"), one("b"), one("c")])),
    ] {
        assert_eq!(parse(source), Ok(expected), "{source}");
    }
    assert_eq!(parse("a=1 or b=1 and c=1").unwrap().to_string(), "a = 1 OR (b = 1 AND c = 1)");
}

#[test]
fn an_error_names_the_place_and_what_could_stand_there() {
    for (source, position, column, expected) in [
        ("", 0, 1, "the name of a column or `(`"),
        ("a", 1, 2, "one of = != < > <= >= LIKE IN IS"),
        ("a=", 2, 3, "a text in quotes, a number, a date, true or false"),
        ("a=b", 2, 3, "a text in quotes"),
        ("a=1 b=2", 4, 5, "AND, OR or the end"),
        ("a=1 and", 7, 8, "the name of a column"),
        ("(a=1", 4, 5, "AND, OR or `)`"),
        ("a=1)", 3, 4, "AND, OR or the end"),
        ("a in ()", 6, 7, "a text in quotes"),
        ("a in 'x'", 5, 6, "`(`"),
        ("a in ('x'", 9, 10, "`,` or `)`"),
        ("a is 5", 5, 6, "NULL or NOT NULL"),
        ("a is not 5", 9, 10, "NULL"),
        ("a='é' and #", 11, 11, "a name, a value, an operator"),
        ("a='x", 4, 5, "closing the text that opens at character 3"),
        ("`a", 2, 3, "closing the one at character 1"),
        ("``=1", 0, 1, "a name in back-ticks"),
        ("a=2015-13-45", 2, 3, "a number, a date such as"),
        ("and=1", 0, 1, "the name of a column"),
        ("not a=1", 0, 1, "the name of a column"),
        ("a!1", 1, 2, "a name, a value, an operator"),
        ("a=1..2", 2, 3, "a number, a date"),
    ] {
        let error = parse(source).unwrap_err();
        assert_eq!((error.position, error.column), (position, column), "{source}: {error}");
        assert!(error.expected.contains(expected), "{source}: {error}");
        assert!(error.to_string().starts_with("Error parsing query at character"), "{error}");
    }
}

#[test]
fn what_is_too_much_is_refused() {
    let long = format!("a='{}'", "x".repeat(CEQL_BYTES_MAX));
    let nested = |depth: usize| format!("{}a=1{}", "(".repeat(depth), ")".repeat(depth));
    let list = |values: usize| format!("a in ({})", vec!["1"; values].join(","));
    let many = |terms: usize| vec!["a=1"; terms].join(" or ");
    assert!(parse(&long).unwrap_err().to_string().contains("at most 16384 bytes"));
    assert!(parse(&nested(CEQL_DEPTH_MAX)).is_ok());
    assert!(parse(&nested(CEQL_DEPTH_MAX + 1)).unwrap_err().expected.contains("nested"));
    assert!(parse(&list(CEQL_LIST_VALUES_MAX)).is_ok());
    assert!(parse(&list(CEQL_LIST_VALUES_MAX + 1)).unwrap_err().expected.contains("values"));
    assert!(parse(&many(CEQL_COMPARISONS_MAX)).is_ok());
    assert!(parse(&many(CEQL_COMPARISONS_MAX + 1)).unwrap_err().expected.contains("comparisons"));
}

#[test]
fn a_whole_query_is_read() {
    let source =
        "select * from customers where `metaData.lastUpdateTime` > 2015-01-06T09:31:38-07:00";
    let query = parse_query(source).unwrap();
    assert_eq!(query.object, "customers");
    assert_eq!(parse_query(&query.to_string()), Ok(query));
    let all = parse_query("SELECT * FROM bill-payments").unwrap();
    assert_eq!((all.object.as_str(), &all.condition), ("bill-payments", &None));
    for (source, column) in [
        ("select name from customers", 8),
        ("select * from", 14),
        ("select * from a order by b", 17),
        ("select * from a where", 22),
        ("delete from a", 1),
    ] {
        assert_eq!(parse_query(source).unwrap_err().column, column, "{source}");
    }
}

#[test]
fn the_missing_quote_of_the_published_sample_is_closed_at_the_very_end_only() {
    let source = "lastModifiedDate>='2017-05-05T00:00:00Z' and attributes='created_at,updated_at";
    assert!(parse(source).is_err());
    let read = parse_closing_text(source).unwrap();
    assert_eq!(Ok(&read), parse(&format!("{source}'")).as_ref());
    let (condition, attributes) = read.split_attributes();
    assert_eq!(attributes, ["created_at", "updated_at"]);
    assert_eq!(condition.unwrap().to_string(), "lastModifiedDate >= '2017-05-05T00:00:00Z'");
    assert!(parse_closing_text("a='x and b='y'").is_err());
    assert!(parse_closing_text("`a").is_err());
    assert!(parse_closing_text("(a='x").is_err());
}

#[test]
fn a_conjunction_is_a_list_unless_there_is_an_or() {
    let list = |source: &str| parse(source).unwrap().conjunction().map(|list| list.len());
    assert_eq!(list("a=1"), Some(1));
    assert_eq!(list("a=1 and (b=2 and c is null)"), Some(3));
    assert_eq!(list("a=1 and (b=2 or c=3)"), None);
    assert_eq!(list("a=1 or b=2"), None);
}

#[test]
fn attributes_alone_leave_no_condition() {
    let (condition, names) = parse("attributes='all'").unwrap().split_attributes();
    assert_eq!((condition, names), (None, vec!["all".to_owned()]));
    let (condition, names) = parse("attributes='a' or b=1").unwrap().split_attributes();
    assert!(condition.is_some() && names.is_empty());
}

#[test]
fn a_literal_knows_what_it_is_with_and_without_quotes() {
    assert_eq!(text("True").boolean(), Some(true));
    assert_eq!(number("1").boolean(), None);
    assert_eq!(text("2017-05-05").moment(), date("2017-05-05T00:00:00Z").moment());
    assert_eq!(text("20170505").moment(), None);
    assert_eq!(Literal::Boolean(false).text(), "false");
}

/// Any value that can be written.
fn literals() -> impl Strategy<Value = Literal> {
    prop_oneof![
        ".{0,12}".prop_map(Literal::Text),
        "['\\\\a]{0,6}".prop_map(Literal::Text),
        "-?[0-9]{1,20}(\\.[0-9]{1,4})?".prop_map(Literal::Number),
        any::<bool>().prop_map(Literal::Boolean),
        "20[0-9]{2}-0[1-9]-1[0-9](T0[0-9]:[0-5][0-9]:00(Z|[+-]07:00))?".prop_map(Literal::DateTime),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    let operator = proptest::sample::select(Operator::ALL);
    let test = prop_oneof![
        (operator, literals()).prop_map(|(operator, literal)| Test::Compare(operator, literal)),
        proptest::collection::vec(literals(), 1..4).prop_map(Test::In),
        Just(Test::IsNull),
        Just(Test::IsNotNull),
    ];
    let name = prop_oneof!["[a-z_$][a-zA-Z0-9_.]{0,8}", ".{1,8}", "and|OR|null|is"];
    let comparison =
        (name, test).prop_map(|(field, test)| Condition::Comparison(Comparison { field, test }));
    comparison.prop_recursive(4, 24, 4, |inner| {
        let parts = proptest::collection::vec(inner, 1..4);
        (parts, any::<bool>()).prop_map(|(parts, all)| {
            if all { Condition::all(parts).unwrap() } else { Condition::any(parts).unwrap() }
        })
    })
}

proptest! {
    #[test]
    fn every_condition_reads_back_from_what_it_prints(condition in conditions()) {
        let printed = condition.to_string();
        prop_assert_eq!(parse(&printed), Ok(condition), "{}", printed);
    }

    #[test]
    fn every_query_reads_back(object in ".{1,10}", condition in proptest::option::of(conditions())) {
        let query = Query { object, condition };
        let printed = query.to_string();
        prop_assert_eq!(parse_query(&printed), Ok(query), "{}", printed);
    }

    #[test]
    fn no_text_makes_it_panic_and_every_error_has_a_place_in_it(source in ".{0,80}") {
        if let Err(error) = parse(&source) {
            prop_assert!(source.is_char_boundary(error.position));
            prop_assert!(error.column <= source.chars().count() + 1);
        }
        let _query = parse_query(&source);
        let _closed = parse_closing_text(&source);
        let _order = OrderBy::parse(&source);
        let _fields = Fields::parse(&source);
    }

    #[test]
    fn no_likely_text_makes_it_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "a", "=", "'x'", "'", "(", ")", "and", "or", "in", "is", "not", "null", "like", "5",
                "2015-01-06", "`b`", ",", "!=", "\\", "<", "true", "*", "select",
            ]),
            0..20,
        )
    ) {
        let source = words.join(" ");
        if let Ok(condition) = parse(&source) {
            prop_assert_eq!(parse(&condition.to_string()), Ok(condition));
        }
    }
}
