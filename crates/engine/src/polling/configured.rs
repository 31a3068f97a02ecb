//! Polling by questions of a customer's own (`event.poller.configuration`): each is put to the hub
//! of the element without leaving the process, and its records are changes by the original's rule
//! (reference: cloud-elements §6).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_connector::{
    ChangeFeed, FeedPage, FeedRequest, Hub, HubCompany, HubPlace, HubQuery, ProviderError,
};
use ledgerhook_model::ceql::{Comparison, Condition, Literal, Operator, Test};
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::limits::PAGE_SIZE_DEFAULT;
use ledgerhook_model::poller_configuration::{PolledResource, Question, classify, plan};
use ledgerhook_model::{Change, Detection, Moment, Version};
use serde_json::Value;

use crate::ambient::Clock;
use crate::base::Base;
use crate::roster::Seat;

/// Most pages of one poll of one resource: 20,000 records of the default size, held in memory until
/// all are there, because no order of them is promised. More than that is not a change but a book.
const PAGES_MAX: usize = 100;

/// The feeds that an instance is polled by: those of its element, and one for each resource that
/// has a question of its own.
pub(crate) fn feeds_of(base: &Base, seat: &Seat) -> Vec<Arc<dyn ChangeFeed>> {
    let Ok(connector) = crate::find_connector(&base.connectors, seat.element) else {
        return Vec::new();
    };
    let mut feeds = connector.feeds.clone();
    // An element may have a feed for each resource; a question of one's own takes its place.
    feeds.retain(|feed| !seat.settings.polled.iter().any(|own| own.name == feed.name()));
    for resource in &seat.settings.polled {
        if let Some(hub) = &connector.hub {
            let (resource, hub) = (resource.clone(), Arc::clone(hub));
            feeds.push(Arc::new(ConfiguredFeed { resource, hub, clock: Arc::clone(&base.clock) }));
        }
    }
    feeds
}

/// One resource with a question of its own.
struct ConfiguredFeed {
    resource: PolledResource,
    hub: Arc<dyn Hub>,
    clock: Arc<dyn Clock>,
}

/// The records of one poll.
#[derive(Default)]
struct Found {
    records: Vec<Value>,
    answered_at: Option<Moment>,
    reads: u32,
}

#[async_trait]
impl ChangeFeed for ConfiguredFeed {
    fn name(&self) -> &str {
        &self.resource.name
    }

    fn detection(&self) -> Detection {
        Detection::Poll
    }

    fn covers(&self, resource: &str, _configuration: &Configuration) -> bool {
        resource == self.resource.name
    }

    fn interval_default(&self) -> Option<Duration> {
        None
    }

    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, ProviderError> {
        let began_at = self.clock.now();
        let question = plan(&self.resource, request.since, began_at)
            .map_err(|error| ProviderError::unanswerable(error.to_string()))?;
        let company = HubCompany { access: request.access, configuration: request.configuration };
        let found = self.list(company, &question).await?;
        let mut changes = Vec::new();
        for record in &found.records {
            let polled = classify(&self.resource, record, request.since, began_at)
                .map_err(|error| ProviderError::unanswerable(error.to_string()))?;
            let Some(polled) = polled else { continue };
            let (object_id, printed_id) = without_revision(polled.object_id);
            changes.push(Change {
                resource: Arc::from(self.resource.name.as_str()),
                object_id,
                printed_id,
                version: Version::Revision(polled.version),
                kind: polled.kind,
                changed_at: polled.changed_at,
                record: record.to_string().into(),
            });
        }
        let (mut reads, mut until) = (found.reads, found.answered_at);
        let gone = self.hub.deletions(company, &question.resource, request.since).await?;
        if let Some(gone) = gone {
            reads += gone.reads;
            // Not all deletions may have been read.
            until = until.into_iter().chain(gone.answered_at).min();
            changes.extend(gone.changes.into_iter().map(|change| self.own(change)));
        }
        changes.sort_by_key(|change| change.changed_at);
        let provider_time = until.unwrap_or(began_at);
        Ok(FeedPage { changes, provider_time, reads, more: false, note: None })
    }
}

impl ConfiguredFeed {
    /// All pages of a question.
    async fn list(
        &self,
        company: HubCompany<'_>,
        question: &Question,
    ) -> Result<Found, ProviderError> {
        let condition = with_parameters(question);
        let page_size = question.page_size.and_then(|size| usize::try_from(size).ok());
        let mut found = Found::default();
        let mut next: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let page = HubQuery {
                resource: &question.resource,
                condition: condition.as_ref(),
                attributes: &question.attributes,
                order_by: &question.order_by,
                page: next.as_deref().map_or(HubPlace::Page(1), HubPlace::Next),
                page_size: page_size.unwrap_or(PAGE_SIZE_DEFAULT),
                with_total: false,
            };
            let page = self.hub.list(company, page).await?;
            found.reads += page.reads;
            // The first answer's time: what changes while the others are read is found next time.
            found.answered_at = found.answered_at.or(page.answered_at);
            let project = |record: &Value| question.fields.project(record);
            found.records.extend(page.records.iter().map(project));
            next = page.next;
            if next.is_none() {
                return Ok(found);
            }
        }
        Err(ProviderError::unanswerable(format!(
            "the question of `{}` has more than {PAGES_MAX} pages of answers; let its where ask for \
             what changed since the last poll, as in updated_at >= '${{gmtDate:…}}'",
            self.resource.name
        )))
    }

    /// A deletion, told of under this resource's name.
    fn own(&self, change: Change) -> Change {
        Change { resource: Arc::from(self.resource.name.as_str()), ..change }
    }
}

/// The id of a record that is the same over its revisions, and the one that is printed: the
/// original writes `12|3` for QuickBooks' record 12 (reference: cloud-elements §7.3).
fn without_revision(id: String) -> (String, Option<String>) {
    match id.split_once('|') {
        Some((own, _)) => (own.to_owned(), Some(id)),
        None => (id, None),
    }
}

/// The condition, and the other parameters of the URL as further ones: the original hands them to
/// the provider.
fn with_parameters(question: &Question) -> Option<Condition> {
    let equals = |(field, value): &(String, String)| {
        let test = Test::Compare(Operator::Equal, Literal::Text(value.clone()));
        Condition::Comparison(Comparison { field: field.clone(), test })
    };
    let parts = question.condition.clone().into_iter();
    Condition::all(parts.chain(question.parameters.iter().map(equals)).collect())
}
