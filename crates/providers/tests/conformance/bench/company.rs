//! A customer's company, from the consent page to its records.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue};
use ledgerhook_connector::{
    Access, AuthorizeRequest, ChangeFeed, ClientCredentials, ConnectError, ConnectRequest,
    Connected, FeedPage, FeedRequest, GrantRequest, HubCompany, ProviderError, RecordsPage,
    RecordsRequest, RefreshError, SubscriptionRequest, Tokens, UserTokens,
};
use ledgerhook_egress::{AddressPolicy, CallableUrl, Request};
use ledgerhook_model::configuration::{Configuration, is_secret, keys};
use ledgerhook_model::{Moment, Secret};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::Bench;
use super::provider::{CLIENT_ID, CLIENT_SECRET, REDIRECT_URI};

/// A connected company.
#[derive(Debug)]
pub(crate) struct Company {
    /// With what it is read.
    pub(crate) access: Access,
    /// What is kept with its instance.
    pub(crate) configuration: Configuration,
    /// Its tokens, as they came.
    pub(crate) tokens: Tokens,
}

/// What comes back from the consent page.
pub(crate) type Back = Map<String, Value>;

impl Bench {
    /// What a creation request brings, secrets in clear.
    pub(crate) fn configuration(&self) -> Configuration {
        let mut configuration = Configuration::default();
        configuration.set(keys::API_KEY, CLIENT_ID);
        configuration.set(keys::API_SECRET, CLIENT_SECRET);
        configuration.set(keys::OAUTH_CALLBACK_URL, REDIRECT_URI);
        for (key, value) in self.provider.entries() {
            configuration.set(key, *value);
        }
        configuration
    }

    /// Goes to the consent page and consents.
    pub(crate) async fn consent(&self) -> Back {
        let (_, consenter) = self.provider.consent();
        self.decide(consenter).await
    }

    /// Goes to the consent page and says no.
    pub(crate) async fn refuse_consent(&self) -> Back {
        self.decide("").await
    }

    async fn decide(&self, consenter: &str) -> Back {
        self.connector.oauth.look_up_endpoints().await;
        let request = AuthorizeRequest {
            api_key: CLIENT_ID.to_owned(),
            callback_url: REDIRECT_URI.to_owned(),
            scope: None,
            state: "st&te".to_owned(),
            request_token: None,
        };
        let url = self.connector.oauth.authorize_url(&request).unwrap();
        let page = self.client.send(Request::get(callable(&url))).await.unwrap();
        assert!(page.status.is_success(), "{url}: {}", page.status);
        let (address, query) = url.split_once('?').unwrap();
        let (field, _) = self.provider.consent();
        let mut form = form_urlencoded::Serializer::new(query.to_owned());
        let form = form.append_pair(field, consenter).finish();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind)]);
        let pressed = Request::post(callable(address), headers, form.into());
        let answer = self.client.send(pressed).await.unwrap();
        let back = Url::parse(answer.headers[LOCATION].to_str().unwrap()).unwrap();
        assert!(back.as_str().starts_with(REDIRECT_URI), "{back}");
        let pairs: BTreeMap<String, String> = back.query_pairs().into_owned().collect();
        assert_eq!(pairs["state"], "st&te");
        pairs.into_iter().map(|(name, value)| (name, value.into())).collect()
    }

    /// Creates a connection with what came back.
    pub(crate) async fn connect_with(
        &self,
        back: &Back,
        configuration: &Configuration,
    ) -> Result<Connected, ConnectError> {
        let request = ConnectRequest { provider_data: back, configuration, external: false };
        self.connector.oauth.connect(request).await
    }

    /// Connects the company.
    pub(crate) async fn connect(&self) -> Company {
        let back = self.consent().await;
        let mut configuration = self.configuration();
        let connected = self.connect_with(&back, &configuration).await.unwrap();
        for (key, value) in &connected.configuration {
            configuration.set(key, value.as_str());
        }
        let own_keys = self.connector.profile.keys;
        configuration.0.retain(|key, _| !is_secret(key, own_keys));
        let Connected { company, tokens, .. } = connected;
        let access = Access {
            company,
            credentials: credentials(CLIENT_SECRET),
            source: Arc::new(UserTokens {
                token: tokens.access.clone(),
                companion: tokens.refresh.clone(),
            }),
        };
        Company { access, configuration, tokens }
    }

    /// Renews the tokens of a company.
    pub(crate) async fn refresh(
        &self,
        company: &Company,
        refresh_token: &Secret,
    ) -> Result<Tokens, RefreshError> {
        self.connector.oauth.refresh(company.grant(refresh_token)).await
    }

    /// Asks the feed of the provider's resource.
    pub(crate) async fn changes(
        &self,
        company: &Company,
        since: Moment,
    ) -> Result<FeedPage, ProviderError> {
        let resource = self.provider.resource();
        ask(self.feed(&company.configuration).as_ref(), company, resource, since).await
    }

    /// Reads records of the provider's resource.
    pub(crate) async fn read(
        &self,
        company: &Company,
        ids: &[String],
    ) -> Result<RecordsPage, ProviderError> {
        let records = self.connector.records.as_ref().unwrap();
        let Company { access, configuration, .. } = company;
        let resource = self.provider.resource();
        let request = RecordsRequest { access, configuration, resource, object_ids: ids };
        records.read(request).await
    }
}

/// Asks a feed for changes of one resource.
pub(crate) async fn ask(
    feed: &dyn ChangeFeed,
    company: &Company,
    resource: &str,
    since: Moment,
) -> Result<FeedPage, ProviderError> {
    let Company { access, configuration, .. } = company;
    let resources = [resource.to_owned()];
    feed.changes(FeedRequest { access, configuration, since, resources: &resources }).await
}

impl Company {
    /// With what its grant is renewed or ended.
    pub(crate) fn grant<'a>(&'a self, refresh_token: &'a Secret) -> GrantRequest<'a> {
        let (credentials, configuration) = (&self.access.credentials, &self.configuration);
        GrantRequest { credentials, configuration, refresh_token }
    }

    /// The same company with other tokens.
    pub(crate) fn with_tokens(&self, tokens: Tokens) -> Self {
        let (token, companion) = (tokens.access.clone(), tokens.refresh.clone());
        let source = Arc::new(UserTokens { token, companion });
        let access = Access { source, ..self.access.clone() };
        Self { access, configuration: self.configuration.clone(), tokens }
    }

    /// The same company with another client secret.
    pub(crate) fn with_client_secret(&self, client_secret: &str) -> Self {
        let mut same = self.with_tokens(self.tokens.clone());
        same.access.credentials = credentials(client_secret);
        same
    }

    /// As the hub wants it.
    pub(crate) fn of_hub(&self) -> HubCompany<'_> {
        HubCompany { access: &self.access, configuration: &self.configuration }
    }

    /// As subscriptions want it.
    pub(crate) fn of_subscriptions(&self) -> SubscriptionRequest<'_> {
        SubscriptionRequest { access: &self.access, configuration: &self.configuration }
    }

    /// Expects a text to hold none of its secrets.
    pub(crate) fn expect_no_secret(&self, text: &str) {
        for secret in [&self.tokens.access, &self.tokens.refresh] {
            assert!(!text.contains(secret.expose()), "{text}");
        }
        assert!(!text.contains(CLIENT_SECRET), "{text}");
    }
}

fn credentials(client_secret: &str) -> ClientCredentials {
    ClientCredentials { api_key: Secret::new(CLIENT_ID), api_secret: Secret::new(client_secret) }
}

fn callable(url: &str) -> CallableUrl {
    CallableUrl::parse(url, &AddressPolicy::allow_private()).unwrap()
}
