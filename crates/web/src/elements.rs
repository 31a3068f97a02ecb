//! `/elements`: what this gateway can connect to, in the original's shapes (reference:
//! cloud-elements §2.1, §2.3, §5.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use ledgerhook_engine::Gateway;
use ledgerhook_engine::connector::{Connector, ElementProfile, ResourceProfile};
use ledgerhook_model::ChangeKind;
use ledgerhook_model::configuration::{EVENT_KEYS, KeyProfile};
use serde::Serialize;

use crate::answer;
use crate::authorization::OrganizationCaller;
use crate::failure::Failure;
use crate::instances::configuration::entry_id;

/// An element, in the member order of the original's answers. What the original could do beside
/// events (bulk, transformations, builders) is answered with what holds here: not available.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ElementShape {
    id: i64,
    name: &'static str,
    hook_name: &'static str,
    key: &'static str,
    description: &'static str,
    image: &'static str,
    active: bool,
    deleted: bool,
    type_oauth: bool,
    trial_account: bool,
    config_description: &'static str,
    default_transformations: [(); 0],
    object_metadata: [(); 0],
    transformations_enabled: bool,
    bulk_download_enabled: bool,
    bulk_upload_enabled: bool,
    cloneable: bool,
    extendable: bool,
    beta: bool,
    authentication: AuthenticationShape,
    extended: bool,
    hub: &'static str,
    protocol_type: &'static str,
    parameters: [(); 0],
    private: bool,
}

#[derive(Debug, Serialize)]
struct AuthenticationShape {
    r#type: &'static str,
}

impl ElementShape {
    /// The shape of an element.
    pub(crate) fn of(profile: &ElementProfile) -> Self {
        Self {
            id: profile.id,
            name: profile.name,
            hook_name: profile.hook_name,
            key: profile.key,
            description: profile.description,
            image: profile.image,
            active: true,
            deleted: false,
            type_oauth: profile.authentication.starts_with("oauth"),
            trial_account: false,
            config_description: profile.description,
            default_transformations: [],
            object_metadata: [],
            transformations_enabled: false,
            bulk_download_enabled: false,
            bulk_upload_enabled: false,
            cloneable: false,
            extendable: false,
            beta: false,
            authentication: AuthenticationShape { r#type: profile.authentication },
            extended: false,
            hub: profile.hub,
            protocol_type: "http",
            parameters: [],
            private: false,
        }
    }
}

/// `GET /elements`
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(_): OrganizationCaller,
) -> Response {
    let connectors = gateway.connectors().iter();
    let shapes: Vec<_> = connectors.map(|connector| ElementShape::of(connector.profile)).collect();
    answer::list(&shapes, None)
}

/// `GET /elements/{keyOrId}`
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(_): OrganizationCaller,
    Path(element): Path<String>,
) -> Result<Json<ElementShape>, Failure> {
    Ok(Json(ElementShape::of(gateway.connector(&element)?.profile)))
}

#[derive(Debug, Serialize)]
struct MetadataShape {
    id: i64,
    key: &'static str,
    name: &'static str,
    description: &'static str,
    events: EventsShape,
}

#[derive(Debug, Serialize)]
struct EventsShape {
    supported: bool,
    methods: Vec<&'static str>,
    polling: BTreeMap<&'static str, ResourceEventsShape>,
    webhook: BTreeMap<&'static str, ResourceEventsShape>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceEventsShape {
    event_types: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll_url: Option<String>,
}

/// `GET /elements/{keyOrId}/metadata`
pub(crate) async fn metadata(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(_): OrganizationCaller,
    Path(element): Path<String>,
) -> Result<Response, Failure> {
    Ok(Json(MetadataShape::of(gateway.connector(&element)?)).into_response())
}

impl MetadataShape {
    fn of(connector: &Connector) -> Self {
        let profile = connector.profile;
        let (polls, takes_notices) = (!connector.feeds.is_empty(), connector.notices.is_some());
        let methods = [("polling", polls), ("webhook", takes_notices)];
        let poll_url = |resource: &str| Some(format!("/hubs/{}/{resource}", profile.hub));
        let events = EventsShape {
            supported: polls || takes_notices,
            methods: methods.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect(),
            polling: resource_events(profile, polls, |resource| resource.polled, poll_url),
            webhook: resource_events(profile, takes_notices, |resource| resource.noticed, |_| None),
        };
        let ElementProfile { id, key, name, description, .. } = *profile;
        Self { id, key, name, description, events }
    }
}

fn resource_events(
    profile: &ElementProfile,
    has_method: bool,
    kinds: impl Fn(&ResourceProfile) -> &'static [ChangeKind],
    poll_url: impl Fn(&str) -> Option<String>,
) -> BTreeMap<&'static str, ResourceEventsShape> {
    let of_method = profile.resources.iter().filter(|_| has_method);
    let shapes = of_method.map(|resource| {
        let event_types = kinds(resource).iter().map(|kind| kind.as_str()).collect();
        (resource.name, ResourceEventsShape { event_types, poll_url: poll_url(resource.name) })
    });
    shapes.filter(|(_, shape)| !shape.event_types.is_empty()).collect()
}

/// A configuration key of an element; the last eight members as in the original's catalogue.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyShape {
    id: u32,
    name: &'static str,
    key: &'static str,
    description: &'static str,
    default_value: Option<&'static str>,
    reseller_config: bool,
    company_config: bool,
    active: bool,
    internal: bool,
    group_control: bool,
    display_order: usize,
    r#type: &'static str,
    hide_from_console: bool,
    required: bool,
}

impl KeyShape {
    fn of((display_order, profile): (usize, &KeyProfile)) -> Self {
        Self {
            id: entry_id(profile.key),
            name: profile.name,
            key: profile.key,
            description: profile.description,
            default_value: profile.default,
            reseller_config: false,
            company_config: false,
            active: true,
            internal: false,
            group_control: false,
            display_order,
            r#type: profile.kind.as_str(),
            hide_from_console: false,
            required: profile.required,
        }
    }
}

/// `GET /elements/{keyOrId}/configuration`
pub(crate) async fn configuration(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(_): OrganizationCaller,
    Path(element): Path<String>,
) -> Result<Response, Failure> {
    let profile = gateway.connector(&element)?.profile;
    let keys = profile.keys.iter().chain(EVENT_KEYS).enumerate();
    Ok(answer::list(&keys.map(KeyShape::of).collect::<Vec<_>>(), None))
}
