//! How instances are: what an operator or a customer asks when events do not come.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_model::{InstanceId, Moment, OrganizationId};
use ledgerhook_store::deliveries::WaitingDeliveries;
use ledgerhook_store::grants::StoredGrant;
use ledgerhook_store::history::HistoryEntry;
use ledgerhook_store::polls::{PollState, PollingPause};

use crate::base::Base;
use crate::operations::reconnect_path;
use crate::polling::{Polling, resources_of};
use crate::refusal::Refusal;
use crate::roster::Seat;
use crate::tokens::Tokens;

/// How an instance is, the first that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceStatus {
    /// Switched off.
    Disabled,
    /// The customer must authorise again.
    NeedsReauthentication,
    /// Too many polls failed.
    PollingPaused,
    /// The last poll of a feed failed, or the app's reads of the month are used.
    Degraded,
    /// None of these.
    Ok,
}

impl InstanceStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Ok,
        Self::Degraded,
        Self::PollingPaused,
        Self::NeedsReauthentication,
        Self::Disabled,
    ];

    /// The name in answers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::NeedsReauthentication => "needs-reauthentication",
            Self::PollingPaused => "polling-paused",
            Self::Degraded => "degraded",
            Self::Ok => "ok",
        }
    }
}

/// How one instance is.
#[derive(Debug, Clone)]
pub struct InstanceHealth {
    /// In a word.
    pub status: InstanceStatus,
    /// When a notice last told of a change here, since the gateway was started.
    pub last_notice_at: Option<Moment>,
    /// The feeds that are polled, by name.
    pub polls: Vec<PollState>,
    /// How far behind now the oldest cursor of a polled feed is.
    pub lag: Option<Duration>,
    /// The provider's tokens; `None` when there are none.
    pub grant: Option<StoredGrant>,
    /// When the customer must authorise again however often the tokens are refreshed, where the
    /// provider says so.
    pub authentication_ends_at: Option<Moment>,
    /// Why nothing is polled.
    pub pause: Option<PollingPause>,
    /// Why nothing is polled until the next month.
    pub spent_budget: Option<String>,
    /// Metered reads of this month.
    pub reads_this_month: i64,
    /// Where the customer authorises again.
    pub reconnect_path: String,
    /// Deliveries that have not arrived.
    pub waiting: WaitingDeliveries,
}

/// The poll of one resource.
#[derive(Debug, Clone)]
pub struct PollerRecord {
    /// The resource.
    pub resource: String,
    /// The poll that covers it.
    pub poll: PollState,
}

/// An instance whose polling is paused.
#[derive(Debug, Clone)]
pub struct PausedInstance {
    /// The instance.
    pub seat: Arc<Seat>,
    /// Since when, of which feed, and why.
    pub pause: PollingPause,
    /// The resources that the feed covers.
    pub resources: Vec<String>,
}

/// Tells how instances are.
#[derive(Debug, Clone)]
pub struct Health {
    pub(crate) base: Base,
    pub(crate) polling: Arc<Polling>,
    pub(crate) tokens: Arc<Tokens>,
}

impl Health {
    /// How an instance is.
    pub async fn of(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<InstanceHealth, Refusal> {
        let seat = self.seat(organization, id)?;
        let base = &self.base;
        let now = base.clock.now();
        let grant = base.store.grant(id).await?;
        let polls = self.polls(&seat).await?;
        let pause = self.polling.pause_of(id);
        let spent_budget = base.spent_budget(&seat).filter(|_| seat.polls());
        let lapsed = grant.as_ref().is_some_and(|grant| grant.needs_reauthentication.is_some());
        let failing = polls.iter().any(|poll| poll.failures > 0);
        let is_degraded = failing || spent_budget.is_some();
        Ok(InstanceHealth {
            status: status(&seat, lapsed, pause.is_some(), is_degraded),
            last_notice_at: base.last_notices.of(id),
            lag: polls.iter().map(|poll| now.since(poll.cursor.read_up_to)).max(),
            polls,
            authentication_ends_at: self.tokens.standing(id).await.ok().and_then(|s| s.ends_at),
            grant,
            pause,
            spent_budget,
            reads_this_month: base.reads.of_instance(id, now),
            reconnect_path: reconnect_path(id),
            waiting: base.store.waiting_deliveries(id).await?,
        })
    }

    /// How many instances of all organisations have each status.
    pub async fn totals(&self) -> Result<BTreeMap<InstanceStatus, u64>, Refusal> {
        let store = &self.base.store;
        let lapsed: HashSet<InstanceId> = store.refused_grants().await?.into_iter().collect();
        let states = store.poll_states().await?.into_iter();
        let failing: HashSet<InstanceId> =
            states.filter(|poll| poll.failures > 0).map(|poll| poll.id.instance).collect();
        let mut totals: BTreeMap<_, _> =
            InstanceStatus::ALL.iter().map(|status| (*status, 0)).collect();
        for seat in self.base.roster.all() {
            let is_paused = self.polling.pause_of(seat.id).is_some();
            let is_degraded = seat.polls()
                && (failing.contains(&seat.id) || self.base.spent_budget(&seat).is_some());
            let status = status(&seat, lapsed.contains(&seat.id), is_paused, is_degraded);
            *totals.entry(status).or_default() += 1;
        }
        Ok(totals)
    }

    /// The poll of every resource of an instance that has been polled.
    pub async fn poller_records(
        &self,
        organization: OrganizationId,
        id: InstanceId,
    ) -> Result<Vec<PollerRecord>, Refusal> {
        let seat = self.seat(organization, id)?;
        let polls = self.polls(&seat).await?;
        let has_run = |poll: &&PollState| poll.polled_at.is_some() || poll.failures > 0;
        let mut records = Vec::new();
        for poll in polls.iter().filter(has_run) {
            let resources = resources_of(&self.base, &seat, &poll.id.feed).into_iter();
            records.extend(resources.map(|resource| PollerRecord { resource, poll: poll.clone() }));
        }
        records.sort_by(|a, b| a.resource.cmp(&b.resource));
        Ok(records)
    }

    /// The instances of an organisation whose polling is paused, by ascending id, those after
    /// `after`.
    pub fn paused(
        &self,
        organization: OrganizationId,
        after: Option<InstanceId>,
        limit: usize,
    ) -> Vec<PausedInstance> {
        let mut seats = self.base.roster.all();
        seats.retain(|seat| {
            seat.organization == organization && after.is_none_or(|after| seat.id > after)
        });
        seats.sort_unstable_by_key(|seat| seat.id);
        let paused = seats.into_iter().filter_map(|seat| {
            let pause = self.polling.pause_of(seat.id)?;
            Some((seat, pause))
        });
        let shown = paused.take(limit).map(|(seat, pause)| {
            let resources = resources_of(&self.base, &seat, &pause.poll.feed);
            PausedInstance { seat, pause, resources }
        });
        shown.collect()
    }

    /// The history of an instance, newest first, the entries before a place.
    pub async fn history(
        &self,
        organization: OrganizationId,
        id: InstanceId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, Refusal> {
        self.seat(organization, id)?;
        Ok(self.base.store.history(organization, id, before, limit).await?)
    }

    /// The polls that the instance's configuration asks for, as they stand.
    async fn polls(&self, seat: &Seat) -> Result<Vec<PollState>, Refusal> {
        if !seat.polls() {
            return Ok(Vec::new());
        }
        let mut polls = self.base.store.polls_of(seat.id).await?;
        polls.retain(|poll| !resources_of(&self.base, seat, &poll.id.feed).is_empty());
        Ok(polls)
    }

    fn seat(&self, organization: OrganizationId, id: InstanceId) -> Result<Arc<Seat>, Refusal> {
        let seat = self.base.roster.by_id(id).filter(|seat| seat.organization == organization);
        seat.ok_or_else(|| Refusal::NotFound(format!("No element instance found with ID {id}")))
    }
}

fn status(seat: &Seat, lapsed: bool, is_paused: bool, is_degraded: bool) -> InstanceStatus {
    if seat.disabled {
        InstanceStatus::Disabled
    } else if lapsed {
        InstanceStatus::NeedsReauthentication
    } else if is_paused && seat.polls() {
        InstanceStatus::PollingPaused
    } else if is_degraded {
        InstanceStatus::Degraded
    } else {
        InstanceStatus::Ok
    }
}
