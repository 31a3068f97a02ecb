//! JSON, strictly: the original's own scanner takes what is cut short or misspelt for less than was
//! sent (reference: qbo-webhooks-listener §4.1 and §9).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::DecodeError;
use super::tree::{Node, Room};

/// Reads one value.
pub(super) fn read(text: &str) -> Result<Node, DecodeError> {
    node(parse(text)?, &mut Room::new())
}

/// Reads values that follow each other, as in lines.
pub(super) fn read_many(text: &str) -> Result<Vec<Node>, DecodeError> {
    let mut room = Room::new();
    let values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    values.map(|value| node(value.map_err(not_well_formed)?, &mut room)).collect()
}

/// Reads level by level, each from its own text, so that numbers keep their digits and depth is
/// ours to bound.
fn node(value: &RawValue, room: &mut Room) -> Result<Node, DecodeError> {
    room.take()?;
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'"') => parse(text).map(Node::Text),
        Some(b'[') => {
            room.enter()?;
            let elements: Vec<&RawValue> = parse(text)?;
            let nodes = elements.into_iter().map(|element| node(element, room));
            let nodes = nodes.collect::<Result<_, _>>();
            room.leave();
            nodes.map(Node::List)
        }
        Some(b'{') => {
            room.enter()?;
            let Members(members) = parse(text)?;
            let named = |(name, value)| Ok((name, node(value, room)?));
            let nodes = members.into_iter().map(named).collect::<Result<_, _>>();
            room.leave();
            nodes.map(Node::Members)
        }
        _ if text == "null" => Ok(Node::Null),
        _ => Ok(Node::Text(text.to_owned())),
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, DecodeError> {
    serde_json::from_str(text).map_err(not_well_formed)
}

fn not_well_formed(error: serde_json::Error) -> DecodeError {
    DecodeError::NotWellFormed(format!("the JSON cannot be read: {error}"))
}

/// The members of an object in their order, with those that are repeated.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = object.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
