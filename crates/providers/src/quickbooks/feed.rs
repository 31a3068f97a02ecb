//! Asking for changes by change data capture: one call for all resources, more only when an answer
//! is full (reference: quickbooks §2.1). A call is metered, so the fewer the better.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION};
use ledgerhook_connector::{ChangeFeed, FeedError, FeedPage, FeedRequest};
use ledgerhook_egress::{Answer, Client, Request};
use ledgerhook_model::{Change, Detection, Moment};
use url::form_urlencoded;

use super::cdc_answer::{self, CdcAnswer};
use super::endpoints::Endpoints;
use super::entities::{KnownEntities, KnownEntity};
use super::profile::{MINOR_VERSION, MINOR_VERSION_DEFAULT};
use crate::settings::callable;

/// Objects after which Intuit cuts an answer. There is no second page, and its documents do not
/// say whether it counts by call or by entity, so either is taken as a cut.
const CDC_OBJECTS_MAX: usize = 1_000;

/// Most calls for one entity in one go. A page then ends early, and the next question goes on from
/// where it ended; so 4,000 records of an entity are the most that are held in memory.
const CALLS_PER_ENTITY_MAX: u32 = 4;

/// QuickBooks' changes, by change data capture.
#[derive(Debug)]
pub(super) struct QuickBooksFeed {
    client: Client,
    endpoints: Arc<Endpoints>,
    entities: KnownEntities,
}

impl QuickBooksFeed {
    /// `client` makes the calls.
    pub(super) fn new(client: Client, endpoints: Arc<Endpoints>) -> Self {
        Self { client, endpoints, entities: KnownEntities::new() }
    }

    async fn call(
        &self,
        request: &FeedRequest<'_>,
        entities: &[&KnownEntity],
        since: Moment,
    ) -> Result<Answer, FeedError> {
        let url = self.url(request, entities, since)?;
        let url = callable(&url).map_err(|refusal| FeedError::Rejected(refusal.to_string()))?;
        let mut call = Request::get(url);
        call.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        call.headers.insert(AUTHORIZATION, bearer(request)?);
        self.client.send(call).await.map_err(|error| FeedError::Unavailable(error.to_string()))
    }

    fn url(
        &self,
        request: &FeedRequest<'_>,
        entities: &[&KnownEntity],
        since: Moment,
    ) -> Result<String, FeedError> {
        let company = &request.access.company;
        if company.is_empty() || !company.bytes().all(|byte| byte.is_ascii_digit()) {
            let problem = format!("`{company}` is not a realm id, which is made of digits");
            return Err(FeedError::Rejected(problem));
        }
        let api = self.endpoints.api(request.configuration);
        let minor_version =
            request.configuration.text(MINOR_VERSION).unwrap_or(MINOR_VERSION_DEFAULT);
        let names: Vec<_> = entities.iter().map(|known| known.entity.name).collect();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("entities", &names.join(","))
            .append_pair("changedSince", &since.to_iso_seconds())
            .append_pair("minorversion", minor_version)
            .finish();
        Ok(format!("{api}/v3/company/{company}/cdc?{query}"))
    }
}

/// A token that cannot stand in a header is not one that Intuit gave.
fn bearer(request: &FeedRequest<'_>) -> Result<HeaderValue, FeedError> {
    let text = format!("Bearer {}", request.access.token.expose());
    let mut value = HeaderValue::try_from(text).map_err(|_| FeedError::Unauthorized)?;
    value.set_sensitive(true);
    Ok(value)
}

#[async_trait]
impl ChangeFeed for QuickBooksFeed {
    fn detection(&self) -> Detection {
        Detection::Cdc
    }

    /// Resources that change data capture does not cover are left out; when there are no others,
    /// nothing is asked and the cursor stays where it is.
    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, FeedError> {
        let entities = self.entities.captured_of(request.resources);
        if entities.is_empty() {
            return Ok(FeedPage { changes: Vec::new(), provider_time: request.since, reads: 0 });
        }
        let mut round = Round { feed: self, request, changes: Vec::new(), until: None, reads: 0 };
        let answer = round.ask(&entities, request.since).await?;
        match entities.as_slice() {
            _ if !is_full(&answer) => round.keep(answer),
            [entity] => round.read_on(entity, answer).await?,
            _ => {
                for entity in &entities {
                    let answer = round.ask(&[*entity], request.since).await?;
                    round.read_on(entity, answer).await?;
                }
            }
        }
        Ok(round.finish())
    }
}

fn is_full(answer: &CdcAnswer) -> bool {
    answer.changes.len() >= CDC_OBJECTS_MAX
}

/// One question and the calls that it takes.
struct Round<'a> {
    feed: &'a QuickBooksFeed,
    request: FeedRequest<'a>,
    changes: Vec<Change>,
    /// Up to when the changes are complete; the earliest over all entities.
    until: Option<Moment>,
    reads: u32,
}

impl Round<'_> {
    async fn ask(
        &mut self,
        entities: &[&KnownEntity],
        since: Moment,
    ) -> Result<CdcAnswer, FeedError> {
        let answer = self.feed.call(&self.request, entities, since).await?;
        self.reads += 1;
        cdc_answer::read(&answer, &self.feed.entities)
    }

    /// Keeps an answer for one entity, and while answers are full asks again from the time of the
    /// last record.
    ///
    /// Within an entity Intuit orders by last update, deleted records after the others. So the last
    /// record is the one to go on from, also when it is not the latest. A deletion that is earlier
    /// than the 1,000th change of its entity is never shown by Intuit, however it is asked for; a
    /// notice tells of it.
    async fn read_on(
        &mut self,
        entity: &KnownEntity,
        mut answer: CdcAnswer,
    ) -> Result<(), FeedError> {
        let mut since = self.request.since;
        for _ in 1..CALLS_PER_ENTITY_MAX {
            if !is_full(&answer) {
                break;
            }
            since = self.keep_full(entity, answer, since)?;
            answer = self.ask(&[entity], since).await?;
        }
        if is_full(&answer) {
            let until = self.keep_full(entity, answer, since)?;
            self.complete_until(until);
        } else {
            self.keep(answer);
        }
        Ok(())
    }

    /// Keeps a full answer and says from when to go on.
    fn keep_full(
        &mut self,
        entity: &KnownEntity,
        answer: CdcAnswer,
        since: Moment,
    ) -> Result<Moment, FeedError> {
        let last = answer.changes.last().map_or(since, |change| change.changed_at);
        if last.seconds() <= since.seconds() {
            let (name, time) = (entity.entity.name, since.to_iso_seconds());
            return Err(FeedError::Rejected(format!(
                "QuickBooks shows {CDC_OBJECTS_MAX} changes of {name} at {time} and nothing after \
                 them, so there is no later time to go on from"
            )));
        }
        self.changes.extend(answer.changes);
        Ok(last)
    }

    fn keep(&mut self, answer: CdcAnswer) {
        self.complete_until(answer.time);
        self.changes.extend(answer.changes);
    }

    fn complete_until(&mut self, moment: Moment) {
        self.until = Some(self.until.map_or(moment, |until| until.min(moment)));
    }

    fn finish(mut self) -> FeedPage {
        self.changes.sort_by(|a, b| order(a).cmp(&order(b)));
        // A record at the seam of two answers is in both.
        self.changes.dedup();
        let provider_time = self.until.unwrap_or(self.request.since);
        FeedPage { changes: self.changes, provider_time, reads: self.reads }
    }
}

fn order(change: &Change) -> (Moment, &str, &str) {
    (change.changed_at, &change.resource, &change.object_id)
}

#[cfg(test)]
mod tests;
