//! One question of many calls: it waits a while when FreshBooks throttles between them, so that it
//! need not begin anew.

use http::StatusCode;
use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;

use super::api::{Api, Company};
use super::faults;
use crate::patience::Patience;

/// The calls of one question.
#[derive(Debug)]
pub(super) struct Question<'a> {
    api: &'a Api,
    /// The business that it is about.
    pub(super) company: Company<'a>,
    patience: Patience,
}

impl<'a> Question<'a> {
    /// A question about a business.
    pub(super) fn new(api: &'a Api, company: Company<'a>) -> Self {
        Self { api, company, patience: Patience::default() }
    }

    /// Makes a call.
    pub(super) async fn get(
        &mut self,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, ProviderError> {
        loop {
            let answer = self.api.get(self.company, path, parameters).await?;
            if answer.status != StatusCode::TOO_MANY_REQUESTS {
                self.patience.answered();
                return Ok(answer);
            }
            match faults::refusal(&answer) {
                ProviderError::Throttled { wait } if self.patience.outlasts(wait).await => {}
                error => return Err(error),
            }
        }
    }
}
