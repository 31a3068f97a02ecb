//! Instances in memory.

use async_trait::async_trait;
use ledgerhook_model::delivery::{DeliveryStatus, ParkReason};
use ledgerhook_model::{InstanceId, OrganizationId};

use super::{MemoryStore, State, next};
use crate::StoreError;
use crate::instances::{Instance, InstanceFilter, Instances};

#[async_trait]
impl Instances for MemoryStore {
    async fn create_instance(&self, new: Instance) -> Result<Instance, StoreError> {
        let mut state = self.state();
        let id = InstanceId(next(&mut state.last_ids.instance));
        let instance = Instance { id, ..new };
        state.instances.insert(id, instance.clone());
        Ok(instance)
    }

    async fn update_instance(&self, instance: Instance) -> Result<bool, StoreError> {
        let mut state = self.state();
        let exists = state.instance(instance.organization, instance.id).is_some();
        if exists {
            state.instances.insert(instance.id, instance);
        }
        Ok(exists)
    }

    async fn delete_instance(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        if state.instance(organization, id).is_none() {
            return Ok(false);
        }
        state.instances.remove(&id);
        state.grants.remove(&id);
        state.polls.retain(|poll, _| poll.instance != id);
        state.pauses.remove(&id);
        state.histories.remove(&id);
        state.subscriptions.retain(|(instance, _), _| *instance != id);
        for row in state.deliveries.values_mut() {
            if row.record.instance == id && row.record.status == DeliveryStatus::Pending {
                row.record.status = DeliveryStatus::Parked;
                row.record.park_reason = Some(ParkReason::NoCallback.as_str().to_owned());
            }
        }
        Ok(true)
    }

    async fn instance(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<Option<Instance>, StoreError> {
        Ok(self.state().instance(organization, id).cloned())
    }

    async fn instances(
        &self,
        organization: OrganizationId,
        filter: InstanceFilter,
    ) -> Result<Vec<Instance>, StoreError> {
        let state = self.state();
        let fitting = state.instances.values().filter(|instance| {
            instance.organization == organization
                && filter.after.is_none_or(|after| instance.id > after)
                && filter.admits(instance)
        });
        Ok(fitting.take(filter.limit).cloned().collect())
    }

    async fn all_instances(&self) -> Result<Vec<Instance>, StoreError> {
        Ok(self.state().instances.values().cloned().collect())
    }
}

impl State {
    fn instance(&self, organization: OrganizationId, id: InstanceId) -> Option<&Instance> {
        let instance = self.instances.get(&id)?;
        (instance.organization == organization).then_some(instance)
    }
}
