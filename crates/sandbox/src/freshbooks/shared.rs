//! The state of the stand-in, shared by its routes, its handle and its senders.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;

use super::FreshBooksOptions;
use super::books::{Books, Change, Written};
use super::callbacks::{Callbacks, NoticeOf, NoticeStats, Outbox};
use super::calls::{CallKey, Named};
use super::faults::FaultPlan;
use super::oauth::Grants;
use super::portal::{App, Business, User};
use super::refusal::{Reason, Refusal};
use super::throttle::Throttle;
use crate::call_tally::CallTally;
use crate::chance::Chance;
use crate::fault_queue::FaultQueue;
use crate::guarded::Guarded;
use crate::posting;
use crate::running::Running;

/// Everything that changes. Nothing waits while it is locked.
#[derive(Debug)]
pub(super) struct State {
    pub(super) chance: Chance,
    pub(super) apps: BTreeMap<String, App>,
    pub(super) users: BTreeMap<u64, User>,
    pub(super) businesses: BTreeMap<u64, BusinessBooks>,
    pub(super) grants: Grants,
    pub(super) faults: FaultQueue<FaultPlan>,
    pub(super) calls: CallTally<CallKey>,
    pub(super) callbacks: Callbacks,
    pub(super) outbox: Outbox,
    pub(super) throttle: Throttle,
}

/// A business with its books.
#[derive(Debug)]
pub(super) struct BusinessBooks {
    pub(super) business: Business,
    pub(super) books: Books,
}

/// A write of a business's books: whose, by whom and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write {
    pub(super) business_id: u64,
    pub(super) identity_id: u64,
    pub(super) now: Timestamp,
}

impl State {
    /// The id of the business a path names, if there is one.
    pub(super) fn business_named(&self, named: &Named) -> Option<u64> {
        match named {
            Named::Account(account) => self.business_of_account(account),
            Named::Business(id) => self.businesses.contains_key(id).then_some(*id),
            Named::Nothing => None,
        }
    }

    pub(super) fn business_of_account(&self, account_id: &str) -> Option<u64> {
        let has_account = |one: &&BusinessBooks| {
            one.business.account_id.as_deref().is_some_and(|id| id == account_id)
        };
        self.businesses.values().find(has_account).map(|one| one.business.business_id)
    }

    pub(super) fn books(&self, business_id: u64) -> Result<&Books, Refusal> {
        self.businesses.get(&business_id).map(|one| &one.books).ok_or_else(no_business)
    }

    /// Who works in a business when no app does: its first member.
    pub(super) fn first_member(&self, business_id: u64) -> u64 {
        let business = self.businesses.get(&business_id).map(|one| &one.business);
        let is_member = |id: &&u64| business.is_some_and(|business| business.has_member(**id));
        self.users.keys().find(is_member).copied().unwrap_or_default()
    }

    /// Carries out a write of a business's books and queues its notices.
    pub(super) fn write(
        &mut self,
        write: &Write,
        work: impl FnOnce(&mut Books) -> Result<Written, Refusal>,
    ) -> Result<Written, Refusal> {
        let business = self.businesses.get_mut(&write.business_id).ok_or_else(no_business)?;
        let written = work(&mut business.books)?;
        for change in &written.changes {
            self.queue_notices(write, change);
        }
        Ok(written)
    }

    /// One notice for each verified callback of the name or of its noun, as long as its app is
    /// connected. That a disconnected app is told nothing is ours: no document says so.
    fn queue_notices(&mut self, write: &Write, change: &Change) {
        let verb = self.outbox.told_verb(change);
        if !change.noun.has_event(verb) {
            return;
        }
        let Some(business) = self.businesses.get(&write.business_id).map(|one| &one.business)
        else {
            return;
        };
        let told = self
            .callbacks
            .told(write.business_id, change.noun.name, verb)
            .filter(|callback| self.grants.is_connected(&callback.client_id, business))
            .map(|callback| callback.callback_id);
        for callback_id in told.collect::<Vec<_>>() {
            let name = format!("{}.{}", change.noun.name, verb.word());
            self.outbox.queue(NoticeOf {
                callback_id,
                business_id: write.business_id,
                name,
                object_id: change.id,
                identity_id: write.identity_id,
                at: write.now,
            });
        }
    }
}

fn no_business() -> Refusal {
    Refusal::new(Reason::Unknown, "business", "business", "")
}

/// What every route and task is given.
pub(super) type SharedState = Arc<Shared>;

/// The state with what is needed to work on it.
pub(super) struct Shared {
    pub(super) options: FreshBooksOptions,
    pub(super) client: reqwest::Client,
    pub(super) running: Running,
    state: Guarded<State>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(options: FreshBooksOptions, seed: u64, running: Running) -> io::Result<Self> {
        let client = posting::client(options.answer_timeout_ms).map_err(io::Error::other)?;
        let chance = Chance::from_seed(seed);
        let outbox = Outbox::new(&options.callbacks, chance.split());
        Ok(Self {
            options,
            client,
            running,
            state: Guarded::new(State {
                chance,
                apps: BTreeMap::new(),
                users: BTreeMap::new(),
                businesses: BTreeMap::new(),
                grants: Grants::default(),
                faults: FaultQueue::default(),
                calls: CallTally::default(),
                callbacks: Callbacks::default(),
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

    /// Waits until the notices stand as asked for; where they stand is the error, when the time
    /// is over.
    pub(super) async fn wait_for_outbox(
        &self,
        time: Duration,
        reached: impl Fn(&NoticeStats) -> bool,
    ) -> Result<NoticeStats, NoticeStats> {
        self.state.wait_for(time, |state| state.outbox.stats(), reached).await
    }
}
