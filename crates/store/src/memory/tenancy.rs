//! Organisations and users in memory.

use async_trait::async_trait;
use ledgerhook_model::{Moment, OrganizationId, SecretHash, UserId};

use super::{MemoryStore, next};
use crate::StoreError;
use crate::tenancy::{NewOrganization, NewUser, Organization, Tenancy, User};

#[derive(Debug)]
pub(super) struct OrganizationRow {
    organization: Organization,
    secret_hash: SecretHash,
}

#[derive(Debug)]
pub(super) struct UserRow {
    user: User,
    secret_hash: SecretHash,
}

#[async_trait]
impl Tenancy for MemoryStore {
    async fn create_organization(&self, new: NewOrganization) -> Result<Organization, StoreError> {
        let mut state = self.state();
        if state.organizations.values().any(|row| row.organization.name == new.name) {
            return Err(StoreError::Exists("an organisation of this name"));
        }
        let organization = Organization {
            id: OrganizationId(next(&mut state.last_ids.organization)),
            name: new.name,
            created_at: new.created_at,
            sealed_signing_seed: new.sealed_signing_seed,
        };
        let row =
            OrganizationRow { organization: organization.clone(), secret_hash: new.secret_hash };
        state.organizations.insert(organization.id, row);
        Ok(organization)
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let state = self.state();
        Ok(state.organizations.values().map(|row| row.organization.clone()).collect())
    }

    async fn create_user(&self, new: NewUser) -> Result<User, StoreError> {
        let mut state = self.state();
        for UserRow { user, secret_hash } in state.users.values() {
            if user.organization == new.organization && user.email == new.email {
                return Err(StoreError::Exists("a user with this e-mail address"));
            }
            if *secret_hash == new.secret_hash {
                return Err(StoreError::Exists("a user with this secret"));
            }
        }
        let user = User {
            id: UserId(next(&mut state.last_ids.user)),
            organization: new.organization,
            email: new.email,
            created_at: new.created_at,
            revoked_at: None,
        };
        let row = UserRow { user: user.clone(), secret_hash: new.secret_hash };
        state.users.insert(user.id, row);
        Ok(user)
    }

    async fn users(&self, organization: OrganizationId) -> Result<Vec<User>, StoreError> {
        let state = self.state();
        let users = state.users.values().map(|row| &row.user);
        Ok(users.filter(|user| user.organization == organization).cloned().collect())
    }

    async fn revoke_user(
        &self,
        organization: OrganizationId,
        user: UserId,
        at: Moment,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let row = state.users.get_mut(&user);
        let Some(row) = row.filter(|row| row.user.organization == organization) else {
            return Ok(false);
        };
        row.user.revoked_at.get_or_insert(at);
        Ok(true)
    }

    async fn user_with_secrets(
        &self,
        organization_secret: SecretHash,
        user_secret: SecretHash,
    ) -> Result<Option<User>, StoreError> {
        let state = self.state();
        let user = state.users.values().find_map(|row| row.if_valid(user_secret));
        Ok(user.filter(|user| {
            let row = state.organizations.get(&user.organization);
            row.is_some_and(|row| row.secret_hash == organization_secret)
        }))
    }

    async fn user_with_secret(&self, user_secret: SecretHash) -> Result<Option<User>, StoreError> {
        let state = self.state();
        Ok(state.users.values().find_map(|row| row.if_valid(user_secret)))
    }
}

impl UserRow {
    /// The user, when this is the secret and it is not revoked.
    fn if_valid(&self, secret: SecretHash) -> Option<User> {
        let valid = self.secret_hash == secret && self.user.revoked_at.is_none();
        valid.then(|| self.user.clone())
    }
}
