//! Kept notices become events later: when an instance takes the notices of their company, and when
//! the provider has said of which kind a record is that they name by several.
//!
//! A company is visited: its kept notices are read again, the oldest first, and routed as if they
//! had just come. They are dated as when they came, so that an event which the journal has already
//! is known by its version; the new ones are seen now. One visit of a company at a time.

mod lookup;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledgerhook_connector::{Connector, Notices};
use ledgerhook_model::NoticeId;
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::{Append, NoticeSource};
use ledgerhook_store::kept::{Company, KeptNotice};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::append::Appender;
use crate::base::Base;
use crate::calls::Calls;
use crate::roster::{AppSeat, Seat};
use crate::routing::{Routes, Sender};
use crate::supervisor::Supervisor;
use lookup::{Lookup, Unanswered};

/// Companies visited at one time: each visit holds a page of notices and an answer of a provider,
/// and none is in a hurry.
const VISITS_IN_FLIGHT_MAX: usize = 4;

/// Most notices of one page. Most are of one record, and a page is bounded in bytes beside.
const NOTICES_PER_PAGE: usize = 100;

/// The waits before a company is visited again whose provider gave no answer: short outages are
/// over by then. What is still kept after them waits for the next start, or until the instance is
/// changed.
const WAITS: [Duration; 3] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120)];

/// The longest such wait, whatever the provider asks for: nobody counts on what comes later.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// The oldest notice there can be.
const OLDEST: NoticeId = NoticeId(1);

/// Makes events of kept notices.
pub(crate) struct KeptNotices {
    base: Base,
    calls: Calls,
    appender: Appender,
    supervisor: Supervisor,
    permits: Semaphore,
    /// The companies that are being visited, and from which notice on they are to be visited next.
    visits: Mutex<HashMap<Company, Option<NoticeId>>>,
}

impl fmt::Debug for KeptNotices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptNotices").finish_non_exhaustive()
    }
}

impl KeptNotices {
    pub(crate) fn new(
        base: &Base,
        calls: Calls,
        appender: Appender,
        supervisor: &Supervisor,
    ) -> Arc<Self> {
        Arc::new(Self {
            base: base.clone(),
            calls,
            appender,
            supervisor: supervisor.clone(),
            permits: Semaphore::new(VISITS_IN_FLIGHT_MAX),
            visits: Mutex::default(),
        })
    }

    /// Writes a notice that is kept for `companies`, and visits those that have an instance: a kind
    /// of record can be looked up, or the instance came while the notice was on its way. Goes on to
    /// its end when the caller hangs up.
    pub(crate) async fn keep(
        self: &Arc<Self>,
        append: Append,
        companies: Vec<Company>,
    ) -> Result<(), Arc<StoreError>> {
        let own = Arc::clone(self);
        let written = self.supervisor.complete(async move {
            let id = own.appender.append(append).await?;
            for company in companies {
                own.visit_from(company, id.unwrap_or(OLDEST));
            }
            Ok(())
        });
        let stopped = || Err(Arc::new(StoreError::Unavailable("the gateway is stopping".into())));
        written.await.unwrap_or_else(stopped)
    }

    /// Visits the company of an instance that is new or was changed.
    pub(crate) fn visit_company_of(self: &Arc<Self>, seat: &Seat) {
        self.visit_from(company_of(seat), OLDEST);
    }

    /// Visits the companies of all instances: what a starting gateway does.
    pub(crate) fn visit_all(self: &Arc<Self>) {
        for seat in self.base.roster.all() {
            self.visit_company_of(&seat);
        }
    }

    /// Plans a visit that begins with the notice `from`, where there is an instance for it.
    fn visit_from(self: &Arc<Self>, company: Company, from: NoticeId) {
        if !self.is_taken(&company) {
            return;
        }
        match self.visits().entry(company.clone()) {
            Entry::Occupied(mut next) => {
                let earlier = earlier(*next.get(), from);
                next.insert(Some(earlier));
            }
            Entry::Vacant(next) => {
                next.insert(Some(from));
                let own = Arc::clone(self);
                self.supervisor.spawn(async move { own.visit_until_done(&company).await });
            }
        }
    }

    async fn visit_until_done(&self, company: &Company) {
        let mut waits = WAITS.into_iter();
        while let Some(from) = self.next_visit(company) {
            let failed = match self.visit(company, from).await {
                Ok(None) => {
                    waits = WAITS.into_iter();
                    continue;
                }
                Ok(Some(unanswered)) => unanswered,
                Err(error) => {
                    tracing::warn!(company = company.id, %error, "kept notices were not looked at");
                    Unanswered { from, wait: Duration::ZERO }
                }
            };
            let Some(wait) = waits.next() else {
                tracing::warn!(
                    company = company.id,
                    "notices stay kept: the provider was asked in vain"
                );
                continue;
            };
            self.plan_again(company, failed.from);
            let until = Instant::now() + wait.max(failed.wait).min(WAIT_MAX);
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = self.supervisor.ending() => return,
            }
        }
    }

    fn plan_again(&self, company: &Company, from: NoticeId) {
        if let Some(next) = self.visits().get_mut(company) {
            *next = Some(earlier(*next, from));
        }
    }

    /// From which notice on a company is to be visited now; `None` ends the visits.
    fn next_visit(&self, company: &Company) -> Option<NoticeId> {
        let mut visits = self.visits();
        let from = visits.get_mut(company).and_then(Option::take);
        if from.is_none() {
            visits.remove(company);
        }
        from
    }

    /// Goes through the notices that are kept for a company, from `from` on. Returns the first one
    /// for which the provider gave no answer.
    async fn visit(
        &self,
        company: &Company,
        from: NoticeId,
    ) -> Result<Option<Unanswered>, Arc<StoreError>> {
        let Ok(_permit) = self.permits.acquire().await else { return Ok(None) };
        let Ok(connector) = crate::find_connector(&self.base.connectors, &company.element) else {
            return Ok(None);
        };
        let Some(reader) = connector.notices.as_deref() else { return Ok(None) };
        let visitor = Visitor { own: self, company, connector, reader };
        let mut lookup = Lookup::new(&self.calls, connector);
        let mut after = Some(NoticeId(from.0.saturating_sub(1)));
        while after.is_some() && self.is_taken(company) && !self.supervisor.is_ending() {
            let page = self.base.store.kept_for(company.clone(), after, NOTICES_PER_PAGE).await?;
            for notice in &page.notices {
                visitor.look_at(notice, &mut lookup).await?;
            }
            after = page.next;
        }
        Ok(lookup.unanswered)
    }

    /// Whether an instance takes the notices of a company.
    fn is_taken(&self, company: &Company) -> bool {
        let seats = self.base.roster.by_company(&company.element, &company.id);
        let takes =
            |seat: &Arc<Seat>| seat.organization == company.organization && seat.takes_notices();
        seats.iter().any(takes)
    }

    fn visits(&self) -> MutexGuard<'_, HashMap<Company, Option<NoticeId>>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A visit of one company.
struct Visitor<'a> {
    own: &'a KeptNotices,
    company: &'a Company,
    connector: &'a Connector,
    reader: &'a dyn Notices,
}

impl Visitor<'_> {
    /// Makes events of the company's entries of one notice. It is kept no longer when none waits.
    async fn look_at(
        &self,
        notice: &KeptNotice,
        lookup: &mut Lookup<'_>,
    ) -> Result<(), Arc<StoreError>> {
        let base = &self.own.base;
        let Some(sender) = self.sender(notice) else { return Ok(()) };
        let only = notice.instance.map(|id| base.roster.by_id(id));
        // It was posted to an instance that is gone.
        if matches!(only, Some(None)) {
            return Ok(());
        }
        let only = only.flatten();
        let element = self.connector.profile.key;
        let routes = Routes { base, element, only: only.as_deref(), sender };
        let takers = routes.takers(&self.company.id);
        if takers.is_empty() {
            return Ok(());
        }
        let body = notice.readable.as_ref().unwrap_or(&notice.body);
        let mut entries = self.reader.parse(body, notice.received_at).entries;
        entries.retain(|entry| entry.company == self.company.id);
        lookup.tell_apart(notice.id, &takers, &mut entries).await;
        let sorted = routes.sort(entries, base.clock.now());
        let settled =
            if sorted.waiting.is_empty() { vec![self.company.id.clone()] } else { vec![] };
        if settled.is_empty() && sorted.findings.is_empty() {
            return Ok(());
        }
        let source = NoticeSource::Kept { id: notice.id, settled };
        let append = Append { notice: Some(source), findings: sorted.findings, cursor: None };
        self.own.appender.append(append).await.map(drop)
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

fn earlier(next: Option<NoticeId>, from: NoticeId) -> NoticeId {
    next.map_or(from, |next| next.min(from))
}

fn company_of(seat: &Seat) -> Company {
    let (element, id) = (seat.element.to_owned(), seat.company.clone());
    Company { organization: seat.organization, element, id }
}
