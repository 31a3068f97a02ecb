//! The notification that an instance posts to its callback (reference: cloud-elements §4.1).

use std::collections::BTreeSet;

use ledgerhook_engine::connector::ResourceProfile;
use ledgerhook_engine::hub::HubInstance;
use serde_json::{Map, Value, json};

use super::reference;

/// Whether the instance is told of anything.
pub(super) fn has_events(hub: &HubInstance<'_>) -> bool {
    resources(hub).next().is_some()
}

/// The webhook of an instance whose events are on; none otherwise.
pub(super) fn webhooks(hub: &HubInstance<'_>) -> Map<String, Value> {
    let mut webhooks = Map::new();
    if has_events(hub) {
        let content = json!({"application/json": {"schema": reference("schemas", "Notification")}});
        let post = json!({
            "summary": "changes of one resource",
            "requestBody": {"required": true, "content": content},
            "responses": {"2XX": {"description": "Received; anything else is tried again"}},
        });
        webhooks.insert("changes".to_owned(), json!({"post": post}));
    }
    webhooks
}

/// The body of a notification.
pub(super) fn schema(hub: &HubInstance<'_>) -> Value {
    json!({
        "type": "object",
        "properties": {
            "severity": {"type": "string"},
            "createdDate": {"type": "string"},
            "topic": {"type": "string"},
            "action": {"type": "string"},
            "id": {"type": "string"},
            "message": message(hub),
            "user": {"type": "string"},
        },
    })
}

fn message(hub: &HubInstance<'_>) -> Value {
    json!({
        "type": "object",
        "properties": {
            "elementKey": {"const": hub.seat().element},
            "accountId": {"type": "integer"},
            "eventId": {"type": "string", "description": "The id of the first event"},
            "companyId": {"type": "integer"},
            "instanceId": {"const": hub.seat().id.0},
            "instance_id": {"const": hub.seat().id.0},
            "instanceName": {"type": "string"},
            "instanceTags": {"type": "array", "items": {"type": "string"}},
            "raw": raw(hub),
            "userId": {"type": "integer"},
            "events": {"type": "array", "minItems": 1, "items": event(hub)},
        },
    })
}

/// The records stand under the name of their resource.
fn raw(hub: &HubInstance<'_>) -> Value {
    let readable = hub.resources();
    let mut properties = Map::new();
    for resource in resources(hub) {
        let items = match readable.contains(&resource.name) {
            true => reference("schemas", resource.name),
            false => json!({}),
        };
        properties.insert(resource.name.to_owned(), json!({"type": "array", "items": items}));
    }
    properties.insert("pollDate".to_owned(), json!({"type": "integer"}));
    properties.insert("objectType".to_owned(), object_type(hub));
    json!({"type": "object", "properties": properties})
}

fn event(hub: &HubInstance<'_>) -> Value {
    let kinds: BTreeSet<&str> = resources(hub).flat_map(|resource| kinds(hub, resource)).collect();
    let date = || json!({"type": "string", "format": "date-time"});
    json!({
        "type": "object",
        "properties": {
            "date": date(),
            "elementKey": {"const": hub.seat().element},
            "pollDate": date(),
            "eventType": {"enum": kinds},
            "hubKey": {"const": hub.seat().hub},
            "objectId": {"type": "string"},
            "objectType": object_type(hub),
        },
    })
}

fn object_type(hub: &HubInstance<'_>) -> Value {
    json!({"enum": resources(hub).map(|resource| resource.name).collect::<Vec<_>>()})
}

/// The resources that have events for this instance, as it is configured.
fn resources<'h>(hub: &'h HubInstance<'_>) -> impl Iterator<Item = &'static ResourceProfile> + 'h {
    let all = hub.connector().profile.resources.iter();
    all.filter(|resource| !kinds(hub, resource).is_empty())
}

/// What this instance is told of a resource.
fn kinds(hub: &HubInstance<'_>, resource: &ResourceProfile) -> Vec<&'static str> {
    let (seat, connector) = (hub.seat(), hub.connector());
    let is_chosen = seat.settings.resources.iter().any(|name| name == resource.name);
    let is_polled = is_chosen && seat.polls() && !connector.feeds.is_empty();
    let is_noticed = is_chosen && seat.takes_notices() && connector.notices.is_some();
    let polled = resource.polled.iter().filter(|_| is_polled);
    let noticed = resource.noticed.iter().filter(|_| is_noticed);
    let kinds: BTreeSet<_> = polled.chain(noticed).map(|kind| kind.as_str()).collect();
    kinds.into_iter().collect()
}
