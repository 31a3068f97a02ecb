//! The in-memory store: correct and simple, for tests and simulation. Nothing outlives it.
//!
//! One mutex over plain maps. It is never held across an `await`, so every method is one step that
//! no other can see half done. What a method promises stands in the contract, one file per concern
//! here as there.

mod apps;
mod deliveries;
mod grants;
mod history;
mod instances;
mod journal;
mod kept;
mod polls;
mod reads;
mod subscriptions;
mod tenancy;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledgerhook_model::{AppId, DeliveryId, InstanceId, Month, OrganizationId, ReadMark, UserId};

use crate::StoreError;
use crate::apps::App;
use crate::grants::StoredGrant;
use crate::instances::Instance;
use crate::polls::{PollId, PollState, PollingPause};
use crate::reads::MarkedReads;
use crate::subscriptions::Subscription;

/// A store that keeps everything in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

/// How [`MemoryStore::fail_next_appends`] makes an append fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendFault {
    /// With [`StoreError::Full`].
    Full,
    /// With [`StoreError::Unavailable`].
    Unavailable,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next `appends` calls of `Journal::append` fail with `fault` and write nothing, in
    /// place of whatever an earlier call asked for.
    pub fn fail_next_appends(&self, appends: u32, fault: AppendFault) {
        self.state().append_faults = Some((appends, fault));
    }

    /// The state. A thread that panicked while it held the lock was a test that has failed
    /// already, so the poison says nothing new.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct State {
    organizations: BTreeMap<OrganizationId, tenancy::OrganizationRow>,
    users: BTreeMap<UserId, tenancy::UserRow>,
    apps: BTreeMap<AppId, App>,
    instances: BTreeMap<InstanceId, Instance>,
    grants: BTreeMap<InstanceId, StoredGrant>,
    polls: BTreeMap<PollId, PollState>,
    pauses: BTreeMap<InstanceId, PollingPause>,
    histories: BTreeMap<InstanceId, VecDeque<history::HistoryRow>>,
    reads: BTreeMap<(Month, InstanceId, Option<AppId>), i64>,
    read_marks: BTreeMap<(AppId, Month, ReadMark), MarkedReads>,
    subscriptions: BTreeMap<(InstanceId, String), Subscription>,
    journal: journal::JournalRows,
    deliveries: BTreeMap<DeliveryId, deliveries::DeliveryRow>,
    last_ids: LastIds,
    append_faults: Option<(u32, AppendFault)>,
}

/// The ids given last. They only grow, so that an id is never given twice.
#[derive(Debug, Clone, Default)]
struct LastIds {
    organization: i64,
    user: i64,
    app: i64,
    instance: i64,
    notice: i64,
    event_place: i64,
    notification: i64,
    history: i64,
}

/// Counts `last` up and returns it.
fn next(last: &mut i64) -> i64 {
    *last += 1;
    *last
}

impl State {
    /// The error that was asked for, when one is left.
    fn append_fault(&mut self) -> Result<(), StoreError> {
        match &mut self.append_faults {
            Some((left, fault)) if *left > 0 => {
                *left -= 1;
                Err(match fault {
                    AppendFault::Full => StoreError::Full,
                    AppendFault::Unavailable => StoreError::Unavailable("a test asked".to_owned()),
                })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
