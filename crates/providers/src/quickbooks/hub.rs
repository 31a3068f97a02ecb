//! QuickBooks' records as the hub shows them: a question becomes Intuit's query language, its rows
//! come in the original's form (reference: quickbooks §2.2, cloud-elements §7.3).

mod field_names;
mod fields;
mod question;
mod values;

use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_connector::{
    ChangeFeed as _, FeedRequest, FieldProfile, Hub, HubCompany, HubDeletions, HubPage, HubQuery,
    HubRecord, ProviderError,
};
use ledgerhook_model::limits::PAGE_SIZE_MAX;
use ledgerhook_model::{Change, ChangeKind, Moment};
use serde_json::Value;

use super::answer;
use super::api::{Api, Company};
use super::entities::{self, Feed, KnownEntities, KnownEntity, Rows};
use super::feed::{CdcFeed, QueryFeed};
use super::query_text::{self, ROWS_MAX};
use question::Question;

/// QuickBooks' hub.
#[derive(Debug)]
pub(super) struct QuickBooksHub {
    api: Arc<Api>,
    entities: KnownEntities,
    cdc: CdcFeed,
    query: QueryFeed,
}

impl QuickBooksHub {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        let cdc = CdcFeed::new(Arc::clone(&api));
        let query = QueryFeed::new(Arc::clone(&api));
        Self { api, entities: KnownEntities::new(), cdc, query }
    }

    fn known(&self, resource: &str) -> Result<&KnownEntity, ProviderError> {
        let unknown =
            || ProviderError::unanswerable(format!("QuickBooks has no query for {resource}"));
        self.entities.readable(resource).ok_or_else(unknown)
    }

    async fn rows(
        &self,
        company: Company<'_>,
        question: &Question,
        offset: usize,
        page_size: usize,
    ) -> Result<HubPage, ProviderError> {
        let wanted = rows_wanted(page_size);
        let mut page = HubPage::default();
        let mut is_last = false;
        while !is_last && page.records.len() < wanted {
            let count = (wanted - page.records.len()).min(ROWS_MAX);
            let text = question.rows(offset.saturating_add(page.records.len()), count);
            let found = answer::read_query(&self.api.query(company, text).await?, &self.entities)?;
            page.reads += 1;
            is_last = found.count() < count;
            page.answered_at = Some(found.time);
            for change in &found.found {
                page.records.push(record(change)?);
            }
        }
        let has_more = if wanted > page_size { page.records.len() > page_size } else { !is_last };
        page.records.truncate(page_size);
        let end = offset.saturating_add(page.records.len());
        page.next = has_more.then(|| end.to_string());
        // A page that ends the list and is not beyond its end says how long it is.
        let is_within = offset == 0 || !page.records.is_empty();
        page.total = u64::try_from(end).ok().filter(|_| is_within && !has_more);
        Ok(page)
    }
}

#[async_trait]
impl Hub for QuickBooksHub {
    fn has(&self, resource: &str) -> bool {
        self.entities.readable(resource).is_some()
    }

    fn further_resources(&self) -> Vec<&'static str> {
        self.entities.readable_without_feed().map(|entity| entity.resource).collect()
    }

    fn fields(&self, resource: &str) -> Vec<FieldProfile> {
        self.entities.readable(resource).map(|known| fields::of(known.entity)).unwrap_or_default()
    }

    /// Most rows of one call are 1,000; a larger page takes several.
    async fn list(
        &self,
        company: HubCompany<'_>,
        query: HubQuery<'_>,
    ) -> Result<HubPage, ProviderError> {
        let known = self.known(query.resource)?;
        let question = Question::new(known.entity, query.condition, query.order_by)?;
        let page_size = query.page_size.clamp(1, PAGE_SIZE_MAX);
        let offset = query.page.offset(page_size)?;
        let company = own(company);
        let mut page = self.rows(company, &question, offset, page_size).await?;
        if query.with_total && page.total.is_none() {
            let answer = self.api.query(company, question.count()).await?;
            page.reads += 1;
            page.total = Some(answer::read_count(&answer)?);
        }
        Ok(page)
    }

    /// `id` is Intuit's, or the original's `Id|SyncToken`. A record that was made inactive is
    /// found.
    async fn get(
        &self,
        company: HubCompany<'_>,
        resource: &str,
        id: &str,
    ) -> Result<HubRecord, ProviderError> {
        let known = self.known(resource)?;
        let own_id = values::own_id(id);
        if !query_text::is_id(own_id) {
            let problem = format!("`{id}` is not an id of QuickBooks, such as 12 or 12|3");
            return Err(ProviderError::unanswerable(problem));
        }
        let text = query_text::with_ids(known.entity, &[own_id]);
        let answer = self.api.query(own(company), text).await?;
        let found = answer::read_query(&answer, &self.entities)?.found;
        let change = found.iter().find(|change| change.object_id == own_id).ok_or_else(|| {
            ProviderError::NotFound(format!("QuickBooks has no {} {own_id}", known.entity.name))
        })?;
        Ok(HubRecord { record: record(change)?, reads: 1 })
    }

    /// By the feed of the resource, which tells of inactive list records too; a query shows nothing
    /// of a transaction that was removed. When there is more than was read, `answered_at` is how
    /// far it went.
    async fn deletions(
        &self,
        company: HubCompany<'_>,
        resource: &str,
        since: Moment,
    ) -> Result<Option<HubDeletions>, ProviderError> {
        let (HubCompany { access, configuration }, resources) = (company, [resource.to_owned()]);
        let request = FeedRequest { access, configuration, since, resources: &resources };
        let is_covered = |feed| entities::is_covered(feed, resource, configuration);
        let is_list = || {
            let known = self.entities.readable(resource);
            known.is_some_and(|known| known.entity.rows == Some(Rows::ActiveUnlessAsked))
        };
        let page = if is_covered(Feed::Cdc) {
            self.cdc.changes(request).await?
        } else if is_covered(Feed::Query) && is_list() {
            self.query.changes(request).await?
        } else {
            return Ok(None);
        };
        let is_deletion = |change: &Change| change.kind == ChangeKind::Deleted;
        Ok(Some(HubDeletions {
            changes: page.changes.into_iter().filter(is_deletion).collect(),
            answered_at: Some(page.provider_time),
            reads: page.reads,
        }))
    }
}

/// How many rows to ask for: one more than the page has, which tells whether there is another
/// page. Not where that one would cost a call of its own; then a full page has a next one, which
/// may be empty.
fn rows_wanted(page_size: usize) -> usize {
    if page_size.is_multiple_of(ROWS_MAX) { page_size } else { page_size + 1 }
}

fn own(company: HubCompany<'_>) -> Company<'_> {
    Company { access: company.access, configuration: company.configuration }
}

fn record(change: &Change) -> Result<Value, ProviderError> {
    serde_json::from_str(&change.record).map_err(|error| {
        let (resource, id) = (&change.resource, &change.object_id);
        ProviderError::Unavailable(format!("{resource} {id} cannot be read: {error}"))
    })
}

#[cfg(test)]
mod tests;
