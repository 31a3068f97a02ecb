//! Asking for changes: one feed for each resource, so that each has its own cursor and pace; first
//! what was updated, then what was deleted (reference: freshbooks-sage §2.5).

mod by_time;
mod patience;
mod reader;
mod walk;
mod window;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_connector::{ChangeFeed, FeedPage, FeedRequest, ProviderError};
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{Change, ChangeKind, Detection, Moment};

use super::api::{Api, Company};
use super::dialect::Dialect;
use super::entities::Entity;
use reader::{Reader, Selection};

/// `deleted_since` leaves out the very second that it names, and Sage tells whole seconds.
const SECOND: Duration = Duration::from_secs(1);

/// The changes of one resource.
#[derive(Debug)]
pub(super) struct SageFeed {
    api: Arc<Api>,
    entity: &'static Entity,
    /// [`Entity::resource`], to be shared by every change.
    resource: Arc<str>,
}

impl SageFeed {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>, entity: &'static Entity) -> Self {
        Self { api, entity, resource: entity.resource.into() }
    }

    /// What was deleted from a moment on, and nothing else; `None` where Sage does not tell.
    pub(super) async fn deletions(
        &self,
        company: Company<'_>,
        since: Moment,
    ) -> Result<Option<FeedPage>, ProviderError> {
        if !self.entity.has_deletions || !company.dialect()?.tells_deletions_and_sorts() {
            return Ok(None);
        }
        let mut reader = Reader::new(&self.api, company, self.entity, &self.resource);
        let mut findings = Findings::default();
        findings.add(deleted(&mut reader, since).await?);
        Ok(Some(findings.into_page(since, reader.reads())))
    }
}

#[async_trait]
impl ChangeFeed for SageFeed {
    fn name(&self) -> &'static str {
        self.entity.resource
    }

    fn detection(&self) -> Detection {
        Detection::Poll
    }

    /// API v1 has no way to ask for changes. A configuration that chooses no API is covered: the
    /// question then says what is wrong with it.
    fn covers(&self, resource: &str, configuration: &Configuration) -> bool {
        resource == self.entity.resource
            && Dialect::of(configuration).map_or(true, Dialect::tells_changes)
    }

    fn interval_default(&self) -> Option<Duration> {
        self.entity.interval
    }

    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, ProviderError> {
        let FeedRequest { access, configuration, since, resources } = request;
        let company = Company { access, configuration };
        let dialect = company.dialect()?;
        let mut findings = Findings::default();
        if !resources.iter().any(|name| name == self.entity.resource) {
            return Ok(findings.into_page(since, 0));
        }
        if !dialect.tells_changes() {
            let problem = "API v1 has no way to ask for changes; leave base.url out";
            return Err(ProviderError::unanswerable(problem));
        }
        let mut reader = Reader::new(&self.api, company, self.entity, &self.resource);
        let has_more_ways = dialect.tells_deletions_and_sorts();
        let updated = Selection::UpdatedSince(since);
        let in_order = match self.entity.has_order && has_more_ways {
            true => by_time::read(&mut reader, since).await?,
            false => None,
        };
        findings.add(match in_order {
            Some(part) => part,
            None => walk::read(&mut reader, updated, since).await?,
        });
        if self.entity.has_deletions && has_more_ways {
            findings.add(deleted(&mut reader, since).await?);
        }
        Ok(findings.into_page(since, reader.reads()))
    }
}

async fn deleted(reader: &mut Reader<'_>, since: Moment) -> Result<Part, ProviderError> {
    walk::read(reader, Selection::DeletedAfter(since.minus(SECOND)), since).await
}

/// What one way of asking has brought.
#[derive(Debug, Default)]
struct Part {
    changes: Vec<Change>,
    /// Up to when the changes are complete; `None` when nothing said so.
    until: Option<Moment>,
    /// There are more after `until`.
    more: bool,
}

/// What all ways of asking have brought.
#[derive(Debug, Default)]
struct Findings(Part);

impl Findings {
    fn add(&mut self, part: Part) {
        let all = &mut self.0;
        all.changes.extend(part.changes);
        all.until = all.until.into_iter().chain(part.until).min();
        all.more |= part.more;
    }

    /// The page, each change told once.
    fn into_page(self, since: Moment, reads: u32) -> FeedPage {
        let Part { mut changes, until, more } = self.0;
        changes.sort_by(|a, b| order(a).cmp(&order(b)));
        changes.dedup_by(|a, b| order(a) == order(b) && a.version == b.version);
        FeedPage { changes, provider_time: until.unwrap_or(since), reads, more, note: None }
    }
}

/// A record is deleted after everything else that happens to it in the same second.
fn order(change: &Change) -> (Moment, bool, &str) {
    (change.changed_at, change.kind == ChangeKind::Deleted, &change.object_id)
}

/// More changes at one second than are read at once: there is no way on.
fn stuck(entity: &Entity, at: Moment) -> ProviderError {
    let (name, time) = (entity.endpoint, at.to_iso_seconds());
    ProviderError::unanswerable(format!(
        "more {name} changed at {time} than are read at once, so there is no later time to go on \
         from"
    ))
}

#[cfg(test)]
mod tests;
