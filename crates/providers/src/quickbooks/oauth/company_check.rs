//! The proof that an authorisation opens the company that was named, before anything is stored: one
//! read of the company's own record. Where it fails, one more call at most says why.

use ledgerhook_connector::{Access, ConnectError, ProviderError};
use ledgerhook_egress::Answer;
use ledgerhook_model::Moment;
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::limits::NAME_CHARS_MAX;
use ledgerhook_model::naming::without_markup;
use serde::Deserialize;

use crate::quickbooks::api::{Api, Company};
use crate::quickbooks::entities::TIME_ACTIVITY;
use crate::quickbooks::faults;
use crate::quickbooks::profile::{CDC_TIME_ACTIVITIES, COMPANY_NAME, SCOPE_DEFAULT};

/// What is to be proved, and in which words the members are named that can be wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    /// The company, with the tokens that came for it.
    pub(super) access: &'a Access,
    /// What its instance is configured with.
    pub(super) configuration: &'a Configuration,
    /// The company that the authorisation itself names, where it does.
    pub(super) authorised: Option<&'a str>,
    /// The member that names the company.
    pub(super) realm_member: &'static str,
    /// The member that the tokens come from.
    pub(super) token_member: &'static str,
}

#[derive(Deserialize)]
struct CompanyBody {
    #[serde(rename = "CompanyInfo")]
    company: CompanyInfo,
    time: Option<String>,
}

#[derive(Deserialize)]
struct CompanyInfo {
    #[serde(rename = "CompanyName")]
    name: Option<String>,
}

impl Claim<'_> {
    /// Reads the company, and tries out what its change data capture tells of. Returns what is to
    /// be kept with the instance.
    pub(super) async fn prove(
        &self,
        api: &Api,
    ) -> Result<Vec<(&'static str, String)>, ConnectError> {
        let answer = self.read(api).await.map_err(|error| self.not_read(&error))?;
        let Ok(body) = serde_json::from_slice::<CompanyBody>(&answer.body) else {
            return Err(self.refused(api, &answer).await);
        };
        let name = without_markup(body.company.name.as_deref().unwrap_or_default());
        let name = name.chars().take(NAME_CHARS_MAX).collect();
        let mut entries = vec![(COMPANY_NAME, name)];
        let time = body.time.as_deref().and_then(Moment::parse);
        // Once is enough: with another result, changes between two cursors would be lost.
        let is_known = self.configuration.text(CDC_TIME_ACTIVITIES).is_some();
        if let Some(time) = time.filter(|_| !is_known) {
            let is_captured = self.captures_time_activities(api, time).await;
            entries.extend(is_captured.map(|text| (CDC_TIME_ACTIVITIES, text.to_owned())));
        }
        Ok(entries)
    }

    fn company(&self) -> Company<'_> {
        Company { access: self.access, configuration: self.configuration }
    }

    /// Reads the company, once more when that fails: a code works only once, and what it brought
    /// should not be lost to one failure.
    async fn read(&self, api: &Api) -> Result<Answer, ProviderError> {
        match api.company_info(self.company()).await {
            Ok(answer) if !answer.status.is_server_error() => Ok(answer),
            _ => api.company_info(self.company()).await,
        }
    }

    /// `None` when Intuit has not said.
    async fn captures_time_activities(&self, api: &Api, time: Moment) -> Option<&'static str> {
        let answer = api.try_cdc(self.company(), TIME_ACTIVITY, time).await.ok()?;
        let is_fault = || serde_json::from_slice::<FaultMark>(&answer.body).is_ok();
        match faults::refusal(&answer) {
            _ if answer.status.is_success() && !is_fault() => Some("true"),
            ProviderError::Rejected(_) => Some("false"),
            _ => None,
        }
    }

    /// Says what is wrong when Intuit does not show the company.
    async fn refused(&self, api: &Api, answer: &Answer) -> ConnectError {
        let error = faults::refusal(answer);
        let words = error.to_string();
        let message = match error {
            ProviderError::Throttled { .. } | ProviderError::Unavailable(_) => {
                return self.not_read(&error);
            }
            ProviderError::Unauthorized => format!(
                "Intuit does not accept {}: it has ended, or was given for another app; nothing was \
                 stored, authorise again",
                self.token_member
            ),
            ProviderError::Refused(_) if faults::says_not_connected(answer) => {
                self.not_connected(api).await
            }
            ProviderError::Refused(why)
            | ProviderError::Rejected(why)
            | ProviderError::Unanswerable(why)
            | ProviderError::NotFound(why) => {
                format!("QuickBooks does not show company {}: {why}", self.access.company)
            }
        };
        ConnectError::Refused { message, provider_message: words }
    }

    /// Which of environment, company and scope is the wrong one. Intuit's answer is the same for
    /// all three, so the other environment is asked.
    async fn not_connected(&self, api: &Api) -> String {
        let realm = &self.access.company;
        if let Some(is_sandbox) = self.environment_that_opens(api).await {
            return match is_sandbox {
                true => format!(
                    "company {realm} is one of Intuit's sandbox, and its production was asked; set \
                     configuration.use_sandbox (or connect.to.sandbox) to true, or connect a real \
                     company with the keys for production"
                ),
                false => format!(
                    "company {realm} is one of Intuit's production, and its sandbox was asked; set \
                     configuration.use_sandbox and connect.to.sandbox to false, or leave them out"
                ),
            };
        }
        let member = self.realm_member;
        match self.authorised {
            Some(authorised) if authorised == realm => format!(
                "the authorisation has not the scope {SCOPE_DEFAULT}, without which no books can be \
                 read; authorise again with that scope"
            ),
            Some(authorised) => format!(
                "{member}: the customer authorised company {authorised}, not {realm}; pass on the \
                 realmId that came back with the code"
            ),
            None => format!(
                "{member}: the authorisation is for another company than {realm}, or was given \
                 without the scope {SCOPE_DEFAULT}; authorise again with that scope, and pass on \
                 the realmId that comes back with the code"
            ),
        }
    }

    /// Whether it is the sandbox, when the other environment than the one that was asked shows the
    /// company.
    async fn environment_that_opens(&self, api: &Api) -> Option<bool> {
        let (configuration, is_sandbox) = api.other_environment(self.configuration)?;
        let company = Company { configuration: &configuration, ..self.company() };
        let answer = api.company_info(company).await.ok()?;
        let is_shown = serde_json::from_slice::<CompanyBody>(&answer.body).is_ok();
        (answer.status.is_success() && is_shown).then_some(is_sandbox)
    }

    fn not_read(&self, error: &ProviderError) -> ConnectError {
        let realm = &self.access.company;
        let message = format!(
            "company {realm} could not be read after the authorisation ({error}); nothing was \
             stored, authorise again"
        );
        ConnectError::Unavailable { message }
    }
}

#[cfg(test)]
mod tests;

/// Any body with a fault.
#[derive(Deserialize)]
struct FaultMark {
    #[serde(rename = "Fault", alias = "fault")]
    _fault: serde::de::IgnoredAny,
}
