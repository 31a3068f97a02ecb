//! Asking for changes: by change data capture, which covers most resources in one call, and by
//! query for the others (reference: quickbooks §2). A call is metered, so the fewer the better.

mod by_time;
mod cdc;
mod query;

use ledgerhook_connector::{FeedPage, ProviderError};
use ledgerhook_model::{Change, Moment};

use super::entities::Entity;

pub(super) use cdc::CdcFeed;
pub(super) use query::QueryFeed;

/// Most calls for one entity in one go. A page then ends early, and the next question goes on from
/// where it ended; so 4,000 records of an entity are the most that are held in memory.
const CALLS_PER_ENTITY_MAX: u32 = 4;

/// What one question has brought so far.
#[derive(Debug, Default)]
struct Findings {
    changes: Vec<Change>,
    /// Up to when the changes are complete; the earliest over all entities.
    until: Option<Moment>,
    reads: u32,
    more: bool,
    notes: Vec<String>,
}

impl Findings {
    /// Says that an entity is complete up to a moment.
    fn complete_until(&mut self, moment: Moment) {
        self.until = Some(self.until.map_or(moment, |until| until.min(moment)));
    }

    /// Says that an entity has more after a moment than was read.
    fn end_early_at(&mut self, moment: Moment) {
        self.more = true;
        self.complete_until(moment);
    }

    /// The page. What was read twice, at the seams of answers, is told once.
    fn into_page(mut self, since: Moment) -> FeedPage {
        self.changes.sort_by(|a, b| order(a).cmp(&order(b)));
        self.changes.dedup_by(|a, b| order(a) == order(b) && a.version == b.version);
        FeedPage {
            changes: self.changes,
            provider_time: self.until.unwrap_or(since),
            reads: self.reads,
            more: self.more,
            note: (!self.notes.is_empty()).then(|| self.notes.join("; ")),
        }
    }
}

fn order(change: &Change) -> (Moment, &str, &str) {
    (change.changed_at, &change.resource, &change.object_id)
}

/// More changes at one second than are shown at once: there is no way on.
fn stuck(entity: &Entity, count: usize, at: Moment) -> ProviderError {
    let (name, time) = (entity.name, at.to_iso_seconds());
    ProviderError::unanswerable(format!(
        "QuickBooks shows {count} changes of {name} at {time} and nothing after them, so there is \
         no later time to go on from"
    ))
}
