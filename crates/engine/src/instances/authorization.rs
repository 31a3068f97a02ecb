//! The authorisation of an instance: how a customer renews it, and how one of OAuth 1.0a becomes
//! one of OAuth 2.0.

use ledgerhook_connector::{AuthorizeRequest, ClientCredentials, MigrateRequest};
use ledgerhook_model::configuration::{Configuration, is_secret, keys};
use ledgerhook_model::secret::MASK;
use ledgerhook_model::{InstanceId, OrganizationId, Secret};
use serde_json::{Map, Value};

use super::{InstanceView, Instances, not_found};
use crate::refusal::Refusal;
use crate::seating;
use crate::states;
use crate::tenants::Caller;
use crate::tokens::Standing;

/// The configuration entry with the scopes that are asked for.
const SCOPE: &str = "scope";

impl Instances {
    /// A state for an authorisation URL that is checked when it comes back: sealed, good for an
    /// hour, for that client id and one connection.
    pub fn new_state(&self, element: &str, api_key: &str) -> String {
        states::issue(&self.base, element, api_key)
    }

    /// Where to send the customer's browser to authorise an instance again, made from its own
    /// configuration. The state is the instance's id; the code that comes back goes into
    /// `providerData` of a `PATCH`.
    pub async fn reconnect_url(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<String, Refusal> {
        let instance = self.row(organization, id).await?;
        let configuration = self.configuration(&instance)?;
        let text = |key: &str| configuration.text(key).map(str::to_owned);
        let (Some(api_key), Some(callback_url)) =
            (text(keys::API_KEY), text(keys::OAUTH_CALLBACK_URL))
        else {
            let (key, url) = (keys::API_KEY, keys::OAUTH_CALLBACK_URL);
            let message = format!(
                "configuration.{key}, configuration.{url}: both are needed; set them first"
            );
            return Err(Refusal::BadRequest(message));
        };
        let request = AuthorizeRequest {
            api_key,
            callback_url,
            scope: text(SCOPE),
            state: id.to_string(),
            request_token: None,
        };
        let oauth = &self.connector(&instance.element)?.oauth;
        oauth.look_up_endpoints().await;
        Ok(oauth.authorize_url(&request)?)
    }

    /// Where the authorisation of an instance stands.
    pub async fn standing(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<Standing, Refusal> {
        self.row(organization, id).await?;
        Ok(self.tokens.standing(id).await?)
    }

    /// Turns a connection by OAuth 1.0a into one by OAuth 2.0. `request` is `configuration` of the
    /// request: client id, client secret and redirect URI of the app of OAuth 2.0. Goes on to its
    /// end when the caller hangs up.
    pub async fn migrate(
        &self,
        caller: &Caller,
        id: InstanceId,
        request: Map<String, Value>,
    ) -> Result<InstanceView, Refusal> {
        let (own, caller) = (self.clone(), caller.clone());
        self.complete(async move { own.migrate_now(&caller, id, &request).await }).await
    }

    async fn migrate_now(
        &self,
        caller: &Caller,
        id: InstanceId,
        request: &Map<String, Value>,
    ) -> Result<InstanceView, Refusal> {
        let mut instance = self.row(caller.organization, id).await?;
        let connector = self.connector(&instance.element)?.clone();
        let mut configuration = self.configuration(&instance)?;
        let consumer = credentials_in(&configuration);
        configuration.merge(app_of_oauth2(request)?);
        seating::check(&connector, &configuration, &self.policy)?;
        let mut open = configuration.clone();
        open.0.retain(|key, _| !is_secret(key, connector.profile.keys));
        let (old, credentials) = (self.tokens.held(id).await?, credentials_in(&configuration));
        let request = MigrateRequest {
            company: &instance.company,
            consumer: &consumer,
            old: &old,
            credentials: &credentials,
            configuration: &open,
        };
        let connected = connector.oauth.migrate(request).await?;
        for (key, value) in connected.configuration {
            configuration.set(key, value);
        }
        instance.company = connected.company;
        (instance.configuration, instance.sealed_configuration) = {
            let (open, sealed) = self.split(&connector, configuration);
            (open.0, sealed)
        };
        instance.updated_at = self.base.clock.now();
        // Before the tokens: without them the customer authorises again, by OAuth 2.0. Tokens of
        // OAuth 2.0 in an instance that signs its calls would be of no use to anybody.
        if !self.base.store.update_instance(instance.clone()).await? {
            return Err(not_found(id));
        }
        self.tokens.take(id, &connected.tokens).await?;
        self.put_to_work(&instance).await?;
        self.view(instance).await
    }
}

/// What a request names of the app of OAuth 2.0; all three are needed, because a consumer key is no
/// client id.
fn app_of_oauth2(request: &Map<String, Value>) -> Result<Configuration, Refusal> {
    let needed = [keys::API_KEY, keys::API_SECRET, keys::OAUTH_CALLBACK_URL];
    let mut given = Configuration::from_json(request)?;
    let is_missing = |key: &&str| given.text(key).is_none_or(|text| text == MASK);
    let missing: Vec<_> = needed.iter().copied().filter(is_missing).collect();
    if !missing.is_empty() {
        let names = missing.iter().map(|key| format!("configuration.{key}"));
        let names = names.collect::<Vec<_>>().join(", ");
        let message = format!(
            "{names}: needed; client id, client secret and redirect URI of your app of OAuth 2.0"
        );
        return Err(Refusal::BadRequest(message));
    }
    given.0.retain(|key, _| needed.contains(&key.as_str()) || key == SCOPE);
    Ok(given)
}

fn credentials_in(configuration: &Configuration) -> ClientCredentials {
    let secret = |key: &str| Secret::new(configuration.text(key).unwrap_or_default());
    ClientCredentials { api_key: secret(keys::API_KEY), api_secret: secret(keys::API_SECRET) }
}
