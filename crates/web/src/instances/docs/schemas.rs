//! JSON Schemas of records, changes and errors.

use ledgerhook_engine::connector::FieldProfile;
use serde_json::{Map, Value, json};

/// A record with the members that are known; it may have others.
pub(super) fn record(fields: &[FieldProfile]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        put(&mut properties, field.path, field.kind);
    }
    json!({"type": "object", "properties": properties})
}

/// Puts the type of the member at a dotted path among the properties of an object.
fn put(properties: &mut Map<String, Value>, path: &str, kind: &str) {
    let Some((name, rest)) = path.split_once('.') else {
        properties.entry(path).or_insert_with(|| of_kind(kind));
        return;
    };
    let parent = properties.entry(name).or_insert_with(|| json!({"type": "object"}));
    let Some(parent) = parent.as_object_mut() else { return };
    let inner = parent.entry("properties").or_insert_with(|| json!({}));
    if let Some(inner) = inner.as_object_mut() {
        put(inner, rest, kind);
    }
}

/// The schema of a kind of member. A date is ISO 8601, or milliseconds since the epoch
/// (reference: cloud-elements §7.3).
fn of_kind(kind: &str) -> Value {
    match kind {
        "date" => json!({"type": ["string", "integer"], "format": "date-time"}),
        "array" => json!({"type": "array", "items": {}}),
        other => json!({"type": other}),
    }
}

/// An item of `/changes`.
pub(super) fn change() -> Value {
    json!({
        "type": "object",
        "properties": {
            "objectType": {"type": "string"},
            "objectId": {"type": "string"},
            "eventType": {"type": "string"},
            "changedDate": {"type": "string", "format": "date-time"},
            "record": {"description": "The record, or what is left of it where it was deleted"},
        },
    })
}

/// The body of an answer to a request that is not done.
pub(super) fn error() -> Value {
    json!({
        "type": "object",
        "required": ["requestId", "message"],
        "properties": {
            "requestId": {"type": "string"},
            "message": {"type": "string"},
            "providerMessage": {"type": "string", "description": "The provider's own words"},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_nested_objects_whichever_stands_first() {
        let field = |path, kind| FieldProfile { path, kind, is_filterable: true };
        let fields = [
            field("id", "string"),
            field("metaData", "object"),
            field("metaData.createTime", "date"),
            field("billAddr.city", "string"),
            field("billAddr", "object"),
            field("line", "array"),
        ];
        let date = json!({"type": ["string", "integer"], "format": "date-time"});
        let text = json!({"type": "string"});
        let properties = json!({
            "id": text,
            "metaData": {"type": "object", "properties": {"createTime": date}},
            "billAddr": {"type": "object", "properties": {"city": text}},
            "line": {"type": "array", "items": {}},
        });
        assert_eq!(record(&fields), json!({"type": "object", "properties": properties}));
    }
}
