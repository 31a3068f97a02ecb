//! Request tokens and their exchange by OAuth 1.0a (RFC 5849 §2), for servers that still speak it.

use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use ledgerhook_connector::{AuthorizeRequest, ClientCredentials, ConnectError};
use ledgerhook_connector::{RequestToken, RequestTokenRequest};
use ledgerhook_egress::{Answer, CallError, CallableUrl, Client, Request};
use ledgerhook_model::Secret;
use url::form_urlencoded;

use super::connect_input::VerifierGrant;
use crate::connect_input::redirect_uri;
use crate::quickbooks::endpoints::OAuth1Endpoints;
use crate::quickbooks::oauth1_signature::Signer;

/// Most characters repeated of the server's own words.
const WORDS_CHARS_MAX: usize = 300;

/// A token and its secret.
pub(super) struct TokenPair {
    pub(super) token: Secret,
    pub(super) secret: Secret,
}

/// Asks for a request token.
pub(super) async fn request_token(
    client: &Client,
    endpoints: &OAuth1Endpoints,
    request: &RequestTokenRequest,
) -> Result<RequestToken, ConnectError> {
    let callback = redirect_uri("callbackUrl", &request.callback_url)?;
    let credentials = ClientCredentials {
        api_key: Secret::new(request.api_key.as_str()),
        api_secret: request.api_secret.clone(),
    };
    let signer =
        Signer { credentials: &credentials, token: None, callback: Some(callback), verifier: None };
    let refused = "the provider does not accept apiKey with apiSecret; copy consumer key and \
                   consumer secret of one app";
    let pair = ask(client, &endpoints.request_token, &signer, refused).await?;
    Ok(RequestToken { token: pair.token.expose().to_owned(), secret: pair.secret })
}

/// Exchanges an authorised request token.
pub(super) async fn exchange(
    client: &Client,
    endpoints: &OAuth1Endpoints,
    grant: &VerifierGrant,
) -> Result<TokenPair, ConnectError> {
    let signer = Signer {
        verifier: Some(&grant.verifier),
        ..Signer::new(&grant.credentials, &grant.token, &grant.token_secret)
    };
    let refused = "the provider does not accept providerData.oauth_token with its oauth_verifier \
                   and secret; ask for a new request token and authorise again";
    ask(client, &endpoints.access_token, &signer, refused).await
}

/// The URL to which the customer's browser is sent. The state goes into the callback, in the
/// original's form (reference: cloud-elements §3).
pub(super) fn connect_url(
    endpoints: &OAuth1Endpoints,
    request: &AuthorizeRequest,
    request_token: &str,
) -> Result<String, ConnectError> {
    let callback = redirect_uri("callbackUrl", &request.callback_url)?;
    let separator = if callback.contains('?') { '&' } else { '?' };
    let state = form_urlencoded::Serializer::new(String::new())
        .append_pair("state", &request.state)
        .finish();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("oauth_token", request_token)
        .append_pair("oauth_callback", &format!("{callback}{separator}{state}"))
        .finish();
    Ok(format!("{}?{query}", endpoints.connect))
}

async fn ask(
    client: &Client,
    url: &CallableUrl,
    signer: &Signer<'_>,
    refused: &str,
) -> Result<TokenPair, ConnectError> {
    let answer = send(client, url, signer).await.map_err(|error| ConnectError::Unavailable {
        message: format!("the provider could not be asked: {error}"),
    })?;
    if answer.status.is_client_error() {
        let words = String::from_utf8_lossy(&answer.body);
        return Err(ConnectError::Refused {
            message: refused.to_owned(),
            provider_message: words.chars().take(WORDS_CHARS_MAX).collect(),
        });
    }
    token_pair(&answer).ok_or_else(|| {
        let message = format!("the provider answered {} without a token", answer.status.as_u16());
        ConnectError::Unavailable { message }
    })
}

async fn send(
    client: &Client,
    url: &CallableUrl,
    signer: &Signer<'_>,
) -> Result<Answer, CallError> {
    let authorization = signer.authorization(&Method::POST, url).ok_or(CallError::Unsendable)?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
    client.send(Request::post(url.clone(), headers, Vec::new().into())).await
}

/// A form with `oauth_token` and `oauth_token_secret` (RFC 5849 §2.1 and §2.3).
fn token_pair(answer: &Answer) -> Option<TokenPair> {
    if !answer.status.is_success() {
        return None;
    }
    let member = |name: &str| {
        let mut pairs = form_urlencoded::parse(&answer.body);
        let (_, value) = pairs.find(|(own, _)| own == name)?;
        (!value.is_empty()).then(|| Secret::new(value))
    };
    Some(TokenPair { token: member("oauth_token")?, secret: member("oauth_token_secret")? })
}

#[cfg(test)]
mod tests;
