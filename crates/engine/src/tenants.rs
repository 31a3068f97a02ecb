//! Organisations, users, and who a request comes from.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledgerhook_model::{InstanceId, OrganizationId, Secret, SecretHash, UserId};
use ledgerhook_store::tenancy::{NewOrganization, NewUser, Organization, User};
use ledgerhook_store::{Store, StoreError};

use crate::ambient::{Clock, Entropy, random_bytes};
use crate::base::Base;
use crate::refusal::Refusal;
use crate::roster::Roster;
use crate::vault::Vault;

/// For what an organisation's signing seed is sealed.
pub(crate) const SIGNING_SEED: &str = "organization.signing_seed";

/// The secrets of an `Authorization` header.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// After `User`.
    pub user: Option<Secret>,
    /// After `Organization`.
    pub organization: Option<Secret>,
    /// After `Element`: an instance's token.
    pub element: Option<Secret>,
}

/// Who a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The organisation; every query is bounded by it.
    pub organization: OrganizationId,
    /// The user.
    pub user: User,
    /// The instance whose token the request carries.
    pub instance: Option<InstanceId>,
}

/// A secret that is shown once, with what it belongs to.
#[derive(Debug)]
pub struct Shown<T> {
    /// What was made.
    pub made: T,
    /// Its secret; only the hash is kept.
    pub secret: Secret,
}

/// Organisations and users.
#[derive(Debug, Clone)]
pub struct Tenants {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    vault: Vault,
}

impl Tenants {
    /// Organisations and users of `store`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        vault: Vault,
    ) -> Self {
        Self { store, clock, entropy, vault }
    }

    pub(crate) fn of(base: &Base) -> Self {
        Self {
            store: Arc::clone(&base.store),
            clock: Arc::clone(&base.clock),
            entropy: Arc::clone(&base.entropy),
            vault: base.vault.clone(),
        }
    }

    /// Makes an organisation. Its secret is 32 hexadecimal digits, as the original's.
    pub async fn create_organization(&self, name: &str) -> Result<Shown<Organization>, Refusal> {
        let secret = Secret::new(hex(&random_bytes::<16>(&*self.entropy)));
        let seed: [u8; 32] = random_bytes(&*self.entropy);
        let new = NewOrganization {
            name: name.to_owned(),
            secret_hash: SecretHash::of(secret.expose()),
            sealed_signing_seed: self.vault.seal(SIGNING_SEED, &seed),
            created_at: self.clock.now(),
        };
        let made = self.store.create_organization(new).await?;
        Ok(Shown { made, secret })
    }

    /// Makes a user. The secret is base64 of 32 random bytes, as the original's.
    pub async fn create_user(
        &self,
        organization: OrganizationId,
        email: &str,
    ) -> Result<Shown<User>, Refusal> {
        let secret = new_token(&*self.entropy);
        let new = NewUser {
            organization,
            email: email.to_owned(),
            secret_hash: SecretHash::of(secret.expose()),
            created_at: self.clock.now(),
        };
        let made = self.store.create_user(new).await?;
        Ok(Shown { made, secret })
    }

    /// All organisations.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        self.store.organizations().await
    }

    /// The users of an organisation.
    pub async fn users(&self, organization: OrganizationId) -> Result<Vec<User>, StoreError> {
        self.store.users(organization).await
    }

    /// Ends the validity of a user's secret at once.
    pub async fn revoke_user(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<bool, StoreError> {
        self.store.revoke_user(organization, user, self.clock.now()).await
    }

    /// Who the credentials belong to: a user with the organisation's secret, or with the token of
    /// an instance of the same organisation, or with both. `None` when anything does not fit.
    pub async fn authenticate(
        &self,
        credentials: &Credentials,
        roster: &Roster,
    ) -> Result<Option<Caller>, StoreError> {
        let Some(user_secret) = &credentials.user else { return Ok(None) };
        let user_hash = SecretHash::of(user_secret.expose());
        let user = match &credentials.organization {
            Some(organization) => {
                let hash = SecretHash::of(organization.expose());
                self.store.user_with_secrets(hash, user_hash).await?
            }
            None if credentials.element.is_some() => self.store.user_with_secret(user_hash).await?,
            None => None,
        };
        let Some(user) = user else { return Ok(None) };
        let instance = match &credentials.element {
            None => None,
            Some(token) => {
                let seat = roster.by_token(SecretHash::of(token.expose()));
                match seat.filter(|seat| seat.organization == user.organization) {
                    Some(seat) => Some(seat.id),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Caller { organization: user.organization, user, instance }))
    }
}

/// A new access token: base64 of 32 random bytes.
pub(crate) fn new_token(entropy: &dyn Entropy) -> Secret {
    Secret::new(STANDARD.encode(random_bytes::<32>(entropy)))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
