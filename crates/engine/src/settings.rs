//! What an operator may set of the engine.

use std::time::Duration;

use ledgerhook_model::delivery::RetrySchedule;

/// What an operator may set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Shortest wait between two polls of an instance.
    pub poll_interval_min: Duration,
    /// Polls of one feed that fail in a row until the instance is polled no more; at least 1.
    pub poll_failures_before_pause: u32,
    /// How long events are kept.
    pub retention: Duration,
    /// When failed deliveries are tried again.
    pub retry: RetrySchedule,
    /// Most calls at one time to one callback URL.
    pub callback_in_flight_max: usize,
    /// Most calls at one time for one instance.
    pub instance_in_flight_max: usize,
    /// How long notices of one company are gathered before the records that they point at are
    /// read: a group costs as many reads as a single notice.
    pub hydration_gathering: Duration,
    /// How long the sweep of a hybrid instance leaves a change to its notice, which says more of it
    /// (that it is a void, or a merge).
    pub notice_grace: Duration,
    /// The address under which providers reach this gateway, `https://hooks.example.com`; `None`
    /// when it is not known.
    pub public_url: Option<String>,
    /// Whether notices without a signature are taken. For development only.
    pub allow_unsigned_notices: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            poll_interval_min: Duration::from_secs(60),
            poll_failures_before_pause: 100,
            retention: Duration::from_secs(7 * 24 * 60 * 60),
            retry: RetrySchedule::standard(),
            callback_in_flight_max: 64,
            instance_in_flight_max: 16,
            hydration_gathering: Duration::from_secs(1),
            // Intuit's documents: the first notice may take up to five minutes.
            notice_grace: Duration::from_secs(5 * 60),
            public_url: None,
            allow_unsigned_notices: false,
        }
    }
}
