//! Where the polls of instances stand.

use async_trait::async_trait;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::{InstanceId, Moment};

use crate::StoreError;

/// The poll of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollState {
    /// Whose poll.
    pub instance: InstanceId,
    /// Where it stands.
    pub cursor: Cursor,
    /// When the last poll ended well.
    pub polled_at: Option<Moment>,
    /// Polls that failed since.
    pub failures: u32,
    /// Why the last one failed, in words for people.
    pub last_error: Option<String>,
}

/// Poll states. A cursor advances only through `Journal::append`, with what it covers.
#[async_trait]
pub trait Polls {
    /// Sets the first cursor of an instance; changes nothing when it has one or does not exist.
    async fn start_poll(&self, instance: InstanceId, cursor: Cursor) -> Result<(), StoreError>;
    /// The poll of one instance.
    async fn poll_state(&self, instance: InstanceId) -> Result<Option<PollState>, StoreError>;
    /// All polls, by instance.
    async fn poll_states(&self) -> Result<Vec<PollState>, StoreError>;
    /// Counts a failure; changes nothing when the instance has no poll.
    async fn record_poll_failure(
        &self,
        instance: InstanceId,
        error: String,
    ) -> Result<(), StoreError>;
}
