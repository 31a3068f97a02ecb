//! `GET …/docs`: what one instance offers, as an OpenAPI 3.1 document (reference: cloud-elements
//! §2.5). It has the addresses of the instance's own resources and no others, and the notification
//! of its own events.

mod hub_paths;
mod notification;
mod schemas;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::hub::HubInstance;
use serde_json::{Map, Value, json};

use crate::BASE_PATH;
use crate::failure::Failure;
use crate::target::Target;

/// `GET /instances/{id}/docs`, `GET /instances/docs`
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Json<Value>, Failure> {
    let hub = gateway.hub(target.caller.organization, target.id)?;
    Ok(Json(document(&hub)))
}

fn document(hub: &HubInstance<'_>) -> Value {
    let (seat, profile) = (hub.seat(), hub.connector().profile);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{}: {}", profile.name, seat.name),
            "description": profile.description,
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{"url": BASE_PATH}],
        "security": [{"authorization": []}],
        "paths": hub_paths::paths(hub),
        "webhooks": notification::webhooks(hub),
        "components": {
            "securitySchemes": {"authorization": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`User <secret>, Element <token of the instance>`",
            }},
            "parameters": hub_paths::parameters(),
            "headers": hub_paths::headers(),
            "responses": hub_paths::responses(),
            "schemas": schemas(hub),
        },
    })
}

/// The schemas that the document refers to: of each resource, of errors and of notifications.
fn schemas(hub: &HubInstance<'_>) -> Map<String, Value> {
    let mut schemas: Map<String, Value> = hub
        .resources()
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), schemas::record(&hub.fields(name).ok()?))))
        .collect();
    schemas.insert("Error".to_owned(), schemas::error());
    schemas.insert("Change".to_owned(), schemas::change());
    if notification::has_events(hub) {
        schemas.insert("Notification".to_owned(), notification::schema(hub));
    }
    schemas
}

/// A place of the document itself.
fn reference(section: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{section}/{name}")})
}
