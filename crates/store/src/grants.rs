//! Grants: the provider's tokens of an instance, encrypted, with a generation that fences
//! refreshes against each other.

use async_trait::async_trait;
use ledgerhook_model::{InstanceId, Moment};

use crate::StoreError;

/// The tokens of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGrant {
    /// Counts every exchange and refresh; 1 is the first.
    pub generation: i64,
    /// Access and refresh token, encrypted.
    pub sealed_tokens: Vec<u8>,
    /// The tokens of the generation before, kept until the new ones have worked.
    pub sealed_previous: Option<Vec<u8>>,
    /// When the access token ends.
    pub access_expires_at: Moment,
    /// When the refresh token ends, where the provider says so.
    pub refresh_expires_at: Option<Moment>,
    /// When these tokens were obtained.
    pub obtained_at: Moment,
    /// The customer must authorise again: why, in words for people. Set when the provider refuses
    /// the refresh token.
    pub needs_reauthentication: Option<String>,
}

/// Grants of instances.
#[async_trait]
pub trait Grants {
    /// The grant of an instance.
    async fn grant(&self, instance: InstanceId) -> Result<Option<StoredGrant>, StoreError>;
    /// Stores `grant` when the stored generation is `grant.generation - 1` (0 when there is none
    /// yet); false, and nothing stored, when somebody else was faster or the instance is gone.
    async fn store_grant(
        &self,
        instance: InstanceId,
        grant: StoredGrant,
    ) -> Result<bool, StoreError>;
    /// Marks the grant of that generation as refused; false when the generation has moved on.
    async fn refuse_grant(
        &self,
        instance: InstanceId,
        generation: i64,
        reason: String,
    ) -> Result<bool, StoreError>;
    /// The instances whose grant is refused, by id.
    async fn refused_grants(&self) -> Result<Vec<InstanceId>, StoreError>;
}
