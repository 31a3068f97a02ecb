//! Histories in memory.

use async_trait::async_trait;
use ledgerhook_model::limits::HISTORY_ENTRIES_MAX;
use ledgerhook_model::{InstanceId, OrganizationId};

use super::{MemoryStore, next};
use crate::StoreError;
use crate::history::{History, HistoryEntry, NewHistoryEntry};

#[derive(Debug)]
pub(super) struct HistoryRow {
    entry: HistoryEntry,
    once: Option<String>,
}

#[async_trait]
impl History for MemoryStore {
    async fn add_history(&self, new: NewHistoryEntry) -> Result<bool, StoreError> {
        let mut state = self.state();
        let NewHistoryEntry { instance, at, kind, text, once } = new;
        let rows = state.histories.get(&instance);
        let was_told =
            once.is_some() && rows.is_some_and(|rows| rows.iter().any(|row| row.once == once));
        if was_told || !state.instances.contains_key(&instance) {
            return Ok(false);
        }
        let place = next(&mut state.last_ids.history);
        let rows = state.histories.entry(instance).or_default();
        rows.push_back(HistoryRow { entry: HistoryEntry { place, at, kind, text }, once });
        if rows.len() > HISTORY_ENTRIES_MAX {
            rows.pop_front();
        }
        Ok(true)
    }

    async fn has_history(&self, instance: InstanceId, once: String) -> Result<bool, StoreError> {
        let state = self.state();
        let rows = state.histories.get(&instance);
        Ok(rows.is_some_and(|rows| rows.iter().any(|row| row.once.as_ref() == Some(&once))))
    }

    async fn history(
        &self,
        organization: OrganizationId,
        instance: InstanceId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let state = self.state();
        let owner = state.instances.get(&instance).map(|instance| instance.organization);
        let rows = state.histories.get(&instance).filter(|_| owner == Some(organization));
        let newest_first = rows.into_iter().flatten().rev().map(|row| &row.entry);
        let fitting = newest_first.filter(|entry| before.is_none_or(|before| entry.place < before));
        Ok(fitting.take(limit).cloned().collect())
    }
}
