//! Notices against the signature vectors, and against what is no notice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::freshbooks::PROFILE;

const EVENT: &str = "name=invoice.create&object_id=1234567&account_id=6BApk&business_id=6543\
                     &identity_id=1234&user_id=1";
const HANDSHAKE: &str = "name=callback.verify&object_id=2001&account_id=6BApk&verifier=scADVVi5QuKuj5qTjVkbJNYQe7V7USpGd";
const HANDSHAKE_SIGNATURE: &str = "L7y2uyG4/r5+wGDqZ2XmZy1YIT9rnkU0yiGgHsuewkE=";

fn received_at() -> Moment {
    Moment::parse("2026-11-20T08:00:00.5Z").unwrap()
}

fn parse(body: &str) -> ParsedNotice {
    FreshBooksNotices::new().parse(body.as_bytes(), received_at())
}

fn signed(signature: &str) -> HeaderMap {
    let value = HeaderValue::from_str(signature).unwrap();
    HeaderMap::from_iter([(SIGNATURE_HEADER.parse().unwrap(), value)])
}

fn handshake(headers: &HeaderMap, body: &str) -> Option<Handshake> {
    FreshBooksNotices::new().handshake(headers, body.as_bytes())
}

#[test]
fn every_signature_vector_fits_and_its_wrong_variants_do_not() {
    let vectors = include_str!("../../../tests/fixtures/freshbooks/notices/signature-vectors.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 6);
    let notices = FreshBooksNotices::new();
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let (body, name) = (text("body").as_bytes(), text("name"));
        let verifier = Secret::new(text("verifier"));
        let fits = |signature: &str| notices.signature_fits(&signed(signature), body, &verifier);
        assert_eq!(Form::read(body).unwrap().to_signed_text(), text("hmac_message"), "{name}");
        assert!(fits(text("expected")), "{name}");
        assert!(fits(&format!(" {} ", text("expected"))), "{name}");
        let wrong = vector["must_not_match"].as_object().unwrap();
        assert!(wrong.len() >= 3, "{name}");
        for (variant, signature) in wrong {
            assert!(!fits(signature.as_str().unwrap()), "{name}: {variant}");
        }
        let other = Secret::new("another verifier");
        assert!(!notices.signature_fits(&signed(text("expected")), body, &other), "{name}");
    }
}

#[test]
fn the_received_order_is_what_is_signed() {
    let notices = FreshBooksNotices::new();
    let verifier = Secret::new("v");
    let sign = |body: &str| {
        let message = Form::read(body.as_bytes()).unwrap().to_signed_text();
        STANDARD.encode(signature::hmac_sha256(b"v", &[message.as_bytes()]))
    };
    let (forth, back) = ("a=1&b=2", "b=2&a=1");
    assert!(notices.signature_fits(&signed(&sign(back)), back.as_bytes(), &verifier));
    assert!(!notices.signature_fits(&signed(&sign(back)), forth.as_bytes(), &verifier));
    let repeated = "a=1&b=2&a=3";
    assert!(notices.signature_fits(&signed(&sign(forth)), repeated.as_bytes(), &verifier));
}

#[test]
fn a_handshake_is_known_by_its_verifier_in_every_form_that_was_seen() {
    let cases = [
        (HANDSHAKE, Some("2001")),
        ("name=callback.verify&callback_id=7&verifier=v", Some("7")),
        ("object_id=7&callback_id=8&verifier=v", Some("7")),
        ("name=&verifier=v&object_id=", None),
        ("verifier=v", None),
    ];
    for (body, subscription) in cases {
        let found = handshake(&HeaderMap::new(), body).unwrap_or_else(|| panic!("{body}"));
        assert_eq!(found.subscription.as_deref(), subscription, "{body}");
        let verifier = if body == HANDSHAKE { "scADVVi5QuKuj5qTjVkbJNYQe7V7USpGd" } else { "v" };
        assert_eq!(found.verifier, Secret::new(verifier), "{body}");
    }
    let long = format!("verifier={}", "v".repeat(513));
    for body in [EVENT, "", "name=callback.verify", "name=invoice.create&verifier=v", &long] {
        assert_eq!(handshake(&HeaderMap::new(), body), None, "{body}");
    }
}

#[test]
fn a_signed_handshake_must_be_signed_by_its_own_verifier() {
    assert!(handshake(&signed(HANDSHAKE_SIGNATURE), HANDSHAKE).is_some());
    let forged = HANDSHAKE.replace("2001", "2002");
    assert_eq!(handshake(&signed(HANDSHAKE_SIGNATURE), &forged), None);
    assert_eq!(handshake(&signed("x"), HANDSHAKE), None);
}

#[test]
fn an_entry_is_what_the_form_says() {
    let notice = parse(EVENT);
    let [entry] = notice.entries.as_slice() else { panic!("{notice:?}") };
    assert_eq!((notice.unread_entries, entry.is_dated), (0, false));
    assert_eq!((entry.company.as_str(), entry.candidates.len()), ("6BApk", 0));
    let change = &entry.change;
    assert_eq!((&*change.resource, change.object_id.as_str()), ("invoices", "1234567"));
    assert_eq!((change.kind, change.changed_at), (ChangeKind::Created, received_at()));
    assert_eq!(change.version, Version::Noticed("1795161600500000 CREATED".to_owned()));
    assert_eq!(
        &*change.record,
        r#"{"name":"invoice.create","object_id":"1234567","account_id":"6BApk","business_id":"6543","identity_id":"1234","user_id":"1"}"#
    );
}

#[test]
fn every_event_name_is_read_and_the_profile_promises_it() {
    let nouns = [
        "bill",
        "bill_vendor",
        "category",
        "client",
        "credit_note",
        "estimate",
        "expense",
        "invoice",
        "item",
        "payment",
        "project",
        "recurring",
        "service",
        "tax",
        "time_entry",
    ];
    let verbs = ["create", "update", "delete"];
    let mut names: Vec<String> =
        nouns.iter().flat_map(|noun| verbs.map(|verb| format!("{noun}.{verb}"))).collect();
    names.extend(["estimate.sendByEmail", "invoice.sendByEmail"].map(str::to_owned));
    assert_eq!(names.len(), 47);
    for name in names {
        let notice = parse(&format!("name={name}&object_id=1&account_id=a"));
        let [entry] = notice.entries.as_slice() else { panic!("{name}") };
        let resource = PROFILE.resources.iter().find(|one| one.name == &*entry.change.resource);
        assert!(resource.unwrap().noticed.contains(&entry.change.kind), "{name}");
    }
}

#[test]
fn a_verb_that_is_not_known_is_still_a_change() {
    for name in ["invoice", "invoice.", "invoice.archive", "invoice.create.twice"] {
        let notice = parse(&format!("name={name}&object_id=1&account_id=a"));
        assert_eq!(notice.unread_entries, 0, "{name}");
        assert_eq!(notice.entries[0].change.kind, ChangeKind::Unknown, "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_counted() {
    let long_id = format!("name=tax.create&object_id={}&account_id=a", "1".repeat(257));
    let cases = [
        "",
        "{}",
        "name=invoice.create",
        "name=invoice.create&object_id=1",
        "name=invoice.create&object_id=&account_id=a",
        "name=invoice.create&object_id=1&account_id=",
        "name=all&object_id=1&account_id=a",
        "name=unicorn.create&object_id=1&account_id=a",
        "object_id=1&account_id=a",
        HANDSHAKE,
        &long_id,
    ];
    for body in cases {
        let notice = parse(body);
        assert_eq!((notice.entries.len(), notice.unread_entries), (0, 1), "{body}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..512)) {
        let notices = FreshBooksNotices::new();
        let notice = notices.parse(&body, received_at());
        prop_assert_eq!(notice.entries.len() + notice.unread_entries as usize, 1);
        notices.handshake(&signed("x"), &body);
        prop_assert!(!notices.signature_fits(&signed("AAAA"), &body, &Secret::new("v")));
    }
}
