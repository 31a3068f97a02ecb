//! A window that slides with the clock: how many calls there were in the last minute.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// The calls of the last while. A refused call is not counted, so that whoever waits is let
/// through.
#[derive(Debug)]
pub(crate) struct SlidingWindow {
    span: SignedDuration,
    calls: VecDeque<Timestamp>,
}

impl SlidingWindow {
    pub(crate) fn of(span: SignedDuration) -> Self {
        Self { span, calls: VecDeque::new() }
    }

    /// Whether there is room for one more call below a limit; if not, after which wait.
    pub(crate) fn room(&mut self, calls_max: u32, now: Timestamp) -> Result<(), SignedDuration> {
        while self.calls.front().is_some_and(|first| now.duration_since(*first) >= self.span) {
            self.calls.pop_front();
        }
        if self.calls.len() < usize::try_from(calls_max).unwrap_or(usize::MAX) {
            return Ok(());
        }
        let first = self.calls.front().copied().unwrap_or(now);
        Err(self.span - now.duration_since(first))
    }

    pub(crate) fn count(&mut self, now: Timestamp) {
        self.calls.push_back(now);
    }

    /// Counts a call if there is room.
    pub(crate) fn admit(&mut self, calls_max: u32, now: Timestamp) -> Result<(), SignedDuration> {
        self.room(calls_max, now)?;
        self.count(now);
        Ok(())
    }

    /// Whether its last call has left it.
    pub(crate) fn is_quiet(&self, now: Timestamp) -> bool {
        self.calls.back().is_none_or(|last| now.duration_since(*last) >= self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_ends_when_the_first_call_leaves_the_window() {
        let mut window = SlidingWindow::of(SignedDuration::from_mins(1));
        let at = |seconds: i64| Timestamp::from_second(1_770_000_000 + seconds).unwrap();
        let seconds = SignedDuration::from_secs;
        assert!(window.is_quiet(at(0)));
        assert_eq!(window.admit(0, at(0)), Err(seconds(60)));
        assert_eq!(window.admit(2, at(0)), Ok(()));
        assert_eq!(window.admit(2, at(10)), Ok(()));
        assert_eq!(window.admit(2, at(20)), Err(seconds(40)));
        assert_eq!(window.admit(2, at(59)), Err(seconds(1)));
        assert_eq!(window.admit(2, at(60)), Ok(()));
        assert_eq!(window.admit(2, at(61)), Err(seconds(9)));
        assert!(!window.is_quiet(at(119)));
        assert!(window.is_quiet(at(120)));
    }
}
