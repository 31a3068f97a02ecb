//! The tree of a body bound to a notice. Names of members are read in any case, as the original
//! reads JSON, and everywhere; members that are not known are skipped.
//!
//! Two things are refused that the original takes by losing a part: a known member that is there
//! twice, and a known member with a value that it cannot have.

use super::DecodeError;
use super::tree::Node;
use crate::listener::dates;
use crate::listener::entity_names::{EntityName, read_operation};
use crate::listener::notice::{Entity, Notice, Notification};

/// Wire names (reference: qbo-webhooks-listener §1.2).
pub(super) const REALM_ID: &str = "realmId";
pub(super) const DATA_CHANGE_EVENT: &str = "dataChangeEvent";
const EVENT_NOTIFICATIONS: &str = "eventNotifications";
const ENTITIES: &str = "entities";

/// Binds a whole request.
pub(super) fn notice(node: Node) -> Result<Notice, DecodeError> {
    let mut request = Members::of(node, "a request")?;
    Ok(Notice { notifications: notifications(request.take(EVENT_NOTIFICATIONS)?)? })
}

/// Binds a list of notifications, or one alone. Nulls say nothing and are left out.
pub(super) fn notifications(node: Node) -> Result<Vec<Notification>, DecodeError> {
    bound(list(node, EVENT_NOTIFICATIONS)?, notification)
}

/// Binds a notification; null is none.
pub(super) fn notification(node: Node) -> Result<Option<Notification>, DecodeError> {
    if node == Node::Null {
        return Ok(None);
    }
    let mut members = Members::of(node, EVENT_NOTIFICATIONS)?;
    let realm_id = members.take_text(REALM_ID)?;
    let mut event = Members::of(members.take(DATA_CHANGE_EVENT)?, DATA_CHANGE_EVENT)?;
    let entities = bound(list(event.take(ENTITIES)?, ENTITIES)?, entity)?;
    Ok(Some(Notification { realm_id, entities }))
}

fn entity(node: Node) -> Result<Option<Entity>, DecodeError> {
    if node == Node::Null {
        return Ok(None);
    }
    let mut members = Members::of(node, ENTITIES)?;
    let name = members.take_text("name")?.filter(|text| !text.trim().is_empty());
    let operation = members.take_text("operation")?.filter(|text| !text.trim().is_empty());
    Ok(Some(Entity {
        name: name.as_deref().map(EntityName::read),
        id: members.take_text("id")?,
        operation: operation.as_deref().map(read_operation),
        last_updated: members.take_text("lastUpdated")?.as_deref().and_then(dates::canonical),
        deleted_id: members.take_text("deletedId")?,
    }))
}

fn bound<T>(
    nodes: Vec<Node>,
    bind: impl Fn(Node) -> Result<Option<T>, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    nodes.into_iter().filter_map(|node| bind(node).transpose()).collect()
}

/// A list; an object in its place is a list of one, as the original has it.
fn list(node: Node, member: &'static str) -> Result<Vec<Node>, DecodeError> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
        Node::Text(_) => Err(DecodeError::WrongKind { member, expected: "a list of objects" }),
        Node::List(nodes) => Ok(nodes),
        Node::Members(_) => Ok(vec![node]),
    }
}

/// The members of an object.
struct Members(Vec<(String, Node)>);

impl Members {
    /// Those of `node`; blank and null are an object without members.
    fn of(node: Node, member: &'static str) -> Result<Self, DecodeError> {
        match node {
            Node::Members(members) => Ok(Self(members)),
            Node::Null => Ok(Self(Vec::new())),
            Node::Text(text) if text.trim().is_empty() => Ok(Self(Vec::new())),
            Node::Text(_) | Node::List(_) => {
                Err(DecodeError::WrongKind { member, expected: "an object" })
            }
        }
    }

    /// The member of that name in any case; null when there is none.
    fn take(&mut self, name: &'static str) -> Result<Node, DecodeError> {
        let mut found = self.0.extract_if(.., |(key, _)| key.eq_ignore_ascii_case(name));
        let node = found.next().map_or(Node::Null, |(_, node)| node);
        if found.next().is_some() { Err(DecodeError::Repeated(name)) } else { Ok(node) }
    }

    fn take_text(&mut self, name: &'static str) -> Result<Option<String>, DecodeError> {
        match self.take(name)? {
            Node::Null => Ok(None),
            Node::Text(text) => Ok(Some(text)),
            Node::List(_) | Node::Members(_) => {
                Err(DecodeError::WrongKind { member: name, expected: "a text or a number" })
            }
        }
    }
}
