//! What an append writes.

use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::{DeliveryId, Detection, Event, EventStatus, NotificationId};

use super::Outcome;
use super::samples::{
    append, append_of, assert_exists, at, cdc_of, changes, events, finding, new_instance, objects,
    pending, polled, posted, seen, tenant,
};
use crate::Store;
use crate::journal::{Append, Appended, Finding, NewEvent};

/// `Appended` and `Notification`.
pub async fn an_append_returns_what_it_wrote(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let new = changes(0, 2);
    let mut batch = append_of(vec![finding(instance, new.clone())]);
    batch.notice = Some(posted("{}"));
    let appended = store.append(vec![batch, Append::default()]).await?;

    let [Appended { notice: Some(notice), notifications, duplicates: 0 }, nothing] = &appended[..]
    else {
        panic!("{appended:?}");
    };
    assert_eq!(*nothing, Appended::default());
    let [notification] = &notifications[..] else {
        panic!("{notifications:?}");
    };
    assert_eq!(notification.delivery, Some(DeliveryId(notification.id.0)));
    assert_eq!((notification.instance, notification.created_at), (instance, seen()));
    let written = new.into_iter().map(|NewEvent { id, change }| Event {
        id,
        instance,
        notification: notification.id,
        notice: Some(*notice),
        change,
        detection: Detection::Webhook,
        seen_at: seen(),
    });
    assert_eq!(notification.events, written.collect::<Vec<_>>());
    Ok(())
}

/// `Finding::events_per_notification_max`.
pub async fn new_changes_are_cut_into_notifications_in_order(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let seven = Finding { events_per_notification_max: 3, ..finding(instance, changes(0, 7)) };
    let two = finding(instance, changes(7, 2));
    let appended = store.append(vec![append_of(vec![seven, two])]).await?;

    let notifications: Vec<_> = appended.iter().flat_map(|a| &a.notifications).collect();
    let sizes: Vec<_> = notifications.iter().map(|n| n.events.len()).collect();
    assert_eq!(sizes, [3, 3, 1, 2], "findings do not share a notification");
    assert!(notifications.is_sorted_by_key(|n| n.id) && all_differ(&notifications));
    let sent = notifications.iter().flat_map(|n| &n.events);
    let sent: Vec<_> = sent.map(|event| event.change.object_id.as_str()).collect();
    assert_eq!(sent, ["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    for notification in &notifications {
        assert!(notification.events.iter().all(|event| event.notification == notification.id));
    }
    assert_eq!(events(store, organization).await?.records.len(), 9);
    Ok(())
}

fn all_differ(notifications: &[&crate::journal::Notification]) -> bool {
    let mut ids: Vec<_> = notifications.iter().map(|notification| notification.id).collect();
    ids.dedup();
    ids.len() == notifications.len()
}

/// `Finding::deliver`.
pub async fn what_is_not_delivered_is_kept_for_reading(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let kept = Finding { deliver: false, ..finding(instance, changes(0, 2)) };
    let appended = append(store, kept).await?;
    let deliveries: Vec<_> = appended.notifications.iter().map(|n| n.delivery).collect();
    assert_eq!(deliveries, [None]);
    assert_eq!(pending(store, instance).await?, []);
    assert_eq!(store.instances_with_pending().await?, []);
    let page = events(store, organization).await?;
    assert_eq!(objects(&page), ["1", "0"]);
    assert!(page.records.iter().all(|record| record.status == EventStatus::Received));

    let next = append(store, finding(instance, changes(2, 1))).await?;
    assert!(ids(&next) > ids(&appended), "both count in one row of numbers");
    Ok(())
}

fn ids(appended: &Appended) -> Vec<NotificationId> {
    appended.notifications.iter().map(|notification| notification.id).collect()
}

/// Notices and notifications are numbered in the order of their writing.
pub async fn ids_grow_from_append_to_append(store: &impl Store) -> Outcome {
    let (_, instance) = tenant(store, "acme").await?;
    let mut appended = Vec::new();
    for object in 0..3 {
        let mut batch = append_of(vec![finding(instance, changes(object, 1))]);
        batch.notice = Some(posted("{}"));
        appended.extend(store.append(vec![batch]).await?);
    }
    assert!(appended.is_sorted_by(|a, b| a.notice < b.notice && ids(a) < ids(b)), "{appended:?}");
    Ok(())
}

/// A notice that told of nothing is on disk all the same.
pub async fn a_notice_without_findings_is_kept(store: &impl Store) -> Outcome {
    let told_nothing = Append { notice: Some(posted("?")), ..Append::default() };
    let appended = store.append(vec![told_nothing]).await?;
    let notices: Vec<_> = appended.iter().filter_map(|appended| appended.notice).collect();
    assert_eq!(notices.len(), 1);
    assert_eq!(store.trim(seen(), 10).await?, 0);
    assert_eq!(store.trim(at(1_001), 10).await?, 1, "it was kept");
    Ok(())
}

/// `Journal::append`: an instance that is gone.
pub async fn an_append_for_a_deleted_instance_keeps_the_notice_only(store: &impl Store) -> Outcome {
    let (organization, gone) = tenant(store, "acme").await?;
    let present = store.create_instance(new_instance(organization, "present")).await?.id;
    store.delete_instance(organization, gone).await?;
    let cursor = polled(gone, 1, 1);
    let batch = Append {
        notice: Some(posted("{}")),
        findings: vec![finding(gone, changes(0, 1)), finding(present, changes(1, 1))],
        cursor: Some(cursor),
    };
    let appended = store.append(vec![batch]).await?;

    assert!(appended.iter().all(|appended| appended.notice.is_some()));
    assert_eq!(appended.iter().map(|appended| appended.duplicates).sum::<u32>(), 0);
    assert_eq!(objects(&events(store, organization).await?), ["1"], "only the other one's");
    assert_eq!(store.poll_states().await?, []);
    assert_eq!(store.instances_with_pending().await?, [present]);
    Ok(())
}

/// `Journal::append` is one transaction: the last of three appends cannot be written here.
pub async fn a_batch_is_written_whole_or_not_at_all(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    store.start_poll(cdc_of(instance), Cursor::baseline(at(0))).await?;
    let first = changes(0, 1);
    append(store, finding(instance, first.clone())).await?;

    let cursor = polled(instance, 9, 9);
    let good = Append {
        notice: Some(posted("{}")),
        findings: vec![finding(instance, changes(1, 1))],
        cursor: Some(cursor),
    };
    let mut id_taken = changes(2, 2);
    for (new, old) in id_taken.iter_mut().skip(1).zip(&first) {
        new.id = old.id;
    }
    let bad = append_of(vec![finding(instance, id_taken)]);
    assert_exists(store.append(vec![good.clone(), bad, good.clone()]).await);

    assert_eq!(objects(&events(store, organization).await?), ["0"]);
    assert_eq!(pending(store, instance).await?.len(), 1);
    let poll = store.poll_state(cdc_of(instance)).await?;
    assert_eq!(poll.map(|poll| poll.cursor), Some(Cursor::baseline(at(0))));
    assert_eq!(store.trim(at(1_001), 10).await?, 0, "no notice was kept");

    let appended = store.append(vec![good]).await?;
    assert_eq!(appended.iter().map(|appended| appended.duplicates).sum::<u32>(), 0);
    assert_eq!(objects(&events(store, organization).await?), ["1", "0"], "and it goes on");
    Ok(())
}

/// `CursorAdvance`, also for an instance whose poll was not started.
pub async fn a_cursor_is_stored_with_what_it_covers(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let cursor = polled(instance, 5, 6);
    let mut append = append_of(vec![finding(instance, changes(0, 1))]);
    append.cursor = Some(cursor.clone());
    store.append(vec![append]).await?;
    assert_eq!(objects(&events(store, organization).await?), ["0"]);
    let poll = store.poll_state(cdc_of(instance)).await?;
    assert_eq!(poll.map(|p| (p.cursor, p.polled_at)), Some((cursor.cursor, Some(at(6)))));
    Ok(())
}
