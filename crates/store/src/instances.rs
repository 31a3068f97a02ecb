//! Instances: one customer's authenticated company at a provider.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ledgerhook_model::{InstanceId, Moment, OrganizationId, SecretHash, UserId};

use crate::StoreError;

/// An instance as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Whose instance it is.
    pub organization: OrganizationId,
    /// Who made it.
    pub user: UserId,
    /// The element key, `quickbooks`.
    pub element: String,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The company's id at the provider (QuickBooks: the realm).
    pub company: String,
    /// Configuration entries that are no secrets.
    pub configuration: BTreeMap<String, Option<String>>,
    /// Configuration entries that are secrets, encrypted together.
    pub sealed_configuration: Vec<u8>,
    /// The hash of its token, by which requests find it.
    pub token_hash: SecretHash,
    /// Its token, encrypted, because the original returns it whenever the instance is read.
    pub sealed_token: Vec<u8>,
    /// `none`, or `initial` where the caller brought its own tokens.
    pub external_authentication: String,
    /// Switched off: neither polled nor given notices.
    pub disabled: bool,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// Which instances of an organisation to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceFilter {
    /// Having all of these tags.
    pub tags: Vec<String>,
    /// Name or element key contains this text, in any case.
    pub search_text: Option<String>,
    /// Of this element.
    pub element: Option<String>,
    /// After this id, by ascending id.
    pub after: Option<InstanceId>,
    /// At most so many.
    pub limit: usize,
}

impl InstanceFilter {
    /// True when `instance` has the asked-for tags, text and element. Where the page begins and how
    /// long it is, is not looked at.
    pub fn admits(&self, instance: &Instance) -> bool {
        let element_fits = self.element.as_ref().is_none_or(|e| *e == instance.element);
        let tags_fit = self.tags.iter().all(|tag| instance.tags.contains(tag));
        let text_fits = self.search_text.as_ref().is_none_or(|text| {
            let text = text.to_lowercase();
            instance.name.to_lowercase().contains(&text)
                || instance.element.to_lowercase().contains(&text)
        });
        element_fits && tags_fit && text_fits
    }
}

/// Instances.
#[async_trait]
pub trait Instances {
    /// Stores a new instance. Its `id` is ignored and given by the store.
    async fn create_instance(&self, new: Instance) -> Result<Instance, StoreError>;
    /// Stores `instance` over the row with its id and organisation; false when there is none.
    async fn update_instance(&self, instance: Instance) -> Result<bool, StoreError>;
    /// Removes an instance with its grant, its polls, its history and its subscriptions, and parks
    /// its pending deliveries with
    /// [`NoCallback`](ledgerhook_model::delivery::ParkReason::NoCallback). Its events stay until
    /// their retention ends. False when the organisation has no such instance.
    async fn delete_instance(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<bool, StoreError>;
    /// One instance.
    async fn instance(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<Option<Instance>, StoreError>;
    /// The instances of an organisation that fit, by ascending id.
    async fn instances(
        &self,
        organization: OrganizationId,
        filter: InstanceFilter,
    ) -> Result<Vec<Instance>, StoreError>;
    /// All instances of all organisations, by id: what the gateway routes by.
    async fn all_instances(&self) -> Result<Vec<Instance>, StoreError>;
}
