//! The earliest changes of a list that comes in no order: as many as memory allows.

use std::collections::BTreeMap;

use ledgerhook_model::{Change, Moment};

/// Most changes that are held. A list of more is read again for the rest, from where these end.
const CHANGES_MAX: usize = 4_000;

/// The earliest changes.
#[derive(Debug)]
pub(super) struct Window {
    changes: BTreeMap<(Moment, String), Change>,
    changes_max: usize,
    /// The earliest change that was left out.
    cut: Option<Moment>,
}

impl Default for Window {
    fn default() -> Self {
        Self::of(CHANGES_MAX)
    }
}

impl Window {
    fn of(changes_max: usize) -> Self {
        Self { changes: BTreeMap::new(), changes_max, cut: None }
    }

    /// Takes a change in, unless it is later than what was left out before.
    pub(super) fn take(&mut self, change: Change) {
        if self.cut.is_some_and(|cut| change.changed_at >= cut) {
            return;
        }
        self.changes.insert((change.changed_at, change.object_id.clone()), change);
        if self.changes.len() > self.changes_max {
            self.cut = self.changes.pop_last().map(|((at, _), _)| at);
        }
    }

    /// From when on changes were left out.
    pub(super) fn cut(&self) -> Option<Moment> {
        self.cut
    }

    /// What was taken in, by time.
    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use ledgerhook_model::{ChangeKind, Version};
    use proptest::prelude::*;

    use super::*;

    fn change(id: usize, seconds: i64) -> Change {
        Change {
            resource: "contacts".into(),
            object_id: id.to_string(),
            printed_id: None,
            version: Version::Revision(seconds.to_string()),
            kind: ChangeKind::Updated,
            changed_at: Moment::from_millis(seconds * 1_000),
            record: "{}".into(),
        }
    }

    proptest! {
        #[test]
        fn everything_before_the_cut_is_there_and_never_too_much(
            times in proptest::collection::vec(0_i64..20, 0..60),
            changes_max in 1_usize..30,
        ) {
            let mut window = Window::of(changes_max);
            let all: Vec<_> = times.iter().enumerate().map(|(id, at)| change(id, *at)).collect();
            all.iter().cloned().for_each(|change| window.take(change));
            let cut = window.cut();
            let held = window.into_changes();
            prop_assert!(held.len() <= changes_max);
            prop_assert!(held.is_sorted_by_key(|change| change.changed_at));
            prop_assert_eq!(cut.is_some(), all.len() > changes_max);
            for change in all {
                if cut.is_none_or(|cut| change.changed_at < cut) {
                    prop_assert!(held.contains(&change));
                }
            }
        }
    }
}
