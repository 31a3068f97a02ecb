//! Throttling (reference: freshbooks-sage §2.7): how many calls a business may have answered.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::sliding_window::SlidingWindow;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The calls of the last minute, by business.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    windows: BTreeMap<String, SlidingWindow>,
}

impl Throttle {
    /// Counts a call, or says in how many seconds one may be answered again.
    pub(super) fn admit(
        &mut self,
        business_id: &str,
        requests_per_minute: u32,
        now: Timestamp,
    ) -> Result<(), u64> {
        let window = self.windows.entry(business_id.to_owned());
        let minute = window.or_insert_with(|| SlidingWindow::of(MINUTE));
        minute.admit(requests_per_minute, now).map_err(|wait| {
            let whole_seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
            u64::try_from(whole_seconds).unwrap_or(1).max(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_told_in_whole_seconds() {
        let mut throttle = Throttle::default();
        let start: Timestamp = "2026-03-10T19:00:00.5Z".parse().unwrap();
        let after = |milliseconds| start + SignedDuration::from_millis(milliseconds);
        assert_eq!(throttle.admit("a", 2, after(0)), Ok(()));
        assert_eq!(throttle.admit("a", 2, after(10_000)), Ok(()));
        assert_eq!(throttle.admit("a", 2, after(20_100)), Err(40));
        assert_eq!(throttle.admit("b", 2, after(20_100)), Ok(()));
        assert_eq!(throttle.admit("a", 2, after(59_999)), Err(1));
        assert_eq!(throttle.admit("a", 2, after(60_000)), Ok(()));
        assert_eq!(throttle.admit("a", 2, after(60_001)), Err(10));
    }
}
