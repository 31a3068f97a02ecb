//! Where a poll stands: the provider's time up to which changes were read, and how far the next
//! poll looks back before it.

use std::time::Duration;

use crate::moment::Moment;

/// How far each poll looks back before its cursor. Providers commit late and print whole seconds,
/// so a change may show up behind a cursor that has already passed it; the journal drops what was
/// seen twice.
pub const OVERLAP: Duration = Duration::from_secs(30);

/// The state of one instance's poll, advanced in the transaction that stores what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The provider's own clock at the last complete read: changes up to here are in the journal.
    pub read_up_to: Moment,
}

impl Cursor {
    /// A first cursor: nothing before `now` is history we owe.
    pub fn baseline(now: Moment) -> Self {
        Self { read_up_to: now }
    }

    /// From when the next read asks.
    pub fn ask_since(self) -> Moment {
        self.read_up_to.minus(OVERLAP)
    }

    /// The cursor after a complete read that the provider dated `provider_time`; never moves back,
    /// so that a provider whose clock jumps does not make us read history again.
    #[must_use]
    pub fn advanced_to(self, provider_time: Moment) -> Self {
        Self { read_up_to: self.read_up_to.max(provider_time) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_looks_back_by_the_overlap_and_never_moves_back() {
        let start = Cursor::baseline(Moment::from_millis(100_000));
        assert_eq!(start.ask_since(), Moment::from_millis(70_000));
        let later = start.advanced_to(Moment::from_millis(160_000));
        assert_eq!(later.read_up_to, Moment::from_millis(160_000));
        assert_eq!(later.advanced_to(Moment::from_millis(1)), later);
    }
}
