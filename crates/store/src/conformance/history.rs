//! Histories of instances.

use ledgerhook_model::limits::HISTORY_ENTRIES_MAX;
use ledgerhook_model::{HistoryKind, InstanceId, OrganizationId};

use super::Outcome;
use super::samples::{at, new_instance, tenant};
use crate::history::{HistoryEntry, NewHistoryEntry};
use crate::{Store, StoreError};

fn note(instance: InstanceId, text: &str) -> NewHistoryEntry {
    let (at, kind, text) = (at(1), HistoryKind::PollNote, text.to_owned());
    NewHistoryEntry { instance, at, kind, text, once: None }
}

async fn texts(
    store: &impl Store,
    organization: OrganizationId,
    instance: InstanceId,
) -> Result<Vec<String>, StoreError> {
    let entries = store.history(organization, instance, None, usize::MAX).await?;
    Ok(entries.into_iter().map(|entry| entry.text).collect())
}

/// `History::history`.
pub async fn a_history_reads_back_newest_first_and_in_pages(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let other = store.create_instance(new_instance(organization, "other")).await?.id;
    assert_eq!(texts(store, organization, instance).await?, [""; 0]);
    for kind in HistoryKind::ALL {
        let entry = NewHistoryEntry { kind: *kind, ..note(instance, kind.as_str()) };
        assert!(store.add_history(entry).await?);
        assert!(store.add_history(note(other, "another's")).await?);
    }
    let all = store.history(organization, instance, None, 100).await?;
    let kinds: Vec<_> = all.iter().rev().map(|entry| entry.kind).collect();
    assert_eq!(kinds, HistoryKind::ALL);
    let HistoryEntry { place, at: when, text, .. } = &all[2];
    assert_eq!((when, text.as_str()), (&at(1), all[2].kind.as_str()));
    let rest = store.history(organization, instance, Some(*place), 2).await?;
    assert_eq!(rest, all[3..5]);
    Ok(())
}

/// The oldest go first.
pub async fn a_history_is_bounded(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let other = store.create_instance(new_instance(organization, "other")).await?.id;
    store.add_history(note(other, "kept")).await?;
    for number in 0..HISTORY_ENTRIES_MAX + 3 {
        store.add_history(note(instance, &number.to_string())).await?;
    }
    let texts_left = texts(store, organization, instance).await?;
    assert_eq!(texts_left.len(), HISTORY_ENTRIES_MAX);
    assert_eq!(texts_left.last().map(String::as_str), Some("3"));
    assert_eq!(texts(store, organization, other).await?, ["kept"]);
    Ok(())
}

/// `NewHistoryEntry::once`.
pub async fn what_is_told_once_is_not_told_again(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let other = store.create_instance(new_instance(organization, "other")).await?.id;
    let once = |instance, text: &str, once: &str| NewHistoryEntry {
        once: Some(once.to_owned()),
        ..note(instance, text)
    };
    assert!(!store.has_history(instance, "lapse 1".to_owned()).await?);
    assert!(store.add_history(once(instance, "first", "lapse 1")).await?);
    assert!(store.has_history(instance, "lapse 1".to_owned()).await?);
    assert!(!store.has_history(other, "lapse 1".to_owned()).await?);
    assert!(!store.add_history(once(instance, "again", "lapse 1")).await?);
    assert!(store.add_history(once(instance, "second", "lapse 2")).await?);
    assert!(store.add_history(once(other, "other", "lapse 1")).await?);
    assert_eq!(texts(store, organization, instance).await?, ["second", "first"]);
    Ok(())
}

/// The wall between organisations, and what is gone.
pub async fn a_history_belongs_to_its_instance_and_organization(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let (another, _) = tenant(store, "other").await?;
    store.add_history(note(instance, "mine")).await?;
    assert_eq!(texts(store, another, instance).await?, [""; 0]);
    assert!(!store.add_history(note(InstanceId(instance.0 + 100), "nobody's")).await?);
    store.delete_instance(organization, instance).await?;
    assert_eq!(texts(store, organization, instance).await?, [""; 0]);
    assert!(!store.add_history(note(instance, "late")).await?);
    Ok(())
}
