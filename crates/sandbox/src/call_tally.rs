//! Counts how calls were answered.

use std::collections::BTreeMap;

use axum::http::StatusCode;

/// How the calls of one key were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answered {
    /// With a 2xx status.
    pub(crate) succeeded: u64,
    /// With any other.
    pub(crate) failed: u64,
    /// With 429.
    pub(crate) throttled: u64,
}

/// The counts so far, by whom and what the calls were for. They are as many as there are keys, so
/// a key must not be made up by the caller.
#[derive(Debug)]
pub(crate) struct CallTally<K> {
    answered: BTreeMap<K, Answered>,
}

impl<K> Default for CallTally<K> {
    fn default() -> Self {
        Self { answered: BTreeMap::new() }
    }
}

impl<K: Clone + Ord> CallTally<K> {
    pub(crate) fn count(&mut self, key: K, status: StatusCode) {
        let answered = self.answered.entry(key).or_default();
        answered.succeeded += u64::from(status.is_success());
        answered.failed += u64::from(!status.is_success());
        answered.throttled += u64::from(status == StatusCode::TOO_MANY_REQUESTS);
    }

    /// Every count, as the provider shows it.
    pub(crate) fn list<C>(&self, shown: impl Fn(K, Answered) -> C) -> Vec<C> {
        self.answered.iter().map(|(key, answered)| shown(key.clone(), *answered)).collect()
    }

    pub(crate) fn succeeded(&self, key: &K) -> u64 {
        self.answered.get(key).map_or(0, |answered| answered.succeeded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttled_call_failed_too() {
        let mut tally = CallTally::default();
        for status in [200, 204, 429, 503] {
            tally.count("read", StatusCode::from_u16(status).unwrap());
        }
        let counts = tally.list(|key, answered| (key, answered));
        assert_eq!(counts, [("read", Answered { succeeded: 2, failed: 2, throttled: 1 })]);
        assert_eq!((tally.succeeded(&"read"), tally.succeeded(&"write")), (2, 0));
    }
}
