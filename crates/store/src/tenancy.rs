//! Organisations and users, and who a pair of secrets belongs to.

use async_trait::async_trait;
use ledgerhook_model::{Moment, OrganizationId, SecretHash, UserId};

use crate::StoreError;

/// A software company that uses this gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name, unique.
    pub name: String,
    /// When it was made.
    pub created_at: Moment,
    /// The seed of its ed25519 signing key, encrypted.
    pub sealed_signing_seed: Vec<u8>,
}

/// An organisation to be made.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Its name; [`StoreError::Exists`] when another one has it.
    pub name: String,
    /// The hash of its secret.
    pub secret_hash: SecretHash,
    /// See [`Organization::sealed_signing_seed`].
    pub sealed_signing_seed: Vec<u8>,
    /// Now.
    pub created_at: Moment,
}

/// Somebody of an organisation who may call the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// Whose user this is.
    pub organization: OrganizationId,
    /// The e-mail address, unique within the organisation.
    pub email: String,
    /// When the user was made.
    pub created_at: Moment,
    /// Since when the secret does not work any more.
    pub revoked_at: Option<Moment>,
}

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Whose user this will be.
    pub organization: OrganizationId,
    /// The e-mail address; [`StoreError::Exists`] when the organisation has it already.
    pub email: String,
    /// The hash of the user's secret; [`StoreError::Exists`] when another user has the same one.
    pub secret_hash: SecretHash,
    /// Now.
    pub created_at: Moment,
}

/// Organisations and users.
#[async_trait]
pub trait Tenancy {
    /// Makes an organisation.
    async fn create_organization(&self, new: NewOrganization) -> Result<Organization, StoreError>;
    /// All organisations, by id.
    async fn organizations(&self) -> Result<Vec<Organization>, StoreError>;
    /// Makes a user.
    async fn create_user(&self, new: NewUser) -> Result<User, StoreError>;
    /// All users of an organisation, by id.
    async fn users(&self, organization: OrganizationId) -> Result<Vec<User>, StoreError>;
    /// Ends the validity of a user's secret; false when the organisation has no such user.
    async fn revoke_user(
        &self,
        organization: OrganizationId,
        user: UserId,
        at: Moment,
    ) -> Result<bool, StoreError>;
    /// The user to whom both secrets belong: `user_secret` the user's own and not revoked,
    /// `organization_secret` that of the user's organisation.
    async fn user_with_secrets(
        &self,
        organization_secret: SecretHash,
        user_secret: SecretHash,
    ) -> Result<Option<User>, StoreError>;
    /// The user with this secret, not revoked, whatever the organisation: for requests that carry
    /// an instance token in place of the organisation secret.
    async fn user_with_secret(&self, user_secret: SecretHash) -> Result<Option<User>, StoreError>;
}
