//! Connecting a company by OAuth 2.0 (reference: quickbooks §4.1), or by OAuth 1.0a at a server
//! that still speaks it (§4.2).

mod connect_input;
mod oauth1;
mod token_answer;

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use ledgerhook_connector::{
    AuthorizeRequest, ClientCredentials, ConnectError, ConnectRequest, Connected, GrantRequest,
    OAuth, RefreshError, RequestToken, RequestTokenRequest, Tokens,
};
use ledgerhook_egress::{Answer, CallError, CallableUrl, Client, Request};
use ledgerhook_model::configuration::keys;
use serde_json::json;
use url::form_urlencoded;

use super::endpoints::Endpoints;
use super::profile::{REALM_ID, SCOPE_DEFAULT};
use connect_input::{CodeGrant, Protocol, VerifierGrant, redirect_uri};
use token_answer::{Refusal, TokenAnswer};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

const NO_REFRESH_TOKEN: &str = "Intuit's answer holds no refresh token";

/// OAuth at Intuit.
#[derive(Debug)]
pub(super) struct QuickBooksOAuth {
    client: Client,
    endpoints: Arc<Endpoints>,
}

impl QuickBooksOAuth {
    /// `client` makes the calls.
    pub(super) fn new(client: Client, endpoints: Arc<Endpoints>) -> Self {
        Self { client, endpoints }
    }

    /// The token of OAuth 1.0a is kept as the access token, its secret in place of the refresh
    /// token: there is nothing to refresh.
    async fn connect_by_oauth1(
        &self,
        request: &ConnectRequest<'_>,
    ) -> Result<Connected, ConnectError> {
        let endpoints = self.endpoints.oauth1();
        let endpoints = endpoints.filter(|_| !self.endpoints.api_is_intuits(request.configuration));
        let endpoints = endpoints.ok_or_else(|| connect_input::oauth1_ended(request))?;
        if request.external {
            return connect_input::external_oauth1(request.configuration);
        }
        let grant = VerifierGrant::read(request)?;
        let pair = oauth1::exchange(&self.client, endpoints, &grant).await?;
        let tokens = Tokens {
            access: pair.token,
            refresh: pair.secret,
            access_lifetime: connect_input::OAUTH1_LIFETIME,
            refresh_lifetime: None,
        };
        Ok(connect_input::connected_by_oauth1(grant.company, tokens))
    }

    async fn exchange(&self, grant: &CodeGrant<'_>) -> Result<Tokens, ConnectError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", grant.code),
            ("redirect_uri", grant.redirect_uri),
        ];
        let answer = self.ask_token(&grant.credentials, &form).await.map_err(|error| {
            ConnectError::Unavailable { message: format!("Intuit could not be asked: {error}") }
        })?;
        match TokenAnswer::read(&answer) {
            TokenAnswer::Granted(granted) => granted
                .into_tokens(None)
                .ok_or_else(|| ConnectError::Unavailable { message: NO_REFRESH_TOKEN.to_owned() }),
            TokenAnswer::Refused(refusal) => Err(exchange_refused(&refusal)),
            TokenAnswer::Unusable(message) => Err(ConnectError::Unavailable { message }),
        }
    }

    async fn ask_token(
        &self,
        credentials: &ClientCredentials,
        form: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.post(&self.endpoints.token, credentials, FORM, body).await
    }

    async fn post(
        &self,
        url: &CallableUrl,
        credentials: &ClientCredentials,
        content_type: &'static str,
        body: String,
    ) -> Result<Answer, CallError> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(JSON));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(AUTHORIZATION, basic(credentials)?);
        self.client.send(Request::post(url.clone(), headers, body.into())).await
    }
}

#[async_trait]
impl OAuth for QuickBooksOAuth {
    fn authorize_url(&self, request: &AuthorizeRequest) -> Result<String, ConnectError> {
        if let Some(token) = &request.request_token {
            let endpoints = self.endpoints.oauth1();
            let endpoints = endpoints.ok_or_else(connect_input::request_tokens_ended)?;
            return oauth1::connect_url(endpoints, request, token);
        }
        let redirect_uri = redirect_uri("callbackUrl", &request.callback_url)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("scope", request.scope.as_deref().unwrap_or(SCOPE_DEFAULT))
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &request.state)
            .append_pair("client_id", &request.api_key)
            .finish();
        Ok(format!("{}?{query}", self.endpoints.authorize))
    }

    async fn request_token(
        &self,
        request: &RequestTokenRequest,
    ) -> Result<RequestToken, ConnectError> {
        let endpoints = self.endpoints.oauth1();
        let endpoints = endpoints.ok_or_else(connect_input::request_tokens_ended)?;
        oauth1::request_token(&self.client, endpoints, request).await
    }

    async fn connect(&self, request: ConnectRequest<'_>) -> Result<Connected, ConnectError> {
        if connect_input::check(&request)? == Protocol::OAuth1 {
            return self.connect_by_oauth1(&request).await;
        }
        if request.external {
            return connect_input::external(request.configuration);
        }
        let grant = CodeGrant::read(&request)?;
        let tokens = self.exchange(&grant).await?;
        let configuration = vec![(REALM_ID, grant.company.clone())];
        Ok(Connected { company: grant.company, tokens, configuration })
    }

    /// Only a refused grant is final. Intuit gives back the refresh token, as a rule a new one each
    /// day; should it leave it out, the old one is still good.
    async fn refresh(&self, request: GrantRequest<'_>) -> Result<Tokens, RefreshError> {
        let GrantRequest { credentials, refresh_token, .. } = request;
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        let answer = self.ask_token(credentials, &form).await.map_err(unreachable_now)?;
        match TokenAnswer::read(&answer) {
            TokenAnswer::Granted(granted) => granted
                .into_tokens(Some(refresh_token))
                .ok_or_else(|| RefreshError::Unavailable { message: NO_REFRESH_TOKEN.to_owned() }),
            TokenAnswer::Refused(refusal) => Err(refresh_refused(refusal)),
            TokenAnswer::Unusable(message) => Err(RefreshError::Unavailable { message }),
        }
    }

    /// Intuit wants the token as JSON and the app's credentials beside it.
    async fn revoke(&self, request: GrantRequest<'_>) -> Result<(), RefreshError> {
        let body = json!({ "token": request.refresh_token.expose() }).to_string();
        let answer = self
            .post(&self.endpoints.revoke, request.credentials, JSON, body)
            .await
            .map_err(unreachable_now)?;
        if answer.status.is_success() {
            return Ok(());
        }
        Err(match token_answer::refusal(&answer) {
            Some(refusal) => refresh_refused(refusal),
            None => {
                let message = format!("Intuit answered {}", answer.status.as_u16());
                RefreshError::Unavailable { message }
            }
        })
    }
}

fn basic(credentials: &ClientCredentials) -> Result<HeaderValue, CallError> {
    let pair = format!("{}:{}", credentials.api_key.expose(), credentials.api_secret.expose());
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
        .map_err(|_| CallError::Unsendable)?;
    value.set_sensitive(true);
    Ok(value)
}

fn unreachable_now(error: CallError) -> RefreshError {
    RefreshError::Unavailable { message: format!("Intuit could not be asked: {error}") }
}

fn refresh_refused(refusal: Refusal) -> RefreshError {
    if refusal.status == StatusCode::BAD_REQUEST && refusal.error == "invalid_grant" {
        return RefreshError::Refused { provider_message: refusal.words };
    }
    let message = format!("Intuit answered {}: {}", refusal.status.as_u16(), refusal.words);
    RefreshError::Unavailable { message }
}

/// Says which of the values that were sent is the wrong one.
fn exchange_refused(refusal: &Refusal) -> ConnectError {
    let message = match refusal.error.as_str() {
        "invalid_grant" => format!(
            "Intuit does not accept providerData.code: it was used already, or is older than its 5 \
             minutes, or was given for another redirect URI than configuration.{}; authorise again \
             and use the new code at once",
            keys::OAUTH_CALLBACK_URL
        ),
        "invalid_client" => format!(
            "Intuit does not accept configuration.{} with configuration.{}; copy Client ID and \
             Client Secret of one app, from the same environment (development or production)",
            keys::API_KEY,
            keys::API_SECRET
        ),
        error => format!("Intuit refused to exchange providerData.code for tokens ({error})"),
    };
    ConnectError::Refused { message, provider_message: refusal.words.clone() }
}

#[cfg(test)]
mod tests;
