//! `/hubs/{any}/…`: the records of a connected company, read from its provider when they are asked
//! for (reference: cloud-elements §7).

pub(crate) mod changes;
pub(crate) mod objects;
pub(crate) mod records;
mod target;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use ledgerhook_engine::Gateway;
use ledgerhook_model::InstanceId;
use serde_json::json;

use crate::failure::Failure;
use target::HubTarget;

/// Whose records they are, on every answer with records (reference: cloud-elements §1.4).
const INSTANCE_ID: HeaderName = HeaderName::from_static("elements-element-instance-id");

/// `GET /hubs/{any}/ping`: whether the provider answers for this instance. It reads one record.
pub(crate) async fn ping(
    State(gateway): State<Arc<Gateway>>,
    target: HubTarget,
) -> Result<Response, Failure> {
    let hub = target.hub(&gateway)?;
    let answered_at = hub.ping().await?;
    let shape = json!({
        "dateTime": answered_at.to_iso_seconds(),
        "endpoint": hub.connector().profile.key,
    });
    Ok(of_instance(target.id, Json(shape).into_response()))
}

/// An answer that says whose records it is about.
fn of_instance(id: InstanceId, mut answer: Response) -> Response {
    answer.headers_mut().insert(INSTANCE_ID, HeaderValue::from(id.0));
    answer
}
