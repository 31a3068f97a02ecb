//! Where the polls of instances stand. A provider may have several feeds, each with its own
//! resources and its own pace; each is polled by itself.

use async_trait::async_trait;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::{InstanceId, Moment};

use crate::StoreError;

/// One feed of one instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PollId {
    /// Whose poll.
    pub instance: InstanceId,
    /// The feed's name, `cdc`.
    pub feed: String,
}

impl PollId {
    /// The poll of `feed` for `instance`.
    pub fn new(instance: InstanceId, feed: &str) -> Self {
        Self { instance, feed: feed.to_owned() }
    }
}

/// The poll of one feed of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollState {
    /// Which poll.
    pub id: PollId,
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
    /// Sets the first cursor of a poll; changes nothing when it has one or its instance does not
    /// exist.
    async fn start_poll(&self, id: PollId, cursor: Cursor) -> Result<(), StoreError>;
    /// One poll.
    async fn poll_state(&self, id: PollId) -> Result<Option<PollState>, StoreError>;
    /// All polls, by instance and feed.
    async fn poll_states(&self) -> Result<Vec<PollState>, StoreError>;
    /// Counts a failure; changes nothing when there is no such poll.
    async fn record_poll_failure(&self, id: PollId, error: String) -> Result<(), StoreError>;
}
