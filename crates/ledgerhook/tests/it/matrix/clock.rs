//! The provider's clock, in the test's hand: a record prints the second of its last change, and
//! whether two changes share a second must not be up to chance.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp, Unit};
use ledgerhook_sandbox::SandboxOptions;

/// How far ahead of the gateway's clock changes within a second are made: no answer is later,
/// however long a run takes.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// How far behind the gateway's clock changes seconds apart are made: far enough that their second
/// is over when they are read, however many there are, and near enough that a poll looks back to
/// them.
const BEHIND: SignedDuration = SignedDuration::from_secs(20);

/// How the changes of one record follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// And are read within it.
    WithinASecond,
    /// And each is read when its second is over.
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

/// The time of the provider.
#[derive(Clone, Debug)]
pub(super) struct BooksClock {
    pace: Pace,
    began_at: Timestamp,
    passed_ms: Arc<AtomicI64>,
}

impl BooksClock {
    pub(super) fn begin(pace: Pace) -> Self {
        Self { pace, began_at: real_time(), passed_ms: Arc::default() }
    }

    /// Lets the time pass that is between two changes of a record.
    pub(super) fn pass(&self) {
        let milliseconds = match self.pace {
            Pace::WithinASecond => 50,
            Pace::SecondsApart => 1_000,
        };
        self.passed_ms.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Timestamp {
        let passed = SignedDuration::from_millis(self.passed_ms.load(Ordering::Relaxed));
        match self.pace {
            Pace::WithinASecond => self.began_at.round(Unit::Second).unwrap() + AHEAD + passed,
            Pace::SecondsApart => real_time() - BEHIND + passed,
        }
    }
}

fn real_time() -> Timestamp {
    (SandboxOptions::default().clock)()
}
