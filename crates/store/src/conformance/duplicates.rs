//! What is new to the journal.

use std::sync::Arc;
use std::time::Duration;

use ledgerhook_model::{ChangeKind, Moment, Timed, Version};

use super::Outcome;
use super::samples::{
    append, append_of, at, changes, events, finding, new_instance, noticed, objects, read, tenant,
};
use crate::Store;
use crate::journal::{Finding, NewEvent};

fn later(micros: u64) -> Moment {
    at(10).plus(Duration::from_micros(micros))
}

/// `Journal::append`: a change comes after another one of the same object.
pub async fn what_is_new_and_what_is_a_duplicate(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let last_micro = later(999_999);
    let before = at(10).minus(Duration::from_micros(1));
    type Make = fn(&str, &str, Moment) -> NewEvent;
    let (n, r): (Make, Make) = (noticed, read);
    let cases = [
        ("the same notice", (n, "a", at(10)), (n, "a", at(10)), false),
        ("the same notice, dated otherwise", (n, "a", at(10)), (n, "a", at(99)), false),
        ("two notices of one second", (n, "a", at(10)), (n, "b", at(10)), true),
        ("the same revision", (r, "5", at(10)), (r, "5", at(10)), false),
        ("the same revision, dated otherwise", (r, "5", at(10)), (r, "5", at(99)), false),
        ("two revisions of one second", (r, "5", at(10)), (r, "6", at(10)), true),
        ("a read after a notice of its second", (n, "a", at(10)), (r, "5", last_micro), false),
        ("a notice after a read of its second", (r, "5", last_micro), (n, "a", at(10)), false),
        ("the same text of another sort", (r, "5", at(10)), (n, "5", at(12)), true),
        ("a read one second after a notice", (n, "a", at(10)), (r, "5", at(11)), true),
        ("a read just before a notice's second", (n, "a", at(10)), (r, "5", before), true),
        ("a notice just before a read's second", (r, "5", at(10)), (n, "a", before), true),
    ];
    for (object, (what, (make, text, time), (make2, text2, time2), new)) in
        cases.into_iter().enumerate()
    {
        let object = object.to_string();
        append(store, finding(instance, vec![make(&object, text, time)])).await?;
        let second = finding(instance, vec![make2(&object, text2, time2)]);
        let appended = append(store, second).await?;
        assert_eq!(appended.notifications.len(), usize::from(new), "{what}");
        assert_eq!(appended.duplicates, u32::from(!new), "{what}");
    }
    Ok(())
}

/// `Journal::append`: a record that is edited in the second it was made.
pub async fn a_creation_is_no_other_change_of_its_second(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let of_kind = |mut event: NewEvent, kind| {
        event.change.kind = kind;
        event
    };
    let told = of_kind(noticed("1", "a", at(10)), ChangeKind::Created);
    append(store, finding(instance, vec![told])).await?;
    let edited = of_kind(read("1", "1", at(10)), ChangeKind::Updated);
    let appended = append(store, finding(instance, vec![edited])).await?;
    assert_eq!(appended.duplicates, 0, "the edit was not told of");
    let made = of_kind(read("1", "0", at(10)), ChangeKind::Created);
    let appended = append(store, finding(instance, vec![made])).await?;
    assert_eq!(appended.duplicates, 1, "the creation was");
    Ok(())
}

/// `Journal::append`: a record that is deleted in the second it was edited.
pub async fn an_end_is_no_other_change_of_its_second(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let of_kind = |mut event: NewEvent, kind| {
        event.change.kind = kind;
        event
    };
    let edited = of_kind(noticed("1", "a", at(10)), ChangeKind::Updated);
    append(store, finding(instance, vec![edited])).await?;
    let gone = of_kind(read("1", "deleted", at(10)), ChangeKind::Deleted);
    let appended = append(store, finding(instance, vec![gone])).await?;
    assert_eq!(appended.duplicates, 0, "the end was not told of");
    let told = of_kind(noticed("1", "b", at(10)), ChangeKind::Deleted);
    let appended = append(store, finding(instance, vec![told])).await?;
    assert_eq!(appended.duplicates, 1, "now it was");
    Ok(())
}

/// `Journal::append`: two states of one second are told apart by their content, until it is over.
pub async fn a_state_is_told_once(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let state = |content: &str, kind, is_over| {
        let mut event = read("1", "", at(10));
        let (at, content) = ("2026-06-12 15:52:10".to_owned(), content.to_owned());
        event.change.version = Version::Timed(Timed { at, content, is_over });
        event.change.kind = kind;
        event
    };
    for (content, kind, is_over, duplicates) in [
        ("a", ChangeKind::Created, false, 0),
        ("a", ChangeKind::Created, false, 1),
        ("b", ChangeKind::Created, false, 0),
        ("b", ChangeKind::Created, true, 1),
        ("c", ChangeKind::Created, true, 0),
        ("d", ChangeKind::Updated, true, 1),
    ] {
        let told = finding(instance, vec![state(content, kind, is_over)]);
        let appended = append(store, told).await?;
        assert_eq!(appended.duplicates, duplicates, "{content} {is_over}");
        let told: Vec<_> = appended.notifications.iter().flat_map(|one| &one.events).collect();
        let is_creation = told.iter().any(|event| event.change.kind == ChangeKind::Created);
        assert_eq!(is_creation, !told.is_empty() && content == "a", "it is created once");
    }
    let records = events(store, organization).await?.records;
    let versions: Vec<_> =
        records.iter().map(|record| record.event.change.version.to_key()).collect();
    let time = "t:2026-06-12 15:52:10";
    assert_eq!(versions, [format!("{time}|c"), format!("{time}~b"), format!("{time}~a")]);
    Ok(())
}

/// `Journal::append`: an end of which nobody says when it was is the one that was told or is next.
pub async fn an_end_without_a_time_is_the_one_beside_it(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let gone = |looked_for_at| {
        let mut event = read("1", "", at(looked_for_at));
        event.change.version = Version::Gone(looked_for_at);
        event.change.kind = ChangeKind::Deleted;
        event
    };
    let ended = |revision: &str| {
        let mut event = read("1", revision, at(5));
        event.change.kind = ChangeKind::Deleted;
        event
    };
    for (event, duplicates) in [
        (gone(10), 0),
        (gone(11), 1),
        (ended("deleted 5"), 1),
        (read("1", "back", at(12)), 0),
        (ended("deleted 13"), 0),
        (gone(14), 1),
        (ended("deleted 15"), 0),
        (read("1", "back again", at(16)), 0),
        (gone(17), 0),
    ] {
        let what = format!("{:?}", event.change.version);
        let appended = append(store, finding(instance, vec![event])).await?;
        assert_eq!(appended.duplicates, duplicates, "{what}");
    }
    Ok(())
}

/// `Journal::append`: a finding that repeats itself.
pub async fn duplicates_within_one_finding_are_dropped(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let repeating = vec![
        noticed("1", "a", at(10)),
        noticed("1", "a", at(10)),
        read("1", "5", later(500)),
        noticed("2", "a", at(10)),
    ];
    let appended = append(store, finding(instance, repeating)).await?;
    assert_eq!(appended.duplicates, 2);
    assert_eq!(objects(&events(store, organization).await?), ["2", "1"]);
    Ok(())
}

/// `Journal::append`: a batch that repeats itself.
pub async fn duplicates_within_one_batch_are_dropped(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let told = |events| append_of(vec![finding(instance, events)]);
    let batch = vec![
        told(vec![noticed("1", "a", at(10))]),
        told(vec![noticed("1", "a", at(10))]),
        told(vec![read("1", "5", at(10)), noticed("1", "b", at(10))]),
    ];
    let appended = store.append(batch).await?;
    let duplicates: Vec<_> = appended.iter().map(|appended| appended.duplicates).collect();
    assert_eq!(duplicates, [0, 1, 1]);
    assert_eq!(events(store, organization).await?.records.len(), 2);
    Ok(())
}

/// Notifications are made of new changes only.
pub async fn duplicates_take_no_room_in_a_notification(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    append(store, finding(instance, changes(1, 2))).await?;
    let two_known = Finding { events_per_notification_max: 2, ..finding(instance, changes(0, 5)) };
    let appended = append(store, two_known).await?;
    let sent = appended.notifications.iter().map(|notification| {
        let events = notification.events.iter();
        events.map(|event| event.change.object_id.as_str()).collect::<Vec<_>>()
    });
    assert_eq!(sent.collect::<Vec<_>>(), [vec!["0", "3"], vec!["4"]]);
    assert_eq!(appended.duplicates, 2);

    let again = append(store, finding(instance, changes(0, 5))).await?;
    assert_eq!((again.notifications.len(), again.duplicates), (0, 5), "nothing new, nothing sent");
    Ok(())
}

/// `Journal::append`: what a change is known by.
pub async fn the_same_change_of_another_instance_resource_or_object_is_new(
    store: &impl Store,
) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let second = store.create_instance(new_instance(organization, "second")).await?.id;
    let change = || noticed("1", "a", at(10));
    append(store, finding(instance, vec![change()])).await?;
    let mut bill = change();
    bill.change.resource = Arc::from("bills");
    for (instance, event) in [
        (second, change()),
        (instance, bill),
        (instance, noticed("2", "a", at(10))),
        (second, read("2", "5", at(10))),
    ] {
        let appended = append(store, finding(instance, vec![event.clone()])).await?;
        assert_eq!(appended.duplicates, 0, "{event:?}");
    }
    Ok(())
}
