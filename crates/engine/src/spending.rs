//! What the companies of provider apps cost: the reads of a month against the app's budget.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_model::{AppId, InstanceId, Moment, Month, OrganizationId, ReadMark};
use ledgerhook_store::reads::MarkedReads;

use crate::base::Base;
use crate::budget::stretched;
use crate::polling::{Pace, Polling};
use crate::refusal::Refusal;
use crate::roster::AppSeat;

/// The reads of an app in one month.
#[derive(Debug, Clone)]
pub struct AppReads {
    /// The month.
    pub month: Month,
    /// The app's budget, whether or not it is metered.
    pub budget: Option<i64>,
    /// Whether the provider meters the app's reads: only a production app has a budget.
    pub is_metered: bool,
    /// Reads so far.
    pub used: i64,
    /// Reads at the end of the month, if polls go on at the pace of now; what is used, for another
    /// month than this one.
    pub projected: i64,
    /// When it was warned that most of the budget is used.
    pub warned_at: Option<Moment>,
    /// Whether all of it is used.
    pub is_exhausted: bool,
    /// The app's companies, by instance.
    pub companies: Vec<CompanyReads>,
}

/// The reads of one company.
#[derive(Debug, Clone)]
pub struct CompanyReads {
    /// The instance.
    pub instance: InstanceId,
    /// Company and name; `None` when the instance is gone.
    pub company: Option<(String, String)>,
    /// Reads in the month.
    pub reads: i64,
    /// The interval of its fastest feed, and that as it is stretched; `None` when it is not polled.
    pub intervals: Option<(Duration, Duration)>,
}

/// The budget of an app in numbers.
#[derive(Debug, Clone)]
pub struct AppGauge {
    /// The app.
    pub app: AppId,
    /// Its element.
    pub element: String,
    /// Reads this month.
    pub used: i64,
    /// Reads at the end of the month, if polls go on at the pace of now.
    pub projected: i64,
    /// Its budget, if it is metered and has one.
    pub budget: Option<i64>,
}

/// Tells what apps have spent.
#[derive(Debug, Clone)]
pub struct Spending {
    pub(crate) base: Base,
    pub(crate) polling: Arc<Polling>,
}

impl Spending {
    /// The reads of an app of an organisation, in this month unless another is named.
    pub async fn of(
        &self,
        organization: OrganizationId,
        element: &str,
        app: AppId,
        month: Option<Month>,
    ) -> Result<AppReads, Refusal> {
        let apps = self.base.roster.apps(element);
        let app = apps.into_iter().find(|one| one.organization == organization && one.id == app);
        let app = app.ok_or_else(|| Refusal::NotFound("No app found with that ID".to_owned()))?;
        let now = self.base.clock.now();
        let month = month.unwrap_or_else(|| Month::of(now));
        let is_this_month = month == Month::of(now);
        let by_instance = if is_this_month {
            self.base.reads.by_instance(app.id, now)
        } else {
            let counts = self.base.store.reads_of_month(month).await?.into_iter();
            let own = counts.filter(|count| count.app == Some(app.id));
            own.map(|count| (count.instance, count.reads)).collect()
        };
        let used = by_instance.values().fold(0_i64, |sum, reads| sum.saturating_add(*reads));
        let paces = if is_this_month { self.polling.paces(&app) } else { Vec::new() };
        let marks = self.base.store.read_marks(month).await?;
        let mark = |mark: ReadMark| {
            let fits = |one: &&MarkedReads| one.app == app.id && one.mark == mark;
            marks.iter().find(fits).map(|one| one.at)
        };
        Ok(AppReads {
            month,
            budget: app.read_budget,
            is_metered: app.is_production,
            used,
            projected: projected(used, &paces, now),
            warned_at: mark(ReadMark::Warned),
            is_exhausted: app.budget().is_some_and(|budget| used >= budget),
            companies: self.companies(&app, is_this_month, &by_instance, &paces),
        })
    }

    /// Every app in numbers, by id.
    pub fn gauges(&self) -> Vec<AppGauge> {
        let now = self.base.clock.now();
        let gauge = |app: Arc<AppSeat>| {
            let used = self.base.reads.of_app(app.id, now);
            AppGauge {
                app: app.id,
                element: app.element.clone(),
                used,
                projected: projected(used, &self.polling.paces(&app), now),
                budget: app.budget(),
            }
        };
        self.base.roster.all_apps().into_iter().map(gauge).collect()
    }

    /// Those that were read for, and in this month those that belong to the app now.
    fn companies(
        &self,
        app: &AppSeat,
        is_this_month: bool,
        by_instance: &BTreeMap<InstanceId, i64>,
        paces: &[Pace],
    ) -> Vec<CompanyReads> {
        let mut ids: BTreeSet<InstanceId> = by_instance.keys().copied().collect();
        if is_this_month {
            ids.extend(self.base.roster.owned_by(app).iter().map(|seat| seat.id));
        }
        let mut fastest: BTreeMap<InstanceId, (Duration, Duration)> = BTreeMap::new();
        for Pace { instance, feed, stretch } in paces {
            let intervals = (feed.interval, stretched(feed.interval, *stretch));
            let known = fastest.entry(*instance).or_insert(intervals);
            *known = intervals.min(*known);
        }
        let company = |instance: InstanceId| {
            let seat = self.base.roster.by_id(instance);
            CompanyReads {
                instance,
                company: seat.map(|seat| (seat.company.clone(), seat.name.clone())),
                reads: by_instance.get(&instance).copied().unwrap_or(0),
                intervals: fastest.get(&instance).copied(),
            }
        };
        ids.into_iter().map(company).collect()
    }
}

/// What is used at the end of the month that `now` is in.
fn projected(used: i64, paces: &[Pace], now: Moment) -> i64 {
    let time = Month::of(now).next().start().since(now);
    let coming = paces.iter().map(|pace| pace.feed.reads_within(time, pace.stretch));
    let coming = coming.fold(0, u64::saturating_add);
    used.saturating_add(i64::try_from(coming).unwrap_or(i64::MAX))
}
