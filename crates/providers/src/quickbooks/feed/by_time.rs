//! Reading an entity by query, in order of the time of the last update.

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Moment;

use super::{CALLS_PER_ENTITY_MAX, Findings, stuck};
use crate::quickbooks::answer::{self, Records};
use crate::quickbooks::entities::{KnownEntities, KnownEntity};
use crate::quickbooks::query_text::{self, ROWS_MAX};
use crate::quickbooks::question::Question;

/// Where the next page begins.
#[derive(Debug, Clone, Copy)]
struct Place {
    since: Moment,
    /// Counts from 1.
    start: usize,
}

impl Place {
    /// The place after a full page that ends at `last`.
    ///
    /// A page begins at the last second of the one before it rather than behind its rows: a record
    /// that changes meanwhile moves to the end, and counting rows would skip the one that takes its
    /// place. Within one second there is nothing but counting.
    fn after(self, last: Moment) -> Self {
        match last.seconds() > self.since.seconds() {
            true => Self { since: last, start: 1 },
            false => Self { start: self.start + ROWS_MAX, ..self },
        }
    }
}

/// Reads entities of a company by query.
#[derive(Debug)]
pub(super) struct ByTime<'a, 'q> {
    /// Makes the calls, about one company.
    pub(super) question: &'q mut Question<'a>,
    /// All that are known.
    pub(super) entities: &'q KnownEntities,
    /// From when on, inclusive.
    pub(super) since: Moment,
    /// Up to when, by the time of an answer: what is later need not be complete.
    pub(super) goal: fn(since: Moment, answered_at: Moment) -> Moment,
}

impl ByTime<'_, '_> {
    /// Reads one entity. When another has ended early, what follows that moment can wait.
    pub(super) async fn read(
        &mut self,
        entity: &KnownEntity,
        findings: &mut Findings,
    ) -> Result<(), ProviderError> {
        let mut place = Place { since: self.since, start: 1 };
        for _ in 0..CALLS_PER_ENTITY_MAX {
            let page = self.page(entity, place).await?;
            findings.reads += 1;
            let goal = (self.goal)(self.since, page.time);
            let enough = findings.until.map_or(goal, |until| until.min(goal));
            let is_full = page.found.len() >= ROWS_MAX;
            let last = page.found.last().map(|change| change.changed_at);
            findings.changes.extend(page.found);
            match last.filter(|last| is_full && *last < enough) {
                Some(last) => place = place.after(last),
                None => {
                    findings.complete_until(enough);
                    return Ok(());
                }
            }
        }
        if place.since.seconds() <= self.since.seconds() {
            return Err(stuck(entity.entity, place.start - 1, place.since));
        }
        findings.end_early_at(place.since);
        Ok(())
    }

    async fn page(&mut self, entity: &KnownEntity, place: Place) -> Result<Records, ProviderError> {
        let text = query_text::changed_since(entity.entity, place.since, place.start);
        let answer = self.question.query(text).await?;
        answer::read_query(&answer, self.entities)
    }
}
