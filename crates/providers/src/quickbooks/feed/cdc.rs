//! Asking for changes by change data capture: one call for all resources, more only when an answer
//! is full (reference: quickbooks §2.1).

mod reading;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_connector::{ChangeFeed, FeedPage, FeedRequest, ProviderError, ReadPlan};
use ledgerhook_egress::Answer;
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{Detection, Moment};

use super::by_time::ByTime;
use super::{CALLS_PER_ENTITY_MAX, Findings};
use crate::quickbooks::answer::{self, Records};
use crate::quickbooks::api::{Api, Company};
use crate::quickbooks::entities::{self, Feed, KnownEntities, KnownEntity};
use crate::quickbooks::faults;
use crate::quickbooks::question::Question;
use crate::quickbooks::read_plans::READ_PLANS;
use reading::{Next, Reading};

/// Objects after which Intuit cuts an answer. There is no second page, and its documents do not
/// say whether it counts by call or by entity, so either is taken as a cut.
const OBJECTS_MAX: usize = 1_000;

/// How far back change data capture tells of changes.
const REACH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How much less than [`REACH`] is left to it when it takes over from a query: the time until it is
/// asked.
const REACH_MARGIN: Duration = Duration::from_secs(60 * 60);

/// QuickBooks' changes, by change data capture.
#[derive(Debug)]
pub(in crate::quickbooks) struct CdcFeed {
    api: Arc<Api>,
    entities: KnownEntities,
}

impl CdcFeed {
    /// `api` makes the calls.
    pub(in crate::quickbooks) fn new(api: Arc<Api>) -> Self {
        Self { api, entities: KnownEntities::new() }
    }
}

#[async_trait]
impl ChangeFeed for CdcFeed {
    fn name(&self) -> &'static str {
        "cdc"
    }

    fn detection(&self) -> Detection {
        Detection::Cdc
    }

    fn covers(&self, resource: &str, configuration: &Configuration) -> bool {
        entities::is_covered(Feed::Cdc, resource, configuration)
    }

    fn reads_all_at_once(&self) -> bool {
        true
    }

    fn interval_default(&self) -> Option<Duration> {
        None
    }

    fn read_plans(&self) -> &'static [ReadPlan] {
        READ_PLANS
    }

    /// Resources that change data capture does not cover are left out; when there are no others,
    /// nothing is asked and the cursor stays where it is.
    async fn changes(&self, request: FeedRequest<'_>) -> Result<FeedPage, ProviderError> {
        let entities = self.entities.covered(Feed::Cdc, request.resources, request.configuration);
        let company = Company { access: request.access, configuration: request.configuration };
        let since = request.since;
        let question = Question::new(&self.api, company);
        let known = &self.entities;
        let mut round = Round { question, known, since, findings: Findings::default() };
        if !entities.is_empty() {
            round.read(&entities).await?;
        }
        Ok(round.findings.into_page(since))
    }
}

fn is_full(records: &Records) -> bool {
    records.count() >= OBJECTS_MAX
}

/// From when on change data capture can take over at `answered_at`; `answered_at` itself when that
/// is not after `since`, so that every go gets on.
fn takes_over_at(since: Moment, answered_at: Moment) -> Moment {
    let reached = answered_at.minus(REACH - REACH_MARGIN);
    if reached > since { reached } else { answered_at }
}

/// One question and the calls that it takes.
struct Round<'a> {
    question: Question<'a>,
    known: &'a KnownEntities,
    since: Moment,
    findings: Findings,
}

impl Round<'_> {
    async fn read(&mut self, entities: &[&KnownEntity]) -> Result<(), ProviderError> {
        let answer = self.question.cdc(entities, self.since).await?;
        if faults::is_too_old(&answer) {
            return self.read_back(entities).await;
        }
        let records = self.take(&answer)?;
        self.note_doubtful_reach(records.time);
        match entities {
            _ if !is_full(&records) => {
                self.findings.complete_until(records.time);
                self.findings.changes.extend(records.found);
                self.findings.changes.extend(records.deleted);
            }
            [entity] => self.read_on(entity, records).await?,
            _ => {
                for entity in entities {
                    let records = self.ask(entity, self.since).await?;
                    self.read_on(entity, records).await?;
                }
            }
        }
        Ok(())
    }

    async fn ask(&mut self, entity: &KnownEntity, since: Moment) -> Result<Records, ProviderError> {
        let answer = self.question.cdc(&[entity], since).await?;
        self.take(&answer)
    }

    fn take(&mut self, answer: &Answer) -> Result<Records, ProviderError> {
        self.findings.reads += 1;
        answer::read_cdc(answer, self.known)
    }

    /// Goes on from an answer for one entity, while answers are full.
    async fn read_on(&mut self, entity: &KnownEntity, first: Records) -> Result<(), ProviderError> {
        let mut reading = Reading::new(entity.entity, self.since);
        let mut next = reading.take(first)?;
        for _ in 1..CALLS_PER_ENTITY_MAX {
            let Next::Ask(since) = next else { break };
            next = reading.take(self.ask(entity, since).await?)?;
        }
        match next {
            Next::Complete(until) => self.findings.complete_until(until),
            Next::Ask(_) => self.findings.end_early_at(reading.cut()),
        }
        self.findings.notes.extend(reading.note());
        self.findings.changes.extend(reading.into_changes());
        Ok(())
    }

    /// Reads by query what change data capture does not reach any more; from there on it takes
    /// over.
    async fn read_back(&mut self, entities: &[&KnownEntity]) -> Result<(), ProviderError> {
        let mut reader = ByTime {
            question: &mut self.question,
            entities: self.known,
            since: self.since,
            goal: takes_over_at,
        };
        for entity in entities {
            reader.read(entity, &mut self.findings).await?;
        }
        self.findings.more = true;
        let from = self.since.to_iso_seconds();
        let until = self.findings.until.unwrap_or(self.since).to_iso_seconds();
        self.findings.notes.push(format!(
            "QuickBooks tells of changes of the last 30 days only; what changed from {from} to \
             {until} was read by query instead, which does not show transactions that were deleted \
             then"
        ));
        Ok(())
    }

    /// In 2020 a sandbox answered a question about 9 years, which the documents exclude.
    fn note_doubtful_reach(&mut self, answered_at: Moment) {
        if answered_at.since(self.since) > REACH {
            let from = self.since.to_iso_seconds();
            self.findings.notes.push(format!(
                "QuickBooks was asked for changes from {from} on and answered, though it promises \
                 30 days only; older changes may be missing"
            ));
        }
    }
}

#[cfg(test)]
mod tests;
