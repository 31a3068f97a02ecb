//! Reading single records by query: one call for many of them (reference: quickbooks §2.2).

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_connector::{ProviderError, Records, RecordsPage, RecordsRequest};

use super::answer;
use super::api::{Api, Company};
use super::entities::KnownEntities;
use super::query_text;

/// Most ids in one query. A notice names 100 records at most, so two of them fit; an answer with
/// that many large records is a few megabytes.
const IDS_PER_QUERY_MAX: usize = 200;

/// QuickBooks' records.
#[derive(Debug)]
pub(super) struct QuickBooksRecords {
    api: Arc<Api>,
    entities: KnownEntities,
}

impl QuickBooksRecords {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api, entities: KnownEntities::new() }
    }
}

#[async_trait]
impl Records for QuickBooksRecords {
    fn reads(&self, resource: &str) -> bool {
        self.entities.readable(resource).is_some()
    }

    /// A deleted transaction is missing; an inactive list record is found, and is
    /// [`Deleted`](ledgerhook_model::ChangeKind::Deleted).
    async fn read(&self, request: RecordsRequest<'_>) -> Result<RecordsPage, ProviderError> {
        let Some(known) = self.entities.readable(request.resource) else {
            let problem = format!("QuickBooks has no query for {}", request.resource);
            return Err(ProviderError::unanswerable(problem));
        };
        let company = Company { access: request.access, configuration: request.configuration };
        let mut missing: BTreeSet<&str> = request.object_ids.iter().map(String::as_str).collect();
        let asked: Vec<&str> = missing.iter().copied().filter(|id| query_text::is_id(id)).collect();
        let mut page = RecordsPage::default();
        for ids in asked.chunks(IDS_PER_QUERY_MAX) {
            let text = query_text::with_ids(known.entity, ids);
            let answer = self.api.query(company, text).await?;
            page.reads += 1;
            page.found.extend(answer::read_query(&answer, &self.entities)?.found);
        }
        for change in &page.found {
            missing.remove(change.object_id.as_str());
        }
        page.missing = missing.into_iter().map(str::to_owned).collect();
        Ok(page)
    }
}

#[cfg(test)]
mod tests;
