//! One record: what it shows, and what a write may touch.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::Timestamp;
use serde_json::Value;

use super::super::nouns::Noun;
use super::super::times;
use super::Fields;

/// `vis_state` of a record in use.
pub(super) const ACTIVE: u8 = 0;
/// `vis_state` of a deleted record.
pub(super) const DELETED: u8 = 1;

/// A record.
#[derive(Debug)]
pub(in super::super) struct Record {
    pub(in super::super) id: u64,
    /// As the API shows it.
    pub(in super::super) fields: Fields,
    pub(in super::super) created_at: Timestamp,
    /// In whole seconds.
    pub(in super::super) updated_at: Timestamp,
    /// 0 active, 1 deleted, 2 archived.
    pub(in super::super) vis_state: u8,
    /// Whether it was deleted for good.
    pub(in super::super) gone: bool,
    /// A number for what it shows.
    pub(in super::super) content: u64,
}

/// The same number for the same fields in the same order.
pub(in super::super) fn content_of(fields: &Fields) -> u64 {
    let mut hasher = DefaultHasher::new();
    fields.hash(&mut hasher);
    hasher.finish()
}

impl Record {
    pub(super) fn new(noun: &Noun, blank: Fields, id: u64, now: Timestamp) -> Self {
        let now = times::whole_second(now);
        let mut fields = blank;
        fields.insert("id".to_owned(), id.into());
        fields.insert(noun.id_property.to_owned(), id.into());
        if noun.has_vis_state() {
            fields.insert("vis_state".to_owned(), ACTIVE.into());
        }
        Self {
            id,
            fields,
            created_at: now,
            updated_at: now,
            vis_state: ACTIVE,
            gone: false,
            content: 0,
        }
    }

    pub(in super::super) fn is_deleted(&self) -> bool {
        self.gone || self.vis_state == DELETED
    }

    /// Takes over what a body says. Properties that do not exist are dropped without a word, and
    /// ids, times and `vis_state` are not for callers to set.
    pub(super) fn overlay(&mut self, noun: &Noun, body: &Fields) {
        for (name, value) in body {
            let own = name == "id" || name == "vis_state" || name == noun.id_property;
            let stamp = noun.stamps.iter().any(|stamp| stamp.property == name);
            if own || stamp {
                continue;
            }
            if let Some(slot) = self.fields.get_mut(name) {
                slot.clone_from(value);
            }
        }
    }

    pub(super) fn set_vis_state(&mut self, vis_state: Option<u8>) {
        if let Some(vis_state) = vis_state {
            self.vis_state = vis_state;
            self.fields.insert("vis_state".to_owned(), vis_state.into());
        }
    }

    /// Deletes it for good; lists that include deleted records show it inactive.
    pub(super) fn remove(&mut self, noun: &Noun, now: Timestamp) {
        self.gone = true;
        if let Some(active) = self.fields.get_mut("active") {
            *active = Value::Bool(false);
        }
        if noun.has_vis_state() {
            self.set_vis_state(Some(DELETED));
        }
        self.stamp(noun, now);
    }

    /// Writes the times of a change, which is complete with them.
    pub(super) fn stamp(&mut self, noun: &Noun, now: Timestamp) {
        self.updated_at = times::whole_second(now);
        for stamp in noun.stamps {
            let at = if stamp.of_creation { self.created_at } else { self.updated_at };
            self.fields.insert(stamp.property.to_owned(), stamp.form.print(at).into());
        }
        self.content = content_of(&self.fields);
    }
}
