//! Telling a provider where to post its notices, where it wants to be told so for each company.

use async_trait::async_trait;
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::Configuration;

use crate::access::Access;
use crate::provider_error::ProviderError;

/// Whose subscriptions are meant.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionRequest<'a> {
    /// With what.
    pub access: &'a Access,
    /// The instance's configuration without its secrets.
    pub configuration: &'a Configuration,
}

/// A subscription as the provider lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSubscription {
    /// The provider's id of it.
    pub id: String,
    /// What it is for, by the provider's name.
    pub topic: String,
    /// Where its notices are posted.
    pub url: String,
    /// Whether it has been confirmed; before, no notice is sent.
    pub confirmed: bool,
}

/// How a provider is told where its notices go: one subscription for each topic of a company, each
/// with a URL and a signing key of its own, confirmed by a handshake
/// ([`Notices::handshake`](crate::Notices::handshake)).
#[async_trait]
pub trait Subscriptions: Send + Sync {
    /// The topics that tell of `resources`, by the provider's names, each once.
    fn topics(&self, resources: &[String]) -> Vec<&'static str>;
    /// Has the notices of a topic posted to `url`; returns the provider's id of the subscription.
    /// The handshake may arrive before this returns.
    async fn create(
        &self,
        request: SubscriptionRequest<'_>,
        topic: &str,
        url: &str,
    ) -> Result<String, ProviderError>;
    /// Proves that the handshake arrived.
    async fn confirm(
        &self,
        request: SubscriptionRequest<'_>,
        id: &str,
        verifier: &Secret,
    ) -> Result<(), ProviderError>;
    /// Has the handshake sent again.
    async fn resend(&self, request: SubscriptionRequest<'_>, id: &str)
    -> Result<(), ProviderError>;
    /// All subscriptions that the provider has of this app for the company.
    async fn list(
        &self,
        request: SubscriptionRequest<'_>,
    ) -> Result<Vec<RemoteSubscription>, ProviderError>;
    /// Ends a subscription. One that is gone already is no error.
    async fn remove(&self, request: SubscriptionRequest<'_>, id: &str)
    -> Result<(), ProviderError>;
}
