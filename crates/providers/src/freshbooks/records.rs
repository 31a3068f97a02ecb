//! Reading single records: one call each, because FreshBooks has no other way (reference:
//! freshbooks-sage §1.5). Of a deleted record sources differ on whether it is answered; a list has
//! it in any case, for most kinds of record.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_connector::{FeedRequest, ProviderError, Records, RecordsPage, RecordsRequest};
use ledgerhook_egress::Answer;
use ledgerhook_model::{Change, ChangeKind, Moment};

use super::answer::{self, answered_at};
use super::api::{Api, Company, is_number};
use super::entities::{self, KnownEntities, KnownEntity};
use super::faults;
use super::feed::SweepFeed;
use super::record::Row;

/// How far back the lists of deleted records are looked through for one that is not answered: a
/// notice may be late.
const DELETED_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// FreshBooks' records.
#[derive(Debug)]
pub(super) struct FreshBooksRecords {
    api: Arc<Api>,
    entities: KnownEntities,
    lists: SweepFeed,
}

impl FreshBooksRecords {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        let lists = SweepFeed::new(Arc::clone(&api));
        Self { api, entities: KnownEntities::new(), lists }
    }

    /// Moves those of the missing records that lists show as deleted to those that were found.
    async fn find_deleted(
        &self,
        request: RecordsRequest<'_>,
        now: Moment,
        page: &mut RecordsPage,
    ) -> Result<(), ProviderError> {
        let RecordsRequest { access, configuration, resource, .. } = request;
        let (since, resources) = (now.minus(DELETED_WITHIN), [resource.to_owned()]);
        let question = FeedRequest { access, configuration, since, resources: &resources };
        let Some(listed) = self.lists.with_deleted(question).await? else { return Ok(()) };
        page.reads += listed.reads;
        let is_missed = |change: &Change| {
            change.kind == ChangeKind::Deleted && page.missing.contains(&change.object_id)
        };
        let found: Vec<Change> = listed.changes.into_iter().filter(is_missed).collect();
        page.missing.retain(|id| found.iter().all(|change| change.object_id != *id));
        page.found.extend(found);
        Ok(())
    }
}

#[async_trait]
impl Records for FreshBooksRecords {
    fn reads(&self, resource: &str) -> bool {
        entities::of_resource(resource).is_some()
    }

    /// A record that was deleted is found, and is [`Deleted`](ChangeKind::Deleted); one that
    /// FreshBooks says it does not have, or not any more, and does not list either, is missing.
    async fn read(&self, request: RecordsRequest<'_>) -> Result<RecordsPage, ProviderError> {
        let Some(known) = self.entities.of_resource(request.resource) else {
            let problem = format!("FreshBooks has no {}", request.resource);
            return Err(ProviderError::Rejected(problem));
        };
        let company = Company { access: request.access, configuration: request.configuration };
        let ids: BTreeSet<&str> = request.object_ids.iter().map(String::as_str).collect();
        let mut page = RecordsPage::default();
        let mut missed_at = None;
        for id in ids {
            if !is_number(id) {
                page.missing.push(id.to_owned());
                continue;
            }
            let path = company.item_path(known.entity, id)?;
            let answer = self.api.get(company, &path, &[]).await?;
            page.reads += 1;
            match read_item(&answer, known) {
                Ok(change) => page.found.push(change),
                Err(ProviderError::NotFound(_)) => {
                    page.missing.push(id.to_owned());
                    missed_at = answered_at(&answer);
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(now) = missed_at {
            self.find_deleted(request, now, &mut page).await?;
        }
        Ok(page)
    }
}

fn read_item(answer: &Answer, known: &KnownEntity) -> Result<Change, ProviderError> {
    let key = known.entity.item_key;
    let json = answer::item(answer, key)?;
    let unread = |problem: &str| {
        faults::not_understood(answer, &format!("has a {key} that cannot be read ({problem})"))
    };
    let row = Row::read(known, json).map_err(|error| unread(&error.to_string()))?;
    let read_at = answered_at(answer).or_else(|| row.updated.map(|stamp| stamp.earliest));
    let read_at = read_at.ok_or_else(|| unread("neither it nor the answer has a date"))?;
    Ok(row.into_change(read_at, None))
}

#[cfg(test)]
mod tests;
