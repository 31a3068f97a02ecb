//! The state of the stand-in, shared by its routes and its handle.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, MutexGuard};

use jiff::Timestamp;

use super::SageOptions;
use super::books::{Books, Pen};
use super::calls::CallKey;
use super::faults::FaultPlan;
use super::oauth::Grants;
use super::older::Nonces;
use super::portal::{App, Business};
use super::throttle::Throttle;
use crate::call_tally::CallTally;
use crate::chance::Chance;
use crate::fault_queue::FaultQueue;
use crate::guarded::Guarded;
use crate::running::Running;

/// Everything that changes. Nothing waits while it is locked.
#[derive(Debug)]
pub(super) struct State {
    pub(super) chance: Chance,
    pub(super) apps: BTreeMap<String, App>,
    pub(super) businesses: Businesses,
    pub(super) grants: Grants,
    pub(super) nonces: Nonces,
    pub(super) faults: FaultQueue<FaultPlan>,
    pub(super) calls: CallTally<CallKey>,
    pub(super) throttle: Throttle,
}

/// A business with its books.
#[derive(Debug)]
pub(super) struct BusinessBooks {
    /// Grows from business to business: the first one of a user is the lead.
    pub(super) number: usize,
    pub(super) business: Business,
    pub(super) books: Books,
}

/// Businesses by id.
type Businesses = BTreeMap<String, BusinessBooks>;

/// The lead business of a user: the first one.
pub(super) fn lead<'b>(businesses: &'b Businesses, user: &str) -> Option<&'b Business> {
    let of_user = businesses.values().filter(|one| one.business.user == user);
    of_user.min_by_key(|one| one.number).map(|one| &one.business)
}

impl State {
    /// The businesses of a user, the lead first.
    pub(super) fn businesses_of(&self, user: &str) -> Vec<&Business> {
        let mut businesses: Vec<&BusinessBooks> =
            self.businesses.values().filter(|one| one.business.user == user).collect();
        businesses.sort_by_key(|one| one.number);
        businesses.into_iter().map(|one| &one.business).collect()
    }

    pub(super) fn lead_of(&self, user: &str) -> Option<&Business> {
        lead(&self.businesses, user)
    }

    /// Works on the books of a business with a pen; none when there is no such business.
    pub(super) fn write<T>(
        &mut self,
        business_id: &str,
        now: Timestamp,
        work: impl FnOnce(&mut Books, &mut Pen<'_>) -> T,
    ) -> Option<T> {
        let business = self.businesses.get_mut(business_id)?;
        let mut pen = Pen { now, chance: &mut self.chance };
        Some(work(&mut business.books, &mut pen))
    }
}

/// What every route is given.
pub(super) type SharedState = Arc<Shared>;

/// The state with what is needed to work on it.
pub(super) struct Shared {
    pub(super) base_url: String,
    pub(super) options: SageOptions,
    pub(super) running: Running,
    state: Guarded<State>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(base_url: &str, options: SageOptions, seed: u64, running: Running) -> Self {
        Self {
            base_url: base_url.to_owned(),
            options,
            running,
            state: Guarded::new(State {
                chance: Chance::from_seed(seed),
                apps: BTreeMap::new(),
                businesses: BTreeMap::new(),
                grants: Grants::default(),
                nonces: Nonces::default(),
                faults: FaultQueue::default(),
                calls: CallTally::default(),
                throttle: Throttle::default(),
            }),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.running.now()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}
