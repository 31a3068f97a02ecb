//! Subscriptions: the URLs that a provider was given for the notices of one instance, each with a
//! key of its own.

use async_trait::async_trait;
use ledgerhook_model::{InstanceId, Moment, SecretHash};

use crate::StoreError;

/// A subscription of one instance to one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Whose notices.
    pub instance: InstanceId,
    /// What it is for, by the provider's name.
    pub topic: String,
    /// The hash of the token in its URL, by which a post finds it.
    pub token_hash: SecretHash,
    /// The token in its URL, encrypted.
    pub sealed_token: Vec<u8>,
    /// The provider's id of it, once it has answered.
    pub remote_id: Option<String>,
    /// The key that its notices are signed with, encrypted, once the handshake has come.
    pub sealed_verifier: Option<Vec<u8>>,
    /// Whether the provider has been told that the handshake came; before, it sends no notice.
    pub confirmed: bool,
    /// When it was made.
    pub created_at: Moment,
}

/// Subscriptions of instances.
#[async_trait]
pub trait Subscriptions {
    /// Stores a subscription in the place of the instance's one to the same topic; false, and
    /// nothing stored, when the instance does not exist.
    async fn put_subscription(&self, subscription: Subscription) -> Result<bool, StoreError>;
    /// All subscriptions of all instances, by instance and topic.
    async fn all_subscriptions(&self) -> Result<Vec<Subscription>, StoreError>;
    /// Removes the subscription of an instance to a topic; false when there is none.
    async fn delete_subscription(
        &self,
        instance: InstanceId,
        topic: String,
    ) -> Result<bool, StoreError>;
}
