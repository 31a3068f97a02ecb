//! Poll states in memory.

use async_trait::async_trait;
use ledgerhook_model::InstanceId;
use ledgerhook_model::cursor::Cursor;

use super::MemoryStore;
use crate::StoreError;
use crate::polls::{PollState, Polls};

#[async_trait]
impl Polls for MemoryStore {
    async fn start_poll(&self, instance: InstanceId, cursor: Cursor) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.instances.contains_key(&instance) {
            state.polls.entry(instance).or_insert(PollState {
                instance,
                cursor,
                polled_at: None,
                failures: 0,
                last_error: None,
            });
        }
        Ok(())
    }

    async fn poll_state(&self, instance: InstanceId) -> Result<Option<PollState>, StoreError> {
        Ok(self.state().polls.get(&instance).cloned())
    }

    async fn poll_states(&self) -> Result<Vec<PollState>, StoreError> {
        Ok(self.state().polls.values().cloned().collect())
    }

    async fn record_poll_failure(
        &self,
        instance: InstanceId,
        error: String,
    ) -> Result<(), StoreError> {
        if let Some(poll) = self.state().polls.get_mut(&instance) {
            poll.failures = poll.failures.saturating_add(1);
            poll.last_error = Some(error);
        }
        Ok(())
    }
}
