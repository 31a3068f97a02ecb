//! The provider's clock, in the test's hand: a record prints the second of its last change, and
//! whether two changes share a second must not be up to chance.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use ledgerhook_sandbox::SandboxOptions;

/// How the changes of one record follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    WithinASecond,
    SecondsApart,
}

impl Pace {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::WithinASecond => "within a second",
            Self::SecondsApart => "seconds apart",
        }
    }
}

/// The time of the provider, which passes on demand only.
#[derive(Clone, Debug)]
pub(super) struct BooksClock {
    begins_at: Timestamp,
    passed_ms: Arc<AtomicI64>,
}

impl BooksClock {
    /// Begins with a whole second, far enough ahead of the gateway's clock that whatever changes
    /// has changed after the gateway began to look.
    pub(super) fn begin() -> Self {
        let now = (SandboxOptions::default().clock)();
        let ahead = Timestamp::from_second(now.as_second() + 60).unwrap();
        Self { begins_at: ahead, passed_ms: Arc::default() }
    }

    pub(super) fn pass(&self, pace: Pace) {
        let milliseconds = match pace {
            Pace::WithinASecond => 50,
            Pace::SecondsApart => 2_000,
        };
        self.passed_ms.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.begins_at + SignedDuration::from_millis(self.passed_ms.load(Ordering::Relaxed))
    }
}
