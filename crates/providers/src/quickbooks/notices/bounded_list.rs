//! The elements of a JSON array as raw texts, no more of them than a notice may have.

use std::fmt;

use ledgerhook_model::limits::NOTICE_ENTRIES_MAX;
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Elements of an array, and how many there were beyond [`NOTICE_ENTRIES_MAX`].
///
/// Each element is kept raw, so that one that cannot be understood does not spoil the others. The
/// bound matters because a body is read before its signature can be checked: which verifier tokens
/// are tried depends on the companies it names.
#[derive(Debug, Default)]
pub(super) struct BoundedList<'a> {
    /// The elements.
    pub(super) elements: Vec<&'a RawValue>,
    /// How many were left out.
    pub(super) beyond: u32,
}

impl<'de: 'a, 'a> Deserialize<'de> for BoundedList<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = BoundedList<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut list = BoundedList::default();
        while list.elements.len() < NOTICE_ENTRIES_MAX {
            match array.next_element()? {
                Some(element) => list.elements.push(element),
                None => return Ok(list),
            }
        }
        while array.next_element::<IgnoredAny>()?.is_some() {
            list.beyond = list.beyond.saturating_add(1);
        }
        Ok(list)
    }
}
