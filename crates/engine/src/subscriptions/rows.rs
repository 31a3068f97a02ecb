//! The rows of all subscriptions in memory. The store is the truth; every change goes there first.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledgerhook_model::{InstanceId, SecretHash};
use ledgerhook_store::subscriptions::Subscription;
use ledgerhook_store::{Store, StoreError};

/// An instance, and a topic.
pub(super) type Key = (InstanceId, String);

/// All subscriptions.
#[derive(Debug)]
pub(super) struct Rows {
    store: Arc<dyn Store>,
    maps: Mutex<Maps>,
    /// One change at a time: a row is read, changed and written.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Maps {
    by_key: BTreeMap<Key, Subscription>,
    by_token: HashMap<SecretHash, Key>,
}

impl Maps {
    fn put(&mut self, row: Subscription) {
        let key = (row.instance, row.topic.clone());
        self.remove(&key);
        self.by_token.insert(row.token_hash, key.clone());
        self.by_key.insert(key, row);
    }

    fn remove(&mut self, key: &Key) -> Option<Subscription> {
        let row = self.by_key.remove(key)?;
        self.by_token.remove(&row.token_hash);
        Some(row)
    }
}

impl Rows {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, maps: Mutex::default(), writing: tokio::sync::Mutex::default() }
    }

    pub(super) async fn load(&self) -> Result<(), StoreError> {
        let rows = self.store.all_subscriptions().await?;
        let mut maps = self.maps();
        rows.into_iter().for_each(|row| maps.put(row));
        Ok(())
    }

    pub(super) fn by_token(&self, token: SecretHash) -> Option<Subscription> {
        let maps = self.maps();
        maps.by_key.get(maps.by_token.get(&token)?).cloned()
    }

    pub(super) fn get(&self, key: &Key) -> Option<Subscription> {
        self.maps().by_key.get(key).cloned()
    }

    /// Those of an instance, by topic.
    pub(super) fn of(&self, instance: InstanceId) -> Vec<Subscription> {
        let maps = self.maps();
        let own = maps.by_key.range((instance, String::new())..);
        own.take_while(|(key, _)| key.0 == instance).map(|(_, row)| row.clone()).collect()
    }

    /// Writes a new row; false when its instance is gone.
    pub(super) async fn put(&self, row: Subscription) -> Result<bool, StoreError> {
        let _one = self.writing.lock().await;
        let is_written = self.store.put_subscription(row.clone()).await?;
        if is_written {
            self.maps().put(row);
        }
        Ok(is_written)
    }

    /// Changes a row; one that is gone stays so.
    pub(super) async fn change(
        &self,
        key: &Key,
        work: impl FnOnce(&mut Subscription),
    ) -> Result<(), StoreError> {
        let _one = self.writing.lock().await;
        let Some(mut row) = self.get(key) else { return Ok(()) };
        work(&mut row);
        if self.store.put_subscription(row.clone()).await? {
            self.maps().put(row);
        }
        Ok(())
    }

    pub(super) async fn remove(&self, key: &Key) -> Result<(), StoreError> {
        let _one = self.writing.lock().await;
        self.store.delete_subscription(key.0, key.1.clone()).await?;
        self.maps().remove(key);
        Ok(())
    }

    /// Forgets the rows of an instance that is removed, and returns them.
    pub(super) fn forget(&self, instance: InstanceId) -> Vec<Subscription> {
        let rows = self.of(instance);
        let mut maps = self.maps();
        for row in &rows {
            maps.remove(&(row.instance, row.topic.clone()));
        }
        rows
    }

    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.maps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
