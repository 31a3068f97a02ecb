//! Poll states in memory.

use async_trait::async_trait;
use ledgerhook_model::InstanceId;
use ledgerhook_model::cursor::Cursor;

use super::MemoryStore;
use crate::StoreError;
use crate::polls::{PollId, PollState, PollingPause, Polls};

#[async_trait]
impl Polls for MemoryStore {
    async fn start_poll(&self, id: PollId, cursor: Cursor) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.instances.contains_key(&id.instance) {
            state.polls.entry(id.clone()).or_insert(PollState {
                id,
                cursor,
                polled_at: None,
                found_at: None,
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

    async fn polls_of(&self, instance: InstanceId) -> Result<Vec<PollState>, StoreError> {
        let state = self.state();
        let own = state.polls.values().filter(|poll| poll.id.instance == instance);
        Ok(own.cloned().collect())
    }

    async fn record_poll_failure(&self, id: PollId, error: String) -> Result<u32, StoreError> {
        let mut state = self.state();
        let Some(poll) = state.polls.get_mut(&id) else { return Ok(0) };
        poll.failures = poll.failures.saturating_add(1);
        poll.last_error = Some(error);
        Ok(poll.failures)
    }

    async fn pause_polling(&self, pause: PollingPause) -> Result<bool, StoreError> {
        let mut state = self.state();
        let instance = pause.poll.instance;
        let may = state.instances.contains_key(&instance) && !state.pauses.contains_key(&instance);
        if may {
            state.pauses.insert(instance, pause);
        }
        Ok(may)
    }

    async fn resume_polling(&self, instance: InstanceId) -> Result<bool, StoreError> {
        let mut state = self.state();
        let was_paused = state.pauses.remove(&instance).is_some();
        if was_paused {
            let own = state.polls.values_mut().filter(|poll| poll.id.instance == instance);
            own.for_each(|poll| poll.failures = 0);
        }
        Ok(was_paused)
    }

    async fn polling_pauses(&self) -> Result<Vec<PollingPause>, StoreError> {
        Ok(self.state().pauses.values().cloned().collect())
    }
}
