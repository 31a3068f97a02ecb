//! Settings of the FreshBooks stand-in. Whatever is documented is so by default; what is not is
//! said to be ours.

use std::ops::RangeInclusive;

use super::throttle::ThrottleLimits;
use super::{App, Business, User};

/// Settings of the FreshBooks stand-in.
#[derive(Clone, Debug)]
pub struct FreshBooksOptions {
    /// TCP port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The apps there are from the start.
    pub apps: Vec<App>,
    /// The people there are from the start.
    pub users: Vec<User>,
    /// The businesses there are from the start.
    pub businesses: Vec<Business>,
    /// Life of an access token in seconds; 43200 at FreshBooks.
    pub access_token_life_s: u32,
    /// How a GET by id answers for a soft-deleted record of the books.
    pub deleted_reads: DeletedReads,
    /// What callbacks do beyond arriving once and in order.
    pub callbacks: CallbackConduct,
    /// Divides the waits between the attempts of a notice, so that tests are quick.
    pub retry_wait_divisor: u32,
    /// Milliseconds a receiver has for its answer; 10000 at FreshBooks (reference:
    /// freshbooks-sage §1.6).
    pub answer_timeout_ms: u64,
    /// How many calls are answered; without it, all. FreshBooks publishes no number.
    pub throttle: Option<ThrottleLimits>,
}

impl Default for FreshBooksOptions {
    fn default() -> Self {
        Self {
            port: 0,
            apps: Vec::new(),
            users: vec![User::new(712_052, "Simona", "Varga")],
            businesses: Vec::new(),
            access_token_life_s: 43_200,
            deleted_reads: DeletedReads::default(),
            callbacks: CallbackConduct::default(),
            retry_wait_divisor: 1,
            answer_timeout_ms: 10_000,
            throttle: None,
        }
    }
}

/// How a GET by id answers for a soft-deleted record; sources name all three (reference:
/// freshbooks-sage §1.9, §1.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletedReads {
    /// The record, with `vis_state` 1.
    #[default]
    Shown,
    /// errno 1011, the deleted resource.
    Deleted,
    /// errno 1012, the unknown resource.
    Unknown,
}

/// Which verb a soft delete of the books is told with; not documented (reference:
/// freshbooks-sage §6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SoftDeleteNotice {
    /// `.delete`.
    #[default]
    Delete,
    /// `.update`.
    Update,
}

/// The fields of an event, and their order (reference: freshbooks-sage §1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventForm {
    /// `name, object_id, account_id, business_id, identity_id, user_id`, as documented.
    #[default]
    Documented,
    /// `name, object_id, user_id, identity_id, business_id, account_id`, as seen in a sample.
    Observed,
    /// `name, object_id, account_id, user_id`, as in older documents.
    Older,
}

/// The fields of a handshake; sources differ (reference: freshbooks-sage §1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HandshakeForm {
    /// `name=callback.verify, object_id, account_id, verifier`.
    #[default]
    ObjectId,
    /// The same with `callback_id` for `object_id`.
    CallbackId,
    /// Without a `name`.
    Nameless,
}

/// What callbacks do beyond arriving once and in order. Chance is drawn from the sandbox's seed.
#[derive(Clone, Debug)]
pub struct CallbackConduct {
    /// Whether handshakes are signed, with the verifier they carry.
    pub signs_handshakes: bool,
    /// Whether the handshake is sent, and answered, before the create call is answered.
    pub handshake_before_answer: bool,
    /// The fields of a handshake.
    pub handshake_form: HandshakeForm,
    /// The fields of an event.
    pub event_form: EventForm,
    /// Prints `updated_at` of a callback as `2021-10-17 05:48:42`, without `T` and `Z`.
    pub spaced_times: bool,
    /// The verb of a soft delete.
    pub soft_delete_notice: SoftDeleteNotice,
    /// Of a thousand delivered notices, how many are delivered a second time.
    pub duplicates_per_mille: u32,
    /// Of a thousand notices, how many are lost.
    pub losses_per_mille: u32,
    /// Milliseconds a notice waits; drawn anew for each.
    pub delay_ms: RangeInclusive<u64>,
}

impl Default for CallbackConduct {
    fn default() -> Self {
        Self {
            signs_handshakes: true,
            handshake_before_answer: false,
            handshake_form: HandshakeForm::default(),
            event_form: EventForm::default(),
            spaced_times: false,
            soft_delete_notice: SoftDeleteNotice::default(),
            duplicates_per_mille: 0,
            losses_per_mille: 0,
            delay_ms: 0..=0,
        }
    }
}
