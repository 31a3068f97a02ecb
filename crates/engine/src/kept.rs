//! Kept notices become events later: when the records that they point at have been read, when an
//! instance takes the notices of their company, and when the provider has said of which kind a
//! record is that they name by several.
//!
//! A company is visited: its kept notices are read again, the oldest first, and routed as if they
//! had just come. They are dated as when they came, so that an event which the journal has already
//! is known by its version. One visit of a company at a time, and not before its notices have been
//! gathered for a moment. Here it is decided when; [`visit`] is what happens then.

mod hydration;
mod lookup;
mod obstacle;
mod visit;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledgerhook_model::NoticeId;
use ledgerhook_store::StoreError;
use ledgerhook_store::journal::Append;
use ledgerhook_store::kept::Company;
use tokio::sync::{Notify, Semaphore};

use crate::append::Appender;
use crate::base::Base;
use crate::calls::Calls;
use crate::polling::Polling;
use crate::roster::Seat;
use crate::settings::Settings;
use crate::supervisor::Supervisor;

/// Companies visited at one time: each visit holds a page of notices and an answer of a provider,
/// and none is in a hurry.
const VISITS_IN_FLIGHT_MAX: usize = 4;

/// The waits before a company is visited again whose provider gave no answer: short outages are
/// over by then. After them events go out although their record could not be read, but for those
/// that are nothing without it.
const WAITS: [Duration; 3] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120)];

/// The waits after those: a visit costs one call as long as there is no answer.
const WAIT_LATER: Duration = Duration::from_secs(300);

/// The longest such wait, whatever the provider asks for: nobody counts on what comes later.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// How long to wait before a store that failed is asked again.
const STORE_RETRY_WAIT: Duration = Duration::from_secs(1);

/// The oldest notice there can be.
const OLDEST: NoticeId = NoticeId(1);

/// What kept notices are worked on with.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) base: Base,
    pub(crate) calls: Calls,
    pub(crate) polling: Arc<Polling>,
    pub(crate) appender: Appender,
}

/// Makes events of kept notices.
pub(crate) struct KeptNotices {
    base: Base,
    calls: Calls,
    polling: Arc<Polling>,
    appender: Appender,
    supervisor: Supervisor,
    gathering: Duration,
    permits: Semaphore,
    /// The companies that are being visited.
    visits: Mutex<HashMap<Company, Visiting>>,
}

/// A company that is being visited.
#[derive(Default)]
struct Visiting {
    /// From which notice on it is to be visited next.
    next: Option<NoticeId>,
    /// An instance of it came or was changed, so that the provider may answer now.
    instance_changed: Arc<Notify>,
}

impl fmt::Debug for KeptNotices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptNotices").finish_non_exhaustive()
    }
}

impl KeptNotices {
    pub(crate) fn new(parts: Parts, settings: &Settings, supervisor: &Supervisor) -> Arc<Self> {
        let Parts { base, calls, polling, appender } = parts;
        Arc::new(Self {
            base,
            calls,
            polling,
            appender,
            supervisor: supervisor.clone(),
            gathering: settings.hydration_gathering,
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
        let company = company_of(seat);
        if let Some(visiting) = self.visits().get(&company) {
            visiting.instance_changed.notify_one();
        }
        self.visit_from(company, OLDEST);
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
            Entry::Occupied(mut visiting) => visiting.get_mut().plan(from),
            Entry::Vacant(visiting) => {
                visiting.insert(Visiting { next: Some(from), ..Visiting::default() });
                let own = Arc::clone(self);
                self.supervisor.spawn(async move { own.visit_until_done(&company).await });
            }
        }
    }

    async fn visit_until_done(&self, company: &Company) {
        let mut waits = WAITS.into_iter();
        self.pause(self.gathering).await;
        while let Some(from) = self.next_visit(company)
            && !self.supervisor.is_ending()
        {
            let has_waited = waits.as_slice().is_empty();
            let unanswered = match visit::make(self, company, from, has_waited).await {
                Ok(unanswered) => unanswered,
                Err(error) => {
                    // The provider's answers are not what is missing: its waits are not used up.
                    tracing::warn!(company = company.id, %error, "kept notices stay for now");
                    self.plan_again(company, from);
                    self.pause(STORE_RETRY_WAIT).await;
                    continue;
                }
            };
            match unanswered {
                Some(unanswered) => {
                    self.plan_again(company, unanswered.from);
                    let wait = waits.next().unwrap_or(WAIT_LATER).max(unanswered.wait);
                    if self.wait_for_change(company, wait.min(WAIT_MAX)).await {
                        waits = WAITS.into_iter();
                    }
                }
                None => {
                    waits = WAITS.into_iter();
                    // Those that came meanwhile are a group as well.
                    self.pause(self.gathering).await;
                }
            }
        }
    }

    /// Waits, but not beyond the end of the gateway.
    async fn pause(&self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.supervisor.ending() => {}
        }
    }

    /// Waits as long as nothing changes that could bring an answer; whether something has.
    async fn wait_for_change(&self, company: &Company, wait: Duration) -> bool {
        let visiting = self.visits().get(company).map(|one| Arc::clone(&one.instance_changed));
        let Some(changed) = visiting else { return false };
        tokio::select! {
            () = changed.notified() => true,
            () = self.pause(wait) => false,
        }
    }

    fn plan_again(&self, company: &Company, from: NoticeId) {
        if let Some(visiting) = self.visits().get_mut(company) {
            visiting.plan(from);
        }
    }

    /// From which notice on a company is to be visited now; `None` ends the visits.
    fn next_visit(&self, company: &Company) -> Option<NoticeId> {
        let mut visits = self.visits();
        let from = visits.get_mut(company).and_then(|visiting| visiting.next.take());
        if from.is_none() {
            visits.remove(company);
        }
        from
    }

    /// Whether an instance takes the notices of a company.
    fn is_taken(&self, company: &Company) -> bool {
        let seats = self.base.roster.by_company(&company.element, &company.id);
        let takes =
            |seat: &Arc<Seat>| seat.organization == company.organization && seat.takes_notices();
        seats.iter().any(takes)
    }

    fn visits(&self) -> MutexGuard<'_, HashMap<Company, Visiting>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visiting {
    /// Has it visited from that notice on, or from an earlier one.
    fn plan(&mut self, from: NoticeId) {
        self.next = Some(self.next.map_or(from, |next| next.min(from)));
    }
}

fn company_of(seat: &Seat) -> Company {
    let (element, id) = (seat.element.to_owned(), seat.company.clone());
    Company { organization: seat.organization, element, id }
}
