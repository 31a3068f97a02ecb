//! What a sandbox is started with: its port, its clock, its seed and its provider settings.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::freshbooks::FreshBooksOptions;
use crate::quickbooks::QuickBooksOptions;
use crate::sage::SageOptions;

/// Where the sandbox takes the time from: token lives, record times, notice times and throttles.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Settings of one sandbox.
#[derive(Clone)]
pub struct SandboxOptions {
    /// TCP port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Where the time comes from; the system clock by default.
    pub clock: Clock,
    /// Whether the waits of webhooks (gathering, delays, between attempts) follow `clock` too,
    /// instead of tokio's own time. Whoever moves such a clock says so with
    /// [`crate::quickbooks::QuickBooks::clock_moved`] and
    /// [`crate::freshbooks::FreshBooks::clock_moved`].
    pub waits_follow_clock: bool,
    /// Seed of every id, code and token the sandbox makes up.
    pub seed: u64,
    /// Settings of the QuickBooks Online stand-in.
    pub quickbooks: QuickBooksOptions,
    /// Settings of the FreshBooks stand-in.
    pub freshbooks: FreshBooksOptions,
    /// Settings of the Sage Accounting stand-in.
    pub sage: SageOptions,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            port: 0,
            clock: system_clock(),
            waits_follow_clock: false,
            seed: 1,
            quickbooks: QuickBooksOptions::default(),
            freshbooks: FreshBooksOptions::default(),
            sage: SageOptions::default(),
        }
    }
}

impl fmt::Debug for SandboxOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SandboxOptions")
            .field("port", &self.port)
            .field("waits_follow_clock", &self.waits_follow_clock)
            .field("seed", &self.seed)
            .field("quickbooks", &self.quickbooks)
            .field("freshbooks", &self.freshbooks)
            .field("sage", &self.sage)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the real time enters")]
fn system_clock() -> Clock {
    Arc::new(Timestamp::now)
}
