//! Metered reads: counted in memory, written in groups, read back at the start. A process that is
//! killed forgets what it counted since the last group, a few seconds at most.

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledgerhook_model::{AppId, InstanceId, Moment, Month};
use ledgerhook_store::reads::ReadCount;
use ledgerhook_store::{Store, StoreError};

use crate::supervisor::Supervisor;

/// How often what was counted is written.
const WRITE_EVERY: Duration = Duration::from_secs(3);

/// The reads of this month, by instance and by app.
#[derive(Debug)]
pub(crate) struct Reads {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    month: Month,
    by_instance: BTreeMap<(InstanceId, Option<AppId>), i64>,
    by_app: BTreeMap<AppId, i64>,
    unwritten: BTreeMap<(Month, InstanceId, Option<AppId>), i64>,
}

#[cfg(test)]
impl Default for Reads {
    fn default() -> Self {
        Self { state: Mutex::new(State::of(Month::of(Moment::default()))) }
    }
}

impl Reads {
    /// What the store has of the month that `now` is in.
    pub(crate) async fn read_back(store: &dyn Store, now: Moment) -> Result<Self, StoreError> {
        let mut state = State::of(Month::of(now));
        for count in store.reads_of_month(state.month).await? {
            state.add(count.instance, count.app, count.reads);
        }
        Ok(Self { state: Mutex::new(state) })
    }

    /// Starts the task that writes.
    pub(crate) fn start_writing(self: &Arc<Self>, store: &Arc<dyn Store>, supervisor: &Supervisor) {
        let (reads, store) = (Arc::clone(self), Arc::clone(store));
        let ending = supervisor.clone();
        supervisor.spawn(async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(WRITE_EVERY) => {}
                    () = ending.ending() => return,
                }
                reads.write(&*store).await;
            }
        });
    }

    /// Counts reads for an instance, on the account of the app that it belongs to.
    pub(crate) fn count(&self, instance: InstanceId, app: Option<AppId>, reads: u32, now: Moment) {
        if reads == 0 {
            return;
        }
        let mut state = self.state_of(now);
        let (month, reads) = (state.month, i64::from(reads));
        state.add(instance, app, reads);
        *state.unwritten.entry((month, instance, app)).or_default() += reads;
    }

    /// The reads of an app this month.
    pub(crate) fn of_app(&self, app: AppId, now: Moment) -> i64 {
        self.state_of(now).by_app.get(&app).copied().unwrap_or(0)
    }

    /// The reads of an instance this month, on whose account ever.
    pub(crate) fn of_instance(&self, instance: InstanceId, now: Moment) -> i64 {
        let state = self.state_of(now);
        let own = state.by_instance.range((instance, None)..);
        own.take_while(|((other, _), _)| *other == instance).map(|(_, reads)| reads).sum()
    }

    /// The reads of every instance on the account of an app this month.
    pub(crate) fn by_instance(&self, app: AppId, now: Moment) -> BTreeMap<InstanceId, i64> {
        let state = self.state_of(now);
        let own = state.by_instance.iter().filter(|((_, other), _)| *other == Some(app));
        own.map(|((instance, _), reads)| (*instance, *reads)).collect()
    }

    /// Writes what was counted since the last time. What the store does not take is kept for the
    /// next time.
    pub(crate) async fn write(&self, store: &dyn Store) {
        let unwritten = take(&mut self.state().unwritten);
        if unwritten.is_empty() {
            return;
        }
        let count = |((month, instance, app), reads): (&(_, _, _), &i64)| ReadCount {
            month: *month,
            instance: *instance,
            app: *app,
            reads: *reads,
        };
        if let Err(error) = store.add_reads(unwritten.iter().map(count).collect()).await {
            tracing::warn!(%error, "counted reads could not be written; trying again");
            let mut state = self.state();
            for (key, reads) in unwritten {
                *state.unwritten.entry(key).or_default() += reads;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, begun anew when a month has begun.
    fn state_of(&self, now: Moment) -> MutexGuard<'_, State> {
        let mut state = self.state();
        let month = Month::of(now);
        // A clock that is set back does not bring an old month back.
        if month > state.month {
            let unwritten = take(&mut state.unwritten);
            *state = State { unwritten, ..State::of(month) };
        }
        state
    }
}

impl State {
    fn of(month: Month) -> Self {
        let (by_instance, by_app) = (BTreeMap::new(), BTreeMap::new());
        Self { month, by_instance, by_app, unwritten: BTreeMap::new() }
    }

    fn add(&mut self, instance: InstanceId, app: Option<AppId>, reads: i64) {
        *self.by_instance.entry((instance, app)).or_default() += reads;
        if let Some(app) = app {
            *self.by_app.entry(app).or_default() += reads;
        }
    }
}

#[cfg(test)]
mod tests {
    use ledgerhook_store::memory::MemoryStore;

    use super::*;

    const APP: Option<AppId> = Some(AppId(1));

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[tokio::test]
    async fn counts_are_there_again_after_a_restart() {
        let (store, now) = (MemoryStore::new(), moment("2026-11-30T23:59:59Z"));
        let reads = Reads::read_back(&store, now).await.unwrap();
        reads.count(InstanceId(1), APP, 2, now);
        reads.write(&store).await;
        reads.count(InstanceId(1), APP, 3, now);
        reads.count(InstanceId(1), None, 4, now);
        reads.count(InstanceId(2), APP, 5, now);
        reads.count(InstanceId(3), APP, 0, now);
        reads.write(&store).await;
        reads.write(&store).await;
        let again = Reads::read_back(&store, now).await.unwrap();
        for reads in [reads, again] {
            assert_eq!(reads.of_app(AppId(1), now), 10);
            assert_eq!(reads.of_instance(InstanceId(1), now), 9);
            let by_instance = BTreeMap::from([(InstanceId(1), 5), (InstanceId(2), 5)]);
            assert_eq!(reads.by_instance(AppId(1), now), by_instance);
        }
    }

    #[tokio::test]
    async fn a_new_month_begins_with_nothing_and_the_old_one_is_written_still() {
        let (store, now) = (MemoryStore::new(), moment("2026-11-30T23:59:59Z"));
        let reads = Reads::read_back(&store, now).await.unwrap();
        reads.count(InstanceId(1), APP, 7, now);
        let next = moment("2026-12-01T00:00:00Z");
        assert_eq!(reads.of_app(AppId(1), next), 0);
        reads.count(InstanceId(1), APP, 1, next);
        reads.write(&store).await;
        let of = async |now| Reads::read_back(&store, now).await.unwrap().of_app(AppId(1), now);
        assert_eq!((of(now).await, of(next).await), (7, 1));
    }
}
