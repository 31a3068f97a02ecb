//! Asking for changes by a sweep over lists (reference: freshbooks-sage §1.9).
//!
//! FreshBooks has no feed of changes. Accounting's lists are narrowed by the day of the last update
//! only, and silently not at all where a kind of record does not know the filter, so what is older
//! is left out here. Lists have no order that could be relied on, so a list is read to its end.

mod findings;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_connector::{ChangeFeed, FeedPage, FeedRequest, ProviderError};
use ledgerhook_egress::Answer;
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{Detection, Moment};

use super::answer::{self, ListPage};
use super::api::{Api, Company, PER_PAGE, business_id};
use super::entities::{Entity, KnownEntities, KnownEntity, Parameters, Place};
use super::question::Question;
use super::record::Row;
use super::stamp::day_before;
use super::{entities, faults};
use crate::answered::answered_at;
use findings::Findings;

/// Most pages of one list in one go: 30,000 records. It bounds the calls, and the memory for
/// records that do not say when they changed; the others are bounded by [`Findings`].
const PAGES_PER_LIST_MAX: u32 = 300;

/// Most times that one list is read because it became shorter meanwhile.
const READINGS_MAX: u32 = 3;

/// FreshBooks' changes, by lists.
#[derive(Debug)]
pub(super) struct SweepFeed {
    api: Arc<Api>,
    entities: KnownEntities,
}

impl SweepFeed {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api, entities: KnownEntities::new() }
    }

    /// What the lists that show deleted records have of the first resource of `request`; `None`
    /// where no list does.
    pub(super) async fn with_deleted(
        &self,
        request: FeedRequest<'_>,
    ) -> Result<Option<FeedPage>, ProviderError> {
        let resource = request.resources.first();
        let Some(known) = resource.and_then(|name| self.entities.of_resource(name)) else {
            return Ok(None);
        };
        let mut lists = known.entity.lists_with_deleted().peekable();
        if lists.peek().is_none() || !is_swept(known.entity, request.configuration) {
            return Ok(None);
        }
        let mut sweep = self.sweep(request);
        let mut findings = Findings::new(request.since);
        for parameters in lists {
            sweep.read_list(known, parameters, &mut findings).await?;
        }
        Ok(Some(findings.into_page()))
    }

    fn sweep<'a>(&'a self, request: FeedRequest<'a>) -> Sweep<'a> {
        let company = Company { access: request.access, configuration: request.configuration };
        Sweep { question: Question::new(&self.api, company), since: request.since }
    }
}

#[async_trait]
impl ChangeFeed for SweepFeed {
    fn name(&self) -> &'static str {
        "sweep"
    }

    fn detection(&self) -> Detection {
        Detection::Poll
    }

    /// Projects and time are read by the number of the business, which an instance may lack.
    fn covers(&self, resource: &str, configuration: &Configuration) -> bool {
        entities::of_resource(resource).is_some_and(|entity| is_swept(entity, configuration))
    }

    fn tells_when(&self, resource: &str) -> bool {
        entities::of_resource(resource).is_none_or(|entity| entity.is_dated)
    }

    /// The instance's own pace: 15 minutes alone, a day beside notices.
    fn interval_default(&self) -> Option<Duration> {
        None
    }

    /// A kind of record that may not be seen is left out with a note, as long as there is another
    /// one: an app needs a scope for each, and a plan of FreshBooks may lack some.
    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, ProviderError> {
        let mut sweep = self.sweep(request);
        let mut findings = Findings::new(request.since);
        let mut refusal = None;
        let mut is_any_seen = false;
        for known in self.entities.all() {
            let is_wanted = request.resources.iter().any(|name| *name == *known.resource);
            if !is_wanted || !is_swept(known.entity, request.configuration) {
                continue;
            }
            match sweep.read_entity(known, &mut findings).await {
                Ok(()) => is_any_seen = true,
                Err(error @ (ProviderError::Refused(_) | ProviderError::NotFound(_))) => {
                    findings.note(format!("{} are left out: {error}", known.resource));
                    refusal.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match refusal {
            Some(error) if !is_any_seen => Err(error),
            _ => Ok(findings.into_page()),
        }
    }
}

fn is_swept(entity: &Entity, configuration: &Configuration) -> bool {
    let is_reachable = match entity.place {
        Place::Account { .. } => true,
        Place::Business { .. } => business_id(configuration).is_some(),
    };
    is_reachable && !entity.lists.is_empty()
}

/// One question about one business.
#[derive(Debug)]
struct Sweep<'a> {
    question: Question<'a>,
    since: Moment,
}

impl Sweep<'_> {
    async fn read_entity(
        &mut self,
        known: &KnownEntity,
        findings: &mut Findings,
    ) -> Result<(), ProviderError> {
        for parameters in known.entity.lists {
            self.read_list(known, parameters, findings).await?;
        }
        Ok(())
    }

    /// Reads a list to its end, again when it became shorter: a record that leaves it moves those
    /// after it forward, perhaps onto a page that was read already.
    async fn read_list(
        &mut self,
        known: &KnownEntity,
        parameters: Parameters,
        findings: &mut Findings,
    ) -> Result<(), ProviderError> {
        for _ in 0..READINGS_MAX {
            if self.read_through(known, parameters, findings).await? {
                return Ok(());
            }
        }
        let list = known.entity.list_key;
        Err(ProviderError::Unavailable(format!(
            "FreshBooks' list {list} became shorter each of {READINGS_MAX} times it was read"
        )))
    }

    /// Whether the list stayed as long as it was.
    async fn read_through(
        &mut self,
        known: &KnownEntity,
        parameters: Parameters,
        findings: &mut Findings,
    ) -> Result<bool, ProviderError> {
        let path = self.question.company.list_path(known.entity)?;
        let filter = self.filter(known.entity);
        let mut total = None;
        for number in 1..=PAGES_PER_LIST_MAX {
            let (number_text, per_page) = (number.to_string(), PER_PAGE.to_string());
            let mut query = vec![(filter.0, filter.1.as_str())];
            query.extend_from_slice(parameters);
            query.extend([("page", number_text.as_str()), ("per_page", per_page.as_str())]);
            let answer = self.question.get(&path, &query).await?;
            findings.reads += 1;
            let page = answer::list(&answer, known.entity.list_key, known.entity.item_key)?;
            if number == 1 {
                findings.complete_until(answered_at(&answer));
                total = page.total;
            }
            if total.zip(page.total).is_some_and(|(first, now)| now < first) {
                return Ok(false);
            }
            self.take(known, &answer, &page, findings)?;
            if is_last(&page, number) {
                return Ok(true);
            }
        }
        Err(too_long(known.entity, self.since))
    }

    /// Accounting wants the day, the others want the moment.
    fn filter(&self, entity: &Entity) -> (&'static str, String) {
        match entity.place {
            Place::Account { .. } => ("search[updated_min]", day_before(self.since)),
            Place::Business { .. } => ("updated_since", self.since.to_iso_seconds()),
        }
    }

    fn take(
        &self,
        known: &KnownEntity,
        answer: &Answer,
        page: &ListPage<'_>,
        findings: &mut Findings,
    ) -> Result<(), ProviderError> {
        // Outside accounting the filter is by the moment, so what is listed has changed.
        let is_filtered = matches!(known.entity.place, Place::Business { .. });
        let read_at = answered_at(answer).unwrap_or(self.since);
        for json in &page.rows {
            let row = Row::read(known, json).map_err(|error| {
                let key = known.entity.item_key;
                let problem = format!("has a {key} that cannot be read ({error})");
                faults::not_understood(answer, &problem)
            })?;
            match row.updated {
                Some(stamp) if stamp.latest < self.since => {}
                Some(_) => findings.take(row.into_change(read_at, Some(self.since))),
                None if is_filtered => {
                    findings.take_undated(row.into_change(read_at, Some(self.since)));
                }
                None => findings.undatable(known.entity.list_key),
            }
        }
        findings.shrink()
    }
}

fn is_last(page: &ListPage<'_>, number: u32) -> bool {
    match page.pages {
        Some(pages) => u64::from(number) >= pages || page.rows.is_empty(),
        None => page.rows.len() < PER_PAGE,
    }
}

fn too_long(entity: &Entity, since: Moment) -> ProviderError {
    let (list, since) = (entity.list_key, since.to_iso_seconds());
    ProviderError::unanswerable(format!(
        "FreshBooks lists more than {PAGES_PER_LIST_MAX} pages of {list} that may have changed since \
         {since}; begin later, with configuration.event.poller.history"
    ))
}

#[cfg(test)]
mod tests;
