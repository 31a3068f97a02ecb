//! Callbacks, as FreshBooks calls them: one for each noun of a business, with a verifier of its own
//! (reference: freshbooks-sage §1.1 and §1.2).

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use ledgerhook_connector::{ProviderError, RemoteSubscription, SubscriptionRequest, Subscriptions};
use ledgerhook_egress::Answer;
use ledgerhook_model::Secret;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answer;
use super::api::{Api, Company, PER_PAGE, is_number};
use super::{entities, faults};

/// Most pages of subscriptions that are read: 5,000 of one app and business, where 15 are needed.
const PAGES_MAX: u32 = 50;

const ITEM_KEY: &str = "callback";
const LIST_KEY: &str = "callbacks";

/// How FreshBooks is told where its notices go.
#[derive(Debug)]
pub(super) struct FreshBooksSubscriptions {
    api: Arc<Api>,
}

/// A callback as FreshBooks describes it. Its id was seen under both names.
#[derive(Deserialize)]
struct Callback<'a> {
    #[serde(borrow)]
    callbackid: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    event: String,
    uri: String,
    #[serde(default)]
    verified: bool,
}

impl Callback<'_> {
    fn id(&self) -> Option<String> {
        let id = self.callbackid.or(self.id)?.get().trim_matches('"');
        is_number(id).then(|| id.to_owned())
    }
}

impl FreshBooksSubscriptions {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api }
    }

    /// Changes a callback; the answer is a description of it that says nothing new.
    async fn change(
        &self,
        request: SubscriptionRequest<'_>,
        id: &str,
        change: Value,
    ) -> Result<(), ProviderError> {
        let company = company(request);
        let body = json!({ ITEM_KEY: change });
        let path = callback_path(company, id)?;
        let answer = self.api.send(company, Method::PUT, &path, Some(&body)).await?;
        accepted(&answer)
    }
}

#[async_trait]
impl Subscriptions for FreshBooksSubscriptions {
    /// The nouns alone: each stands for every verb, so 15 callbacks do for 47 events.
    fn topics(&self, resources: &[String]) -> Vec<&'static str> {
        entities::nouns(resources)
    }

    async fn create(
        &self,
        request: SubscriptionRequest<'_>,
        topic: &str,
        url: &str,
    ) -> Result<String, ProviderError> {
        let company = company(request);
        let body = json!({ ITEM_KEY: { "event": topic, "uri": url } });
        let path = callbacks_path(company)?;
        let answer = self.api.send(company, Method::POST, &path, Some(&body)).await?;
        let json = answer::item(&answer, ITEM_KEY)?;
        read(&answer, json).map(|callback| callback.id)
    }

    async fn confirm(
        &self,
        request: SubscriptionRequest<'_>,
        id: &str,
        verifier: &Secret,
    ) -> Result<(), ProviderError> {
        self.change(request, id, json!({ "verifier": verifier.expose() })).await
    }

    async fn resend(
        &self,
        request: SubscriptionRequest<'_>,
        id: &str,
    ) -> Result<(), ProviderError> {
        self.change(request, id, json!({ "resend": true })).await
    }

    async fn list(
        &self,
        request: SubscriptionRequest<'_>,
    ) -> Result<Vec<RemoteSubscription>, ProviderError> {
        let company = company(request);
        let path = callbacks_path(company)?;
        let per_page = PER_PAGE.to_string();
        let mut found: Vec<RemoteSubscription> = Vec::new();
        for number in 1..=PAGES_MAX {
            let number_text = number.to_string();
            let query = [("page", number_text.as_str()), ("per_page", per_page.as_str())];
            let answer = self.api.get(company, &path, &query).await?;
            let page = answer::list(&answer, LIST_KEY, ITEM_KEY)?;
            for json in &page.rows {
                let callback = read(&answer, json)?;
                // A page may repeat what moved down meanwhile.
                if found.iter().all(|known| known.id != callback.id) {
                    found.push(callback);
                }
            }
            if page.rows.is_empty() || page.pages.is_none_or(|pages| u64::from(number) >= pages) {
                return Ok(found);
            }
        }
        Err(ProviderError::unanswerable(format!(
            "FreshBooks has more than {PAGES_MAX} pages of callbacks of this app for the business; \
             delete those that nobody needs"
        )))
    }

    async fn remove(
        &self,
        request: SubscriptionRequest<'_>,
        id: &str,
    ) -> Result<(), ProviderError> {
        let company = company(request);
        let path = callback_path(company, id)?;
        let answer = self.api.send(company, Method::DELETE, &path, None).await?;
        match accepted(&answer) {
            Err(ProviderError::NotFound(_)) => Ok(()),
            other => other,
        }
    }
}

fn company(request: SubscriptionRequest<'_>) -> Company<'_> {
    Company { access: request.access, configuration: request.configuration }
}

fn callbacks_path(company: Company<'_>) -> Result<String, ProviderError> {
    Ok(format!("/events/account/{}/events/callbacks", company.account()?))
}

fn callback_path(company: Company<'_>, id: &str) -> Result<String, ProviderError> {
    if !is_number(id) {
        let problem = format!("`{id}` is not the number of a callback");
        return Err(ProviderError::unanswerable(problem));
    }
    Ok(format!("{}/{id}", callbacks_path(company)?))
}

/// Whether FreshBooks did as it was told. A deletion has no body, or one that says nothing; a
/// refusal may have come with success.
fn accepted(answer: &Answer) -> Result<(), ProviderError> {
    let is_empty = answer.body.trim_ascii().is_empty() || answer.status == StatusCode::NO_CONTENT;
    match answer.status.is_success() && (is_empty || !faults::is_fault(answer)) {
        true => Ok(()),
        false => Err(faults::refusal(answer)),
    }
}

fn read(answer: &Answer, json: &RawValue) -> Result<RemoteSubscription, ProviderError> {
    let unread = || faults::not_understood(answer, "has a callback that cannot be read");
    let callback: Callback<'_> = serde_json::from_str(json.get()).map_err(|_| unread())?;
    let id = callback.id().ok_or_else(unread)?;
    let Callback { event, uri, verified, .. } = callback;
    Ok(RemoteSubscription { id, topic: event, url: uri, confirmed: verified })
}

#[cfg(test)]
mod tests;
