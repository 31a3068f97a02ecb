//! Subscriptions at providers that want to be told for each company where to post its notices: one
//! for each topic, with an unguessable URL and a signing key of its own.
//!
//! A subscription is written before the provider hears of it, because its handshake may arrive
//! before the answer to the call that made it. [`tending`] brings what the provider has in line
//! with what an instance needs.

mod rows;
mod tending;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledgerhook_connector::{
    Access, Connector, Handshake, SubscriptionRequest, Subscriptions as Remote, UserTokens,
};
use ledgerhook_model::configuration::{ConfigurationError, EventSettings, keys};
use ledgerhook_model::{InstanceId, OrganizationId, Secret, SecretHash};
use ledgerhook_store::StoreError;
use ledgerhook_store::subscriptions::Subscription;
use tokio::sync::Notify;

use crate::ambient::random_bytes;
use crate::base::Base;
use crate::calls::Calls;
use crate::refusal::Refusal;
use crate::roster::Seat;
use crate::settings::Settings;
use crate::supervisor::Supervisor;
use crate::tenants::hex;
use crate::tokens::credentials;
use rows::Rows;

const TOKEN: &str = "subscription.token";
const VERIFIER: &str = "subscription.verifier";

/// Where this gateway takes the notices of subscriptions, below its public address; the element and
/// the token follow.
const PATH: &str = "/elements/api-v2/events";

/// A subscription as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionView {
    /// What it is for, by the provider's name.
    pub topic: String,
    /// The provider's id of it, once it has answered.
    pub remote_id: Option<String>,
    /// Whether notices flow.
    pub confirmed: bool,
}

/// Subscriptions of all instances.
pub(crate) struct Subscriptions {
    base: Base,
    calls: Calls,
    public_url: Option<String>,
    supervisor: Supervisor,
    rows: Rows,
    /// The instances that are being tended, each by one task.
    tended: Mutex<HashMap<InstanceId, Tended>>,
}

/// A task that tends an instance.
#[derive(Debug, Default)]
struct Tended {
    /// Something has changed since it looked.
    again: bool,
    changed: Arc<Notify>,
}

impl fmt::Debug for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriptions").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Subscriptions {
    pub(crate) fn new(
        base: &Base,
        calls: &Calls,
        settings: &Settings,
        supervisor: &Supervisor,
    ) -> Arc<Self> {
        let public_url = settings.public_url.as_deref().map(|url| url.trim_end_matches('/'));
        Arc::new(Self {
            base: base.clone(),
            calls: calls.clone(),
            public_url: public_url.map(str::to_owned),
            supervisor: supervisor.clone(),
            rows: Rows::new(Arc::clone(&base.store)),
            tended: Mutex::default(),
        })
    }

    /// Refuses webhooks that the provider could not be told where to post.
    pub(crate) fn check(
        &self,
        connector: &Connector,
        settings: &EventSettings,
    ) -> Result<(), ConfigurationError> {
        let is_needed = connector.subscriptions.is_some() && settings.vendor_type.takes_notices();
        if is_needed && self.public_url.is_none() {
            let problem = format!(
                "{} is told for each company where to post its webhooks, and this gateway does not \
                 know its own address; set server.public_url to the https address under which the \
                 provider reaches it",
                connector.profile.name
            );
            return Err(ConfigurationError::new(keys::VENDOR_TYPE, problem));
        }
        Ok(())
    }

    /// Reads what the store holds: what a starting gateway does.
    pub(crate) async fn load(&self) -> Result<(), StoreError> {
        self.rows.load().await
    }

    /// The subscription with that token in its URL, and the instance that it is for.
    pub(crate) fn find(&self, element: &str, token: &str) -> Option<(Arc<Seat>, Subscription)> {
        let subscription = self.rows.by_token(SecretHash::of(token))?;
        let seat = self.base.roster.by_id(subscription.instance)?;
        (seat.element == element).then_some((seat, subscription))
    }

    /// The subscriptions of an instance of an organisation.
    pub(crate) fn list(
        &self,
        organization: OrganizationId,
        instance: InstanceId,
    ) -> Result<Vec<SubscriptionView>, Refusal> {
        let seat = self.base.roster.by_id(instance);
        if seat.is_none_or(|seat| seat.organization != organization) {
            let message = format!("No element instance found with ID {instance}");
            return Err(Refusal::NotFound(message));
        }
        let view = |row: Subscription| SubscriptionView {
            topic: row.topic,
            remote_id: row.remote_id,
            confirmed: row.confirmed,
        };
        Ok(self.rows.of(instance).into_iter().map(view).collect())
    }

    /// The key that the notices of a subscription are signed with, once its handshake has come.
    pub(crate) fn verifier(&self, subscription: &Subscription) -> Option<Secret> {
        self.open(VERIFIER, subscription.sealed_verifier.as_ref()?)
    }

    /// Takes in a handshake: its verifier is on disk before the provider is answered, and told to
    /// the provider afterwards. One that nobody waits for is left alone.
    pub(crate) async fn take_handshake(
        self: &Arc<Self>,
        seat: &Arc<Seat>,
        subscription: &Subscription,
        handshake: Handshake,
    ) -> Result<(), StoreError> {
        let is_of_another = subscription.remote_id.is_some()
            && handshake.subscription.is_some()
            && subscription.remote_id != handshake.subscription;
        if subscription.confirmed || is_of_another {
            return Ok(());
        }
        let sealed = self.base.vault.seal(VERIFIER, handshake.verifier.expose().as_bytes());
        let key = (subscription.instance, subscription.topic.clone());
        let id = handshake.subscription;
        self.rows
            .change(&key, |row| {
                row.sealed_verifier = Some(sealed);
                row.remote_id = row.remote_id.take().or(id);
            })
            .await?;
        self.tend(seat);
        Ok(())
    }

    /// What ends the subscriptions of an instance at the provider, to be done once it is gone.
    pub(crate) fn farewell(
        &self,
        seat: &Seat,
        tokens: UserTokens,
    ) -> Option<impl Future<Output = ()> + Send + use<>> {
        let connector = crate::find_connector(&self.base.connectors, seat.element).ok()?;
        let remote = Arc::clone(connector.subscriptions.as_ref()?);
        let rows = self.rows.forget(seat.id);
        let access = Access {
            company: seat.company.clone(),
            credentials: credentials(seat),
            source: Arc::new(tokens),
        };
        let (instance, configuration) = (seat.id, seat.configuration.clone());
        Some(async move {
            let request = SubscriptionRequest { access: &access, configuration: &configuration };
            for id in rows.into_iter().filter_map(|row| row.remote_id) {
                if let Err(error) = remote.remove(request, &id).await {
                    tracing::warn!(%instance, %error, "a subscription stays at the provider");
                }
            }
        })
    }

    /// How the provider of an instance is told where to post.
    fn remote(&self, seat: &Seat) -> Option<Arc<dyn Remote>> {
        let connector = crate::find_connector(&self.base.connectors, seat.element).ok()?;
        connector.subscriptions.clone()
    }

    /// A new subscription, which the provider has not heard of.
    fn fresh(&self, instance: InstanceId, topic: &str) -> Subscription {
        let token = hex(&random_bytes::<32>(&*self.base.entropy));
        Subscription {
            instance,
            topic: topic.to_owned(),
            token_hash: SecretHash::of(&token),
            sealed_token: self.base.vault.seal(TOKEN, token.as_bytes()),
            remote_id: None,
            sealed_verifier: None,
            confirmed: false,
            created_at: self.base.clock.now(),
        }
    }

    /// Where the notices of a subscription are to be posted.
    fn url(&self, element: &str, subscription: &Subscription) -> Option<String> {
        let token = self.open(TOKEN, &subscription.sealed_token)?;
        Some(format!("{}{}", self.url_base(element)?, token.expose()))
    }

    /// What the URLs of all subscriptions of an element begin with.
    fn url_base(&self, element: &str) -> Option<String> {
        Some(format!("{}{PATH}/{element}/subscriptions/", self.public_url.as_ref()?))
    }

    fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Secret> {
        match self.base.vault.open(purpose, sealed) {
            Ok(opened) => Some(Secret::new(String::from_utf8_lossy(&opened))),
            Err(error) => {
                tracing::error!(purpose, %error, "a secret of a subscription cannot be opened");
                None
            }
        }
    }

    fn tended(&self) -> MutexGuard<'_, HashMap<InstanceId, Tended>> {
        self.tended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
