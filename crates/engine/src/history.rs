//! Writing into the histories of instances. Nothing waits for it and nothing fails with it: a
//! history tells of what happened and decides nothing.

use ledgerhook_model::limits::HISTORY_TEXT_CHARS_MAX;
use ledgerhook_model::{HistoryKind, InstanceId};
use ledgerhook_store::history::NewHistoryEntry;

use crate::base::Base;

/// Adds an entry.
pub(crate) async fn tell(base: &Base, instance: InstanceId, kind: HistoryKind, text: String) {
    add(base, instance, kind, text, None).await;
}

/// Adds an entry that the instance's history has no more than once with that `once`.
pub(crate) async fn tell_once(
    base: &Base,
    instance: InstanceId,
    kind: HistoryKind,
    text: String,
    once: String,
) {
    add(base, instance, kind, text, Some(once)).await;
}

async fn add(
    base: &Base,
    instance: InstanceId,
    kind: HistoryKind,
    text: String,
    once: Option<String>,
) {
    let text = text.chars().take(HISTORY_TEXT_CHARS_MAX).collect();
    let entry = NewHistoryEntry { instance, at: base.clock.now(), kind, text, once };
    if let Err(error) = base.store.add_history(entry).await {
        tracing::warn!(%instance, %kind, %error, "an entry of a history could not be stored");
    }
}
