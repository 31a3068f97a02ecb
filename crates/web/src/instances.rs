//! `/instances` and `/elements/{keyOrId}/instances`: one customer's connected company each
//! (reference: cloud-elements §2.1, §2.2).

pub(crate) mod configuration;
pub(crate) mod docs;
pub(crate) mod enabled;
pub(crate) mod health;
pub(crate) mod polling;
mod shape;

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawPathParams, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use ledgerhook_engine::instances::{InstanceRequest, InstanceView};
use ledgerhook_engine::store::instances::InstanceFilter;
use ledgerhook_engine::tenants::Caller;
use ledgerhook_engine::{Gateway, SubscriptionView};
use ledgerhook_model::InstanceId;
use serde_json::{Value, json};

use crate::answer;
use crate::authorization::OrganizationCaller;
use crate::body::{JsonObject, Members};
use crate::failure::Failure;
use crate::paging::{PageRequest, PagedList};
use crate::query::Query;
use crate::target::Target;
use shape::InstanceShape;

const INSTANCES: PagedList = PagedList("instances");

/// `POST /instances`, `POST /elements/{keyOrId}/instances`
pub(crate) async fn create(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    path: RawPathParams,
    JsonObject(mut body): JsonObject,
) -> Result<Response, Failure> {
    let element = match element_in_path(&path) {
        Some(element) => element.to_owned(),
        None => element_in_body(&gateway, &mut body)?,
    };
    let view = gateway.instances().create(&caller, &element, instance_request(body)?).await?;
    Ok(answer_with(&view, &caller))
}

/// `GET /instances`, `GET /elements/{keyOrId}/instances`. Without a match it is 404, as in the
/// original; a page after the first may be empty, when its instances were removed meanwhile.
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    path: RawPathParams,
    query: Query,
) -> Result<Response, Failure> {
    let page = PageRequest::read(INSTANCES, &query)?;
    let element = element_in_path(&path).map(|element| gateway.connector(element)).transpose()?;
    let filter = InstanceFilter {
        tags: query.all("tags[]").chain(query.all("tags")).map(str::to_owned).collect(),
        search_text: query.text("searchText").map(str::to_owned),
        element: element.map(|connector| connector.profile.key.to_owned()),
        after: page.after.map(InstanceId),
        limit: page.limit(),
    };
    let mut views = gateway.instances().list(caller.organization, filter).await?;
    if views.is_empty() && page.after.is_none() {
        return Err(Failure::not_found("No element instances found"));
    }
    let next_page = page.cut(INSTANCES, &mut views, |view| view.instance.id.0);
    let shapes: Vec<_> = views.iter().map(|view| InstanceShape::of(view, &caller)).collect();
    Ok(answer::list(&shapes, next_page.as_deref()))
}

/// `GET /instances/{id}`
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Response, Failure> {
    let view = gateway.instances().get(target.caller.organization, target.id).await?;
    Ok(answer_with(&view, &target.caller))
}

/// `PUT /instances/{id}`, `PUT /instances`
pub(crate) async fn replace(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
    JsonObject(body): JsonObject,
) -> Result<Response, Failure> {
    let request = instance_request(body)?;
    let view = gateway.instances().replace(&target.caller, target.id, request).await?;
    Ok(answer_with(&view, &target.caller))
}

/// `PATCH /instances/{id}`, `PATCH /instances`
pub(crate) async fn update(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
    JsonObject(body): JsonObject,
) -> Result<Response, Failure> {
    let request = instance_request(body)?;
    let view = gateway.instances().patch(&target.caller, target.id, request).await?;
    Ok(answer_with(&view, &target.caller))
}

/// `DELETE /instances/{id}`, `DELETE /instances`
pub(crate) async fn delete(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<StatusCode, Failure> {
    gateway.instances().delete(target.caller.organization, target.id).await?;
    Ok(StatusCode::OK)
}

/// `POST /instances/{id}/poll`: asks the provider for changes at once; answers when they are in
/// the journal.
pub(crate) async fn poll(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<StatusCode, Failure> {
    gateway.poll_now(target.caller.organization, target.id).await?;
    Ok(StatusCode::OK)
}

/// `GET /instances/{id}/subscriptions`: where the provider of this instance was told to post, by
/// topic. The URLs are secrets.
pub(crate) async fn subscriptions(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Json<Value>, Failure> {
    let rows = gateway.subscriptions(target.caller.organization, target.id)?;
    let shape = |row: SubscriptionView| json!({"topic": row.topic, "remoteId": row.remote_id, "confirmed": row.confirmed});
    Ok(Json(rows.into_iter().map(shape).collect()))
}

/// `GET /instances/{id}/verification-key`: the public key with which a callback checks `v1a`
/// signatures.
pub(crate) async fn verification_key(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Json<Value>, Failure> {
    let view = gateway.instances().get(target.caller.organization, target.id).await?;
    let key = gateway.verification_key(view.instance.id);
    let key = key.ok_or_else(|| Failure::not_found("this instance is not at work"))?;
    Ok(Json(json!({ "key": key })))
}

/// The answer with an instance, as `caller` sees it.
pub(crate) fn answer_with(view: &InstanceView, caller: &Caller) -> Response {
    Json(InstanceShape::of(view, caller)).into_response()
}

fn element_in_path(path: &RawPathParams) -> Option<&str> {
    path.iter().find(|(name, _)| *name == "element").map(|(_, element)| element)
}

/// `"element": {"key": "quickbooks"}`, or `{"id": 39}`.
fn element_in_body(gateway: &Gateway, body: &mut Members) -> Result<String, Failure> {
    let named = match body.object("element")? {
        None => None,
        Some(mut element) => match (element.text("key")?, element.value("id")) {
            (Some(key), _) => Some(key),
            (None, Some(Value::String(id))) => Some(id),
            (None, id) => id.map(|id| id.to_string()),
        },
    };
    named.ok_or_else(|| {
        let known = gateway.connectors().iter().map(|connector| connector.profile.key);
        let known = known.collect::<Vec<_>>().join(", ");
        Failure::bad_request(format!(
            "element: missing; name it as {{\"key\": \"…\"}} or {{\"id\": …}}; known: {known}"
        ))
    })
}

/// The members of the original's request that mean something here; others are ignored.
fn instance_request(mut body: Members) -> Result<InstanceRequest, Failure> {
    Ok(InstanceRequest {
        name: body.text("name")?,
        tags: body.texts("tags")?,
        configuration: body.map("configuration")?.unwrap_or_default(),
        provider_data: body.map("providerData")?,
        external_authentication: body.text("externalAuthentication")?,
    })
}
