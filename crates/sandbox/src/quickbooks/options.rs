//! Settings of the QuickBooks Online stand-in. Whatever is not documented to happen always is off
//! or at Intuit's value by default.

use std::ops::RangeInclusive;

use super::throttle::ThrottleLimits;
use super::{App, Company};

/// Settings of the QuickBooks Online stand-in.
#[derive(Clone, Debug)]
pub struct QuickBooksOptions {
    /// The apps there are from the start.
    pub apps: Vec<App>,
    /// The companies there are from the start.
    pub companies: Vec<Company>,
    /// Life of an access token in seconds; 3600 at Intuit.
    pub access_token_life_s: u32,
    /// Gives a new refresh token at every refresh, instead of every 24 hours.
    pub rotate_every_refresh: bool,
    /// Ends the connection when a refresh token is used once more after its rotation: of two
    /// refreshes at once the loser gets `invalid_grant` and the winner's new tokens are revoked
    /// too. Intuit "may" do so (reference §4.1); when off, the loser alone is refused.
    pub revoke_on_token_reuse: bool,
    /// Seconds for which a refresh token still works after its rotation, and brings the tokens that
    /// took its place. Not documented; 0 by default: it fails at once.
    pub rotated_token_grace_s: u32,
    /// Whether change data capture knows TimeActivity. Intuit's pages disagree (reference §2.1).
    pub cdc_has_time_activities: bool,
    /// Milliseconds for which the notices of an app are gathered into one body; 0 sends at once.
    pub aggregation_ms: u64,
    /// Divides the published waits between webhook attempts (10 s, 20 s, …), so that tests are
    /// quick; 1 is Intuit's pace.
    pub retry_wait_divisor: u32,
    /// Milliseconds a receiver of webhooks has for its answer; 3000 at Intuit.
    pub webhook_answer_timeout_ms: u64,
    /// What webhooks do beyond arriving once and in order.
    pub webhooks: WebhookConduct,
    /// How many calls are answered; without it, all.
    pub throttle: Option<ThrottleLimits>,
}

impl Default for QuickBooksOptions {
    fn default() -> Self {
        Self {
            apps: Vec::new(),
            companies: Vec::new(),
            access_token_life_s: 3_600,
            rotate_every_refresh: false,
            revoke_on_token_reuse: false,
            rotated_token_grace_s: 0,
            cdc_has_time_activities: false,
            aggregation_ms: 0,
            retry_wait_divisor: 1,
            webhook_answer_timeout_ms: 3_000,
            webhooks: WebhookConduct::default(),
            throttle: None,
        }
    }
}

/// How the wire spells the id merged away in a legacy notice; sources differ (reference §1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MergeSpelling {
    /// `deletedID`, as in the documentation's table.
    #[default]
    UpperCaseId,
    /// `deletedId`, as in listeners that people run.
    MixedCaseId,
}

impl MergeSpelling {
    pub(super) fn property(self) -> &'static str {
        match self {
            Self::UpperCaseId => "deletedID",
            Self::MixedCaseId => "deletedId",
        }
    }
}

/// What webhooks do beyond arriving once and in order. Chance is drawn from the sandbox's seed.
#[derive(Clone, Debug)]
pub struct WebhookConduct {
    /// Of a thousand delivered notices, how many are delivered a second time.
    pub duplicates_per_mille: u32,
    /// Of a thousand notices, how many are lost.
    pub losses_per_mille: u32,
    /// Shuffles the notices inside each body.
    pub shuffles_bodies: bool,
    /// Milliseconds a body waits beyond the gathering; drawn anew for each.
    pub delay_ms: RangeInclusive<u64>,
    /// Lets several updates of one record within `aggregation_ms` make one notice, with the time
    /// of the last.
    pub coalesces_updates: bool,
    /// The spelling of a legacy merge.
    pub merge_spelling: MergeSpelling,
    /// Tells Delete, not Update, when a list record is made inactive. Which of the two Intuit
    /// tells is not documented (reference §5).
    pub tells_deactivation_as_delete: bool,
    /// Tells an app of what it wrote itself, as Intuit does.
    pub tells_own_writes: bool,
}

impl Default for WebhookConduct {
    fn default() -> Self {
        Self {
            duplicates_per_mille: 0,
            losses_per_mille: 0,
            shuffles_bodies: false,
            delay_ms: 0..=0,
            coalesces_updates: false,
            merge_spelling: MergeSpelling::default(),
            tells_deactivation_as_delete: false,
            tells_own_writes: true,
        }
    }
}
