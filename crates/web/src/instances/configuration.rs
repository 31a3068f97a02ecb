//! `…/configuration`: the configuration of an instance, entry by entry (reference: cloud-elements
//! §2.3). Besides what is set, the list has every key that the element knows.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::instances::{InstanceRequest, InstanceView};
use ledgerhook_model::SecretHash;
use ledgerhook_model::configuration::{EVENT_KEYS, KeyKind, KeyProfile, is_secret};
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::answer;
use crate::body::JsonObject;
use crate::failure::Failure;
use crate::target::Target;

/// The entry in the path: its id or its key.
#[derive(Debug, Deserialize)]
pub(crate) struct EntryPath {
    entry: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryShape {
    id: u32,
    name: String,
    key: String,
    property_value: Option<String>,
    description: &'static str,
    r#type: &'static str,
    active: bool,
    hide_from_console: bool,
    required: bool,
}

/// `GET /instances/{id}/configuration`, `GET /instances/configuration`
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Response, Failure> {
    let view = gateway.instances().get(target.caller.organization, target.id).await?;
    Ok(answer::list(&entries(&view), None))
}

/// `GET …/configuration/{configId}`
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
    Path(path): Path<EntryPath>,
) -> Result<Json<EntryShape>, Failure> {
    let view = gateway.instances().get(target.caller.organization, target.id).await?;
    find(&view, &path.entry).map(Json)
}

/// `PATCH …/configuration/{configId}`, `PUT …/configuration/{configId}`. The whole item is taken as
/// well, of which only `propertyValue` is looked at: clients send back what they were shown.
pub(crate) async fn update(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
    Path(path): Path<EntryPath>,
    JsonObject(mut body): JsonObject,
) -> Result<Json<EntryShape>, Failure> {
    let view = gateway.instances().get(target.caller.organization, target.id).await?;
    let key = find(&view, &path.entry)?.key;
    let value = body.value("propertyValue").ok_or_else(|| {
        Failure::bad_request("propertyValue: missing; give the new value, or \"\" for none")
    })?;
    let configuration = Map::from_iter([(key.clone(), value)]);
    let request = InstanceRequest { configuration, ..InstanceRequest::default() };
    let view = gateway.instances().patch(&target.caller, target.id, request).await?;
    find(&view, &key).map(Json)
}

/// The number of a configuration entry. The original numbers its entries; here they have keys
/// only, so the number is made of the key: the first 31 bits of its SHA-256, which are the same on
/// every machine, stay positive in a Java `int`, and do not collide among the few hundred keys of
/// an instance but by a chance of one in 100,000.
pub(crate) fn entry_id(key: &str) -> u32 {
    let [a, b, c, d, ..] = SecretHash::of(key).0;
    u32::from_be_bytes([a, b, c, d]) >> 1
}

fn find(view: &InstanceView, id_or_key: &str) -> Result<EntryShape, Failure> {
    let named = |entry: &EntryShape| entry.key == id_or_key || entry.id.to_string() == id_or_key;
    entries(view).into_iter().find(named).ok_or_else(|| {
        Failure::not_found(format!("No configuration found with ID or key {id_or_key}"))
    })
}

/// The known keys in the order of their catalogue, then the others by name.
fn entries(view: &InstanceView) -> Vec<EntryShape> {
    let own_keys = view.connector.profile.keys;
    let known = || own_keys.iter().chain(EVENT_KEYS);
    let stored = &view.configuration.0;
    let unknown = stored.iter().filter(|(key, _)| known().all(|profile| profile.key != *key));
    let known = known().map(|profile| {
        let value = stored.get(profile.key).cloned();
        known_entry(profile, value.unwrap_or_else(|| profile.default.map(str::to_owned)))
    });
    known.chain(unknown.map(|(key, value)| unknown_entry(key, value, own_keys))).collect()
}

fn known_entry(profile: &KeyProfile, property_value: Option<String>) -> EntryShape {
    EntryShape {
        id: entry_id(profile.key),
        name: profile.name.to_owned(),
        key: profile.key.to_owned(),
        property_value,
        description: profile.description,
        r#type: profile.kind.as_str(),
        active: true,
        hide_from_console: false,
        required: profile.required,
    }
}

fn unknown_entry(key: &str, value: &Option<String>, own_keys: &[KeyProfile]) -> EntryShape {
    let kind = if is_secret(key, own_keys) { KeyKind::Password } else { KeyKind::Text };
    EntryShape {
        id: entry_id(key),
        name: key.to_owned(),
        key: key.to_owned(),
        property_value: value.clone(),
        description: "",
        r#type: kind.as_str(),
        active: true,
        hide_from_console: false,
        required: false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_number_of_an_entry_never_changes() {
        // sha256sum of the key begins with these digits, shifted right by one bit.
        for (key, id) in [
            ("event.notification.callback.url", 0x5d54_38b6 >> 1),
            ("oauth.api.key", 0xfcc8_75f3 >> 1),
        ] {
            assert_eq!(entry_id(key), id, "{key}");
        }
    }

    #[test]
    fn the_numbers_of_the_catalogue_are_positive_and_distinct() {
        let ids: BTreeSet<_> = EVENT_KEYS.iter().map(|profile| entry_id(profile.key)).collect();
        assert_eq!(ids.len(), EVENT_KEYS.len());
        assert!(ids.iter().all(|id| i32::try_from(*id).is_ok_and(|id| id > 0)));
    }
}
