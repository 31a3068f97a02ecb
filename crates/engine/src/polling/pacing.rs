//! Keeping the polls of an app's companies within its reads of the month: every few seconds what
//! is left is spread anew over what is planned, and who runs out is told.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_model::{AppId, HistoryKind, InstanceId, Moment, Month, ReadMark};
use ledgerhook_store::polls::{PollId, PollState};
use ledgerhook_store::reads::MarkedReads;
use tokio::time::Instant;

use super::plan::Entry;
use super::{Polling, waits};
use crate::budget::{BudgetLeft, PolledFeed, UNSTRETCHED, stretches};
use crate::history;
use crate::roster::AppSeat;
use crate::supervisor::Supervisor;

/// How often the pace is looked at: a fleet of 16 polls at a time reads some hundreds meanwhile,
/// which is little of any budget.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The part of a budget whose use is warned of, in hundredths.
const WARN_PER_CENT: i64 = 80;

/// What polls have shown of companies.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// When a change was found last.
    found_at: HashMap<InstanceId, Moment>,
    /// What the last poll cost.
    reads: HashMap<PollId, u32>,
    /// The note of the last poll, where it had one.
    notes: HashMap<PollId, String>,
    /// What was said already, this month.
    marked: HashSet<(AppId, Month, ReadMark)>,
}

impl Observed {
    /// Takes over what was stored.
    pub(super) fn take_over(&mut self, state: &PollState) {
        if let Some(found_at) = state.found_at {
            self.found(state.id.instance, found_at);
        }
    }

    /// Notes what a poll cost.
    pub(super) fn cost(&mut self, id: &PollId, reads: u32) {
        self.reads.insert(id.clone(), reads);
    }

    /// Whether the note of a poll is another than that of the poll before.
    pub(super) fn is_news(&mut self, id: &PollId, note: Option<&str>) -> bool {
        let before = match note {
            Some(note) => self.notes.insert(id.clone(), note.to_owned()),
            None => self.notes.remove(id),
        };
        note.is_some() && before.as_deref() != note
    }

    pub(super) fn forget(&mut self, instance: InstanceId) {
        self.found_at.remove(&instance);
        self.reads.retain(|id, _| id.instance != instance);
        self.notes.retain(|id, _| id.instance != instance);
    }

    /// Notes what was said of an app; what was said in another month is of no interest any more.
    fn mark(&mut self, app: AppId, month: Month, mark: ReadMark) {
        self.marked.retain(|(_, other, _)| *other == month);
        self.marked.insert((app, month, mark));
    }

    /// Notes that a change was found.
    pub(super) fn found(&mut self, instance: InstanceId, at: Moment) {
        let latest = self.found_at.entry(instance).or_insert(at);
        *latest = at.max(*latest);
    }

    /// A company in which nothing was ever found is idle since it is looked at.
    fn feed(&mut self, id: &PollId, entry: &Entry, now: Moment) -> PolledFeed {
        let found_at = *self.found_at.entry(id.instance).or_insert(now);
        let reads_per_poll = self.reads.get(id).copied().unwrap_or(1).max(1);
        PolledFeed { interval: entry.interval, idle: now.since(found_at), reads_per_poll }
    }
}

/// The pace of one poll.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Whose poll.
    pub(crate) instance: InstanceId,
    /// What it draws on the budget.
    pub(crate) feed: PolledFeed,
    /// How far its interval is stretched, in thousandths.
    pub(crate) stretch: u64,
}

impl Polling {
    pub(super) async fn keep_pace(self: Arc<Self>, supervisor: Supervisor) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = supervisor.ending() => return,
            }
            self.begin_those_left().await;
            self.set_pace();
            for app in self.parts.base.roster.all_apps() {
                self.mark_use(&app).await;
            }
        }
    }

    /// The pace of every poll of an app's instances, by instance.
    pub(crate) fn paces(&self, app: &AppSeat) -> Vec<Pace> {
        let seats = self.parts.base.roster.owned_by(app);
        let now = self.now();
        let (plan, mut observed) = (self.plan(), self.observed());
        let own = seats.iter().flat_map(|seat| plan.of(seat.id));
        let pace = |(id, entry): (PollId, Entry)| Pace {
            instance: id.instance,
            feed: observed.feed(&id, &entry, now),
            stretch: entry.stretch,
        };
        own.map(pace).collect()
    }

    /// Spreads what is left of every budget over the polls that draw on it.
    pub(super) fn set_pace(&self) {
        // Also what belongs to no app any more.
        let mut wanted: BTreeMap<PollId, u64> =
            self.plan().stretched().into_iter().map(|id| (id, UNSTRETCHED)).collect();
        for app in self.parts.base.roster.all_apps() {
            wanted.extend(self.wanted_stretches(&app));
        }
        let mut plan = self.plan();
        for (id, stretch) in wanted {
            let catch_up = |interval| waits::part(interval, self.random());
            plan.stretch(&id, stretch, Instant::now(), catch_up);
        }
        drop(plan);
        self.changed.notify_one();
    }

    /// How far the polls of an app's instances are to be stretched; none when it has no budget.
    fn wanted_stretches(&self, app: &AppSeat) -> Vec<(PollId, u64)> {
        let Some(budget) = app.budget() else { return Vec::new() };
        let now = self.now();
        let left = budget_left(budget, self.parts.base.reads.of_app(app.id, now), now);
        let seats = self.parts.base.roster.owned_by(app);
        let (plan, mut observed) = (self.plan(), self.observed());
        let polls: Vec<_> = seats.iter().flat_map(|seat| plan.of(seat.id)).collect();
        let feeds: Vec<_> = polls.iter().map(|(id, entry)| observed.feed(id, entry, now)).collect();
        polls.into_iter().map(|(id, _)| id).zip(stretches(left, &feeds)).collect()
    }

    /// Says, once a month, that most or all of a budget is used.
    pub(super) async fn mark_use(&self, app: &AppSeat) {
        let now = self.now();
        let Some(budget) = app.budget() else { return };
        let used = self.parts.base.reads.of_app(app.id, now);
        let share = format!("{used} of {budget} reads of the app {} are used", app.name);
        if used.saturating_mul(100) >= budget.saturating_mul(WARN_PER_CENT) {
            let text = format!("{share} this month; idle companies are polled less often");
            self.mark_once(app, ReadMark::Warned, now, text).await;
        }
        if used >= budget {
            let next = Month::of(now).next().start();
            let text = format!("{share}; nothing is polled until {}", next.to_iso_seconds());
            self.mark_once(app, ReadMark::Exhausted, now, text).await;
        }
    }

    async fn mark_once(&self, app: &AppSeat, mark: ReadMark, now: Moment, text: String) {
        let month = Month::of(now);
        if self.observed().marked.contains(&(app.id, month, mark)) {
            return;
        }
        let marked = MarkedReads { app: app.id, month, mark, at: now };
        match self.parts.base.store.mark_reads(marked).await {
            Ok(is_new) => {
                self.observed().mark(app.id, month, mark);
                if is_new {
                    self.tell_instances(app, mark, text).await;
                }
            }
            Err(error) => tracing::warn!(app = %app.id, %error, "a mark could not be stored"),
        }
    }

    async fn tell_instances(&self, app: &AppSeat, mark: ReadMark, text: String) {
        let kind = match mark {
            ReadMark::Warned => HistoryKind::BudgetWarning,
            ReadMark::Exhausted => HistoryKind::BudgetExhausted,
        };
        self.parts.base.counters.budget_warnings.one();
        tracing::warn!(app = %app.id, element = app.element, text, "{kind}");
        for seat in self.parts.base.roster.owned_by(app) {
            history::tell(&self.parts.base, seat.id, kind, text.clone()).await;
        }
    }
}

/// What is left of a month's reads at `now`.
fn budget_left(budget: i64, used: i64, now: Moment) -> BudgetLeft {
    let reads = u64::try_from(budget.saturating_sub(used)).unwrap_or(0);
    BudgetLeft { reads, time: Month::of(now).next().start().since(now) }
}
