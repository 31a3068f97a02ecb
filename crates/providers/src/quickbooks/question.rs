//! One question of many calls: it waits a while when Intuit throttles between them, so that it need
//! not begin anew.

use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;
use ledgerhook_model::Moment;

use super::api::{Api, Company};
use super::entities::KnownEntity;
use super::faults;
use crate::patience::Patience;

/// The calls of one question.
#[derive(Debug)]
pub(super) struct Question<'a> {
    api: &'a Api,
    company: Company<'a>,
    patience: Patience,
}

/// One call.
#[derive(Debug)]
enum Call<'a> {
    Cdc(&'a [&'a KnownEntity], Moment),
    Query(String),
}

impl<'a> Question<'a> {
    /// A question about a company.
    pub(super) fn new(api: &'a Api, company: Company<'a>) -> Self {
        Self { api, company, patience: Patience::default() }
    }

    /// Asks change data capture.
    pub(super) async fn cdc(
        &mut self,
        entities: &[&KnownEntity],
        since: Moment,
    ) -> Result<Answer, ProviderError> {
        self.ask(Call::Cdc(entities, since)).await
    }

    /// Asks by query.
    pub(super) async fn query(&mut self, text: String) -> Result<Answer, ProviderError> {
        self.ask(Call::Query(text)).await
    }

    async fn ask(&mut self, call: Call<'_>) -> Result<Answer, ProviderError> {
        loop {
            let answer = match &call {
                Call::Cdc(entities, since) => self.api.cdc(self.company, entities, *since).await,
                Call::Query(text) => self.api.query(self.company, text.clone()).await,
            };
            let wait = match &answer {
                Ok(answer) => faults::throttle_wait(answer),
                // Somebody else's call for the company was throttled.
                Err(ProviderError::Throttled { wait }) => Some(*wait),
                Err(_) => None,
            };
            let Some(wait) = wait else {
                self.patience.answered();
                return answer;
            };
            if !self.patience.outlasts(wait).await {
                return answer;
            }
        }
    }
}
