//! Sage's records as the hub shows them: a question becomes the parameters of a list, and pages of
//! any size are made of Sage's (reference: freshbooks-sage §0 and §2.5, cloud-elements §7.5).

mod fields;
mod filters;
mod question;

use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_connector::{
    FieldProfile, Hub, HubCompany, HubDeletions, HubPage, HubQuery, HubRecord, ProviderError,
};
use ledgerhook_egress::Answer;
use ledgerhook_model::Moment;
use ledgerhook_model::limits::PAGE_SIZE_MAX;
use serde_json::Value;

use super::answer::{self, ListPage};
use super::api::{Api, Company, record_path};
use super::entities::{self, Entity};
use super::faults;
use super::feed::SageFeed;
use super::record::Row;
use crate::answered::answered_at;
use question::Question;

/// Most records on a page of Sage's.
const ITEMS_MAX: usize = 200;

/// Most records on one when a greater page was too much for Sage.
const ITEMS_IF_HEAVY: usize = 50;

/// What helps when even a smaller page of whole records is too much for Sage.
const LESS: &str = "; ask for smaller pages with pageSize, or for some members only, as in \
    attributes='created_at,updated_at'";

/// Sage's hub.
#[derive(Debug)]
pub(super) struct SageHub {
    api: Arc<Api>,
}

/// Which records of a list are wanted, counted from 0.
#[derive(Debug, Clone, Copy)]
struct Span {
    offset: usize,
    count: usize,
}

impl SageHub {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api }
    }

    /// A span that is one of Sage's pages is one call; any other is cut out of pages of the
    /// greatest size that Sage manages.
    async fn rows(
        &self,
        company: Company<'_>,
        question: &Question,
        Span { offset, count }: Span,
    ) -> Result<HubPage, ProviderError> {
        let is_own_page = count <= ITEMS_MAX && offset.is_multiple_of(count);
        let mut items = if is_own_page { count } else { ITEMS_MAX };
        let mut page = HubPage::default();
        loop {
            let at = offset.saturating_add(page.records.len());
            let (pages_before, skipped) = (at / items, at % items);
            let number = pages_before.saturating_add(1);
            let answer = self.api.get(company, &question.page(number, items)).await?;
            page.reads += 1;
            if items > ITEMS_IF_HEAVY && faults::is_too_heavy(&answer) {
                items = ITEMS_IF_HEAVY;
                continue;
            }
            let list = read_list(&answer)?;
            // The first answer's time: what changes while the others are read comes after it.
            page.answered_at = page.answered_at.or_else(|| answered_at(&answer));
            page.total = list.total;
            let rows = shown(&list, pages_before.saturating_mul(items));
            let is_last = is_last(&list, number.saturating_mul(items), items);
            if rows.len() < items && !is_last {
                return Err(faults::not_understood(&answer, "has too few records for its place"));
            }
            let wanted = (items - skipped).min(count - page.records.len());
            for row in rows.iter().skip(skipped).take(wanted) {
                page.records.push(record(row)?);
            }
            let is_cut = rows.len() > skipped.saturating_add(wanted);
            if is_last || page.records.len() >= count {
                let end = offset.saturating_add(page.records.len());
                page.next = (is_cut || !is_last).then(|| end.to_string());
                return Ok(page);
            }
        }
    }
}

#[async_trait]
impl Hub for SageHub {
    fn has(&self, resource: &str) -> bool {
        entities::find(resource).is_some()
    }

    fn fields(&self, resource: &str) -> Vec<FieldProfile> {
        entities::find(resource).map(fields::of).unwrap_or_default()
    }

    /// The total comes with every page.
    async fn list(
        &self,
        company: HubCompany<'_>,
        query: HubQuery<'_>,
    ) -> Result<HubPage, ProviderError> {
        let (entity, company) = (known(query.resource)?, own(company));
        let dialect = company.dialect()?;
        if !dialect.tells_changes() {
            let problem = "lists of API v1 cannot be asked; leave configuration.base.url out";
            return Err(ProviderError::unanswerable(problem));
        }
        let question = Question::new(entity, dialect, &query)?;
        let count = query.page_size.clamp(1, PAGE_SIZE_MAX);
        let offset = query.page.offset(count)?;
        self.rows(company, &question, Span { offset, count }).await
    }

    async fn get(
        &self,
        company: HubCompany<'_>,
        resource: &str,
        id: &str,
    ) -> Result<HubRecord, ProviderError> {
        let entity = known(resource)?;
        let path = record_path(entity.endpoint, id).ok_or_else(|| {
            let form = "such as f5b2a1c09d3e4f6789ab0123456789cd";
            ProviderError::unanswerable(format!("`{id}` is not an id of Sage, {form}"))
        })?;
        let answer = self.api.get(own(company), &path).await?;
        if faults::is_gone(&answer) {
            let problem = format!("Sage has no {path}");
            return Err(ProviderError::NotFound(problem));
        }
        let row = answer::read_record(&answer)?;
        Ok(HubRecord { record: record(&row)?, reads: 1 })
    }

    async fn deletions(
        &self,
        company: HubCompany<'_>,
        resource: &str,
        since: Moment,
    ) -> Result<Option<HubDeletions>, ProviderError> {
        let Some(entity) = entities::find(resource) else { return Ok(None) };
        let feed = SageFeed::new(Arc::clone(&self.api), entity);
        let page = feed.deletions(own(company), since).await?;
        Ok(page.map(|page| HubDeletions {
            changes: page.changes,
            answered_at: Some(page.provider_time),
            reads: page.reads,
        }))
    }
}

fn known(resource: &str) -> Result<&'static Entity, ProviderError> {
    let unknown = || ProviderError::unanswerable(format!("Sage has no list of {resource}"));
    entities::find(resource).ok_or_else(unknown)
}

fn own(company: HubCompany<'_>) -> Company<'_> {
    Company { access: company.access, configuration: company.configuration }
}

fn read_list(answer: &Answer) -> Result<ListPage<'_>, ProviderError> {
    answer::read_list(answer).map_err(|error| match error {
        ProviderError::Unavailable(words) if faults::is_too_heavy(answer) => {
            ProviderError::Unavailable(format!("{words}{LESS}"))
        }
        other => other,
    })
}

/// The records of a page before which so many stand: none after the last page, for which Sage
/// shows the last one again.
fn shown<'a, 'b>(list: &'a ListPage<'b>, before: usize) -> &'a [Row<'b>] {
    let is_beyond = list.total.is_some_and(|total| is_at_least(before, total));
    if is_beyond { &[] } else { &list.rows }
}

/// Whether a list ends with the page up to whose end it has so many records.
fn is_last(list: &ListPage<'_>, up_to_here: usize, items: usize) -> bool {
    list.total.map_or(list.rows.len() < items, |total| is_at_least(up_to_here, total))
}

fn is_at_least(count: usize, total: u64) -> bool {
    u64::try_from(count).unwrap_or(u64::MAX) >= total
}

fn record(row: &Row<'_>) -> Result<Value, ProviderError> {
    serde_json::from_str(&row.in_original_form()).map_err(|error| {
        ProviderError::Unavailable(format!("the record {} cannot be read: {error}", row.id()))
    })
}

#[cfg(test)]
mod tests;
