//! `…/health` and `…/history` of an instance. Additions.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledgerhook_engine::Gateway;
use ledgerhook_engine::health::InstanceHealth;
use ledgerhook_engine::store::history::HistoryEntry;
use ledgerhook_model::{HistoryKind, InstanceId, Moment};
use serde::Serialize;

use crate::answer;
use crate::failure::Failure;
use crate::paging::{PageRequest, PagedList};
use crate::query::Query;
use crate::target::Target;

const HISTORY: PagedList = PagedList("history");

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HealthShape {
    instance_id: i64,
    status: &'static str,
    last_notice_at: Option<String>,
    last_poll_at: Option<String>,
    /// Now less the oldest cursor of a polled feed.
    lag_seconds: Option<u64>,
    /// Up to when each polled feed is read.
    cursors: BTreeMap<String, String>,
    consecutive_failures: u32,
    last_error: Option<String>,
    polling_paused_since: Option<String>,
    reads_this_month: i64,
    budget_exhausted: bool,
    token_expires_at: Option<String>,
    refresh_token_expires_at: Option<String>,
    authentication_hard_expires_at: Option<String>,
    reconnect: ReconnectShape,
    pending_deliveries: u64,
    parked_deliveries: u64,
}

#[derive(Debug, Serialize)]
struct ReconnectShape {
    needed: bool,
    reason: Option<String>,
    url: String,
}

impl HealthShape {
    fn of(instance: InstanceId, health: InstanceHealth) -> Self {
        let date = Moment::to_iso_millis;
        let InstanceHealth { polls, grant, .. } = health;
        let worst = polls.iter().max_by_key(|poll| poll.failures);
        let reason = grant.as_ref().and_then(|grant| grant.needs_reauthentication.clone());
        Self {
            instance_id: instance.0,
            status: health.status.as_str(),
            last_notice_at: health.last_notice_at.map(date),
            last_poll_at: polls.iter().filter_map(|poll| poll.polled_at).max().map(date),
            lag_seconds: health.lag.map(|lag| lag.as_secs()),
            consecutive_failures: worst.map_or(0, |poll| poll.failures),
            last_error: worst.and_then(|poll| poll.last_error.clone()),
            polling_paused_since: health.pause.map(|pause| date(pause.since)),
            reads_this_month: health.reads_this_month,
            budget_exhausted: health.spent_budget.is_some(),
            token_expires_at: grant.as_ref().map(|grant| date(grant.access_expires_at)),
            refresh_token_expires_at: grant
                .as_ref()
                .and_then(|grant| grant.refresh_expires_at)
                .map(date),
            authentication_hard_expires_at: health.authentication_ends_at.map(date),
            reconnect: ReconnectShape {
                needed: reason.is_some(),
                reason,
                url: health.reconnect_path,
            },
            pending_deliveries: health.waiting.pending,
            parked_deliveries: health.waiting.parked,
            cursors: polls
                .into_iter()
                .map(|poll| (poll.id.feed, date(poll.cursor.read_up_to)))
                .collect(),
        }
    }
}

/// `GET /instances/{id}/health`, `GET /instances/health`
pub(crate) async fn read(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
) -> Result<Json<HealthShape>, Failure> {
    let health = gateway.health().of(target.caller.organization, target.id).await?;
    Ok(Json(HealthShape::of(target.id, health)))
}

#[derive(Debug, Serialize)]
struct EntryShape {
    id: i64,
    date: String,
    kind: &'static str,
    text: String,
}

impl From<HistoryEntry> for EntryShape {
    fn from(entry: HistoryEntry) -> Self {
        let HistoryEntry { place, at, kind, text } = entry;
        Self { id: place, date: at.to_iso_millis(), kind: HistoryKind::as_str(kind), text }
    }
}

/// `GET /instances/{id}/history`, newest first
pub(crate) async fn history(
    State(gateway): State<Arc<Gateway>>,
    target: Target,
    query: Query,
) -> Result<Response, Failure> {
    let page = PageRequest::read(HISTORY, &query)?;
    let organization = target.caller.organization;
    let found = gateway.health().history(organization, target.id, page.after, page.limit());
    let mut entries = found.await?;
    let next_page = page.cut(HISTORY, &mut entries, |entry| entry.place);
    let shapes: Vec<_> = entries.into_iter().map(EntryShape::from).collect();
    Ok(answer::list(&shapes, next_page.as_deref()))
}
