//! The addresses of the hub: each resource's list and record, changes, objects and ping.

use ledgerhook_engine::hub::HubInstance;
use ledgerhook_model::limits::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use serde_json::{Map, Value, json};

use super::reference;

/// Statuses of errors that any call may have, with the names of their responses.
const ERRORS: [(&str, &str); 7] = [
    ("400", "BadRequest"),
    ("401", "Unauthorized"),
    ("403", "Forbidden"),
    ("404", "NotFound"),
    ("429", "TooManyRequests"),
    ("502", "ProviderUnavailable"),
    ("503", "GatewayUnavailable"),
];

/// All paths of an instance.
pub(super) fn paths(hub: &HubInstance<'_>) -> Map<String, Value> {
    let (name, profile) = (hub.connector().profile.hub, hub.connector().profile);
    let mut paths = Map::new();
    for resource in hub.resources() {
        paths.insert(format!("/hubs/{name}/{resource}"), json!({"get": list(resource)}));
        paths.insert(format!("/hubs/{name}/{resource}/{{id}}"), json!({"get": record(resource)}));
    }
    if paths.is_empty() {
        return paths;
    }
    if !hub.connector().feeds.is_empty() {
        paths.insert(
            format!("/hubs/{name}/changes"),
            json!({"get": changes(&profile.resource_names())}),
        );
    }
    paths.insert(format!("/hubs/{name}/objects"), json!({"get": objects()}));
    paths.insert(format!("/hubs/{name}/objects/{{name}}/metadata"), json!({"get": metadata()}));
    paths.insert(format!("/hubs/{name}/ping"), json!({"get": ping()}));
    paths
}

fn list(resource: &str) -> Value {
    let names = ["where", "orderBy", "fields", "page", "pageSize", "nextPage", "returnCount"];
    let array = json!({"type": "array", "items": reference("schemas", resource)});
    let headers = ["Elements-Returned-Count", "Elements-Next-Page-Token", "Elements-Total-Count"];
    operation(&format!("list {resource}"), &names.map(shared_parameter), &array, &headers)
}

fn record(resource: &str) -> Value {
    let parameters =
        [in_path("id", "The record's id, as its `id` member says it"), shared_parameter("fields")];
    operation(&format!("read one of {resource}"), &parameters, &reference("schemas", resource), &[])
}

fn changes(resources: &[&str]) -> Value {
    let since = json!({
        "name": "where", "in": "query", "required": true,
        "description": "`changedSince='2026-01-31T00:00:00Z'`",
        "schema": {"type": "string"},
    });
    let entities = json!({
        "name": "entities", "in": "query",
        "description": format!("Of which resources, with commas between them; {}", resources.join(", ")),
        "schema": {"type": "string"},
    });
    let array = json!({"type": "array", "items": reference("schemas", "Change")});
    let headers = ["Elements-Returned-Count", "Elements-Next-Page-Token"];
    operation("list changes", &[since, entities, shared_parameter("nextPage")], &array, &headers)
}

fn objects() -> Value {
    let names = json!({"type": "array", "items": {"type": "string"}});
    operation("list objects", &[], &names, &["Elements-Returned-Count"])
}

fn metadata() -> Value {
    let field = json!({
        "type": "object",
        "properties": {
            "path": {"type": "string"},
            "vendorPath": {"type": "string"},
            "type": {"enum": ["string", "number", "boolean", "date", "object", "array"]},
            "filterable": {"type": "boolean", "description": "Whether a `where` may name it"},
        },
    });
    let shape = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "fields": {"type": "array", "items": field}},
    });
    operation(
        "read the metadata of an object",
        &[in_path("name", "The object's name")],
        &shape,
        &[],
    )
}

fn ping() -> Value {
    let shape = json!({
        "type": "object",
        "properties": {
            "dateTime": {"type": "string", "format": "date-time"},
            "endpoint": {"type": "string"},
        },
    });
    operation("ping", &[], &shape, &[])
}

/// A `GET`: what it is called, takes and answers.
fn operation(summary: &str, parameters: &[Value], schema: &Value, headers: &[&str]) -> Value {
    let own = ["Elements-Request-Id", "elements-element-instance-id"];
    let headers: Map<String, Value> = own
        .iter()
        .chain(headers)
        .map(|name| ((*name).to_owned(), reference("headers", name)))
        .collect();
    let mut responses = Map::new();
    let answer = json!({
        "description": "OK",
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    });
    responses.insert("200".to_owned(), answer);
    for (status, name) in ERRORS {
        responses.insert(status.to_owned(), reference("responses", name));
    }
    let id = summary.replace(' ', "-");
    json!({"operationId": id, "summary": summary, "parameters": parameters, "responses": responses})
}

fn in_path(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true,
        "description": description, "schema": {"type": "string"},
    })
}

fn shared_parameter(name: &str) -> Value {
    reference("parameters", name)
}

/// The parameters that lists share.
pub(super) fn parameters() -> Map<String, Value> {
    let text = || json!({"type": "string"});
    let size = json!({
        "type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MAX, "default": PAGE_SIZE_DEFAULT,
    });
    let entries = [
        ("where", "A condition in CEQL: `active = true AND name LIKE 'A%'`", text()),
        ("orderBy", "A column, then perhaps `desc`: `name desc`", text()),
        ("fields", "Members to be printed, with commas between them", text()),
        (
            "page",
            "The number of the page, from 1",
            json!({"type": "integer", "minimum": 1, "default": 1}),
        ),
        ("pageSize", "Most records of the page", size),
        (
            "nextPage",
            "The `Elements-Next-Page-Token` of the page before; `page` means nothing then",
            text(),
        ),
        (
            "returnCount",
            "Whether `Elements-Total-Count` is asked for",
            json!({"type": "boolean", "default": false}),
        ),
    ];
    let parameter = |(name, description, schema): (&str, &str, Value)| {
        let shape =
            json!({"name": name, "in": "query", "description": description, "schema": schema});
        (name.to_owned(), shape)
    };
    entries.into_iter().map(parameter).collect()
}

/// The headers of answers.
pub(super) fn headers() -> Map<String, Value> {
    let entries = [
        ("Elements-Request-Id", "string", "The id of the request"),
        ("elements-element-instance-id", "integer", "Whose records they are"),
        ("Elements-Returned-Count", "integer", "How many items the list has"),
        (
            "Elements-Next-Page-Token",
            "string",
            "What to send as `nextPage`; absent on the last page",
        ),
        ("Elements-Total-Count", "integer", "How many records fit in all, when asked for"),
    ];
    let header = |(name, kind, description): (&str, &str, &str)| {
        (name.to_owned(), json!({"description": description, "schema": {"type": kind}}))
    };
    entries.into_iter().map(header).collect()
}

/// The answers to requests that are not done.
pub(super) fn responses() -> Map<String, Value> {
    let entries = [
        ("BadRequest", "The request is wrong; the message names the parameter and the cure"),
        ("Unauthorized", "A secret or the token does not fit"),
        ("Forbidden", "The instance is disabled, or the provider refuses access"),
        ("NotFound", "There is no such resource or record"),
        ("TooManyRequests", "The provider throttles the company; see Retry-After"),
        ("ProviderUnavailable", "The provider failed or could not be reached"),
        ("GatewayUnavailable", "The gateway cannot work now"),
    ];
    let response = |(name, description): (&str, &str)| {
        let content = json!({"application/json": {"schema": reference("schemas", "Error")}});
        (name.to_owned(), json!({"description": description, "content": content}))
    };
    entries.into_iter().map(response).collect()
}
