//! The tree that every format is read into, and the bound on its size.

use super::{DEPTH_MAX, DecodeError, VALUES_MAX};

/// A value of any format. Numbers and truth values are their text: a number that was read and
/// written again would not always be what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// No value.
    Null,
    /// A text, a number, or a truth value.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object; its members in their order, which may be repeated.
    Members(Vec<(String, Node)>),
}

impl Node {
    /// Whether it is an object with a member of exactly that name.
    pub(super) fn has_member(&self, name: &str) -> bool {
        self.has(|found| found == name)
    }

    /// Whether it is an object with a member of that name in any case.
    pub(super) fn has_member_in_any_case(&self, name: &str) -> bool {
        self.has(|found| found.eq_ignore_ascii_case(name))
    }

    fn has(&self, is_wanted: impl Fn(&str) -> bool) -> bool {
        matches!(self, Self::Members(members) if members.iter().any(|(name, _)| is_wanted(name)))
    }
}

/// How much more a body may hold.
#[derive(Debug)]
pub(super) struct Room {
    values: usize,
    levels: usize,
}

impl Room {
    /// For a whole body.
    pub(super) fn new() -> Self {
        Self { values: VALUES_MAX, levels: DEPTH_MAX }
    }

    /// Takes one value.
    pub(super) fn take(&mut self) -> Result<(), DecodeError> {
        self.values = self.values.checked_sub(1).ok_or(DecodeError::TooManyValues)?;
        Ok(())
    }

    /// Goes one level down.
    pub(super) fn enter(&mut self) -> Result<(), DecodeError> {
        self.levels = self.levels.checked_sub(1).ok_or(DecodeError::TooDeep)?;
        Ok(())
    }

    /// Comes back up.
    pub(super) fn leave(&mut self) {
        self.levels = self.levels.saturating_add(1);
    }
}
