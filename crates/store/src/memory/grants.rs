//! Grants in memory.

use async_trait::async_trait;
use ledgerhook_model::InstanceId;

use super::MemoryStore;
use crate::StoreError;
use crate::grants::{Grants, StoredGrant};

#[async_trait]
impl Grants for MemoryStore {
    async fn grant(&self, instance: InstanceId) -> Result<Option<StoredGrant>, StoreError> {
        Ok(self.state().grants.get(&instance).cloned())
    }

    async fn store_grant(
        &self,
        instance: InstanceId,
        grant: StoredGrant,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let stored = state.grants.get(&instance);
        let generation = stored.map_or(0, |stored| stored.generation);
        let fits = generation == grant.generation - 1 && state.instances.contains_key(&instance);
        if fits {
            state.grants.insert(instance, grant);
        }
        Ok(fits)
    }

    async fn refuse_grant(
        &self,
        instance: InstanceId,
        generation: i64,
        reason: String,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let stored = state.grants.get_mut(&instance);
        let Some(stored) = stored.filter(|stored| stored.generation == generation) else {
            return Ok(false);
        };
        stored.needs_reauthentication = Some(reason);
        Ok(true)
    }

    async fn refused_grants(&self) -> Result<Vec<InstanceId>, StoreError> {
        let state = self.state();
        let refused =
            state.grants.iter().filter(|(_, grant)| grant.needs_reauthentication.is_some());
        Ok(refused.map(|(instance, _)| *instance).collect())
    }
}
