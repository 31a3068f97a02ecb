//! Poll states in memory.

use async_trait::async_trait;
use ledgerhook_model::cursor::Cursor;

use super::MemoryStore;
use crate::StoreError;
use crate::polls::{PollId, PollState, Polls};

#[async_trait]
impl Polls for MemoryStore {
    async fn start_poll(&self, id: PollId, cursor: Cursor) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.instances.contains_key(&id.instance) {
            state.polls.entry(id.clone()).or_insert(PollState {
                id,
                cursor,
                polled_at: None,
                failures: 0,
                last_error: None,
            });
        }
        Ok(())
    }

    async fn poll_state(&self, id: PollId) -> Result<Option<PollState>, StoreError> {
        Ok(self.state().polls.get(&id).cloned())
    }

    async fn poll_states(&self) -> Result<Vec<PollState>, StoreError> {
        Ok(self.state().polls.values().cloned().collect())
    }

    async fn record_poll_failure(&self, id: PollId, error: String) -> Result<(), StoreError> {
        if let Some(poll) = self.state().polls.get_mut(&id) {
            poll.failures = poll.failures.saturating_add(1);
            poll.last_error = Some(error);
        }
        Ok(())
    }
}
