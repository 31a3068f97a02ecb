//! Deliveries in memory.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use ledgerhook_model::delivery::{DeliveryStatus, NextStep};
use ledgerhook_model::{DeliveryId, InstanceId, Moment, NotificationId, OrganizationId};

use super::{MemoryStore, State};
use crate::StoreError;
use crate::deliveries::{
    AttemptRecord, Deliveries, DeliveryFilter, DeliveryRecord, PendingDelivery, WaitingDeliveries,
};
use crate::journal::Notification;

#[derive(Debug)]
pub(super) struct DeliveryRow {
    pub(super) organization: OrganizationId,
    pub(super) record: DeliveryRecord,
    /// The places of its events in the journal; one append writes them side by side.
    pub(super) places: RangeInclusive<i64>,
}

#[async_trait]
impl Deliveries for MemoryStore {
    async fn record_attempts(&self, records: Vec<AttemptRecord>) -> Result<(), StoreError> {
        let mut state = self.state();
        for record in records {
            let row = state.deliveries.get_mut(&record.delivery);
            if let Some(row) = row.filter(|row| row.is_pending()) {
                row.take_over(record);
            }
        }
        Ok(())
    }

    async fn instances_with_pending(&self) -> Result<Vec<InstanceId>, StoreError> {
        let state = self.state();
        let pending = state.deliveries.values().filter(|row| row.is_pending());
        let mut instances: Vec<_> = pending.map(|row| row.record.instance).collect();
        instances.sort_unstable();
        instances.dedup();
        Ok(instances)
    }

    async fn pending(
        &self,
        instance: InstanceId,
        after: Option<DeliveryId>,
        limit: usize,
    ) -> Result<Vec<PendingDelivery>, StoreError> {
        let state = self.state();
        let fitting = state.deliveries.values().filter(|row| {
            row.record.instance == instance
                && row.is_pending()
                && after.is_none_or(|after| row.record.id > after)
        });
        Ok(fitting.take(limit).map(|row| state.pending_delivery(row)).collect())
    }

    async fn deliveries(
        &self,
        organization: OrganizationId,
        filter: DeliveryFilter,
    ) -> Result<Vec<DeliveryRecord>, StoreError> {
        let state = self.state();
        let newest_first = state.deliveries.values().rev();
        let fitting = newest_first.filter(|DeliveryRow { organization: owner, record, .. }| {
            *owner == organization
                && filter.instance.is_none_or(|instance| record.instance == instance)
                && filter.status.is_none_or(|status| record.status == status)
                && filter.before.is_none_or(|before| record.id < before)
        });
        Ok(fitting.take(filter.limit).map(|row| row.record.clone()).collect())
    }

    async fn waiting_deliveries(
        &self,
        instance: InstanceId,
    ) -> Result<WaitingDeliveries, StoreError> {
        let state = self.state();
        let mut waiting = WaitingDeliveries::default();
        for row in state.deliveries.values().filter(|row| row.record.instance == instance) {
            match row.record.status {
                DeliveryStatus::Pending => waiting.pending += 1,
                DeliveryStatus::Parked => waiting.parked += 1,
                DeliveryStatus::Delivered => {}
            }
        }
        Ok(waiting)
    }

    async fn unpark(
        &self,
        organization: OrganizationId,
        id: DeliveryId,
        at: Moment,
    ) -> Result<Option<PendingDelivery>, StoreError> {
        let mut state = self.state();
        let row = state.deliveries.get_mut(&id);
        let Some(row) = row.filter(|row| {
            row.organization == organization && row.record.status == DeliveryStatus::Parked
        }) else {
            return Ok(None);
        };
        row.record.status = DeliveryStatus::Pending;
        row.record.attempts = 0;
        row.record.due_at = at;
        row.record.park_reason = None;
        let row = state.deliveries.get(&id);
        Ok(row.map(|row| state.pending_delivery(row)))
    }
}

impl DeliveryRow {
    fn is_pending(&self) -> bool {
        self.record.status == DeliveryStatus::Pending
    }

    fn take_over(&mut self, attempt: AttemptRecord) {
        self.record.attempts = attempt.attempt;
        self.record.attempted_at = Some(attempt.at);
        self.record.outcome = Some(attempt.outcome);
        match attempt.step {
            NextStep::Done => self.record.status = DeliveryStatus::Delivered,
            NextStep::Retry { at } => self.record.due_at = at,
            NextStep::Park { reason } => {
                self.record.status = DeliveryStatus::Parked;
                self.record.park_reason = Some(reason.as_str().to_owned());
            }
        }
    }
}

impl State {
    fn pending_delivery(&self, row: &DeliveryRow) -> PendingDelivery {
        PendingDelivery {
            notification: Notification {
                id: NotificationId(row.record.id.0),
                delivery: Some(row.record.id),
                instance: row.record.instance,
                created_at: row.record.created_at,
                events: self.journal.events_at(row.places.clone()),
            },
            attempts: row.record.attempts,
            due_at: row.record.due_at,
        }
    }
}
