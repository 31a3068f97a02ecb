//! Calls to the Accounting API of one company: where they go and by whose authority (reference:
//! quickbooks §2). Every call is metered, so there are no others than these.

mod authorization;

use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use ledgerhook_connector::{Access, Pace, PaceLimits, ProviderError};
use ledgerhook_egress::{Answer, CallableUrl, Client, Request};
use ledgerhook_model::Moment;
use ledgerhook_model::configuration::Configuration;
use url::form_urlencoded;

use super::endpoints::Endpoints;
use super::entities::KnownEntity;
use super::faults;
use super::profile::{MINOR_VERSION, MINOR_VERSION_DEFAULT};
use crate::settings::callable;

/// What Intuit answers for one company (reference: quickbooks §3.1). The ten a second are for a
/// company and an app; they are taken for the company, because few have two apps.
const LIMITS: PaceLimits = PaceLimits { per_second: 10, per_minute: 500, batches_per_minute: 40 };

/// A company, and with what it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Company<'a> {
    /// Its id and tokens.
    pub(super) access: &'a Access,
    /// The configuration of its instance.
    pub(super) configuration: &'a Configuration,
}

/// The Accounting API.
#[derive(Debug)]
pub(super) struct Api {
    client: Client,
    endpoints: Arc<Endpoints>,
    pace: Pace,
}

impl Api {
    /// `client` makes the calls.
    pub(super) fn new(client: Client, endpoints: Arc<Endpoints>) -> Self {
        Self { client, endpoints, pace: Pace::new(LIMITS) }
    }

    /// Asks change data capture.
    pub(super) async fn cdc(
        &self,
        company: Company<'_>,
        entities: &[&KnownEntity],
        since: Moment,
    ) -> Result<Answer, ProviderError> {
        let names: Vec<_> = entities.iter().map(|known| known.entity.name).collect();
        let (names, since) = (names.join(","), since.to_iso_seconds());
        let url = self.url(company, "cdc", &[("entities", &names), ("changedSince", &since)])?;
        self.send(company, Request::get(url)).await
    }

    /// Asks by query. The text is posted: in a URL a list of ids would soon be too long.
    pub(super) async fn query(
        &self,
        company: Company<'_>,
        text: String,
    ) -> Result<Answer, ProviderError> {
        let url = self.url(company, "query", &[])?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/text"));
        self.send(company, Request::post(url, headers, text.into())).await
    }

    /// Reads the company's own record. What is asked while a company is being connected takes no
    /// turn: it does not belong to anybody yet, and must not hold up those to whom it does.
    pub(super) async fn company_info(&self, company: Company<'_>) -> Result<Answer, ProviderError> {
        let operation = format!("companyinfo/{}", company.access.company);
        let url = self.url(company, &operation, &[])?;
        self.send_now(company, Request::get(url)).await
    }

    /// Asks change data capture about one entity, to see whether it knows it. Takes no turn either.
    pub(super) async fn try_cdc(
        &self,
        company: Company<'_>,
        entity: &str,
        since: Moment,
    ) -> Result<Answer, ProviderError> {
        let since = since.to_iso_seconds();
        let url = self.url(company, "cdc", &[("entities", entity), ("changedSince", &since)])?;
        self.send_now(company, Request::get(url)).await
    }

    /// The same configuration for the other environment, with whether that is the sandbox; `None`
    /// where both have one address.
    pub(super) fn other_environment(
        &self,
        configuration: &Configuration,
    ) -> Option<(Configuration, bool)> {
        self.endpoints.other_environment(configuration)
    }

    fn url(
        &self,
        company: Company<'_>,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<CallableUrl, ProviderError> {
        let realm = &company.access.company;
        if realm.is_empty() || !realm.bytes().all(|byte| byte.is_ascii_digit()) {
            let problem = format!("`{realm}` is not a realm id, which is made of digits");
            return Err(ProviderError::unanswerable(problem));
        }
        let api = self.endpoints.api(company.configuration);
        let minor_version =
            company.configuration.text(MINOR_VERSION).unwrap_or(MINOR_VERSION_DEFAULT);
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .append_pair("minorversion", minor_version)
            .finish();
        callable(&format!("{api}/v3/company/{realm}/{operation}?{query}"))
            .map_err(|refusal| ProviderError::unanswerable(refusal.to_string()))
    }

    /// Makes a call in the company's turn. Once one was throttled, nobody calls for the company
    /// until the wait is over.
    async fn send(&self, company: Company<'_>, call: Request) -> Result<Answer, ProviderError> {
        let realm = &company.access.company;
        self.pace.turn(realm).await?;
        let answer = self.send_now(company, call).await?;
        if let Some(wait) = faults::throttle_wait(&answer) {
            self.pace.throttled(realm, wait);
        }
        Ok(answer)
    }

    async fn send_now(
        &self,
        company: Company<'_>,
        mut call: Request,
    ) -> Result<Answer, ProviderError> {
        let authorization = authorization::header(company, &call).await?;
        call.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        call.headers.insert(AUTHORIZATION, authorization);
        self.client.send(call).await.map_err(|error| ProviderError::Unavailable(error.to_string()))
    }
}

#[cfg(test)]
mod tests;
