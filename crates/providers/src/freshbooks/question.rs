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
    is_begun: bool,
}

impl<'a> Question<'a> {
    /// A question about a business.
    pub(super) fn new(api: &'a Api, company: Company<'a>) -> Self {
        Self { api, company, patience: Patience::default(), is_begun: false }
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
                self.is_begun = true;
                self.patience.answered();
                return Ok(answer);
            }
            match faults::refusal(&answer) {
                ProviderError::Throttled { wait } if self.is_begun && self.patience.takes(wait) => {
                    tokio::time::sleep(wait).await;
                }
                error => return Err(error),
            }
        }
    }
}
