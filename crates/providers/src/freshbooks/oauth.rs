//! Connecting a business by OAuth 2.0 (reference: freshbooks-sage §1.7 and §1.8).

mod connect_input;
mod granted;
mod membership;
mod wanted;

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION};
use ledgerhook_connector::{
    AuthorizeRequest, ClientCredentials, ConnectError, ConnectRequest, Connected, GrantRequest,
    OAuth, RefreshError, Tokens,
};
use ledgerhook_egress::{Answer, CallError, CallableUrl, Client, Request};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::keys;
use url::form_urlencoded;

use super::endpoints::Endpoints;
use crate::connect_input::after_exchange;
use crate::token_endpoint::{Refusal, TokenEndpoint, form_with_credentials};
use connect_input::{CodeGrant, ExternalGrant, redirect_uri};
use granted::Granted;
use membership::Business;
use wanted::Wanted;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

const FRESHBOOKS: TokenEndpoint = TokenEndpoint("FreshBooks");

/// OAuth at FreshBooks.
#[derive(Debug)]
pub(super) struct FreshBooksOAuth {
    client: Client,
    endpoints: Arc<Endpoints>,
}

impl FreshBooksOAuth {
    /// `client` makes the calls.
    pub(super) fn new(client: Client, endpoints: Arc<Endpoints>) -> Self {
        Self { client, endpoints }
    }

    async fn exchange(&self, grant: &CodeGrant<'_>) -> Result<Tokens, ConnectError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", grant.code),
            ("redirect_uri", grant.redirect_uri),
        ];
        let answer = self.post(&self.endpoints.token, &grant.credentials, &form).await;
        let answer = answer.map_err(|error| FRESHBOOKS.not_asked(&error))?;
        let granted: Box<Granted> = FRESHBOOKS.exchanged(&answer, exchange_refused)?;
        FRESHBOOKS.first_tokens(*granted)
    }

    /// Asks who authorised, and finds the business that is meant.
    async fn business(
        &self,
        access: &Secret,
        wanted: &Wanted<'_>,
    ) -> Result<Business, ConnectError> {
        let mut request = Request::get(self.endpoints.me.clone());
        request.headers.insert(ACCEPT, JSON);
        let bearer = HeaderValue::try_from(format!("Bearer {}", access.expose()));
        let mut bearer = bearer.map_err(|_| connect_input::unsendable_token())?;
        bearer.set_sensitive(true);
        request.headers.insert(AUTHORIZATION, bearer);
        let answer = self.client.send(request).await;
        let answer = answer.map_err(|error| FRESHBOOKS.not_asked(&error))?;
        membership::find(&answer, wanted)
    }

    /// The app's credentials go in the form, as FreshBooks documents it.
    async fn post(
        &self,
        url: &CallableUrl,
        credentials: &ClientCredentials,
        form: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        self.client.send(form_with_credentials(url, credentials, form)).await
    }
}

#[async_trait]
impl OAuth for FreshBooksOAuth {
    /// Without a scope FreshBooks asks for those of the app; one that the app does not have would
    /// fail the whole consent.
    fn authorize_url(&self, request: &AuthorizeRequest) -> Result<String, ConnectError> {
        if request.request_token.is_some() {
            return Err(connect_input::request_token_unknown());
        }
        let redirect_uri = redirect_uri("callbackUrl", &request.callback_url)?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(scope) = request.scope.as_deref().filter(|scope| !scope.trim().is_empty()) {
            query.append_pair("scope", scope);
        }
        let query = query
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &request.state)
            .append_pair("client_id", &request.api_key)
            .finish();
        Ok(format!("{}?{query}", self.endpoints.authorize))
    }

    async fn connect(&self, request: ConnectRequest<'_>) -> Result<Connected, ConnectError> {
        if request.external {
            let grant = ExternalGrant::read(&request)?;
            let business = match grant.business {
                Some(business) => business,
                None => self.business(&grant.tokens.access, &grant.wanted).await?,
            };
            return Ok(business.connected(grant.tokens));
        }
        let grant = CodeGrant::read(&request)?;
        let tokens = self.exchange(&grant).await?;
        let business = self.business(&tokens.access, &grant.wanted).await;
        let business = business.map_err(after_exchange)?;
        Ok(business.connected(tokens))
    }

    /// A refresh token works once, so one whose answer was lost may be spent: whether it is tried
    /// again is not decided here.
    async fn refresh(&self, request: GrantRequest<'_>) -> Result<Tokens, RefreshError> {
        let GrantRequest { credentials, configuration, refresh_token } = request;
        let redirect_uri = configuration.text(keys::OAUTH_CALLBACK_URL).unwrap_or_default();
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
            ("redirect_uri", redirect_uri),
        ];
        let answer = self.post(&self.endpoints.token, credentials, &form).await;
        FRESHBOOKS.refreshed::<Granted>(answer, refresh_token)
    }

    async fn revoke(&self, request: GrantRequest<'_>) -> Result<(), RefreshError> {
        let form = [("token", request.refresh_token.expose())];
        FRESHBOOKS.revoked(self.post(&self.endpoints.revoke, request.credentials, &form).await)
    }
}

/// Says which of the values that were sent is the wrong one.
fn exchange_refused(refusal: &Refusal) -> ConnectError {
    let message = match refusal.error.as_str() {
        "invalid_grant" => format!(
            "FreshBooks does not accept providerData.code: it was used already, or is older than \
             its 5 minutes, or was given for another redirect URI than configuration.{}; authorise \
             again and use the new code at once",
            keys::OAUTH_CALLBACK_URL
        ),
        "invalid_client" | "unauthorized_client" => format!(
            "FreshBooks does not accept configuration.{} with configuration.{}; copy Client ID and \
             Client Secret of one app",
            keys::API_KEY,
            keys::API_SECRET
        ),
        "invalid_redirect_uri" | "redirect_uri_mismatch" => format!(
            "FreshBooks does not accept configuration.{}; write one of the app's redirect URIs, \
             letter by letter the one of the authorisation",
            keys::OAUTH_CALLBACK_URL
        ),
        "invalid_scope" => "FreshBooks does not accept the scope: it has one that does not exist \
                            or that the app does not have; add it to the app or leave scope out"
            .to_owned(),
        error => format!("FreshBooks refused to exchange providerData.code for tokens ({error})"),
    };
    ConnectError::Refused { message, provider_message: refusal.words.clone() }
}

#[cfg(test)]
mod tests;
