//! Deliveries: notifications on their way.

use async_trait::async_trait;
use ledgerhook_model::delivery::{DeliveryStatus, NextStep};
use ledgerhook_model::{DeliveryId, InstanceId, Moment, OrganizationId};

use crate::StoreError;
use crate::journal::Notification;

/// A delivery that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingDelivery {
    /// What is to be delivered; its `delivery` is always set.
    pub notification: Notification,
    /// Attempts made so far.
    pub attempts: u32,
    /// Not to be tried before this.
    pub due_at: Moment,
}

/// The outcome of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// The attempt's number, 1 for the first.
    pub attempt: u32,
    /// What happened, in short: `status 503`, `timeout`.
    pub outcome: String,
    /// When it ended.
    pub at: Moment,
    /// What follows.
    pub step: NextStep,
}

/// A delivery as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its id, also the notification's.
    pub id: DeliveryId,
    /// Whose books.
    pub instance: InstanceId,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Attempts made so far.
    pub attempts: u32,
    /// When it was made.
    pub created_at: Moment,
    /// When the last attempt ended.
    pub attempted_at: Option<Moment>,
    /// Not tried again before this, while pending.
    pub due_at: Moment,
    /// What the last attempt came to.
    pub outcome: Option<String>,
    /// Why it was parked.
    pub park_reason: Option<String>,
}

/// Which deliveries of an organisation to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of this instance.
    pub instance: Option<InstanceId>,
    /// Of this status.
    pub status: Option<DeliveryStatus>,
    /// Older than this one.
    pub before: Option<DeliveryId>,
    /// At most so many.
    pub limit: usize,
}

/// How many deliveries of an instance have not arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitingDeliveries {
    /// On their way.
    pub pending: u64,
    /// Given up for now.
    pub parked: u64,
}

/// Deliveries.
#[async_trait]
pub trait Deliveries {
    /// Stores what became of attempts, all in one transaction. A record of a delivery that has
    /// ended meanwhile changes nothing.
    async fn record_attempts(&self, records: Vec<AttemptRecord>) -> Result<(), StoreError>;
    /// Instances that have pending deliveries, by id: what a starting dispatcher looks at.
    async fn instances_with_pending(&self) -> Result<Vec<InstanceId>, StoreError>;
    /// Pending deliveries of one instance after `after`, by ascending id.
    async fn pending(
        &self,
        instance: InstanceId,
        after: Option<DeliveryId>,
        limit: usize,
    ) -> Result<Vec<PendingDelivery>, StoreError>;
    /// Deliveries of an organisation.
    async fn deliveries(
        &self,
        organization: OrganizationId,
        filter: DeliveryFilter,
    ) -> Result<Vec<DeliveryRecord>, StoreError>;
    /// How many deliveries of an instance have not arrived.
    async fn waiting_deliveries(
        &self,
        instance: InstanceId,
    ) -> Result<WaitingDeliveries, StoreError>;
    /// Makes a parked delivery pending again with no attempts made, due at `at`, and returns it;
    /// `None` when the organisation has no such delivery or it is not parked.
    async fn unpark(
        &self,
        organization: OrganizationId,
        id: DeliveryId,
        at: Moment,
    ) -> Result<Option<PendingDelivery>, StoreError>;
}
