//! Connecting a company by OAuth 2.0 (reference: freshbooks-sage §2.4 and §2.1).

mod businesses;
mod connect_input;
mod granted;

use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_connector::{
    AuthorizeRequest, ClientCredentials, ConnectError, ConnectRequest, Connected, GrantRequest,
    OAuth, RefreshError, Tokens,
};
use ledgerhook_egress::{Answer, CallError, CallableUrl, Client};
use ledgerhook_model::configuration::{Configuration, keys};
use url::form_urlencoded;

use super::dialect::{Dialect, DialectProblem};
use super::endpoints::Endpoints;
use super::profile::{BUSINESS_ID, COUNTRY, RESOURCE_OWNER_ID, SCOPE_DEFAULT};
use crate::connect_input::{after_exchange, redirect_uri};
use crate::token_endpoint::{Refusal, TokenEndpoint, form_with_credentials};
use businesses::Businesses;
use connect_input::{CodeGrant, ExternalGrant};
use granted::Granted;

const SAGE: TokenEndpoint = TokenEndpoint("Sage");

/// What a company of API v1 is called: a grant of it is for one company, which it does not name.
const V1_COMPANY: &str = "lead";

/// OAuth at Sage.
#[derive(Debug)]
pub(super) struct SageOAuth {
    client: Client,
    endpoints: Arc<Endpoints>,
}

impl SageOAuth {
    /// `client` makes the calls.
    pub(super) fn new(client: Client, endpoints: Arc<Endpoints>) -> Self {
        Self { client, endpoints }
    }

    async fn exchange(&self, grant: &CodeGrant<'_>) -> Result<GrantedTokens, ConnectError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", grant.code.as_str()),
            ("redirect_uri", grant.redirect_uri),
        ];
        let url = self.endpoints.token(grant.dialect);
        let answer = self.post(url, &grant.credentials, &form).await.map_err(|error| {
            let hint = grant.dialect.retirement();
            ConnectError::Unavailable { message: format!("Sage could not be asked: {error}{hint}") }
        })?;
        let mut granted: Box<Granted> = SAGE.exchanged(&answer, exchange_refused)?;
        let owner = granted.resource_owner_id.take();
        let tokens = SAGE.first_tokens(*granted)?;
        Ok(GrantedTokens { tokens, owner })
    }

    /// The company that the tokens are for, and what to keep of it. API v3.1 is asked, because its
    /// tokens are for every business of the user.
    async fn company(
        &self,
        dialect: Dialect,
        configuration: &Configuration,
        granted: &GrantedTokens,
    ) -> Result<(String, Vec<(&'static str, String)>), ConnectError> {
        let owner = granted.owner.clone();
        match dialect {
            Dialect::V31 => {
                let api = self.endpoints.api(dialect);
                let token = &granted.tokens.access;
                let businesses = Businesses { client: &self.client, api: &api, token };
                let id = businesses.choose(configuration).await?;
                Ok((id.clone(), vec![(BUSINESS_ID, id)]))
            }
            Dialect::Columbus(_) => {
                let owner = owner.ok_or_else(|| ConnectError::Unavailable {
                    message: "Sage's answer holds no resource_owner_id".to_owned(),
                })?;
                Ok((owner.clone(), vec![(RESOURCE_OWNER_ID, owner)]))
            }
            Dialect::V1 => Ok((owner.unwrap_or_else(|| V1_COMPANY.to_owned()), Vec::new())),
        }
    }

    /// Sage wants the app's credentials in the form.
    async fn post(
        &self,
        url: &CallableUrl,
        credentials: &ClientCredentials,
        form: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        self.client.send(form_with_credentials(url, credentials, form)).await
    }
}

/// What an exchange brought.
#[derive(Debug)]
struct GrantedTokens {
    tokens: Tokens,
    /// The company's id in API v3.
    owner: Option<String>,
}

#[async_trait]
impl OAuth for SageOAuth {
    /// Always for API v3.1: a browser cannot be sent to the retired ones any more. The filter shows
    /// the customer only countries that have it.
    fn authorize_url(&self, request: &AuthorizeRequest) -> Result<String, ConnectError> {
        let redirect_uri = redirect_uri("callbackUrl", &request.callback_url)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("filter", "apiv3.1")
            .append_pair("scope", request.scope.as_deref().unwrap_or(SCOPE_DEFAULT))
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &request.state)
            .append_pair("client_id", &request.api_key)
            .finish();
        Ok(format!("{}?{query}", self.endpoints.authorize))
    }

    async fn connect(&self, request: ConnectRequest<'_>) -> Result<Connected, ConnectError> {
        let dialect = connect_input::check(&request)?;
        let granted = if request.external {
            let ExternalGrant { tokens, company, .. } =
                ExternalGrant::read(dialect, request.configuration)?;
            // What the caller names is taken without asking.
            if let Some((key, company)) = company {
                let configuration = vec![(key, company.clone())];
                return Ok(Connected { company, tokens, configuration });
            }
            GrantedTokens { tokens, owner: None }
        } else {
            self.exchange(&CodeGrant::read(dialect, &request)?).await?
        };
        let company = self.company(dialect, request.configuration, &granted).await;
        let (company, mut configuration) =
            if request.external { company? } else { company.map_err(after_exchange)? };
        // What the redirect told is needed for every later call.
        if let (Dialect::Columbus(country), None) = (dialect, request.configuration.text(COUNTRY)) {
            configuration.push((COUNTRY, country.code.to_owned()));
        }
        Ok(Connected { company, tokens: granted.tokens, configuration })
    }

    async fn refresh(&self, request: GrantRequest<'_>) -> Result<Tokens, RefreshError> {
        let GrantRequest { credentials, configuration, refresh_token } = request;
        let dialect = Dialect::of(configuration).map_err(unusable)?;
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        let answer = self.post(self.endpoints.token(dialect), credentials, &form).await;
        SAGE.refreshed::<Granted>(answer, refresh_token)
    }

    /// Access tokens cannot be ended, they live five minutes; the refresh token can.
    async fn revoke(&self, request: GrantRequest<'_>) -> Result<(), RefreshError> {
        let dialect = Dialect::of(request.configuration).map_err(unusable)?;
        let Some(url) = self.endpoints.revoke(dialect) else { return Ok(()) };
        let form = [("token", request.refresh_token.expose())];
        SAGE.revoked(self.post(url, request.credentials, &form).await)
    }
}

fn unusable(error: DialectProblem) -> RefreshError {
    let message = format!("configuration.{}: {}", error.key, error.problem);
    RefreshError::Unavailable { message }
}

/// Says which of the values that were sent is the wrong one.
fn exchange_refused(refusal: &Refusal) -> ConnectError {
    let message = match refusal.error.as_str() {
        "invalid_grant" => format!(
            "Sage does not accept providerData.code: it was used already, or is older than its 60 \
             seconds, or was given for another callback URL than configuration.{}; authorise again \
             and use the new code at once",
            keys::OAUTH_CALLBACK_URL
        ),
        "invalid_client" | "unauthorized_client" => format!(
            "Sage does not accept configuration.{} with configuration.{}; copy Client ID and \
             Client Secret of one app from Sage's developer portal",
            keys::API_KEY,
            keys::API_SECRET
        ),
        error => format!("Sage refused to exchange providerData.code for tokens ({error})"),
    };
    ConnectError::Refused { message, provider_message: refusal.words.clone() }
}

#[cfg(test)]
mod tests;
