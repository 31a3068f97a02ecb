//! Reading single records: one call each, because FreshBooks has no other way (reference:
//! freshbooks-sage §1.5).

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use ledgerhook_connector::{ProviderError, Records, RecordsPage, RecordsRequest};
use ledgerhook_egress::Answer;
use ledgerhook_model::Change;

use super::answer;
use super::api::{Api, Company, is_number};
use super::entities::{self, KnownEntities, KnownEntity};
use super::faults;
use super::question::Question;
use super::record::Row;
use crate::answered::answered_at;

/// FreshBooks' records.
#[derive(Debug)]
pub(super) struct FreshBooksRecords {
    api: Arc<Api>,
    entities: KnownEntities,
}

impl FreshBooksRecords {
    /// `api` makes the calls.
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api, entities: KnownEntities::new() }
    }
}

#[async_trait]
impl Records for FreshBooksRecords {
    fn reads(&self, resource: &str) -> bool {
        entities::of_resource(resource).is_some()
    }

    /// A record that was deleted is found, and is
    /// [`Deleted`](ledgerhook_model::ChangeKind::Deleted); one that FreshBooks says it does not
    /// have, or not any more, is missing.
    async fn read(&self, request: RecordsRequest<'_>) -> Result<RecordsPage, ProviderError> {
        let Some(known) = self.entities.of_resource(request.resource) else {
            let problem = format!("FreshBooks has no {}", request.resource);
            return Err(ProviderError::unanswerable(problem));
        };
        let company = Company { access: request.access, configuration: request.configuration };
        let ids: BTreeSet<&str> = request.object_ids.iter().map(String::as_str).collect();
        let mut question = Question::new(&self.api, company);
        let mut page = RecordsPage::default();
        for id in ids {
            if !is_number(id) {
                page.missing.push(id.to_owned());
                continue;
            }
            let path = company.item_path(known.entity, id)?;
            let answer = question.get(&path, &[]).await?;
            page.reads += 1;
            match read_item(&answer, known) {
                Ok(change) => page.found.push(change),
                Err(ProviderError::NotFound(_)) => page.missing.push(id.to_owned()),
                Err(error) => return Err(error),
            }
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
