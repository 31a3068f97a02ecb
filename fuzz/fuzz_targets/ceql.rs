//! CEQL: conditions, queries, orders and lists of fields.
#![no_main]

use ledgerhook_model::ceql::{Fields, OrderBy, matches, parse, parse_closing_text, parse_query};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(condition) = parse(text) {
        assert_eq!(parse(&condition.to_string()).as_ref(), Ok(&condition));
        matches(&condition, &ledgerhook_fuzz::record(text));
        condition.split_attributes();
    }
    match parse_closing_text(text) {
        Ok(condition) => assert_eq!(parse(&condition.to_string()), Ok(condition)),
        Err(error) => assert!(text.is_char_boundary(error.position)),
    }
    if let Ok(query) = parse_query(text) {
        assert_eq!(parse_query(&query.to_string()), Ok(query));
    }
    if let Ok(order) = OrderBy::parse(text) {
        assert_eq!(OrderBy::parse(&order.to_string()).as_ref(), Ok(&order));
        let record = ledgerhook_fuzz::record(text);
        assert!(order.compare(&record, &record).is_eq());
    }
    if let Ok(fields) = Fields::parse(text) {
        let once = fields.project(&ledgerhook_fuzz::record(text));
        assert_eq!(fields.project(&once), once);
    }
});
