//! `/instances/events` and `/instances/{id}/events`: the journal, read (reference: cloud-elements
//! §5.4). The members that are this gateway's own stand after the original's.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::store::journal::{EventFilter, EventRecord};
use ledgerhook_engine::tenants::Caller;
use ledgerhook_model::{EventId, InstanceId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::answer;
use crate::authorization::AnyCaller;
use crate::failure::Failure;
use crate::paging::{PageRequest, PagedList};
use crate::query::Query;
use crate::target::Target;

const EVENTS: PagedList = PagedList("events");

/// The event in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct EventPath {
    event: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventShape {
    id: String,
    event_date: String,
    status: &'static str,
    /// The raw notice, or the record where a poll found the change.
    provider_data: String,
    notified_data: [(); 0],
    event_element_instances: [InstanceEventShape; 1],
    object_type: String,
    object_id: String,
    event_type: &'static str,
    detection: &'static str,
    changed_date: String,
    seen_date: String,
    /// The record as the event carries it; where events are listed, `provider_data` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InstanceEventShape {
    event_id: String,
    element_instance_id: i64,
    notification_id: i64,
    created_date: String,
    updated_date: String,
}

impl From<EventRecord> for EventShape {
    fn from(record: EventRecord) -> Self {
        let EventRecord { event, status, notice_body } = record;
        let seen = event.seen_at.to_iso_seconds();
        let notice = notice_body.map(|body| String::from_utf8_lossy(&body).into_owned());
        let own_record = notice.is_some().then(|| event.change.record.to_string());
        Self {
            id: event.id.to_string(),
            event_date: seen.clone(),
            status: status.as_str(),
            provider_data: notice.unwrap_or_else(|| event.change.record.to_string()),
            notified_data: [],
            event_element_instances: [InstanceEventShape {
                event_id: event.id.to_string(),
                element_instance_id: event.instance.0,
                notification_id: event.notification.0,
                created_date: seen.clone(),
                updated_date: seen,
            }],
            object_type: event.change.resource.to_string(),
            object_id: event.change.id_to_print().to_owned(),
            event_type: event.change.kind.as_str(),
            detection: event.detection.as_str(),
            changed_date: event.change.changed_at.to_iso_millis(),
            seen_date: event.seen_at.to_iso_millis(),
            record: own_record.and_then(|text| RawValue::from_string(text).ok()),
        }
    }
}

/// `GET /instances/events`: of all instances, or of the one whose token the request carries.
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    AnyCaller(caller): AnyCaller,
    query: Query,
) -> Result<Response, Failure> {
    let page = PageRequest::read(EVENTS, &query)?;
    page_of(&gateway, &caller, caller.instance, page).await.map(answer_with)
}

/// `GET /instances/{id}/events`. The events of a removed instance can be read as long as they are
/// kept; an instance without any must exist.
pub(crate) async fn list_of_instance(
    State(gateway): State<Arc<Gateway>>,
    Target { caller, id }: Target,
    query: Query,
) -> Result<Response, Failure> {
    let page = PageRequest::read(EVENTS, &query)?;
    let found = page_of(&gateway, &caller, Some(id), page).await?;
    if found.events.is_empty() && page.after.is_none() {
        gateway.instances().get(caller.organization, id).await?;
    }
    Ok(answer_with(found))
}

/// `GET /instances/events/{eventId}`
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    AnyCaller(caller): AnyCaller,
    Path(path): Path<EventPath>,
) -> Result<Json<EventShape>, Failure> {
    find(&gateway, &caller, caller.instance, &path.event).await.map(Json)
}

/// `GET /instances/{id}/events/{eventId}`
pub(crate) async fn read_of_instance(
    State(gateway): State<Arc<Gateway>>,
    Target { caller, id }: Target,
    Path(path): Path<EventPath>,
) -> Result<Json<EventShape>, Failure> {
    find(&gateway, &caller, Some(id), &path.event).await.map(Json)
}

#[derive(Debug)]
struct FoundPage {
    events: Vec<EventShape>,
    next_page: Option<String>,
}

async fn page_of(
    gateway: &Gateway,
    caller: &Caller,
    instance: Option<InstanceId>,
    page: PageRequest,
) -> Result<FoundPage, Failure> {
    let filter = EventFilter { instance, before: page.after, limit: page.size };
    let found = gateway.events(caller.organization, filter).await?;
    let events = found.records.into_iter().map(EventShape::from).collect();
    Ok(FoundPage { events, next_page: found.next.map(|place| EVENTS.token(place)) })
}

fn answer_with(found: FoundPage) -> Response {
    answer::list(&found.events, found.next_page.as_deref())
}

/// One event, which must be of `instance` where one is given.
async fn find(
    gateway: &Gateway,
    caller: &Caller,
    instance: Option<InstanceId>,
    event: &str,
) -> Result<EventShape, Failure> {
    let id: EventId =
        event.parse().map_err(|error| Failure::bad_request(format!("eventId: {error}")))?;
    let record = gateway.event(caller.organization, id).await?;
    if instance.is_some_and(|instance| instance != record.event.instance) {
        return Err(Failure::not_found(format!("No event found with ID {id}")));
    }
    Ok(record.into())
}
