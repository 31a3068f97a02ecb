//! What the service has, for programs: its operation, and its types.

use serde_json::{Value, json};

use crate::listener::metadata::SERVICE;
use crate::listener::types::{
    CLASSES, Class, DOTNET_NAMESPACE, Enumeration, Kind, REQUEST, enumerations,
};

/// `/api`: the names of the operations.
pub(super) fn operation_names() -> Value {
    json!([REQUEST])
}

/// `/operations/metadata.json`
pub(super) fn operations() -> Value {
    json!({"serviceName": SERVICE, "operations": [operation()]})
}

/// `/types/metadata`
pub(super) fn types() -> Value {
    let classes = CLASSES.iter().filter(|class| !class.is_contract()).map(class);
    let enumerations = enumerations();
    let enumerations = enumerations.iter().map(enumeration);
    json!({
        "app": {"serviceName": SERVICE},
        "namespaces": [DOTNET_NAMESPACE],
        "operations": [operation()],
        "types": enumerations.chain(classes).collect::<Vec<_>>(),
    })
}

fn operation() -> Value {
    json!({
        "request": CLASSES.iter().find(|class| class.is_contract()).map(class),
        "returnType": {"name": "String", "namespace": "System"},
        "method": "POST",
        "actions": ["POST"],
        "routes": [{"path": "/qbowebhook", "verbs": "POST"}],
    })
}

fn class(class: &Class) -> Value {
    let members = class.members.iter().map(|member| {
        let (kind, arguments) = dotnet_type(member.kind);
        let is_value_type = matches!(member.kind, Kind::Enum(_) | Kind::DateTime);
        json!({
            "name": member.name,
            "type": kind,
            "genericArgs": arguments,
            "isValueType": is_value_type,
            "dataMember": {"name": member.wire_name},
        })
    });
    json!({
        "name": class.name,
        "namespace": DOTNET_NAMESPACE,
        "dataContract": class.is_contract().then(|| json!({})),
        "properties": members.collect::<Vec<_>>(),
    })
}

fn dotnet_type(kind: Kind) -> (&'static str, Vec<&'static str>) {
    match kind {
        Kind::Text => ("String", Vec::new()),
        Kind::DateTime => ("DateTime", Vec::new()),
        Kind::Enum(name) | Kind::Object(name) => (name, Vec::new()),
        Kind::List(name) => ("List`1", vec![name]),
    }
}

fn enumeration(of: &Enumeration) -> Value {
    let names: Vec<&str> = of.names.iter().map(|(name, _)| *name).collect();
    let numbers: Option<Vec<String>> =
        of.names.iter().map(|(_, number)| number.map(|number| number.to_string())).collect();
    json!({
        "name": of.name,
        "namespace": DOTNET_NAMESPACE,
        "isEnum": true,
        "isEnumInt": numbers.is_some(),
        "enumNames": names,
        "enumValues": numbers,
    })
}
