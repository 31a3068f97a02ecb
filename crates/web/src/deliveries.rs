//! `/deliveries`: what became of notifications, and sending parked ones again. The original has
//! its own, differently cut addresses for this; these are the gateway's.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::store::deliveries::{DeliveryFilter, DeliveryRecord};
use ledgerhook_model::delivery::DeliveryStatus;
use ledgerhook_model::{DeliveryId, InstanceId, Moment};
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer;
use crate::authorization::OrganizationCaller;
use crate::failure::Failure;
use crate::paging::{PageRequest, PagedList};
use crate::query::Query;

const DELIVERIES: PagedList = PagedList("deliveries");

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryShape {
    id: i64,
    instance_id: i64,
    status: &'static str,
    attempts: u32,
    created_date: String,
    attempted_date: Option<String>,
    /// When the next attempt is due; only while there will be one.
    due_date: Option<String>,
    /// What the last attempt came to.
    outcome: Option<String>,
    park_reason: Option<String>,
}

impl From<DeliveryRecord> for DeliveryShape {
    fn from(record: DeliveryRecord) -> Self {
        let is_pending = record.status == DeliveryStatus::Pending;
        Self {
            id: record.id.0,
            instance_id: record.instance.0,
            status: record.status.as_str(),
            attempts: record.attempts,
            created_date: record.created_at.to_iso_millis(),
            attempted_date: record.attempted_at.map(Moment::to_iso_millis),
            due_date: is_pending.then(|| record.due_at.to_iso_millis()),
            outcome: record.outcome,
            park_reason: record.park_reason,
        }
    }
}

/// `GET /deliveries?status=&instanceId=`, newest first
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    query: Query,
) -> Result<Response, Failure> {
    let page = PageRequest::read(DELIVERIES, &query)?;
    let filter = DeliveryFilter {
        instance: query.text("instanceId").map(instance_id).transpose()?,
        status: query.text("status").map(status).transpose()?,
        before: page.after.map(DeliveryId),
        limit: page.limit(),
    };
    let mut records = gateway.deliveries(caller.organization, filter).await?;
    let next_page = page.cut(DELIVERIES, &mut records, |record| record.id.0);
    let shapes: Vec<_> = records.into_iter().map(DeliveryShape::from).collect();
    Ok(answer::list(&shapes, next_page.as_deref()))
}

/// `POST /deliveries/{id}/retry`: sends a parked delivery again.
pub(crate) async fn retry(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    Path(delivery): Path<String>,
) -> Result<Json<Value>, Failure> {
    let id: DeliveryId = delivery
        .parse()
        .map_err(|_| Failure::not_found(format!("No parked delivery found with ID {delivery}")))?;
    gateway.retry_delivery(caller.organization, id).await?;
    Ok(Json(json!({ "id": id.0, "status": DeliveryStatus::Pending.as_str() })))
}

fn instance_id(text: &str) -> Result<InstanceId, Failure> {
    text.parse().map_err(|_| Failure::bad_request("instanceId: must be the number of an instance"))
}

fn status(text: &str) -> Result<DeliveryStatus, Failure> {
    DeliveryStatus::from_name(text).ok_or_else(|| {
        let known: Vec<_> = DeliveryStatus::ALL.iter().map(|status| status.as_str()).collect();
        Failure::bad_request(format!("status: must be one of {}", known.join(", ")))
    })
}
