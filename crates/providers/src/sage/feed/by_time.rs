//! Reading a list in order of the time of the last update, so that a long one can be read in
//! several goes.

use std::collections::HashSet;

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Moment;

use super::reader::{ITEMS_PER_PAGE, Page, Reader};
use super::{Part, stuck};

/// Most pages in one go: 4,000 records at most are held in memory.
const PAGES_MAX: u32 = 20;

/// Where the next page begins.
#[derive(Debug, Clone, Copy)]
struct Place {
    since: Moment,
    /// Counts from 1.
    number: u64,
}

impl Place {
    /// The place after a page that ends at `last`.
    ///
    /// The next one begins at that second rather than behind the page's records: a record that
    /// changes meanwhile moves to the end, and counting would skip the one that takes its place.
    /// Within one second there is nothing but counting.
    fn after(self, last: Moment) -> Self {
        match last.seconds() > self.since.seconds() {
            true => Self { since: last, number: 1 },
            false => Self { number: self.number + 1, ..self },
        }
    }
}

/// Reads what was updated since a moment. `None` when the list is not in the order that was asked
/// for, so that it must be read as one without.
pub(super) async fn read(
    reader: &mut Reader<'_>,
    since: Moment,
) -> Result<Option<Part>, ProviderError> {
    let mut part = Part::default();
    let mut seen = HashSet::new();
    let mut place = Place { since, number: 1 };
    let (mut first_time, mut expected) = (None, None);
    for _ in 0..PAGES_MAX {
        let page = reader.page_in_order(place.since, place.number).await?;
        first_time = first_time.or(page.time);
        let Page { changes, ids, ends_at, total, is_last, .. } = page;
        // What is left out by asking from a later moment must have stood on the pages before.
        if total.zip(expected).is_some_and(|(total, expected)| total < expected) {
            return Ok(None);
        }
        let (count, is_first) = (ids.len(), seen.is_empty());
        // A count, not a search: `any` would stop before all are noted.
        let new_ids = ids.into_iter().filter(|id| seen.insert(id.clone())).count();
        part.changes.extend(changes);
        let repeats_the_last = new_ids == 0 && place.number > 1;
        // A list of one page needs no order.
        if count == 0 || repeats_the_last || (is_last && (is_first || ends_at.is_some())) {
            part.until = first_time.or_else(|| latest(&part));
            return Ok(Some(part));
        }
        let Some(last) = ends_at else { return Ok(None) };
        let next = place.after(last);
        let read = if next.number == 1 { place.number * ITEMS_PER_PAGE } else { 0 };
        expected = total.map(|total| total.saturating_sub(read));
        place = next;
    }
    if place.since.seconds() <= since.seconds() {
        return Err(stuck(reader.entity(), place.since));
    }
    part.until = Some(place.since);
    part.more = true;
    Ok(Some(part))
}

/// Without Sage's time of the answers, the latest change says how far they reach.
pub(super) fn latest(part: &Part) -> Option<Moment> {
    part.changes.iter().map(|change| change.changed_at).max()
}
