//! What an event is once the record behind its notice has been read, or has not.

use super::*;

const SECOND: i64 = 1_700_000_000;

fn change(kind: ChangeKind, version: Version, second: i64, record: &str) -> Change {
    Change {
        resource: Arc::from("invoices"),
        object_id: "5".to_owned(),
        printed_id: None,
        version,
        kind,
        changed_at: Moment::from_millis(second * 1_000),
        record: Arc::from(record),
    }
}

fn noticed(kind: ChangeKind, is_dated: bool) -> NoticeEntry {
    let version = Version::Noticed("then".to_owned());
    NoticeEntry {
        company: "1".to_owned(),
        change: change(kind, version, SECOND, r#"{"name":"Invoice"}"#),
        is_dated,
        candidates: Vec::new(),
    }
}

fn record(kind: ChangeKind, second: i64) -> Change {
    let version = Version::Revision("3".to_owned());
    let printed_id = Some("5|3".to_owned());
    Change { printed_id, ..change(kind, version, second, r#"{"total":1}"#) }
}

fn having(found: Change) -> RecordsRead {
    let mut read = RecordsRead::default();
    read.take(&[found]);
    read
}

#[test]
fn a_dated_event_keeps_what_its_notice_says_and_carries_the_record() {
    use ChangeKind::{Created, Deleted, Emailed, Merged, Updated, Voided};
    for (told, found, expected) in [
        (Created, Updated, Created),
        (Updated, Updated, Updated),
        (Voided, Updated, Voided),
        (Merged, Updated, Merged),
        (Emailed, Created, Emailed),
        (Updated, Deleted, Deleted),
    ] {
        let filled = having(record(found, SECOND)).fill(noticed(told, true)).change;
        assert_eq!(filled.kind, expected, "{told} {found}");
        assert_eq!(&*filled.record, r#"{"total":1}"#, "{told} {found}");
        assert_eq!(filled.printed_id.as_deref(), Some("5|3"), "{told} {found}");
        let version = match (told, expected) {
            (Updated, Deleted) => Version::Revision("3".to_owned()),
            _ => Version::Noticed("then".to_owned()),
        };
        assert_eq!(filled.version, version, "{told} {found}");
    }
}

#[test]
fn a_record_that_was_deleted_later_is_said_to_be_gone() {
    let filled = having(record(ChangeKind::Deleted, SECOND + 1));
    let filled = filled.fill(noticed(ChangeKind::Updated, true)).change;
    assert_eq!(filled.kind, ChangeKind::Updated);
    assert!(filled.record.contains(GONE), "{}", filled.record);
    assert!(filled.record.contains("Invoice"), "{}", filled.record);
}

#[test]
fn an_undated_event_is_of_the_state_that_was_read() {
    use ChangeKind::{Created, Deleted, Emailed, Updated};
    for (told, found, expected) in [
        (Created, Updated, Created),
        (Updated, Created, Created),
        (Emailed, Updated, Emailed),
        (Updated, Deleted, Deleted),
        (Created, Deleted, Deleted),
        (Deleted, Deleted, Deleted),
        // It was restored, or the notice is wrong: a notice is a hint.
        (Deleted, Updated, Updated),
    ] {
        let found = record(found, SECOND - 9);
        let filled = having(found.clone()).fill(noticed(told, false)).change;
        assert_eq!(filled, Change { kind: expected, ..found }, "{told}");
    }
}

#[test]
fn an_undated_event_of_a_missing_record_is_its_deletion_of_which_nobody_says_when() {
    let mut read = RecordsRead::default();
    read.missing.insert((Arc::from("invoices"), "5".to_owned()));
    for told in [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Deleted] {
        let filled = read.fill(noticed(told, false)).change;
        assert_eq!(filled.kind, ChangeKind::Deleted);
        assert_eq!(filled.version, Version::Gone(filled.changed_at.micros()));
    }
}

#[test]
fn what_could_not_be_read_waits_and_then_says_so() {
    let mut read = RecordsRead::default();
    let wanted = Wanted::from([(Arc::from("invoices"), BTreeSet::from(["5".to_owned()]))]);
    let not_now = NotNow { wait: Duration::ZERO, why: "no answer".to_owned() };
    read.await_answer(&wanted, &not_now);
    for kind in [ChangeKind::Updated, ChangeKind::Deleted] {
        assert!(read.is_awaited(&noticed(kind, true)), "a deletion does not overtake");
    }
    read.give_up();
    let entry = noticed(ChangeKind::Updated, true);
    assert!(!read.is_awaited(&entry));
    let filled = read.fill(entry).change;
    assert_eq!(&*filled.record, r#"{"name":"Invoice","unread":"no answer"}"#);
}
