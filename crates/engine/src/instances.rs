//! Instances: connecting a company, changing, listing and removing the connection.

mod authorization;
mod changes;
mod work;

use std::sync::Arc;

use ledgerhook_connector::{ConnectRequest, Connected, Connector};
use ledgerhook_egress::AddressPolicy;
use ledgerhook_model::configuration::{Configuration, is_secret, keys};
use ledgerhook_model::limits::{NAME_CHARS_MAX, PAGE_SIZE_MAX, TAGS_MAX};
use ledgerhook_model::naming::without_markup;
use ledgerhook_model::secret::MASK;
use ledgerhook_model::{InstanceId, OrganizationId, Secret, SecretHash};
use ledgerhook_store::grants::StoredGrant;
use ledgerhook_store::instances::{Instance, InstanceFilter};
use serde_json::{Map, Value};

use crate::base::Base;
use crate::kept::KeptNotices;
use crate::polling::Polling;
use crate::refusal::Refusal;
use crate::seating;
use crate::states::States;
use crate::subscriptions::Subscriptions;
use crate::supervisor::Supervisor;
use crate::tenants::{Caller, new_token};
use crate::tokens::Tokens;
use changes::Change;

const CONFIGURATION: &str = "instance.configuration";
const TOKEN: &str = "instance.token";

/// What a request says of an instance; members that are `None` stay as they were, or are not set.
#[derive(Debug, Clone, Default)]
pub struct InstanceRequest {
    /// Its name.
    pub name: Option<String>,
    /// Its tags; the list is replaced whole.
    pub tags: Option<Vec<String>>,
    /// `configuration`.
    pub configuration: Map<String, Value>,
    /// `providerData`: what the authorisation brought.
    pub provider_data: Option<Map<String, Value>>,
    /// `externalAuthentication`.
    pub external_authentication: Option<String>,
}

/// An instance as the API shows it.
#[derive(Debug, Clone)]
pub struct InstanceView {
    /// The stored row. Its sealed members are of no use to a reader.
    pub instance: Instance,
    /// The element it is of.
    pub connector: Connector,
    /// All configuration entries, secret ones masked.
    pub configuration: Configuration,
    /// Its token.
    pub token: Secret,
    /// Whether its tokens work; false when the customer must authorise again.
    pub valid: bool,
}

/// Instances of all organisations.
#[derive(Debug, Clone)]
pub struct Instances {
    pub(crate) base: Base,
    pub(crate) policy: AddressPolicy,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) polling: Arc<Polling>,
    pub(crate) kept: Arc<KeptNotices>,
    pub(crate) subscriptions: Arc<Subscriptions>,
    pub(crate) states: Arc<States>,
    pub(crate) supervisor: Supervisor,
}

impl Instances {
    /// Connects a company. Everything that can be checked here is checked before the provider is
    /// asked, because an authorisation code works only once. Goes on to its end when the caller
    /// hangs up.
    pub async fn create(
        &self,
        caller: &Caller,
        element: &str,
        request: InstanceRequest,
    ) -> Result<InstanceView, Refusal> {
        let (own, caller, element) = (self.clone(), caller.clone(), element.to_owned());
        self.complete(async move { own.create_now(&caller, &element, request).await }).await
    }

    /// Replaces an instance (`PUT`): what the request does not name is reset. Tokens are kept
    /// unless `providerData` brings new ones. Goes on to its end when the caller hangs up.
    pub async fn replace(
        &self,
        caller: &Caller,
        id: InstanceId,
        request: InstanceRequest,
    ) -> Result<InstanceView, Refusal> {
        let (own, caller) = (self.clone(), caller.clone());
        self.complete(async move { own.replace_now(&caller, id, request).await }).await
    }

    /// Changes what the request names (`PATCH`). Goes on to its end when the caller hangs up.
    pub async fn patch(
        &self,
        caller: &Caller,
        id: InstanceId,
        request: InstanceRequest,
    ) -> Result<InstanceView, Refusal> {
        let (own, caller) = (self.clone(), caller.clone());
        self.complete(async move { own.patch_now(&caller, id, request).await }).await
    }

    async fn complete(
        &self,
        task: impl Future<Output = Result<InstanceView, Refusal>> + Send + 'static,
    ) -> Result<InstanceView, Refusal> {
        let ending = || Err(Refusal::Unavailable("it is ending".to_owned()));
        self.supervisor.complete(task).await.unwrap_or_else(ending)
    }

    async fn create_now(
        &self,
        caller: &Caller,
        element: &str,
        request: InstanceRequest,
    ) -> Result<InstanceView, Refusal> {
        let connector = self.connector(element)?.clone();
        let mut configuration = Configuration::from_json(&request.configuration)?;
        let name = checked_name(request.name.as_deref().unwrap_or_default())?;
        let tags = tags_or_name(request.tags, &name)?;
        let settings = seating::check(&connector, &configuration, &self.policy)?;
        self.subscriptions.check(&connector, &settings)?;
        let external = checked_external(request.external_authentication)?;
        let data = request.provider_data.unwrap_or_default();
        let connected =
            self.connect(&connector, &data, &mut configuration, external == "initial").await?;
        let token = new_token(&*self.base.entropy);
        let now = self.base.clock.now();
        let (open, sealed_configuration) = self.split(&connector, configuration);
        let new = Instance {
            id: InstanceId(0),
            organization: caller.organization,
            user: caller.user.id,
            element: connector.profile.key.to_owned(),
            name,
            tags,
            company: connected.company.clone(),
            configuration: open.0,
            sealed_configuration,
            token_hash: SecretHash::of(token.expose()),
            sealed_token: self.base.vault.seal(TOKEN, token.expose().as_bytes()),
            external_authentication: external,
            disabled: false,
            created_at: now,
            updated_at: now,
        };
        let instance = self.base.store.create_instance(new).await?;
        self.tokens.take(instance.id, &connected.tokens).await?;
        self.put_to_work(&instance).await?;
        self.view(instance).await
    }

    /// One instance.
    pub async fn get(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<InstanceView, Refusal> {
        let instance = self.row(organization, id).await?;
        self.view(instance).await
    }

    /// The instances of an organisation that fit the filter.
    pub async fn list(
        &self,
        organization: OrganizationId,
        mut filter: InstanceFilter,
    ) -> Result<Vec<InstanceView>, Refusal> {
        filter.limit = filter.limit.clamp(1, PAGE_SIZE_MAX + 1);
        let mut views = Vec::new();
        for instance in self.base.store.instances(organization, filter).await? {
            views.push(self.view(instance).await?);
        }
        Ok(views)
    }

    async fn replace_now(
        &self,
        caller: &Caller,
        id: InstanceId,
        request: InstanceRequest,
    ) -> Result<InstanceView, Refusal> {
        let mut instance = self.row(caller.organization, id).await?;
        let stored = self.configuration(&instance)?;
        let mut configuration = Configuration::from_json(&request.configuration)?;
        // Masked values come back as they were shown, and mean what is stored.
        for (key, value) in &mut configuration.0 {
            if value.as_deref() == Some(MASK) {
                *value = stored.0.get(key).cloned().flatten();
            }
        }
        instance.name = checked_name(request.name.as_deref().unwrap_or_default())?;
        instance.tags = tags_or_name(request.tags, &instance.name)?;
        let renewal = request.provider_data.map(|data| Renewal { data, may_move: true });
        self.change(instance, configuration, renewal).await
    }

    async fn patch_now(
        &self,
        caller: &Caller,
        id: InstanceId,
        request: InstanceRequest,
    ) -> Result<InstanceView, Refusal> {
        let mut instance = self.row(caller.organization, id).await?;
        let mut configuration = self.configuration(&instance)?;
        configuration.merge(Configuration::from_json(&request.configuration)?);
        if let Some(name) = request.name {
            instance.name = checked_name(&name)?;
        }
        if let Some(tags) = request.tags {
            instance.tags = checked_tags(tags)?;
        }
        let renewal = request.provider_data.map(|data| Renewal { data, may_move: false });
        self.change(instance, configuration, renewal).await
    }

    /// Switches an instance on or off. Off, it is neither polled nor given notices.
    pub async fn set_enabled(
        &self,
        organization: OrganizationId,
        id: InstanceId,
        enabled: bool,
    ) -> Result<InstanceView, Refusal> {
        let mut instance = self.row(organization, id).await?;
        instance.disabled = !enabled;
        let configuration = self.configuration(&instance)?;
        self.change(instance, configuration, None).await
    }

    /// Removes an instance; the provider is told afterwards that the connection has ended, because
    /// it may take its time.
    pub async fn delete(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<(), Refusal> {
        self.row(organization, id).await?;
        let unsubscribing = self.unsubscribing(id).await;
        let farewell = self.tokens.farewell(id).await;
        self.base.store.delete_instance(organization, id).await?;
        self.base.roster.unseat(id);
        self.polling.forget(id);
        self.base.last_notices.forget(id);
        self.supervisor.spawn(async move {
            // In this order: without its tokens nothing can be ended any more.
            if let Some(unsubscribing) = unsubscribing {
                unsubscribing.await;
            }
            if let Some(farewell) = farewell {
                farewell.await;
            }
        });
        Ok(())
    }

    /// What ends the subscriptions of an instance at its provider.
    async fn unsubscribing(
        &self,
        id: InstanceId,
    ) -> Option<impl Future<Output = ()> + Send + 'static> {
        let seat = self.base.roster.by_id(id)?;
        self.connector(seat.element).ok()?.subscriptions.as_ref()?;
        let tokens = self.tokens.current(&seat).await.ok()?;
        self.subscriptions.farewell(&seat, tokens)
    }

    async fn change(
        &self,
        mut instance: Instance,
        mut configuration: Configuration,
        renewal: Option<Renewal>,
    ) -> Result<InstanceView, Refusal> {
        let connector = self.connector(&instance.element)?.clone();
        let settings = seating::check(&connector, &configuration, &self.policy)?;
        self.subscriptions.check(&connector, &settings)?;
        let before = self.configuration(&instance)?;
        let is_reconnected = renewal.is_some();
        if let Some(Renewal { data, may_move }) = renewal {
            let connected = self.connect(&connector, &data, &mut configuration, false).await?;
            if !may_move {
                check_company(&instance, &connected.company)?;
            }
            instance.company.clone_from(&connected.company);
            self.tokens.take(instance.id, &connected.tokens).await?;
            // Whatever fails from here on, the tokens are good and what waited for them goes on.
            self.go_on(instance.id);
        }
        let keys = changes::changed_keys(&before, &configuration);
        (instance.configuration, instance.sealed_configuration) = {
            let (open, sealed) = self.split(&connector, configuration);
            (open.0, sealed)
        };
        instance.updated_at = self.base.clock.now();
        if !self.base.store.update_instance(instance.clone()).await? {
            return Err(not_found(instance.id));
        }
        let what = Change { is_reconnected, keys, disabled: instance.disabled };
        self.tell_of_change(&instance, what).await?;
        self.put_to_work(&instance).await?;
        self.view(instance).await
    }

    /// Asks the connector for the company, and keeps what it adds to the configuration.
    async fn connect(
        &self,
        connector: &Connector,
        provider_data: &Map<String, Value>,
        configuration: &mut Configuration,
        external: bool,
    ) -> Result<Connected, Refusal> {
        let api_key = configuration.text(keys::API_KEY).unwrap_or_default();
        let begun_with = (connector.profile.key, api_key);
        let state = self.states.check(&self.base, begun_with, provider_data)?;
        let request = ConnectRequest { provider_data, configuration, external };
        let connected = connector.oauth.connect(request).await?;
        if let Some(state) = state {
            self.states.spend(&self.base, state, &connected.company);
        }
        for (key, value) in &connected.configuration {
            configuration.set(key, value.clone());
        }
        Ok(connected)
    }

    async fn view(&self, instance: Instance) -> Result<InstanceView, Refusal> {
        let connector = self.connector(&instance.element)?.clone();
        let mut configuration = self.configuration(&instance)?;
        for (key, value) in &mut configuration.0 {
            if value.is_some() && is_secret(key, connector.profile.keys) {
                *value = Some(MASK.to_owned());
            }
        }
        let token = self
            .base
            .vault
            .open(TOKEN, &instance.sealed_token)
            .map_err(|error| sealed(instance.id, &error.to_string()))?;
        let token = Secret::new(String::from_utf8_lossy(&token));
        let grant = self.base.store.grant(instance.id).await?;
        let valid = grant.is_some_and(|grant: StoredGrant| grant.needs_reauthentication.is_none());
        Ok(InstanceView { instance, connector, configuration, token, valid })
    }

    /// The whole configuration, secrets in clear.
    fn configuration(&self, instance: &Instance) -> Result<Configuration, Refusal> {
        let opened = self
            .base
            .vault
            .open(CONFIGURATION, &instance.sealed_configuration)
            .map_err(|error| sealed(instance.id, &error.to_string()))?;
        let secrets: Configuration = serde_json::from_slice(&opened)
            .map(Configuration)
            .map_err(|error| sealed(instance.id, &error.to_string()))?;
        let mut all = Configuration(instance.configuration.clone());
        all.0.extend(secrets.0);
        Ok(all)
    }

    /// Open entries, and the secret ones sealed.
    fn split(&self, connector: &Connector, all: Configuration) -> (Configuration, Vec<u8>) {
        let (secrets, open): (Vec<_>, Vec<_>) =
            all.0.into_iter().partition(|(key, _)| is_secret(key, connector.profile.keys));
        let secrets: Map<String, Value> =
            secrets.into_iter().map(|(key, value)| (key, Value::from(value))).collect();
        let text = Value::Object(secrets).to_string();
        let sealed = self.base.vault.seal(CONFIGURATION, text.as_bytes());
        (Configuration(open.into_iter().collect()), sealed)
    }

    async fn row(&self, organization: OrganizationId, id: InstanceId) -> Result<Instance, Refusal> {
        self.base.store.instance(organization, id).await?.ok_or_else(|| not_found(id))
    }

    fn connector(&self, element: &str) -> Result<&Connector, Refusal> {
        crate::find_connector(&self.base.connectors, element)
    }
}

/// A new authorisation of an instance.
struct Renewal {
    /// `providerData`.
    data: Map<String, Value>,
    /// Whether it may be for another company than the instance's.
    may_move: bool,
}

/// An instance that is reconnected stays with its company: its cursors are of that one, and a
/// customer who picks another by mistake must not send its books to where these go.
fn check_company(instance: &Instance, authorised: &str) -> Result<(), Refusal> {
    let own = &instance.company;
    if own == authorised {
        return Ok(());
    }
    Err(Refusal::BadRequest(format!(
        "providerData: the customer authorised company {authorised}, and this instance is of company \
         {own}; authorise again for that one, make another instance, or replace this one (PUT)"
    )))
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let clean = without_markup(name);
    if clean.is_empty() {
        return Err(Refusal::BadRequest("name: missing; give the instance a name".to_owned()));
    }
    if clean.chars().count() > NAME_CHARS_MAX {
        let message = format!("name: longer than {NAME_CHARS_MAX} characters");
        return Err(Refusal::BadRequest(message));
    }
    Ok(clean)
}

/// The tags of a request; the name is the tag of an instance that was given none.
fn tags_or_name(tags: Option<Vec<String>>, name: &str) -> Result<Vec<String>, Refusal> {
    tags.map_or_else(|| Ok(vec![name.to_owned()]), checked_tags)
}

fn checked_tags(tags: Vec<String>) -> Result<Vec<String>, Refusal> {
    if tags.len() > TAGS_MAX {
        return Err(Refusal::BadRequest(format!("tags: more than {TAGS_MAX}")));
    }
    let clean: Vec<String> = tags.iter().map(|tag| without_markup(tag)).collect();
    if clean.iter().any(|tag| tag.chars().count() > NAME_CHARS_MAX) {
        let message = format!("tags: one is longer than {NAME_CHARS_MAX} characters");
        return Err(Refusal::BadRequest(message));
    }
    Ok(clean)
}

fn checked_external(value: Option<String>) -> Result<String, Refusal> {
    let value = value.unwrap_or_else(|| "none".to_owned());
    if matches!(value.as_str(), "none" | "initial") {
        return Ok(value);
    }
    let message = format!("externalAuthentication: `{value}` is neither none nor initial");
    Err(Refusal::BadRequest(message))
}

pub(crate) fn not_found(id: InstanceId) -> Refusal {
    Refusal::NotFound(format!("No element instance found with ID {id}"))
}

fn sealed(id: InstanceId, why: &str) -> Refusal {
    Refusal::Unavailable(format!("a secret of instance {id} cannot be opened: {why}"))
}
