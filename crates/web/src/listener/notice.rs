//! A notice as the listener understands it, whatever it was written in, and Intuit's own JSON for
//! it, which is the one form that the rest of the gateway reads.

use serde_json::{Map, Value, json};

use super::entity_names::EntityName;

/// A whole notice. Members that were not sent are `None`: the original fills in `Update` and year 1
/// for them, which nobody said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// One for each company.
    pub notifications: Vec<Notification>,
}

/// What changed in one company.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notification {
    /// The company's id.
    pub realm_id: Option<String>,
    /// The records.
    pub entities: Vec<Entity>,
}

/// A record that changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entity {
    /// What kind of record it is.
    pub name: Option<EntityName>,
    /// Its id.
    pub id: Option<String>,
    /// What was done to it: a name of the operation enum, or what was sent instead.
    pub operation: Option<String>,
    /// When, as RFC 3339; or what was sent instead.
    pub last_updated: Option<String>,
    /// The id of the record that was merged into it.
    pub deleted_id: Option<String>,
}

impl Notice {
    /// Intuit's JSON for it (reference: quickbooks §1.3). A kind of record that is known by an
    /// ambiguous number alone is named `Department|Vendor`, with the number in `nameNumber`: the
    /// reader of QuickBooks' notices takes that for the candidates, and never for one of them.
    pub fn canonical(&self) -> Value {
        let notifications = self.notifications.iter().map(Notification::canonical);
        json!({"eventNotifications": notifications.collect::<Vec<_>>()})
    }

    /// Whether `body` is Intuit's JSON already: all that the notice says, in the same words. Then
    /// the body is handed on as it came, with whatever else it has.
    pub(super) fn is_written_in(&self, body: &str) -> bool {
        serde_json::from_str(body).is_ok_and(|body: Value| says(&body, &self.canonical()))
    }
}

impl Notification {
    fn canonical(&self) -> Value {
        let entities: Vec<Value> = self.entities.iter().map(Entity::canonical).collect();
        let mut members = Map::new();
        put(&mut members, "realmId", self.realm_id.as_deref());
        members.insert("dataChangeEvent".to_owned(), json!({"entities": entities}));
        Value::Object(members)
    }
}

impl Entity {
    fn canonical(&self) -> Value {
        let mut members = Map::new();
        let name = self.name.as_ref().map(ToString::to_string);
        put(&mut members, "name", name.as_deref());
        if let Some(number) = self.name.as_ref().and_then(EntityName::ambiguous_number) {
            members.insert("nameNumber".to_owned(), number.into());
        }
        put(&mut members, "id", self.id.as_deref());
        put(&mut members, "operation", self.operation.as_deref());
        put(&mut members, "lastUpdated", self.last_updated.as_deref());
        put(&mut members, "deletedId", self.deleted_id.as_deref());
        Value::Object(members)
    }
}

fn put(members: &mut Map<String, Value>, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        members.insert(name.to_owned(), text.into());
    }
}

/// Whether `body` has everything of `said` in its place, and lists of the same length.
fn says(body: &Value, said: &Value) -> bool {
    match (body, said) {
        (Value::Object(body), Value::Object(said)) => {
            said.iter().all(|(name, value)| body.get(name).is_some_and(|found| says(found, value)))
        }
        (Value::Array(body), Value::Array(said)) => {
            body.len() == said.len() && body.iter().zip(said).all(|(found, one)| says(found, one))
        }
        _ => body == said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn notice() -> Notice {
        let vendor = Entity {
            name: Some(EntityName::read("Vendor")),
            id: text("56"),
            operation: text("Merge"),
            last_updated: text("2015-10-05T14:42:19-0700"),
            deleted_id: text("27"),
        };
        let ambiguous = Entity { name: Some(EntityName::read("21")), ..Entity::default() };
        let notification =
            Notification { realm_id: text("1185883450"), entities: vec![vendor, ambiguous] };
        Notice { notifications: vec![notification, Notification::default()] }
    }

    #[test]
    fn it_is_written_as_intuit_writes_it_and_without_what_was_not_said() {
        let expected = concat!(
            r#"{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":["#,
            r#"{"name":"Vendor","id":"56","operation":"Merge","#,
            r#""lastUpdated":"2015-10-05T14:42:19-0700","deletedId":"27"},"#,
            r#"{"name":"Department|Vendor","nameNumber":21}]}},{"dataChangeEvent":{"entities":[]}}]}"#
        );
        assert_eq!(notice().canonical().to_string(), expected);
    }

    #[test]
    fn a_body_is_intuits_own_when_it_says_the_same_in_the_same_words() {
        let canonical = notice().canonical().to_string();
        assert!(notice().is_written_in(&canonical));
        let more = canonical.replacen("\"id\"", "\"new\": [1], \"id\"", 1);
        assert!(notice().is_written_in(&more), "members that are new stay");
        for (was, is) in [
            ("eventNotifications", "EventNotifications"),
            ("\"Vendor\"", "\"vendor\""),
            ("\"56\"", "56"),
            (",{\"dataChangeEvent\":{\"entities\":[]}}", ""),
            ("]}", "]"),
        ] {
            let body = canonical.replacen(was, is, 1);
            assert_ne!(body, canonical);
            assert!(!notice().is_written_in(&body), "{body}");
        }
    }
}
