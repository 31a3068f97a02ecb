//! Reading single records by their ids: one call for each, Sage has no other way (reference:
//! freshbooks-sage §2.5).

use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_connector::{ProviderError, Records, RecordsPage, RecordsRequest};

use super::api::{Api, Company, record_path};
use super::{answer, entities, faults};
use crate::answered::settled_until;

/// Sage's records.
#[derive(Debug)]
pub(super) struct SageRecords {
    api: Arc<Api>,
}

impl SageRecords {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api }
    }
}

#[async_trait]
impl Records for SageRecords {
    fn reads(&self, resource: &str) -> bool {
        entities::find(resource).is_some()
    }

    async fn read(&self, request: RecordsRequest<'_>) -> Result<RecordsPage, ProviderError> {
        let Some(entity) = entities::find(request.resource) else {
            let problem = format!("Sage has no list of {}", request.resource);
            return Err(ProviderError::unanswerable(problem));
        };
        let company = Company { access: request.access, configuration: request.configuration };
        let resource: Arc<str> = entity.resource.into();
        let mut page = RecordsPage::default();
        for id in request.object_ids {
            let Some(path) = record_path(entity.endpoint, id) else {
                page.missing.push(id.clone());
                continue;
            };
            let answer = self.api.get(company, &path).await?;
            page.reads += 1;
            if faults::is_gone(&answer) {
                page.missing.push(id.clone());
                continue;
            }
            let read_at = settled_until(&answer).unwrap_or_default();
            page.found.push(answer::read_record(&answer)?.into_change(&resource, read_at));
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests;
