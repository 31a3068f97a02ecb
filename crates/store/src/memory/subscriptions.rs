//! Subscriptions in memory.

use async_trait::async_trait;
use ledgerhook_model::InstanceId;

use super::MemoryStore;
use crate::StoreError;
use crate::subscriptions::{Subscription, Subscriptions};

#[async_trait]
impl Subscriptions for MemoryStore {
    async fn put_subscription(&self, subscription: Subscription) -> Result<bool, StoreError> {
        let mut state = self.state();
        if !state.instances.contains_key(&subscription.instance) {
            return Ok(false);
        }
        let key = (subscription.instance, subscription.topic.clone());
        state.subscriptions.insert(key, subscription);
        Ok(true)
    }

    async fn all_subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        Ok(self.state().subscriptions.values().cloned().collect())
    }

    async fn delete_subscription(
        &self,
        instance: InstanceId,
        topic: String,
    ) -> Result<bool, StoreError> {
        Ok(self.state().subscriptions.remove(&(instance, topic)).is_some())
    }
}
