//! `/elements/{keyOrId}/apps/{id}/reads`: what an app's companies cost in a month. An addition.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::spending::{AppReads, CompanyReads};
use ledgerhook_model::{Moment, Month};
use serde::Serialize;

use super::parse_id;
use crate::answer;
use crate::authorization::OrganizationCaller;
use crate::failure::Failure;
use crate::paging::{PageRequest, PagedList};
use crate::query::Query;

const COMPANIES: PagedList = PagedList("app-reads");

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadsShape {
    /// A calendar month in UTC.
    month: String,
    budget: Option<i64>,
    /// False for an app of development: its reads are counted, and nothing is held back.
    metered: bool,
    used: i64,
    /// Of the budget, rounded down.
    percent: Option<i64>,
    projected: i64,
    warned_at: Option<String>,
    exhausted: bool,
    companies: Vec<CompanyShape>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CompanyShape {
    instance_id: i64,
    /// `null`, as the name, when the instance is gone.
    company: Option<String>,
    name: Option<String>,
    reads: i64,
    /// Of its fastest feed; `null` when it is not polled.
    interval_seconds: Option<u64>,
    stretched_interval_seconds: Option<u64>,
}

impl From<CompanyReads> for CompanyShape {
    fn from(company: CompanyReads) -> Self {
        let (realm, name) = company.company.unzip();
        Self {
            instance_id: company.instance.0,
            company: realm,
            name,
            reads: company.reads,
            interval_seconds: company.intervals.map(|(own, _)| own.as_secs()),
            stretched_interval_seconds: company.intervals.map(|(_, stretched)| stretched.as_secs()),
        }
    }
}

impl From<AppReads> for ReadsShape {
    fn from(reads: AppReads) -> Self {
        let of_budget = |budget: i64| reads.used.saturating_mul(100).checked_div(budget);
        Self {
            month: reads.month.to_string(),
            budget: reads.budget,
            metered: reads.is_metered,
            used: reads.used,
            percent: reads.budget.map(|budget| of_budget(budget).unwrap_or(100)),
            projected: reads.projected,
            warned_at: reads.warned_at.map(Moment::to_iso_millis),
            exhausted: reads.is_exhausted,
            companies: reads.companies.into_iter().map(CompanyShape::from).collect(),
        }
    }
}

/// `GET /elements/{keyOrId}/apps/{id}/reads?month=2026-11`, this month by default; its companies in
/// pages.
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    OrganizationCaller(caller): OrganizationCaller,
    Path((element, app)): Path<(String, String)>,
    query: Query,
) -> Result<Response, Failure> {
    let page = PageRequest::read(COMPANIES, &query)?;
    let element = gateway.connector(&element)?.profile.key;
    let month = query.text("month").map(parse_month).transpose()?;
    let app = gateway.apps().get(caller.organization, element, parse_id(&app)?).await?;
    let mut reads = gateway.spending().of(caller.organization, element, app.id, month).await?;
    reads.companies.retain(|company| page.after.is_none_or(|after| company.instance.0 > after));
    let next_page = page.cut(COMPANIES, &mut reads.companies, |company| company.instance.0);
    Ok(answer::part(&ReadsShape::from(reads), next_page.as_deref()))
}

fn parse_month(text: &str) -> Result<Month, Failure> {
    let refused = || Failure::bad_request("month: must be a month such as 2026-11");
    Month::parse(text).ok_or_else(refused)
}
