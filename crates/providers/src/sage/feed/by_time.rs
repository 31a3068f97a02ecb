//! Reading a list in order of the time of the last update, so that a long one can be read in
//! several goes.
//!
//! A page begins at the last second of the one before it rather than behind its records: a record
//! that changes meanwhile moves to the end, and counting would skip the one that takes its place.

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Moment;

use super::Part;
use super::reader::{ITEMS_PER_PAGE, Reader};

/// Most pages in one go: 4,000 records at most are held in memory.
const PAGES_MAX: u32 = 20;

/// Reads what was updated since a moment. `None` when there is no way on by time: the list is not
/// in the order that was asked for, or a page holds one second only. It must then be read as one
/// without order.
pub(super) async fn read(
    reader: &mut Reader<'_>,
    since: Moment,
) -> Result<Option<Part>, ProviderError> {
    let mut part = Part::default();
    let mut from = since;
    let (mut settled_until, mut expected) = (None, None);
    for number in 1..=PAGES_MAX {
        let page = reader.page_in_order(from).await?;
        settled_until = settled_until.or(page.settled_until);
        // What is left out by asking from a later moment must have stood on the page before.
        if page.total.zip(expected).is_some_and(|(total, expected)| total < expected) {
            return Ok(None);
        }
        let is_whole = page.is_last && (number == 1 || page.ends_at.is_some());
        part.changes.extend(page.changes);
        if is_whole {
            part.until = settled_until.or_else(|| latest(&part));
            return Ok(Some(part));
        }
        match page.ends_at {
            Some(last) if last.seconds() > from.seconds() => from = last,
            // What comes before this second is whole.
            Some(_) if from > since => break,
            _ => return Ok(None),
        }
        expected = page.total.map(|total| total.saturating_sub(ITEMS_PER_PAGE));
    }
    part.until = settled_until.into_iter().chain([from]).min();
    part.more = true;
    Ok(Some(part))
}

/// Without Sage's time of the answers, the latest change says how far they reach.
pub(super) fn latest(part: &Part) -> Option<Moment> {
    part.changes.iter().map(|change| change.changed_at).max()
}
