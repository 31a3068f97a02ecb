//! Where the polls of instances stand: the poller's records, and the instances whose polling is
//! paused (reference: cloud-elements §6.7b, §6.8). Their shapes are the gateway's own; the
//! original's are not known.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::health::{PausedInstance, PollerRecord};
use ledgerhook_model::{InstanceId, Moment};
use serde::Serialize;

use super::answer_with;
use crate::answer;
use crate::authorization::OrganizationCaller;
use crate::failure::Failure;
use crate::paging::{PageRequest, PagedList};
use crate::query::Query;
use crate::target::Target;

const PAUSED: PagedList = PagedList("polling-disabled");

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordShape {
    instance_id: i64,
    /// The resource.
    object_name: String,
    feed: String,
    last_poll_date: Option<String>,
    /// Up to when the feed is read.
    cursor: String,
    failures: u32,
    last_error: Option<String>,
}

impl From<PollerRecord> for RecordShape {
    fn from(record: PollerRecord) -> Self {
        let PollerRecord { resource, poll } = record;
        Self {
            instance_id: poll.id.instance.0,
            object_name: resource,
            feed: poll.id.feed,
            last_poll_date: poll.polled_at.map(Moment::to_iso_millis),
            cursor: poll.cursor.read_up_to.to_iso_millis(),
            failures: poll.failures,
            last_error: poll.last_error,
        }
    }
}

/// `GET /instances/event-poller-records`, `GET /instances/{id}/event-poller-records`: one record
/// for each resource that was polled.
pub(crate) async fn records(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Response, Failure> {
    let organization = target.caller.organization;
    let records = gateway.health().poller_records(organization, target.id).await?;
    let shapes: Vec<_> = records.into_iter().map(RecordShape::from).collect();
    Ok(answer::list(&shapes, None))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PausedShape {
    instance_id: i64,
    name: String,
    element: &'static str,
    since: String,
    reason: String,
    feed: String,
    /// The resources that the feed reads.
    resources: Vec<String>,
}

impl From<PausedInstance> for PausedShape {
    fn from(paused: PausedInstance) -> Self {
        let PausedInstance { seat, pause, resources } = paused;
        Self {
            instance_id: seat.id.0,
            name: seat.name.clone(),
            element: seat.element,
            since: pause.since.to_iso_millis(),
            reason: pause.reason,
            feed: pause.poll.feed,
            resources,
        }
    }
}

/// `GET /instances/polling-disabled`, `GET /jobs/polling-disabled`
pub(crate) async fn disabled(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    query: Query,
) -> Result<Response, Failure> {
    let page = PageRequest::read(PAUSED, &query)?;
    let after = page.after.map(InstanceId);
    let mut paused = gateway.health().paused(caller.organization, after, page.limit());
    let next_page = page.cut(PAUSED, &mut paused, |one| one.seat.id.0);
    let shapes: Vec<_> = paused.into_iter().map(PausedShape::from).collect();
    Ok(answer::list(&shapes, next_page.as_deref()))
}

/// `PUT /instances/{id}/polling-enabled`, `PUT /instances/polling-enabled`: ends a pause.
pub(crate) async fn enable(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Response, Failure> {
    let organization = target.caller.organization;
    let view = gateway.instances().enable_polling(organization, target.id).await?;
    Ok(answer_with(&view, &target.caller))
}
