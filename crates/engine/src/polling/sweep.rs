//! Sweeps of hybrid instances: what their notices did not tell, and the records that they point at,
//! in one read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_connector::{ChangeFeed, FeedPage, ProviderError};
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::{Change, Moment};
use ledgerhook_store::StoreError;
use ledgerhook_store::polls::PollId;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::{Occasion, PollError, Polling, Reading, waits};
use crate::roster::Seat;

/// How soon after a start every company is asked that was polled before: while the gateway was down
/// a notice may have been lost. Long enough that a large fleet is not read at once.
pub(super) const WITHIN_AFTER_A_GAP: Duration = Duration::from_secs(10 * 60);

/// A read of what changed since the last one, of which nothing is written yet. No other poll of the
/// feed begins before it is finished or dropped.
pub(crate) struct Sweep {
    seat: Arc<Seat>,
    feed: Arc<dyn ChangeFeed>,
    poll: PollId,
    cursor: Cursor,
    page: FeedPage,
    _turn: OwnedMutexGuard<()>,
}

impl fmt::Debug for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sweep").field(&self.poll).finish()
    }
}

impl Sweep {
    /// What it found.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.page.changes
    }
}

impl Polling {
    /// Reads what changed since the last read of a feed.
    pub(crate) async fn sweep(
        &self,
        seat: &Arc<Seat>,
        feed: &Arc<dyn ChangeFeed>,
    ) -> Result<Sweep, ProviderError> {
        if let Some(why) = self.parts.base.spent_budget(seat) {
            return Err(ProviderError::Unanswerable(why));
        }
        let poll = PollId::new(seat.id, feed.name());
        let turn = self.turn(&poll).lock_owned().await;
        let begun = self.plan().begun(seat.id);
        let base = &self.parts.base;
        let state = base.store.poll_state(poll.clone()).await;
        let state = state.map_err(|error| ProviderError::Unavailable(error.to_string()))?;
        let cursor = state.map_or_else(|| Cursor::baseline(base.clock.now()), |state| state.cursor);
        let resources = seat.settings.fed_resources();
        let since = cursor.ask_since();
        let read = self.parts.calls.changes(&**feed, seat, &resources, since).await;
        match read {
            Ok(page) => {
                base.counters.polls.one();
                let (seat, feed) = (Arc::clone(seat), Arc::clone(feed));
                Ok(Sweep { seat, feed, poll, cursor, page, _turn: turn })
            }
            Err(error) => {
                base.counters.polls_failed.one();
                self.note_failure(&poll, begun, &PollError::Provider(error.clone())).await;
                Err(error)
            }
        }
    }

    /// Writes what a sweep found, and puts the next poll off: it has just been done. Where the
    /// provider has more, it is asked again at once.
    pub(crate) async fn finish(&self, sweep: Sweep) -> Result<(), Arc<StoreError>> {
        let Sweep { seat, feed, poll, mut cursor, page, _turn } = sweep;
        let more = page.more;
        let occasion = Occasion::Due;
        let reading = Reading { seat: &seat, id: &poll, feed: &*feed, occasion };
        let reads = page.reads;
        self.append_page(reading, page, &mut cursor).await?;
        self.observed().cost(&poll, reads);
        let wait = |interval| waits::with_jitter(interval, self.random());
        if more {
            self.plan().put_off(&poll, Instant::now());
        } else {
            self.plan().restart(&poll, Instant::now(), wait);
        }
        self.changed.notify_one();
        Ok(())
    }

    /// Leaves out of a page what a notice may still tell of, and says more of: that it is a void,
    /// or a merge. The cursor stays before it, so that the next sweep brings what no notice told.
    pub(super) fn leave_to_notices(
        &self,
        seat: &Seat,
        feed: &dyn ChangeFeed,
        page: &mut FeedPage,
        now: Moment,
    ) {
        let profile = crate::find_connector(&self.parts.base.connectors, seat.element);
        let resources = profile.map(|connector| connector.profile.resources).unwrap_or_default();
        let is_noticed = |name: &str| {
            resources.iter().any(|resource| resource.name == name && !resource.noticed.is_empty())
        };
        let covers_noticed = resources.iter().any(|resource| {
            !resource.noticed.is_empty() && feed.covers(resource.name, &seat.configuration)
        });
        if !covers_noticed {
            return;
        }
        // A page that was cut ends at some earlier time, of which nothing is late any more.
        let answered_at = if page.more { now } else { page.provider_time };
        let until = page.provider_time.min(answered_at.minus(self.notice_grace));
        page.changes.retain(|change| !is_noticed(&change.resource) || change.changed_at < until);
        page.provider_time = until;
    }
}
