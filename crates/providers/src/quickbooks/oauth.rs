//! Connecting a company by OAuth 2.0 (reference: quickbooks §4.1), or by OAuth 1.0a at a server
//! that still speaks it (§4.2).

mod company_check;
mod connect_input;
mod granted;
mod migration;
mod oauth1;

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use ledgerhook_connector::{
    Access, AuthorizeRequest, ClientCredentials, ConnectError, ConnectRequest, Connected,
    GrantRequest, MigrateRequest, OAuth, RefreshError, RequestToken, RequestTokenRequest, Tokens,
    UserTokens,
};
use ledgerhook_egress::{Answer, CallError, Client, Request};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::keys;
use serde_json::json;
use url::form_urlencoded;

use super::api::Api;
use super::endpoints::Endpoints;
use super::profile::{REALM_ID, SCOPE_DEFAULT};
use crate::connect_input::redirect_uri;
use crate::token_endpoint::{Refusal, TokenEndpoint};
use company_check::Claim;
use connect_input::{CodeGrant, Protocol, VerifierGrant};
use granted::Granted;
use migration::Migration;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Has the token endpoint say when a connection ends for good (reference: quickbooks §4.1).
const INCLUDE_HARD_END: HeaderName =
    HeaderName::from_static("x-include-refresh-token-hard-expires-in");

const INTUIT: TokenEndpoint = TokenEndpoint("Intuit");

/// OAuth at Intuit.
#[derive(Debug)]
pub(super) struct QuickBooksOAuth {
    client: Client,
    endpoints: Arc<Endpoints>,
    api: Arc<Api>,
}

impl QuickBooksOAuth {
    /// `client` makes the calls; `api` reads the companies that are connected.
    pub(super) fn new(client: Client, endpoints: Arc<Endpoints>, api: Arc<Api>) -> Self {
        Self { client, endpoints, api }
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
            refresh_hard_lifetime: None,
        };
        Ok(connect_input::connected_by_oauth1(grant.company, tokens))
    }

    /// The code may be given for another company than the caller says, or with too little scope.
    /// What came for it is then given back.
    async fn connect_by_code(
        &self,
        request: &ConnectRequest<'_>,
    ) -> Result<Connected, ConnectError> {
        let grant = CodeGrant::read(request)?;
        let (tokens, authorised) = self.exchange(&grant).await?;
        let access = access(&grant.company, &grant.credentials, &tokens);
        let claim = Claim {
            access: &access,
            configuration: request.configuration,
            authorised: authorised.as_deref(),
            realm_member: connect_input::REALM,
            token_member: "the access token that came for providerData.code",
        };
        let proved = self.prove_or_give_back(&claim, &tokens.refresh).await?;
        let mut configuration = vec![(REALM_ID, grant.company.clone())];
        configuration.extend(proved);
        Ok(Connected { company: grant.company, tokens, configuration })
    }

    async fn connect_by_tokens(
        &self,
        request: &ConnectRequest<'_>,
    ) -> Result<Connected, ConnectError> {
        let (mut connected, credentials) = connect_input::external(request.configuration)?;
        let access = access(&connected.company, &credentials, &connected.tokens);
        let claim = Claim {
            access: &access,
            configuration: request.configuration,
            authorised: None,
            realm_member: "configuration.quickbooks.realm.id",
            token_member: "configuration.oauth.user.token",
        };
        connected.configuration.extend(claim.prove(&self.api).await?);
        Ok(connected)
    }

    /// Proves that fresh tokens open their company, or gives them back.
    async fn prove_or_give_back(
        &self,
        claim: &Claim<'_>,
        refresh_token: &Secret,
    ) -> Result<Vec<(&'static str, String)>, ConnectError> {
        let proved = claim.prove(&self.api).await;
        if proved.is_err() {
            let (credentials, configuration) = (&claim.access.credentials, claim.configuration);
            let request = GrantRequest { credentials, configuration, refresh_token };
            if let Err(error) = self.revoke(request).await {
                tracing::warn!(%error, "tokens that are of no use could not be given back");
            }
        }
        proved
    }

    /// Tokens, and the company that they are for, where Intuit says so.
    async fn exchange(
        &self,
        grant: &CodeGrant<'_>,
    ) -> Result<(Tokens, Option<String>), ConnectError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", grant.code),
            ("redirect_uri", grant.redirect_uri),
        ];
        let answer = self.ask_token(&grant.credentials, &form).await;
        let answer = answer.map_err(|error| INTUIT.not_asked(&error))?;
        let granted: Box<Granted> = INTUIT.exchanged(&answer, exchange_refused)?;
        let authorised = granted.authorised_company();
        let tokens = INTUIT.first_tokens(*granted)?;
        Ok((tokens, authorised))
    }

    async fn ask_token(
        &self,
        credentials: &ClientCredentials,
        form: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut headers = headers(credentials, FORM)?;
        headers.insert(INCLUDE_HARD_END, HeaderValue::from_static("true"));
        let url = self.endpoints.token(&self.client).await;
        self.client.send(Request::post(url, headers, body.into())).await
    }

    async fn ask_revocation(
        &self,
        credentials: &ClientCredentials,
        body: String,
    ) -> Result<Answer, CallError> {
        let headers = headers(credentials, JSON)?;
        let url = self.endpoints.revoke(&self.client).await;
        self.client.send(Request::post(url, headers, body.into())).await
    }
}

#[async_trait]
impl OAuth for QuickBooksOAuth {
    async fn look_up_endpoints(&self) {
        self.endpoints.look_up(&self.client).await;
    }

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
        Ok(format!("{}?{query}", self.endpoints.authorize()))
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
        match request.external {
            true => self.connect_by_tokens(&request).await,
            false => self.connect_by_code(&request).await,
        }
    }

    async fn refresh(&self, request: GrantRequest<'_>) -> Result<Tokens, RefreshError> {
        let GrantRequest { credentials, refresh_token, .. } = request;
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        let answer = self.ask_token(credentials, &form).await;
        INTUIT.refreshed::<Granted>(answer, refresh_token)
    }

    /// Intuit wants the token as JSON and the app's credentials beside it.
    async fn revoke(&self, request: GrantRequest<'_>) -> Result<(), RefreshError> {
        let body = json!({ "token": request.refresh_token.expose() }).to_string();
        INTUIT.revoked(self.ask_revocation(request.credentials, body).await)
    }

    async fn migrate(&self, request: MigrateRequest<'_>) -> Result<Connected, ConnectError> {
        let migration = Migration::read(&request)?;
        let (tokens, company) = migration.exchange(&self.client, &self.endpoints).await?;
        let access = access(request.company, request.credentials, &tokens);
        let claim = Claim {
            access: &access,
            configuration: &migration.configuration,
            authorised: Some(company.as_deref().unwrap_or(request.company)),
            realm_member: "configuration.quickbooks.realm.id",
            token_member: "the access token that came for the one of OAuth 1.0a",
        };
        let proved = self.prove_or_give_back(&claim, &tokens.refresh).await?;
        Ok(migration.connected(tokens, proved))
    }
}

/// Access to a company with tokens as they are.
fn access(company: &str, credentials: &ClientCredentials, tokens: &Tokens) -> Access {
    let (token, companion) = (tokens.access.clone(), tokens.refresh.clone());
    Access {
        company: company.to_owned(),
        credentials: credentials.clone(),
        source: Arc::new(UserTokens { token, companion }),
    }
}

fn headers(
    credentials: &ClientCredentials,
    content_type: &'static str,
) -> Result<HeaderMap, CallError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(JSON));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(AUTHORIZATION, basic(credentials)?);
    Ok(headers)
}

fn basic(credentials: &ClientCredentials) -> Result<HeaderValue, CallError> {
    let pair = format!("{}:{}", credentials.api_key.expose(), credentials.api_secret.expose());
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
        .map_err(|_| CallError::Unsendable)?;
    value.set_sensitive(true);
    Ok(value)
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
