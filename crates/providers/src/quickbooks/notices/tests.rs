//! Notices against Intuit's published bodies and signatures, and against what is neither.

use std::fs;
use std::path::Path;

use http::HeaderValue;
use ledgerhook_connector::NoticeEntry;
use ledgerhook_model::limits::NOTICE_ENTRIES_MAX;
use ledgerhook_model::{ChangeKind, Version};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::quickbooks::PROFILE;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/quickbooks/notices");

fn received_at() -> Moment {
    Moment::parse("2026-11-20T08:00:00Z").unwrap()
}

fn parse(body: &[u8]) -> ParsedNotice {
    QuickBooksNotices::new().parse(body, received_at())
}

fn fixture(path: &str) -> String {
    fs::read_to_string(Path::new(FIXTURES).join(path)).unwrap()
}

/// Every body of a folder, by file name.
fn bodies(folder: &str) -> Vec<(String, String)> {
    let files = fs::read_dir(Path::new(FIXTURES).join(folder)).unwrap();
    let name = |file: std::io::Result<fs::DirEntry>| file.unwrap().file_name();
    let mut names: Vec<String> = files.map(|file| name(file).into_string().unwrap()).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), fixture(&format!("{folder}/{name}")))).collect()
}

/// What a body says, one text an entry.
fn told(notice: &ParsedNotice) -> Vec<String> {
    let text = |NoticeEntry { company, change, .. }: &NoticeEntry| {
        let (resource, id, kind) = (&change.resource, &change.object_id, change.kind);
        format!("{company} {resource} {id} {kind} {:?}", change.changed_at)
    };
    notice.entries.iter().map(text).collect()
}

#[test]
fn every_signature_vector_is_judged_as_it_should_be() {
    let vectors: Value = serde_json::from_str(&fixture("signature-vectors.json")).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 8);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let headers = HeaderMap::from_iter([(
            SIGNATURE_HEADER.parse().unwrap(),
            HeaderValue::from_str(text("signature")).unwrap(),
        )]);
        let notices = QuickBooksNotices::new();
        let fits =
            notices.signature_fits(&headers, text("body").as_bytes(), &Secret::new(text("token")));
        assert!(notices.is_signed(&headers));
        assert_eq!(fits, vector["valid"].as_bool().unwrap(), "vector {}", vector["n"]);
    }
}

#[test]
fn every_published_legacy_body_is_read() {
    let expected: &[(&str, &[&str], u32)] = &[
        ("01", &["1185883450 customers 1 CREATED 2015-10-05T21:42:19Z"], 0),
        (
            "02",
            &[
                "1185883450 customers 1 CREATED 2015-10-05T21:42:19Z",
                "1185883450 vendors 1 CREATED 2015-10-05T21:42:19Z",
            ],
            0,
        ),
        (
            "03",
            &[
                "1269959970 vendors 40 UPDATED 2016-10-05T03:09:04Z",
                "1269959970 customers 43 CREATED 2016-10-05T03:07:04Z",
            ],
            0,
        ),
        ("04", &["310687 ledger-accounts 1234 CREATED 2025-09-08T20:52:31.657Z"], 0),
        ("05", &["9341455322581846 customers 42 CREATED 2025-04-10T18:00:00Z"], 0),
        (
            "06",
            &[
                "9341455322581846 customers 42 CREATED 2025-04-10T18:00:00Z",
                "9341455322581846 invoices 100 UPDATED 2025-04-10T18:05:00Z",
                "9341455322581846 vendors 7 DELETED 2025-04-10T18:10:00Z",
            ],
            0,
        ),
        ("07", &["realm-1 invoices invoice-1 EMAILED 2026-07-20T13:52:12.919Z"], 0),
        ("11", &[], 0),
        ("12", &[], 4),
        ("13", &["1185883450 customers 123 MERGED 2015-10-05T21:42:19Z"], 0),
        ("14", &["1185883450 invoices 129 VOIDED 2017-10-05T21:42:19Z"], 0),
        (
            "15",
            &[
                "1185883450 customers 1 CREATED 2015-10-05T21:42:19Z",
                "1269959970 vendors 40 UPDATED 2016-10-05T03:09:04Z",
            ],
            0,
        ),
    ];
    check_bodies("legacy", expected);
}

#[test]
fn every_published_cloud_events_body_is_read() {
    let expected: &[(&str, &[&str], u32)] = &[
        ("01", &["310687 ledger-accounts 1234 CREATED 2025-09-10T21:31:25.179851Z"], 0),
        ("02", &["310687 classes 1234 CREATED 2025-10-07T19:59:07.034359Z"], 0),
        ("03", &["93414556********* customers 123 MERGED 2025-12-04T15:25:05Z"], 0),
        ("04", &["93414556********* employees 11 CREATED 2025-12-04T15:25:05Z"], 0),
        ("05", &["310687 customers 1234 CREATED 2025-09-10T21:31:25.179Z"], 0),
        ("06", &["9341455322581846 invoices 29 DELETED 2026-11-20T08:00:00Z"], 0),
        ("07", &["123456 customers 42 UPDATED 2025-09-10T21:31:25.179Z"], 0),
        ("09", &["9341455 sales-receipts 150 UPDATED 2026-03-17T16:19:17Z"], 0),
        ("11", &[], 1),
        ("13", &["9341455841580195 purchase-orders 45 UPDATED 2025-12-16T16:03:24Z"], 0),
        ("14", &["9341455406194328 products 14895 CREATED 2026-06-12T15:52:10Z"], 0),
        ("15", &["9341455322581846 invoices 129 VOIDED 2026-03-17T16:19:17Z"], 0),
        ("16", &["9341455322581846 invoices 129 VOIDED 2026-03-17T16:19:17Z"], 0),
        ("18", &[], 0),
        (
            "19",
            &[
                "310687 change-orders 1234 CREATED 2025-09-10T21:31:25.179851Z",
                "310687 ledger-accounts 1234 CREATED 2025-09-10T21:31:25.179851Z",
            ],
            1,
        ),
    ];
    check_bodies("cloud_events", expected);
}

fn check_bodies(folder: &str, expected: &[(&str, &[&str], u32)]) {
    let bodies = bodies(folder);
    assert_eq!(bodies.len(), expected.len());
    for ((name, body), (number, entries, unread)) in bodies.iter().zip(expected) {
        let notice = parse(body.as_bytes());
        assert!(name.starts_with(number), "{name} is not {number}");
        assert_eq!(told(&notice), *entries, "{name}");
        assert_eq!(notice.unread_entries, *unread, "{name}");
    }
}

#[test]
fn every_type_of_intuits_list_is_read_and_the_profile_promises_it() {
    let list: Value = serde_json::from_str(&fixture("event-types.json")).unwrap();
    let types = list["types"].as_array().unwrap();
    assert_eq!(types.len(), 108);
    for kind in types.iter().map(|kind| kind.as_str().unwrap()) {
        let body = format!(
            r#"[{{"type":"{kind}","intuitentityid":"1","intuitaccountid":"2","time":"2026-01-01T00:00:00Z"}}]"#
        );
        check_promised(&parse(body.as_bytes()), kind);
    }
}

#[test]
fn every_legacy_operation_is_read_and_the_profile_promises_it() {
    let list = fixture("legacy-entity-operations.json");
    let list: serde_json::Map<String, Value> = serde_json::from_str(&list).unwrap();
    for (entity, operations) in &list {
        for operation in operations.as_array().unwrap() {
            let body = format!(
                r#"{{"eventNotifications":[{{"realmId":"2","dataChangeEvent":{{"entities":[{{"name":"{entity}","id":"1","operation":{operation},"lastUpdated":"2026-01-01T00:00:00Z"}}]}}}}]}}"#
            );
            check_promised(&parse(body.as_bytes()), &format!("{entity} {operation}"));
        }
    }
}

/// One entry of a known kind; where its resource is one of the profile's, of a promised kind.
fn check_promised(notice: &ParsedNotice, what: &str) {
    assert_eq!((notice.entries.len(), notice.unread_entries), (1, 0), "{what}");
    let change = &notice.entries[0].change;
    assert_ne!(change.kind, ChangeKind::Unknown, "{what}");
    let resource = PROFILE.resources.iter().find(|resource| resource.name == &*change.resource);
    if let Some(resource) = resource {
        assert!(resource.noticed.contains(&change.kind), "{what}");
    }
}

#[test]
fn both_shapes_of_one_change_have_the_same_version_whatever_the_form_of_its_time() {
    let legacy = |time: &str| {
        format!(
            r#"{{"eventNotifications":[{{"realmId":"2","dataChangeEvent":{{"entities":[{{"name":"Invoice","id":"1","operation":"Void","lastUpdated":"{time}"}}]}}}}]}}"#
        )
    };
    let event = |kind: &str, time: &str| {
        format!(
            r#"[{{"id":"e","type":"qbo.invoice.{kind}.v1","intuitentityid":"1","intuitaccountid":"2","time":"{time}"}}]"#
        )
    };
    let version = |body: String| parse(body.as_bytes()).entries[0].change.version.clone();
    let expected = Version::Noticed("1444081339500000000 VOIDED".to_owned());
    for time in [
        "2015-10-05T14:42:19.5-0700",
        "2015-10-05T14:42:19.500-07:00",
        "2015-10-05T21:42:19.500000000Z",
    ] {
        assert_eq!(version(legacy(time)), expected, "{time}");
        assert_eq!(version(event("void", time)), expected, "{time}");
        assert_eq!(version(event("voided", time)), expected, "{time}");
    }
    let fine = version(event("updated", "2025-09-10T21:31:25.179851517Z"));
    assert_eq!(fine, Version::Noticed("1757539885179851517 UPDATED".to_owned()));
}

#[test]
fn without_a_time_the_entry_id_or_the_arrival_is_the_version() {
    let version = |members: &str| {
        let body = format!(
            r#"[{{{members}"type":"qbo.item.created.v1","intuitentityid":"1","intuitaccountid":"2"}}]"#
        );
        let notice = parse(body.as_bytes());
        let change = &notice.entries[0].change;
        assert_eq!(change.changed_at, received_at());
        change.version.clone()
    };
    let noticed = |text: &str| Version::Noticed(text.to_owned());
    assert_eq!(version(r#""id":"e-1","#), noticed("e-1 CREATED"));
    assert_eq!(version(r#""id":"e-1","time":"soon","#), noticed("e-1 CREATED"));
    assert_eq!(version(""), noticed("1795161600000000000 CREATED"));
    assert_eq!(version(r#""id":"","time":null,"#), noticed("1795161600000000000 CREATED"));
    let long_id = format!(r#""id":"{}","#, "e".repeat(257));
    assert_eq!(version(&long_id), noticed("1795161600000000000 CREATED"));
}

#[test]
fn an_entry_keeps_its_own_text_and_with_it_the_id_that_was_merged_away() {
    let legacy = parse(fixture("legacy/13-customer-merge.SYNTHETIC.json").as_bytes());
    assert_eq!(
        &*legacy.entries[0].change.record,
        r#"{"name":"Customer","id":"123","operation":"Merge","lastUpdated":"2015-10-05T14:42:19-0700","deletedId":"27"}"#
    );
    let events = parse(fixture("cloud_events/03-customer-merged.json").as_bytes());
    assert!(events.entries[0].change.record.contains(r#""data":{"deletedid":"27"}"#));
    assert_eq!(events.entries[0].change.printed_id, None);
}

#[test]
fn an_operation_that_is_not_known_is_still_a_change() {
    let legacy = br#"{"eventNotifications":[{"realmId":"2","dataChangeEvent":{"entities":[
        {"name":"INVOICE","id":"1","operation":"Archive"},{"name":"invoice","id":"2"}]}}]}"#;
    let event =
        br#"[{"type":"qbo.Invoice.archived.v12","intuitentityid":"1","intuitaccountid":"2"}]"#;
    for body in [&legacy[..], event] {
        let notice = parse(body);
        assert_eq!(notice.unread_entries, 0);
        assert!(notice.entries.iter().all(|entry| entry.change.kind == ChangeKind::Unknown));
    }
}

#[test]
fn several_names_in_the_place_of_one_are_the_candidates_of_the_entry() {
    let read = |name: &str| {
        let body = format!(
            r#"{{"eventNotifications":[{{"realmId":"2","dataChangeEvent":{{"entities":[{{"name":"{name}","nameNumber":21,"id":"56","operation":"Merge","lastUpdated":"2015-10-05T14:42:19-0700","deletedId":"27"}}]}}}}]}}"#
        );
        parse(body.as_bytes())
    };
    let cases: [(&str, &str, &[&str]); 5] = [
        ("Vendor", "vendors", &[]),
        ("Department|Vendor", "", &["departments", "vendors"]),
        (
            "journalentry|Estimate|RefundReceipt",
            "",
            &["journal-entries", "estimates", "refund-receipts"],
        ),
        ("Currency|CompanyCurrency", "currencies", &[]),
        ("Vendor|Vendor", "vendors", &[]),
    ];
    for (name, resource, candidates) in cases {
        let notice = read(name);
        let [NoticeEntry { company, change, candidates: found, .. }] = &notice.entries[..] else {
            panic!("{name}: {notice:?}");
        };
        let found: Vec<&str> = found.iter().map(|candidate| &**candidate).collect();
        assert_eq!((&*change.resource, &*found), (resource, candidates), "{name}");
        assert_eq!((&**company, &*change.object_id), ("2", "56"), "{name}");
        assert_eq!(change.version, Version::Noticed("1444081339000000000 MERGED".to_owned()));
    }
    for name in ["Deposit|Project", "Vendor|", "|", "Bill|Item|Term|Class|Vendor"] {
        let notice = read(name);
        assert_eq!((notice.entries.len(), notice.unread_entries), (0, 1), "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_counted() {
    let long_id = format!(
        r#"[{{"type":"qbo.item.created.v1","intuitentityid":"{}","intuitaccountid":"2"}}]"#,
        "1".repeat(257)
    );
    let deep = format!(
        r#"[{{"type":"qbo.item.created.v1","intuitentityid":"1","intuitaccountid":"2","data":{}1{}}}]"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let cases = [
        ("", 1),
        ("   ", 1),
        ("null", 1),
        (r#""text""#, 1),
        (r#"{"stuff":"5"}"#, 1),
        (r#"{"eventNotifications":null}"#, 1),
        (r#"{"eventNotifications":{}}"#, 1),
        (r#"{"eventNotifications":[]"#, 1),
        (r#"[{"type":"qbo.item.created.v1"},"#, 1),
        (r#"[null,1,"x",[],{}]"#, 5),
        (r#"[{"type":"qbo.item.created","intuitentityid":"1","intuitaccountid":"2"}]"#, 1),
        (r#"[{"type":"qbo.item.created.v1.2","intuitentityid":"1","intuitaccountid":"2"}]"#, 1),
        (r#"[{"type":"qbo.item.created.vx","intuitentityid":"1","intuitaccountid":"2"}]"#, 1),
        (r#"[{"type":"qbo.item.created.v1","intuitentityid":"","intuitaccountid":"2"}]"#, 1),
        (r#"[{"type":"qbo.item.created.v1","intuitentityid":1,"intuitaccountid":"2"}]"#, 1),
        (r#"[{"type":"qbo.item.created.v1","intuitentityid":"1","intuitaccountid":""}]"#, 1),
        (r#"[{"type":"qbo.unicorn.created.v1","intuitentityid":"1","intuitaccountid":"2"}]"#, 1),
        (&long_id, 1),
        (&deep, 1),
    ];
    for (body, unread) in cases {
        let notice = parse(body.as_bytes());
        let shown: String = body.chars().take(100).collect();
        assert_eq!(notice.entries, [], "{shown}");
        assert_eq!(notice.unread_entries, unread, "{shown}");
    }
}

#[test]
fn entries_beyond_the_limit_are_counted_not_read() {
    let event = r#"{"type":"qbo.item.created.v1","intuitentityid":"1","intuitaccountid":"2"}"#;
    let events = format!("[{}]", vec![event; NOTICE_ENTRIES_MAX + 3].join(","));
    let entity = r#"{"name":"Item","id":"1","operation":"Create"}"#;
    let entities = vec![entity; NOTICE_ENTRIES_MAX - 1].join(",");
    let company = format!(r#"{{"realmId":"2","dataChangeEvent":{{"entities":[{entities}]}}}}"#);
    let two_companies = format!(r#"{{"eventNotifications":[{company},{company}]}}"#);
    for (body, unread) in [(events, 3), (two_companies, NOTICE_ENTRIES_MAX - 2)] {
        let notice = parse(body.as_bytes());
        assert_eq!(notice.entries.len(), NOTICE_ENTRIES_MAX);
        assert_eq!(notice.unread_entries as usize, unread);
    }
}

/// A published body with some of its bytes changed, taken out or put in.
fn mutated_body() -> impl Strategy<Value = Vec<u8>> {
    let bodies: Vec<String> =
        ["legacy", "cloud_events"].into_iter().flat_map(bodies).map(|(_, body)| body).collect();
    let cut = (any::<prop::sample::Index>(), 0..4_usize, prop::collection::vec(any::<u8>(), 0..4));
    (prop::sample::select(bodies), prop::collection::vec(cut, 1..6)).prop_map(|(body, cuts)| {
        let mut bytes = body.into_bytes();
        for (at, removed, added) in cuts {
            let start = at.index(bytes.len() + 1);
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, added);
        }
        bytes
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..512)) {
        parse(&body);
    }

    #[test]
    fn a_mutated_body_is_read_without_a_panic_and_keeps_only_json(body in mutated_body()) {
        for entry in parse(&body).entries {
            prop_assert!(serde_json::from_str::<Value>(&entry.change.record).is_ok());
            prop_assert!(!entry.company.is_empty() && !entry.change.object_id.is_empty());
        }
    }
}
