//! The state of the stand-in, shared by its routes, its handle and its webhook senders.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::QuickBooksOptions;
use super::books::{Books, Change, Written};
use super::calls::CallKey;
use super::faults::FaultPlan;
use super::oauth::Grants;
use super::oauth1::SignedGrants;
use super::portal::{App, Company};
use super::refusal::Refusal;
use super::throttle::Throttle;
use super::webhooks::{NoticeOf, Outbox, WebhookStats};
use crate::call_tally::CallTally;
use crate::chance::Chance;
use crate::fault_queue::FaultQueue;
use crate::guarded::Guarded;
use crate::options::SandboxOptions;
use crate::posting;
use crate::running::Running;

/// Everything that changes. Nothing waits while it is locked.
#[derive(Debug)]
pub(super) struct State {
    pub(super) chance: Chance,
    pub(super) apps: BTreeMap<String, App>,
    pub(super) companies: BTreeMap<String, CompanyBooks>,
    pub(super) grants: Grants,
    pub(super) signed_grants: SignedGrants,
    pub(super) faults: FaultQueue<FaultPlan>,
    pub(super) calls: CallTally<CallKey>,
    pub(super) outbox: Outbox,
    pub(super) throttle: Throttle,
}

/// A company with its books.
#[derive(Debug)]
pub(super) struct CompanyBooks {
    pub(super) company: Company,
    pub(super) books: Books,
}

/// A write of a company's books: whose, by whom and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write<'w> {
    pub(super) realm_id: &'w str,
    /// The app that writes over the API; none for a user of the product.
    pub(super) by_app: Option<&'w str>,
    pub(super) now: Timestamp,
}

impl State {
    /// Carries out a write of a company's books and queues its notices.
    pub(super) fn write(
        &mut self,
        write: &Write<'_>,
        work: impl FnOnce(&mut Books) -> Result<Written, Refusal>,
    ) -> Result<Written, Refusal> {
        let company = self.companies.get_mut(write.realm_id);
        let company = company.ok_or_else(Refusal::object_not_found)?;
        let written = work(&mut company.books)?;
        if let Some(change) = &written.change {
            self.queue_notices(write, change);
        }
        Ok(written)
    }

    fn queue_notices(&mut self, write: &Write<'_>, change: &Change) {
        let operation = self.outbox.told_operation(change);
        if !change.entity.can_be(operation) {
            return;
        }
        let tells_own_writes = self.outbox.tells_own_writes();
        let mut connected = self.grants.connected_apps(write.realm_id);
        connected.append(&mut self.signed_grants.connected_apps(write.realm_id));
        for client_id in connected {
            let told = tells_own_writes || write.by_app != Some(client_id);
            if told && self.apps.get(client_id).is_some_and(|app| app.webhook_url.is_some()) {
                let realm_id = write.realm_id;
                let notice = NoticeOf { client_id, realm_id, change, operation, at: write.now };
                self.outbox.queue(&notice, &mut self.chance);
            }
        }
    }
}

/// What every route and task is given.
pub(super) type SharedState = Arc<Shared>;

/// The state with what is needed to work on it.
pub(super) struct Shared {
    pub(super) base_url: String,
    pub(super) options: QuickBooksOptions,
    pub(super) client: reqwest::Client,
    pub(super) running: Running,
    state: Guarded<State>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(
        base_url: &str,
        options: SandboxOptions,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let client = posting::client(options.quickbooks.webhook_answer_timeout_ms)
            .map_err(io::Error::other)?;
        let chance = Chance::from_seed(options.seed);
        let outbox = Outbox::new(&options.quickbooks, chance.split());
        let running = Running::new(&options, tasks, stop);
        Ok(Self {
            base_url: base_url.to_owned(),
            options: options.quickbooks,
            client,
            running,
            state: Guarded::new(State {
                chance,
                apps: BTreeMap::new(),
                companies: BTreeMap::new(),
                grants: Grants::default(),
                signed_grants: SignedGrants::default(),
                faults: FaultQueue::default(),
                calls: CallTally::default(),
                outbox,
                throttle: Throttle::default(),
            }),
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.running.now()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Works on the state in a way that may change the outbox, and tells those who wait for it.
    pub(super) fn change_outbox<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        self.state.change(work)
    }

    /// Wakes the senders, and those who wait for them.
    pub(super) fn announce_outbox(&self) {
        self.state.announce();
    }

    pub(super) fn watch_outbox(&self) -> watch::Receiver<()> {
        self.state.watch()
    }

    /// Waits until the notices stand as asked for; where they stand is the error, when the time
    /// is over.
    pub(super) async fn wait_for_outbox(
        &self,
        time: Duration,
        reached: impl Fn(&WebhookStats) -> bool,
    ) -> Result<WebhookStats, WebhookStats> {
        self.state.wait_for(time, |state| state.outbox.stats(), reached).await
    }
}
