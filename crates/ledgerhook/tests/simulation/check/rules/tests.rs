//! The rules find what they are there to find.

use ledgerhook_model::{InstanceId, Moment};

use super::*;
use crate::setup::InstancePlan;

fn read(revision: Option<&str>) -> Stamp {
    Stamp::Read { revision: revision.map(str::to_owned), is_active: true }
}

fn noticed(time: &str) -> Stamp {
    Stamp::Noticed { time: time.to_owned() }
}

fn record() -> RecordKey {
    ("bills".to_owned(), "1".to_owned())
}

/// The event `id` of the record, which came with a notification of its own.
fn told(id: &str, kind: &str, second: i64, stamp: Stamp) -> Told {
    Told {
        id: id.to_owned(),
        record: record(),
        kind: kind.to_owned(),
        second,
        stamp,
        dating: Dating::Notice,
        detection: "cdc".to_owned(),
        instance: 7,
        arrival: 0,
        arrived_at: Moment::default(),
        is_answered_well: true,
        text: id.to_owned(),
    }
}

fn state(revision: &str, second: i64, standing: Standing) -> State {
    State { revision: revision.to_owned(), second, standing, is_seen_by_polls: true }
}

fn written(id: &str) -> Written {
    Written { id: id.to_owned(), record: record(), text: String::new() }
}

/// The rule that is broken when `told` arrived, in notifications of their own, of what is in the
/// journal as `journal`; a polled record that was made in second 1 and changed in second 2.
fn broken(told: Vec<Told>, journal: &[&str]) -> Option<&'static str> {
    let plan = InstancePlan {
        organization: 0,
        company: 0,
        kind: Kind::Polling,
        resources: None,
        poll_minutes: None,
        has_signature_key: true,
    };
    let instance = Instance {
        plan,
        id: InstanceId(7),
        path: String::new(),
        public_key: String::new(),
        baseline: BTreeMap::new(),
    };
    let states = vec![state("0", 1, Standing::Active), state("1", 2, Standing::Active)];
    let history = [(record(), states)].into();
    let number = |(arrival, told): (usize, Told)| Told { arrival, ..told };
    let evidence = Evidence {
        number: 0,
        instance: &instance,
        arrivals: Vec::new(),
        told: told.into_iter().enumerate().map(number).collect(),
        journal: journal.iter().map(|id| written(id)).collect(),
        truth: [(record(), state("1", 2, Standing::Active))].into(),
        history: &history,
        notices: &[],
        dating: |_| Dating::Notice,
    };
    evidence.check().err().map(|violation| violation.rule)
}

#[test]
fn each_rule_finds_what_breaks_it_and_nothing_else() {
    let made = || told("a", "CREATED", 1, read(Some("0")));
    let changed = || told("b", "UPDATED", 2, read(Some("1")));
    let cases: [(Vec<Told>, &[&str], Option<&str>); 13] = [
        (vec![made(), changed()], &["a", "b"], None),
        (vec![changed()], &["b"], None),
        (vec![made(), made(), changed(), changed()], &["a", "b"], None),
        (vec![made(), Told { instance: 8, ..changed() }], &["a", "b"], Some("addressed")),
        (
            vec![made(), changed(), Told { text: "other".to_owned(), ..changed() }],
            &["a", "b"],
            Some("repeated alike"),
        ),
        (vec![made()], &["a", "b"], Some("complete")),
        (vec![made(), changed()], &["a"], Some("complete")),
        (
            vec![made(), Told { is_answered_well: false, ..changed() }],
            &["a", "b"],
            Some("complete"),
        ),
        (vec![changed(), made()], &["a", "b"], Some("in order")),
        (vec![made(), changed(), made()], &["a", "b"], Some("in order")),
        (vec![told("b", "UPDATED", 2, read(Some("7")))], &["b"], Some("true")),
        (vec![changed(), Told { id: "c".into(), ..changed() }], &["b", "c"], Some("once")),
        (vec![made()], &["a"], Some("told (polls)")),
    ];
    for (number, (told, journal, rule)) in cases.into_iter().enumerate() {
        assert_eq!(broken(told, journal), rule, "case {number}");
    }
    assert_eq!(broken(Vec::new(), &[]), Some("told (polls)"));
}

#[test]
fn two_events_are_one_change_by_revision_by_time_or_by_second() {
    let event = |kind, stamp| told("a", kind, 5, stamp);
    for (one, other, is_one) in [
        (event("UPDATED", read(Some("1"))), event("UPDATED", read(Some("1"))), true),
        (event("UPDATED", read(Some("1"))), event("UPDATED", read(Some("2"))), false),
        (event("UPDATED", read(Some("1"))), event("DELETED", read(None)), false),
        (event("UPDATED", noticed("5.1")), event("UPDATED", noticed("5.1")), true),
        (event("UPDATED", noticed("5.1")), event("VOIDED", noticed("5.1")), false),
        (event("UPDATED", noticed("5.1")), event("UPDATED", noticed("5.2")), false),
        (event("VOIDED", noticed("5.1")), event("UPDATED", read(Some("1"))), true),
        (event("CREATED", noticed("5.1")), event("UPDATED", read(Some("1"))), false),
        (event("CREATED", noticed("5.1")), event("CREATED", read(Some("0"))), true),
    ] {
        assert_eq!(are_one_change(&one, &other), is_one, "{one}, {other}");
        assert_eq!(are_one_change(&other, &one), is_one, "{other}, {one}");
    }
    let by_notice = Told { detection: "webhook".to_owned(), ..event("VOIDED", read(Some("1"))) };
    assert!(!are_one_change(&by_notice, &event("UPDATED", read(Some("1")))));
}

#[test]
fn the_last_event_tells_where_a_record_stands() {
    use Standing::{Active, Gone, Inactive};
    let inactive = Stamp::Read { revision: Some("3".to_owned()), is_active: false };
    for (kind, second, stamp, standing, fits) in [
        ("UPDATED", 9, read(Some("3")), Active, true),
        ("UPDATED", 9, read(Some("2")), Active, false),
        ("UPDATED", 9, noticed("9"), Active, true),
        ("UPDATED", 8, noticed("8"), Active, false),
        ("DELETED", 9, noticed("9"), Active, false),
        ("DELETED", 9, read(None), Gone, true),
        ("UPDATED", 9, read(Some("3")), Gone, false),
        ("UPDATED", 9, noticed("9"), Gone, false),
        ("UPDATED", 9, noticed("9"), Inactive, true),
        ("UPDATED", 9, read(Some("3")), Inactive, false),
        ("UPDATED", 9, inactive, Inactive, true),
        ("DELETED", 9, read(None), Inactive, true),
    ] {
        let last = told("a", kind, second, stamp);
        assert_eq!(is_last_state(&last, &state("3", 9, standing)), fits, "{last}, {standing:?}");
    }
}

#[test]
fn where_notices_say_nothing_the_record_dates_its_event() {
    use Standing::{Active, Gone};
    let of = |dating, kind, second, stamp| Told { dating, ..told("a", kind, second, stamp) };
    for (event, standing, is_true) in [
        (of(Dating::Record, "UPDATED", 9, read(Some("3"))), Active, true),
        (of(Dating::Record, "UPDATED", 10, read(Some("3"))), Active, false),
        (of(Dating::Record, "UPDATED", 9, read(Some("2"))), Active, false),
        (of(Dating::Record, "DELETED", 9, read(Some("3"))), Active, false),
        (of(Dating::Record, "DELETED", 9, read(Some("3"))), Gone, true),
        (of(Dating::Record, "DELETED", 12, read(None)), Gone, true),
        (of(Dating::Record, "DELETED", 8, read(None)), Gone, false),
        (of(Dating::Record, "DELETED", 12, read(None)), Active, false),
        (of(Dating::Reading, "UPDATED", 12, read(Some("3"))), Active, true),
        (of(Dating::Reading, "UPDATED", 8, read(Some("3"))), Active, false),
        (of(Dating::Record, "UPDATED", 12, noticed("")), Active, true),
        (of(Dating::Record, "UPDATED", 8, noticed("")), Active, false),
    ] {
        assert_eq!(speaks_of(&event, &state("3", 9, standing)), is_true, "{event}, {standing:?}");
    }
    let content = |content| of(Dating::Reading, "UPDATED", 1, read(Some(content)));
    assert!(are_one_change(&content("1"), &Told { second: 2, ..content("1") }));
    assert!(!are_one_change(&content("1"), &content("2")));
    let unread = of(Dating::Record, "UPDATED", 5, noticed(""));
    assert!(!are_one_change(&unread, &unread), "nothing tells them apart");
    assert!(is_last_state(&of(Dating::Record, "UPDATED", 12, noticed("")), &state("3", 9, Active)));
}
