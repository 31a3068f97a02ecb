//! Metered reads: what providers were asked, by instance and calendar month in UTC.

use async_trait::async_trait;
use ledgerhook_model::{AppId, InstanceId, Moment, Month, ReadMark};

use crate::StoreError;

/// The reads of one instance in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadCount {
    /// When.
    pub month: Month,
    /// For whom. The count outlives the instance: what was read was read.
    pub instance: InstanceId,
    /// On whose account: the app that the instance belonged to, when it belonged to one.
    pub app: Option<AppId>,
    /// How many.
    pub reads: i64,
}

/// That something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarkedReads {
    /// Of which app.
    pub app: AppId,
    /// Of which month.
    pub month: Month,
    /// What.
    pub mark: ReadMark,
    /// When it was said first.
    pub at: Moment,
}

/// Metered reads.
#[async_trait]
pub trait Reads {
    /// Adds to the counts, all in one transaction.
    async fn add_reads(&self, counts: Vec<ReadCount>) -> Result<(), StoreError>;
    /// The counts of a month, by instance and app (none first).
    async fn reads_of_month(&self, month: Month) -> Result<Vec<ReadCount>, StoreError>;
    /// Stores a mark; false, and nothing stored, when the app has that one in that month already.
    async fn mark_reads(&self, mark: MarkedReads) -> Result<bool, StoreError>;
    /// The marks of a month, by app and mark.
    async fn read_marks(&self, month: Month) -> Result<Vec<MarkedReads>, StoreError>;
}
