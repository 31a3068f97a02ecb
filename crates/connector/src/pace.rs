//! Keeping each company under the limits that its provider sets, so that polls, record reads and
//! reads through the hub do not have each other throttled.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::provider_error::ProviderError;

#[cfg(test)]
mod tests;

/// Longest wait for a turn; beyond it the caller is told to come again. A company that has used up
/// a minute's calls at ten a second waits ten seconds, so only a real backlog is sent away.
pub const TURN_WAIT_MAX: Duration = Duration::from_secs(15);

/// Longest time for which a company is held back at once, whatever the provider asks for; then it
/// is asked again.
pub const HOLD_MAX: Duration = Duration::from_secs(60 * 60);

/// By how much the windows here are longer than the provider's: calls shift against each other by
/// a few milliseconds on their way there.
const MARGIN: Duration = Duration::from_millis(50);

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Companies in memory before those that are idle are looked for, which are then forgotten: there
/// are never more than this, or twice those that were called within one minute.
const COMPANIES_BEFORE_SWEEP: usize = 1_024;

/// How many calls a provider answers for one company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceLimits {
    /// Calls in any second.
    pub per_second: u32,
    /// Calls in any minute.
    pub per_minute: u32,
    /// Calls in any minute that carry several operations each; they count as calls as well.
    pub batches_per_minute: u32,
}

/// Gives out turns to call a provider, by company, in the order in which they were asked for.
#[derive(Debug)]
pub struct Pace {
    limits: PaceLimits,
    companies: Mutex<Companies>,
}

#[derive(Debug)]
struct Companies {
    by_id: HashMap<String, Turns>,
    /// Companies at which idle ones are looked for the next time.
    sweep_at: usize,
}

/// The turns of one company.
#[derive(Debug, Default)]
struct Turns {
    /// When each of the last turns is or was, the earliest first; some may be yet to come.
    calls: VecDeque<Instant>,
    /// Those of them that are for batches.
    batches: VecDeque<Instant>,
    /// Until when the provider wants to be left alone.
    held_until: Option<Instant>,
}

impl Pace {
    /// Nobody has called yet.
    #[must_use]
    pub fn new(limits: PaceLimits) -> Self {
        let companies = Companies { by_id: HashMap::new(), sweep_at: COMPANIES_BEFORE_SWEEP };
        Self { limits, companies: Mutex::new(companies) }
    }

    /// Waits for a turn to call the provider for a company.
    ///
    /// # Errors
    /// [`ProviderError::Throttled`], at once, when the provider wants the company left alone or
    /// the wait would be longer than [`TURN_WAIT_MAX`].
    pub async fn turn(&self, company: &str) -> Result<(), ProviderError> {
        self.wait_for_turn(company, false).await
    }

    /// As [`Pace::turn`], for a call that carries several operations.
    ///
    /// # Errors
    /// Those of [`Pace::turn`].
    pub async fn turn_for_batch(&self, company: &str) -> Result<(), ProviderError> {
        self.wait_for_turn(company, true).await
    }

    /// Notes that the provider throttled a company: for `wait`, at most [`HOLD_MAX`], nobody gets a
    /// turn, not even who waits for one already.
    pub fn throttled(&self, company: &str, wait: Duration) {
        let until = Instant::now() + wait.min(HOLD_MAX);
        let mut companies = self.lock();
        let turns = companies.of(company);
        turns.held_until = Some(turns.held_until.map_or(until, |held| held.max(until)));
    }

    async fn wait_for_turn(&self, company: &str, is_batch: bool) -> Result<(), ProviderError> {
        let at = self.lock().of(company).take(self.limits, is_batch)?;
        tokio::time::sleep_until(at).await;
        // The provider may have throttled somebody else's call meanwhile.
        self.lock().by_id.get(company).map_or(Ok(()), Turns::check_held)
    }

    fn lock(&self) -> MutexGuard<'_, Companies> {
        self.companies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Companies {
    fn of(&mut self, company: &str) -> &mut Turns {
        if self.by_id.len() >= self.sweep_at && !self.by_id.contains_key(company) {
            let now = Instant::now();
            self.by_id.retain(|_, turns| !turns.is_idle(now));
            // Twice what is left: looking costs each call no more than a constant.
            self.sweep_at = COMPANIES_BEFORE_SWEEP.max(self.by_id.len().saturating_mul(2));
        }
        self.by_id.entry(company.to_owned()).or_default()
    }
}

impl Turns {
    /// Takes the next free turn; its time.
    fn take(&mut self, limits: PaceLimits, is_batch: bool) -> Result<Instant, ProviderError> {
        self.check_held()?;
        let now = Instant::now();
        forget_before(&mut self.calls, now);
        forget_before(&mut self.batches, now);
        let mut at = self.calls.back().map_or(now, |last| now.max(*last));
        at = at.max(room_from(&self.calls, limits.per_second, SECOND, now));
        at = at.max(room_from(&self.calls, limits.per_minute, MINUTE, now));
        if is_batch {
            at = at.max(room_from(&self.batches, limits.batches_per_minute, MINUTE, now));
        }
        let wait = at.duration_since(now);
        if wait > TURN_WAIT_MAX {
            return Err(ProviderError::Throttled { wait });
        }
        self.calls.push_back(at);
        if is_batch {
            self.batches.push_back(at);
        }
        Ok(at)
    }

    fn check_held(&self) -> Result<(), ProviderError> {
        let wait = self.held_until.map(|until| until.saturating_duration_since(Instant::now()));
        match wait.filter(|wait| !wait.is_zero()) {
            Some(wait) => Err(ProviderError::Throttled { wait }),
            None => Ok(()),
        }
    }

    fn is_idle(&self, now: Instant) -> bool {
        let is_quiet = self.calls.back().is_none_or(|last| *last + MINUTE + MARGIN <= now);
        is_quiet && self.held_until.is_none_or(|until| until <= now)
    }
}

/// Forgets turns that are in no window any more.
fn forget_before(turns: &mut VecDeque<Instant>, now: Instant) {
    while turns.front().is_some_and(|turn| *turn + MINUTE + MARGIN <= now) {
        turns.pop_front();
    }
}

/// From when on there is room for one more turn: when the one that is `limit` turns back has left
/// the window.
fn room_from(turns: &VecDeque<Instant>, limit: u32, window: Duration, now: Instant) -> Instant {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
    let back = turns.len().checked_sub(limit).and_then(|place| turns.get(place));
    back.map_or(now, |turn| *turn + window + MARGIN)
}
