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
    /// When a poll found a change last.
    pub found_at: Option<Moment>,
    /// Polls that failed since, or since polling was resumed.
    pub failures: u32,
    /// Why the last one failed, in words for people.
    pub last_error: Option<String>,
}

/// That nothing of an instance is polled until somebody resumes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollingPause {
    /// Whose polls, and the feed whose failures are the reason.
    pub poll: PollId,
    /// Since when.
    pub since: Moment,
    /// Why, in words for people.
    pub reason: String,
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
    /// The polls of one instance, by feed.
    async fn polls_of(&self, instance: InstanceId) -> Result<Vec<PollState>, StoreError>;
    /// Counts a failure and returns how many there are now; 0, and nothing changed, when there is
    /// no such poll.
    async fn record_poll_failure(&self, id: PollId, error: String) -> Result<u32, StoreError>;
    /// Pauses the polls of an instance; false when they are paused already, or it does not exist.
    async fn pause_polling(&self, pause: PollingPause) -> Result<bool, StoreError>;
    /// Ends a pause, and counts the failures of all the instance's polls from 0 again; false, and
    /// nothing changed, when there is no pause.
    async fn resume_polling(&self, instance: InstanceId) -> Result<bool, StoreError>;
    /// All pauses, by instance.
    async fn polling_pauses(&self) -> Result<Vec<PollingPause>, StoreError>;
}
