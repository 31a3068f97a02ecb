//! Memories that forget the oldest.

use std::collections::VecDeque;

/// Puts an item behind the others, in the place of the oldest if there are too many.
pub(crate) fn push_bounded<T>(kept: &mut VecDeque<T>, item: T, kept_max: usize) {
    if kept.len() >= kept_max {
        kept.pop_front();
    }
    kept.push_back(item);
}
