//! `/elements/{keyOrId}/oauth`: where a customer's browser is sent to authorise (reference:
//! cloud-elements §3). No credentials are asked for, as in the original: everything the answer is
//! made of comes with the request. And `/instances/{id}/reconnect` and `…/migrate-oauth1`, which
//! renew the authorisation of an instance.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use ledgerhook_engine::connector::{AuthorizeRequest, RequestTokenRequest};
use ledgerhook_engine::{Gateway, Refusal};
use ledgerhook_model::Secret;
use serde::Serialize;

use crate::body::JsonObject;
use crate::failure::Failure;
use crate::instances;
use crate::query::Query;
use crate::target::Target;

/// The `state` for which this gateway makes one of its own, which it checks when it comes back.
const STATE_AUTO: &str = "auto";

/// What a request says. The client secret, which the original takes as well, has no part in an
/// OAuth 2.0 authorisation URL and is not read.
#[derive(Debug)]
struct UrlRequest {
    api_key: Option<String>,
    callback_url: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    request_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UrlShape {
    oauth_url: String,
    element: &'static str,
}

/// `GET /elements/{keyOrId}/oauth/url`
pub(crate) async fn url_by_query(
    State(gateway): State<Arc<Gateway>>,
    Path(element): Path<String>,
    query: Query,
) -> Result<Json<UrlShape>, Failure> {
    let text = |name| query.text(name).map(str::to_owned);
    let request = UrlRequest {
        api_key: text("apiKey"),
        callback_url: text("callbackUrl"),
        scope: text("scope"),
        state: text("state"),
        request_token: text("requestToken"),
    };
    url(&gateway, &element, request).await
}

/// `POST /elements/{keyOrId}/oauth/url`
pub(crate) async fn url_by_body(
    State(gateway): State<Arc<Gateway>>,
    Path(element): Path<String>,
    JsonObject(mut body): JsonObject,
) -> Result<Json<UrlShape>, Failure> {
    let mut text = |name| {
        let given = body.text(name)?;
        Ok::<_, Failure>(given.filter(|text| !text.trim().is_empty()))
    };
    let request = UrlRequest {
        api_key: text("apiKey")?,
        callback_url: text("callbackUrl")?,
        scope: text("scope")?,
        state: text("state")?,
        request_token: text("requestToken")?,
    };
    url(&gateway, &element, request).await
}

/// Without a `state` it is the element's key, as in the original (reference: cloud-elements §3).
async fn url(
    gateway: &Gateway,
    element: &str,
    request: UrlRequest,
) -> Result<Json<UrlShape>, Failure> {
    let connector = gateway.connector(element)?;
    let element = connector.profile.key;
    let (Some(api_key), Some(callback_url)) = (request.api_key, request.callback_url) else {
        return Err(Failure::bad_request(
            "apiKey and callbackUrl: both are needed; they are the client id and the redirect URI \
             of your app at the provider",
        ));
    };
    let state = match request.state {
        None => element.to_owned(),
        Some(state) if state == STATE_AUTO => gateway.instances().new_state(element, &api_key),
        Some(state) => state,
    };
    let request = AuthorizeRequest {
        api_key,
        callback_url,
        scope: request.scope,
        state,
        request_token: request.request_token,
    };
    connector.oauth.look_up_endpoints().await;
    let oauth_url = connector.oauth.authorize_url(&request).map_err(Refusal::from)?;
    Ok(Json(UrlShape { oauth_url, element }))
}

/// The answer of `…/oauth/url`, and where the authorisation stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReconnectShape {
    #[serde(flatten)]
    url: UrlShape,
    needs_reauthentication: Option<String>,
    authorization_ends_date: Option<String>,
}

/// `GET /instances/{id}/reconnect`: where to send the customer's browser to authorise again; the
/// code that comes back goes into `providerData` of `PATCH /instances/{id}`.
pub(crate) async fn reconnect(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Json<ReconnectShape>, Failure> {
    let (organization, id) = (target.caller.organization, target.id);
    let oauth_url = gateway.instances().reconnect_url(organization, id).await?;
    let element = gateway.instances().get(organization, id).await?.connector.profile.key;
    let standing = gateway.instances().standing(organization, id).await?;
    Ok(Json(ReconnectShape {
        url: UrlShape { oauth_url, element },
        needs_reauthentication: standing.needs_reauthentication,
        authorization_ends_date: standing.ends_at.map(|end| end.to_iso_seconds()),
    }))
}

/// `POST /instances/{id}/migrate-oauth1`: turns a connection by OAuth 1.0a into one by OAuth 2.0,
/// with client id, client secret and redirect URI in `configuration`.
pub(crate) async fn migrate(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
    JsonObject(mut body): JsonObject,
) -> Result<Response, Failure> {
    let configuration = body.map("configuration")?.unwrap_or_default();
    let view = gateway.instances().migrate(&target.caller, target.id, configuration).await?;
    Ok(instances::answer_with(&view, &target.caller))
}

#[derive(Debug, Serialize)]
pub(crate) struct RequestTokenShape {
    token: String,
    secret: String,
}

/// `GET /elements/{keyOrId}/oauth/token`: the request token of OAuth 1.0a. The caller hands the
/// token to `…/oauth/url`, and the secret to the instance as `providerData.secret`.
pub(crate) async fn request_token(
    State(gateway): State<Arc<Gateway>>,
    Path(element): Path<String>,
    query: Query,
) -> Result<Json<RequestTokenShape>, Failure> {
    let connector = gateway.connector(&element)?;
    let text = |name| query.text(name).map(str::to_owned);
    let (Some(api_key), Some(api_secret), Some(callback_url)) =
        (text("apiKey"), text("apiSecret"), text("callbackUrl"))
    else {
        return Err(Failure::bad_request(
            "apiKey, apiSecret and callbackUrl: all are needed; they are the consumer key, the \
             consumer secret and the callback of your app at the provider",
        ));
    };
    let request =
        RequestTokenRequest { api_key, api_secret: Secret::new(api_secret), callback_url };
    let issued = connector.oauth.request_token(&request).await.map_err(Refusal::from)?;
    Ok(Json(RequestTokenShape { token: issued.token, secret: issued.secret.expose().to_owned() }))
}
