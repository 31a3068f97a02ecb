//! FreshBooks' records as the hub shows them: a question becomes the search of a list, and what
//! FreshBooks would ignore of it is held against the records here (reference: freshbooks-sage
//! §1.9, cloud-elements §7.6).
//!
//! FreshBooks passes over a search that it does not know without a word, and knows the day of a
//! change at most. So a page of FreshBooks' is narrowed here, and may show fewer records than it
//! has room for, also none, while there is a next one.

mod fields;
mod question;
mod times;

use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_connector::{
    FeedRequest, FieldProfile, Hub, HubCompany, HubDeletions, HubPage, HubQuery, HubRecord,
    ProviderError,
};
use ledgerhook_egress::Answer;
use ledgerhook_model::limits::PAGE_SIZE_MAX;
use ledgerhook_model::{Change, ChangeKind, Moment};
use serde_json::Value;
use serde_json::value::RawValue;

use super::answer::{self, ListPage};
use super::api::{Api, Company, PER_PAGE, is_number};
use super::entities::{KnownEntities, KnownEntity};
use super::faults;
use super::feed::SweepFeed;
use super::record::Row;
use super::stamp::Stamp;
use crate::answered::answered_at;
use question::Question;

/// FreshBooks' hub.
#[derive(Debug)]
pub(super) struct FreshBooksHub {
    api: Arc<Api>,
    entities: KnownEntities,
    sweep: SweepFeed,
}

impl FreshBooksHub {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        let sweep = SweepFeed::new(Arc::clone(&api));
        Self { api, entities: KnownEntities::new(), sweep }
    }

    fn known(&self, resource: &str) -> Result<&KnownEntity, ProviderError> {
        let unknown = || ProviderError::unanswerable(format!("FreshBooks has no {resource}"));
        self.entities.of_resource(resource).ok_or_else(unknown)
    }

    /// Reads the pages of FreshBooks' that `span` lies on.
    async fn read(
        &self,
        company: Company<'_>,
        (known, question): (&KnownEntity, &Question),
        span: Span,
    ) -> Result<HubPage, ProviderError> {
        let path = company.list_path(known.entity)?;
        let per_page = span.per_page();
        let (mut number, mut start) = span.first_page(per_page);
        let mut read = HubPage::default();
        let mut rows = Vec::new();
        loop {
            let (number_text, per_page_text) = (number.to_string(), per_page.to_string());
            let mut parameters = question.parameters();
            parameters.extend([("page", &*number_text), ("per_page", &*per_page_text)]);
            let answer = self.api.get(company, &path, &parameters).await?;
            read.reads += 1;
            read.answered_at = read.answered_at.or_else(|| answered_at(&answer));
            let page = answer::list(&answer, known.entity.list_key, known.entity.item_key)?;
            let is_last = is_last(&page, number, per_page);
            check_is_full(&answer, &page, is_last, per_page)?;
            for (place, json) in (start..).zip(&page.rows) {
                if span.contains(place) {
                    rows.push(shown(known, &answer, json)?);
                }
            }
            read.total = page.total;
            start = start.saturating_add(per_page);
            let is_read = start >= span.end();
            if is_last || is_read {
                let goes_on = is_read && start - per_page + page.rows.len() > span.end();
                read.next = (!is_last || goes_on).then(|| span.end().to_string());
                break;
            }
            number = number.saturating_add(1);
        }
        let read_count = rows.len();
        read.records = question.narrow(rows)?;
        let is_whole = span.offset == 0 && read.next.is_none();
        let is_told = !question.is_by_time() && read.records.len() == read_count;
        read.total = match (is_whole, is_told) {
            (true, _) => u64::try_from(read.records.len()).ok(),
            (false, true) => read.total,
            (false, false) => None,
        };
        Ok(read)
    }
}

#[async_trait]
impl Hub for FreshBooksHub {
    fn has(&self, resource: &str) -> bool {
        self.entities.of_resource(resource).is_some()
    }

    fn fields(&self, resource: &str) -> Vec<FieldProfile> {
        let known = self.entities.of_resource(resource);
        known.map(|known| fields::of(known.entity)).unwrap_or_default()
    }

    /// Most records of one call are 100; a larger page takes several. FreshBooks tells the total
    /// with each page; it is unknown where a page was narrowed here.
    async fn list(
        &self,
        company: HubCompany<'_>,
        query: HubQuery<'_>,
    ) -> Result<HubPage, ProviderError> {
        let known = self.known(query.resource)?;
        let question = Question::new(known.entity, query.condition, query.order_by)?;
        let size = query.page_size.clamp(1, PAGE_SIZE_MAX);
        let span = Span { offset: query.page.offset(size)?, size };
        self.read(own(company), (known, &question), span).await
    }

    /// A record that was deleted is found where FreshBooks keeps it.
    async fn get(
        &self,
        company: HubCompany<'_>,
        resource: &str,
        id: &str,
    ) -> Result<HubRecord, ProviderError> {
        let known = self.known(resource)?;
        if !is_number(id) {
            let problem = format!("`{id}` is not an id of FreshBooks, which is a number");
            return Err(ProviderError::unanswerable(problem));
        }
        let (company, key) = (own(company), known.entity.item_key);
        let path = company.item_path(known.entity, id)?;
        let answer = self.api.get(company, &path, &[]).await?;
        let json = answer::item(&answer, key).map_err(|error| match error {
            ProviderError::NotFound(words) => {
                ProviderError::NotFound(format!("FreshBooks has no {key} {id}: {words}"))
            }
            other => other,
        })?;
        Ok(HubRecord { record: shown(known, &answer, json)?.record, reads: 1 })
    }

    /// By the lists that show what was deleted. When there is more than was read, `answered_at` is
    /// how far it went.
    async fn deletions(
        &self,
        company: HubCompany<'_>,
        resource: &str,
        since: Moment,
    ) -> Result<Option<HubDeletions>, ProviderError> {
        let (HubCompany { access, configuration }, resources) = (company, [resource.to_owned()]);
        let request = FeedRequest { access, configuration, since, resources: &resources };
        let Some(page) = self.sweep.with_deleted(request).await? else { return Ok(None) };
        let is_deletion = |change: &Change| change.kind == ChangeKind::Deleted;
        Ok(Some(HubDeletions {
            changes: page.changes.into_iter().filter(is_deletion).collect(),
            answered_at: Some(page.provider_time),
            reads: page.reads,
        }))
    }
}

/// Which records of a list are asked for.
#[derive(Debug, Clone, Copy)]
struct Span {
    offset: usize,
    size: usize,
}

impl Span {
    fn end(self) -> usize {
        self.offset.saturating_add(self.size)
    }

    fn contains(self, place: usize) -> bool {
        (self.offset..self.end()).contains(&place)
    }

    /// The size of FreshBooks' pages: its own, where it is one of them, so that nothing is read in
    /// vain; the largest otherwise.
    fn per_page(self) -> usize {
        let is_page = self.size <= PER_PAGE && self.offset.is_multiple_of(self.size);
        if is_page { self.size } else { PER_PAGE }
    }

    /// The number of the first page that it lies on, and how many records stand before that.
    fn first_page(self, per_page: usize) -> (usize, usize) {
        let pages_before = self.offset.checked_div(per_page).unwrap_or_default();
        (pages_before.saturating_add(1), pages_before.saturating_mul(per_page))
    }
}

/// A record, and when it changed last.
#[derive(Debug)]
struct Shown {
    record: Value,
    updated: Option<Stamp>,
}

fn shown(known: &KnownEntity, answer: &Answer, json: &RawValue) -> Result<Shown, ProviderError> {
    let unread = |error: serde_json::Error| {
        let problem = format!("has a {} that cannot be read ({error})", known.entity.item_key);
        faults::not_understood(answer, &problem)
    };
    let updated = Row::read(known, json).map_err(unread)?.updated;
    Ok(Shown { record: serde_json::from_str(json.get()).map_err(unread)?, updated })
}

fn is_last(page: &ListPage<'_>, number: usize, per_page: usize) -> bool {
    match page.pages {
        Some(pages) => page.rows.is_empty() || u64::try_from(number).is_ok_and(|own| own >= pages),
        None => page.rows.len() < per_page,
    }
}

/// A page before the last one that is not full was cut by a limit of its own: what stands where is
/// unknown then, and records would be left out.
fn check_is_full(
    answer: &Answer,
    page: &ListPage<'_>,
    is_last: bool,
    per_page: usize,
) -> Result<(), ProviderError> {
    if is_last || page.rows.len() == per_page {
        return Ok(());
    }
    let problem = format!("has {} records where {per_page} were asked for", page.rows.len());
    Err(faults::not_understood(answer, &problem))
}

fn own(company: HubCompany<'_>) -> Company<'_> {
    Company { access: company.access, configuration: company.configuration }
}

#[cfg(test)]
mod tests;
