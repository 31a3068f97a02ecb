//! Changes of what change data capture lacks, by query (reference: quickbooks §0.8).
//!
//! A query shows no deleted transaction: where time activities are asked for by query, one that is
//! gone is told of by a notice only.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_connector::{ChangeFeed, FeedPage, FeedRequest, ProviderError};
use ledgerhook_model::Detection;
use ledgerhook_model::configuration::Configuration;

use super::Findings;
use super::by_time::ByTime;
use crate::quickbooks::api::{Api, Company};
use crate::quickbooks::entities::{self, Feed, KnownEntities};
use crate::quickbooks::question::Question;

/// Tax codes and rates change a few times a year and cost a metered call each, which change data
/// capture spends on 19 resources.
const INTERVAL_DEFAULT: Duration = Duration::from_secs(6 * 60 * 60);

/// QuickBooks' changes, by query.
#[derive(Debug)]
pub(in crate::quickbooks) struct QueryFeed {
    api: Arc<Api>,
    entities: KnownEntities,
}

impl QueryFeed {
    /// `api` makes the calls.
    pub(in crate::quickbooks) fn new(api: Arc<Api>) -> Self {
        Self { api, entities: KnownEntities::new() }
    }
}

#[async_trait]
impl ChangeFeed for QueryFeed {
    fn name(&self) -> &'static str {
        "query"
    }

    fn detection(&self) -> Detection {
        Detection::Poll
    }

    fn covers(&self, resource: &str, configuration: &Configuration) -> bool {
        entities::is_covered(Feed::Query, resource, configuration)
    }

    fn interval_default(&self) -> Option<Duration> {
        Some(INTERVAL_DEFAULT)
    }

    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, ProviderError> {
        let mut findings = Findings::default();
        let company = Company { access: request.access, configuration: request.configuration };
        let mut question = Question::new(&self.api, company);
        let mut reader = ByTime {
            question: &mut question,
            entities: &self.entities,
            since: request.since,
            goal: |_, answered_at| answered_at,
        };
        let (resources, configuration) = (request.resources, request.configuration);
        for entity in self.entities.covered(Feed::Query, resources, configuration) {
            reader.read(entity, &mut findings).await?;
        }
        Ok(findings.into_page(request.since))
    }
}

#[cfg(test)]
mod tests;
