//! A visit of one company: its kept notices, page by page, become events.

use std::sync::Arc;

use ledgerhook_connector::{Connector, NoticeEntry, Notices};
use ledgerhook_model::NoticeId;
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::{Append, NoticeSource};
use ledgerhook_store::kept::{Company, KeptNotice};

use super::KeptNotices;
use super::hydration::{Hydration, RecordsRead};
use super::lookup::Lookup;
use super::obstacle::Unanswered;
use crate::roster::{AppSeat, Seat};
use crate::routing::{Routes, Sender};

/// Most notices of one page. Most are of one record, and a page is bounded in bytes beside.
const NOTICES_PER_PAGE: usize = 100;

/// Goes through the notices that are kept for a company, from `from` on. Returns the first one for
/// which the provider gave no answer. When it `has_waited` long enough, events go out all the same.
pub(super) async fn make(
    own: &KeptNotices,
    company: &Company,
    from: NoticeId,
    has_waited: bool,
) -> Result<Option<Unanswered>, Arc<StoreError>> {
    let Ok(_permit) = own.permits.acquire().await else { return Ok(None) };
    let Ok(connector) = crate::find_connector(&own.base.connectors, &company.element) else {
        return Ok(None);
    };
    let Some(reader) = connector.notices.as_deref() else { return Ok(None) };
    let visit = Visit { own, company, connector, reader, has_waited };
    let mut lookup = Lookup::new(&own.calls, connector);
    let mut after = Some(NoticeId(from.0.saturating_sub(1)));
    while after.is_some() && own.is_taken(company) && !own.supervisor.is_ending() {
        let page = own.base.store.kept_for(company.clone(), after, NOTICES_PER_PAGE).await?;
        if let Some(unanswered) = visit.work_through(page.notices, &mut lookup).await? {
            return Ok(Some(unanswered));
        }
        after = page.next;
    }
    Ok(lookup.unanswered)
}

/// A visit of one company.
struct Visit<'a> {
    own: &'a KeptNotices,
    company: &'a Company,
    connector: &'a Connector,
    reader: &'a dyn Notices,
    has_waited: bool,
}

/// A kept notice, read again.
struct Opened {
    notice: KeptNotice,
    sender: Sender,
    /// The instance whose address it was posted to.
    only: Option<Arc<Seat>>,
    takers: Vec<Arc<Seat>>,
    /// The company's entries.
    entries: Vec<NoticeEntry>,
}

impl Visit<'_> {
    /// Makes events of one page of notices: the records of all of them are read together.
    async fn work_through(
        &self,
        notices: Vec<KeptNotice>,
        lookup: &mut Lookup<'_>,
    ) -> Result<Option<Unanswered>, Arc<StoreError>> {
        let mut opened: Vec<Opened> =
            notices.into_iter().filter_map(|notice| self.open(notice)).collect();
        for one in &mut opened {
            lookup.tell_apart(one.notice.id, &one.takers, &mut one.entries).await;
        }
        let hydration = Hydration {
            calls: &self.own.calls,
            polling: &self.own.polling,
            connector: self.connector,
        };
        let groups = opened.iter().map(|one| (one.takers.as_slice(), one.entries.as_slice()));
        let mut read = hydration.read(groups).await;
        let unanswered = read.not_now().map(|not_now| not_now.wait);
        if self.has_waited {
            read.give_up();
        }
        let mut first_waiting = None;
        for one in opened {
            let id = one.notice.id;
            if self.settle(one, &read).await? {
                first_waiting = first_waiting.or(Some(id));
            }
        }
        if let Some(sweep) = read.into_sweep() {
            self.own.polling.finish(sweep).await?;
        }
        Ok(first_waiting.zip(unanswered).map(|(from, wait)| Unanswered { from, wait }))
    }

    /// Reads a notice again; `None` when nobody is there to take it.
    fn open(&self, notice: KeptNotice) -> Option<Opened> {
        let base = &self.own.base;
        let sender = self.sender(&notice)?;
        let only = match notice.instance {
            // It was posted to an instance, which may be gone.
            Some(id) => Some(base.roster.by_id(id)?),
            None => None,
        };
        let routes = self.routes(&sender, only.as_deref());
        let takers = routes.takers(&self.company.id);
        if takers.is_empty() {
            return None;
        }
        let body = notice.readable.as_ref().unwrap_or(&notice.body);
        let mut entries = self.reader.parse(body, notice.received_at).entries;
        entries.retain(|entry| entry.company == self.company.id);
        Some(Opened { notice, sender, only, takers, entries })
    }

    /// Makes events of the entries of one notice whose records have been read, or need not be. It
    /// is kept no longer when none waits. Returns whether one waits for its record.
    async fn settle(&self, opened: Opened, read: &RecordsRead) -> Result<bool, Arc<StoreError>> {
        let Opened { notice, sender, only, entries, .. } = opened;
        let (ready, unread): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| !read.is_awaited(entry));
        let ready = ready.into_iter().map(|entry| read.fill(entry)).collect();
        let sorted = self.routes(&sender, only.as_deref()).sort(ready, notice.received_at);
        let is_settled = sorted.waiting.is_empty() && unread.is_empty();
        if !is_settled && sorted.findings.is_empty() {
            return Ok(!unread.is_empty());
        }
        let settled = if is_settled { vec![self.company.id.clone()] } else { vec![] };
        let source = NoticeSource::Kept { id: notice.id, settled };
        let append = Append { notice: Some(source), findings: sorted.findings, cursor: None };
        self.own.appender.append(append).await?;
        Ok(!unread.is_empty())
    }

    fn routes<'r>(&'r self, sender: &'r Sender, only: Option<&'r Seat>) -> Routes<'r> {
        let (base, element) = (&self.own.base, self.connector.profile.key);
        Routes { base, element, only, sender, records: None }
    }

    /// Whose notice it is; `None` when the app that signed it is gone.
    fn sender(&self, notice: &KeptNotice) -> Option<Sender> {
        let Some(id) = notice.app else {
            return Some(Sender::Organization(self.company.organization));
        };
        let mut apps = self.own.base.roster.apps(&self.company.element).into_iter();
        let own =
            |app: &Arc<AppSeat>| app.id == id && app.organization == self.company.organization;
        apps.find(own).map(Sender::App)
    }
}
