//! `/hubs/{any}/objects`: which resources an instance has, and what is known of their members.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use ledgerhook_engine::Gateway;
use ledgerhook_engine::connector::{ElementProfile, FieldProfile, ResourceProfile};
use ledgerhook_model::ChangeKind;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::of_instance;
use super::target::HubTarget;
use crate::answer;
use crate::failure::Failure;

/// The header and its value with which the detailed list is asked for (reference: cloud-elements
/// §1.4).
const VERSION: (&str, &str) = ("elements-version", "Helium");

/// The object in the path.
#[derive(Debug, Deserialize)]
pub(crate) struct ObjectPath {
    object: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectShape<'p> {
    name: &'p str,
    path: String,
    methods: [&'static str; 1],
    polled_events: Vec<&'static str>,
    webhook_events: Vec<&'static str>,
}

impl<'p> ObjectShape<'p> {
    fn of(profile: &ElementProfile, name: &'p str) -> Self {
        let with_events = profile.resources.iter().find(|resource| resource.name == name);
        let events = |kinds: fn(&ResourceProfile) -> &'static [ChangeKind]| {
            with_events.map(kinds).unwrap_or_default().iter().map(|kind| kind.as_str()).collect()
        };
        Self {
            name,
            path: format!("/hubs/{}/{name}", profile.hub),
            methods: ["GET"],
            polled_events: events(|resource| resource.polled),
            webhook_events: events(|resource| resource.noticed),
        }
    }
}

/// `GET /hubs/{any}/objects`: names, or with `Elements-Version: Helium` more of each. Answered for
/// an instance that is disabled too.
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    target: HubTarget,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let hub = target.hub(&gateway)?;
    let names = hub.resources();
    let (name, detailed) = VERSION;
    let is_detailed = headers
        .get(name)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(detailed.as_bytes()));
    let answer = if is_detailed {
        let profile = hub.connector().profile;
        let shapes: Vec<_> = names.iter().map(|name| ObjectShape::of(profile, name)).collect();
        answer::list(&shapes, None)
    } else {
        answer::list(&names, None)
    };
    Ok(of_instance(target.id, answer))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldShape {
    path: &'static str,
    vendor_path: &'static str,
    r#type: &'static str,
    filterable: bool,
}

/// `GET /hubs/{any}/objects/{name}/metadata`
pub(crate) async fn metadata(
    State(gateway): State<Arc<Gateway>>,
    target: HubTarget,
    Path(ObjectPath { object }): Path<ObjectPath>,
) -> Result<Response, Failure> {
    let fields = target.hub(&gateway)?.fields(&object)?;
    let shape = |FieldProfile { path, kind, is_filterable: filterable }| FieldShape {
        path,
        vendor_path: path,
        r#type: kind,
        filterable,
    };
    let fields: Vec<_> = fields.into_iter().map(shape).collect();
    let answer = Json(json!({"name": object, "fields": fields})).into_response();
    Ok(of_instance(target.id, answer))
}
