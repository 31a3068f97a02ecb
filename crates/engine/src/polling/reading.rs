//! Reading a feed: with which token, from which cursor; and what was found goes into the journal
//! together with the advanced cursor.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledgerhook_connector::FeedPage;
use ledgerhook_model::configuration::VendorType;
use ledgerhook_model::cursor::Cursor;
use ledgerhook_model::limits::POLLED_EVENTS_PER_NOTIFICATION_MAX;
use ledgerhook_model::{Change, Detection, EventId, HistoryKind, Moment};
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::{Append, CursorAdvance, Finding, NewEvent};
use ledgerhook_store::polls::PollId;

use super::{Occasion, PollError, Polling, Reading, configured};
use crate::ambient::random_bytes;
use crate::history;
use crate::roster::Seat;

/// Pages read one after the other before others get their turn.
const PAGES_IN_A_ROW_MAX: usize = 100;

impl Polling {
    /// Reads what changed and writes it, page after page until the provider has no more.
    pub(super) async fn read_and_append(
        &self,
        seat: &Arc<Seat>,
        id: &PollId,
        occasion: Occasion,
    ) -> Result<(), PollError> {
        let base = &self.parts.base;
        let mut feeds = configured::feeds_of(base, seat).into_iter();
        let feed = feeds.find(|feed| feed.name() == id.feed).ok_or(PollError::NoFeed)?;
        let resources = seat.settings.fed_resources();
        let state = base.store.poll_state(id.clone()).await?;
        let mut cursor =
            state.map_or_else(|| Cursor::baseline(base.clock.now()), |state| state.cursor);
        let mut since = cursor.ask_since();
        let mut reads = 0_u32;
        for _ in 0..PAGES_IN_A_ROW_MAX {
            let page = self.parts.calls.changes(&*feed, seat, &resources, since).await?;
            reads = reads.saturating_add(page.reads);
            let (more, before) = (page.more, cursor);
            let reading = Reading { seat, id, feed: &*feed, occasion };
            self.append_page(reading, page, &mut cursor).await.map_err(PollError::Append)?;
            self.observed().cost(id, reads);
            if !more || cursor == before {
                break;
            }
            // The overlap was read with the first page.
            since = cursor.read_up_to;
        }
        Ok(())
    }

    /// Writes a page with the cursor that it moves, and notes what it showed.
    pub(super) async fn append_page(
        &self,
        reading: Reading<'_>,
        mut page: FeedPage,
        cursor: &mut Cursor,
    ) -> Result<(), Arc<StoreError>> {
        let Reading { seat, id, feed, occasion } = reading;
        self.tell_note(id, page.note.as_deref()).await;
        let now = self.parts.base.clock.now();
        if seat.settings.vendor_type == VendorType::Hybrid && occasion == Occasion::Due {
            self.leave_to_notices(seat, feed, &mut page, now);
        }
        *cursor = cursor.advanced_to(page.provider_time);
        let found = !page.changes.is_empty();
        let advance = CursorAdvance { poll: id.clone(), cursor: *cursor, polled_at: now, found };
        let findings = self.findings(seat, feed.detection(), page.changes, now);
        let append = Append { notice: None, findings, cursor: Some(advance) };
        self.parts.appender.append(append).await?;
        if found {
            self.observed().found(id.instance, now);
        }
        Ok(())
    }

    /// Puts the note of a poll into the instance's history, unless the poll before had the same.
    async fn tell_note(&self, id: &PollId, note: Option<&str>) {
        let is_news = self.observed().is_news(id, note);
        if let Some(note) = note.filter(|_| is_news) {
            tracing::warn!(instance = %id.instance, feed = id.feed, note, "of a poll");
            let kind = HistoryKind::PollNote;
            history::tell(&self.parts.base, id.instance, kind, note.to_owned()).await;
        }
    }

    fn findings(
        &self,
        seat: &Seat,
        detection: Detection,
        changes: Vec<Change>,
        seen_at: Moment,
    ) -> Vec<Finding> {
        let detection = match seat.settings.vendor_type {
            VendorType::Hybrid => Detection::Reconcile,
            VendorType::Polling | VendorType::Webhook => detection,
        };
        let mut by_resource: BTreeMap<Arc<str>, Vec<NewEvent>> = BTreeMap::new();
        for change in changes {
            let id = EventId::new(seen_at, random_bytes(&*self.parts.base.entropy));
            by_resource.entry(change.resource.clone()).or_default().push(NewEvent { id, change });
        }
        let finding = |events| Finding {
            instance: seat.id,
            detection,
            seen_at,
            events,
            events_per_notification_max: POLLED_EVENTS_PER_NOTIFICATION_MAX,
            deliver: seat.callback.is_some(),
        };
        by_resource.into_values().map(finding).collect()
    }
}
