//! The registered callbacks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::super::nouns::Verb;
use super::super::shared::State;

/// Callbacks of one sandbox; each has its own sending task.
pub(super) const CALLBACKS_MAX: usize = 20_000;
/// The id before the first one.
const FIRST_ID: u64 = 2_000;

/// A registered callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Callback {
    /// `callbackid`.
    pub callback_id: u64,
    /// The business.
    pub business_id: u64,
    /// The app that registered it; only this app sees it. That is ours: no document says whose
    /// callbacks a list shows.
    pub client_id: String,
    /// The event, such as `invoice.create`, or a noun for all its events.
    pub event: String,
    /// Where events are posted.
    pub uri: String,
    /// What the handshake carries, and the key of the signatures.
    pub verifier: String,
    /// Whether the verifier came back; before that no event is sent.
    pub verified: bool,
    /// When it last changed.
    #[serde(serialize_with = "crate::times::as_text")]
    pub updated_at: Timestamp,
}

impl Callback {
    /// Whether it is told of an event of a noun.
    fn hears(&self, noun: &str, verb: Verb) -> bool {
        match self.event.split_once('.') {
            None => self.event == noun,
            Some((own, own_verb)) => own == noun && own_verb == verb.word(),
        }
    }
}

/// All callbacks, by id.
#[derive(Debug, Default)]
pub(in super::super) struct Callbacks {
    callbacks: BTreeMap<u64, Callback>,
    created: u64,
}

impl Callbacks {
    /// Adds one; the id in it is replaced. None when there are too many.
    pub(super) fn add(&mut self, callback: Callback) -> Option<Callback> {
        if self.callbacks.len() >= CALLBACKS_MAX {
            return None;
        }
        self.created += 1;
        let added = Callback { callback_id: FIRST_ID + self.created, ..callback };
        self.callbacks.insert(added.callback_id, added.clone());
        Some(added)
    }

    pub(in super::super) fn get(&self, callback_id: u64) -> Option<&Callback> {
        self.callbacks.get(&callback_id)
    }

    pub(super) fn get_mut(&mut self, callback_id: u64) -> Option<&mut Callback> {
        self.callbacks.get_mut(&callback_id)
    }

    fn remove(&mut self, callback_id: u64) -> Option<Callback> {
        self.callbacks.remove(&callback_id)
    }

    pub(super) fn of_business(&self, business_id: u64) -> impl Iterator<Item = &Callback> {
        self.callbacks.values().filter(move |one| one.business_id == business_id)
    }

    /// The verified callbacks that hear of an event.
    pub(in super::super) fn told(
        &self,
        business_id: u64,
        noun: &str,
        verb: Verb,
    ) -> impl Iterator<Item = &Callback> {
        self.of_business(business_id).filter(move |one| one.verified && one.hears(noun, verb))
    }
}

impl State {
    /// Removes a callback with all that waits for it.
    pub(super) fn remove_callback(&mut self, callback_id: u64) -> Option<Callback> {
        self.outbox.close(callback_id);
        self.callbacks.remove(callback_id)
    }
}
