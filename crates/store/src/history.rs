//! The history of instances: what people should know, a bounded list each.

use async_trait::async_trait;
use ledgerhook_model::{HistoryKind, InstanceId, Moment, OrganizationId};

use crate::StoreError;

/// An entry to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHistoryEntry {
    /// Whose history.
    pub instance: InstanceId,
    /// When it happened.
    pub at: Moment,
    /// What it tells.
    pub kind: HistoryKind,
    /// In words for people.
    pub text: String,
    /// What is told once only: an instance's history has no two entries with the same text here.
    pub once: Option<String>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its place: later entries have higher ones.
    pub place: i64,
    /// When it happened.
    pub at: Moment,
    /// What it tells.
    pub kind: HistoryKind,
    /// In words for people.
    pub text: String,
}

/// Histories.
#[async_trait]
pub trait History {
    /// Adds an entry, and drops the oldest of its instance beyond
    /// [`HISTORY_ENTRIES_MAX`](ledgerhook_model::limits::HISTORY_ENTRIES_MAX). False, and nothing
    /// added, when the instance does not exist or has been told [`NewHistoryEntry::once`] already.
    async fn add_history(&self, entry: NewHistoryEntry) -> Result<bool, StoreError>;
    /// Whether an instance's history has an entry with that [`NewHistoryEntry::once`].
    async fn has_history(&self, instance: InstanceId, once: String) -> Result<bool, StoreError>;
    /// The entries of an instance of an organisation before a place, newest first.
    async fn history(
        &self,
        organization: OrganizationId,
        instance: InstanceId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, StoreError>;
}
