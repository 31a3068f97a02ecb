//! Reading a provider's records as the finance hub offers them: lists by question, and one by id.

use async_trait::async_trait;
use ledgerhook_model::ceql::{Condition, OrderBy};
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{Change, Moment};
use serde_json::Value;

use crate::access::Access;
use crate::provider_error::ProviderError;

/// Whose records.
#[derive(Debug, Clone, Copy)]
pub struct HubCompany<'a> {
    /// With what they are read.
    pub access: &'a Access,
    /// The instance's configuration without its secrets.
    pub configuration: &'a Configuration,
}

/// A question for a page of records.
#[derive(Debug, Clone, Copy)]
pub struct HubQuery<'a> {
    /// The kind of record.
    pub resource: &'a str,
    /// `where`, parsed.
    pub condition: Option<&'a Condition>,
    /// The members that the provider shall print, where it wants to be told so (Sage's
    /// `attributes`); empty for all.
    pub attributes: &'a [String],
    /// `orderBy`, parsed; empty for the provider's own order.
    pub order_by: &'a OrderBy,
    /// Which page.
    pub page: HubPlace<'a>,
    /// Most records of the page, from 1 on; a provider whose pages are smaller gives fewer.
    pub page_size: usize,
    /// Whether the number of all records is asked for, which may cost a call.
    pub with_total: bool,
}

/// Where in an answer a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HubPlace<'a> {
    /// The page of that number, from 1 on, all of one size.
    Page(u32),
    /// Where a [`HubPage::next`] says.
    Next(&'a str),
}

impl HubPlace<'_> {
    /// How many records stand before the page, for a provider whose [`HubPage::next`] is that
    /// number: pages of any size then fit together.
    pub fn offset(self, page_size: usize) -> Result<usize, ProviderError> {
        let before = match self {
            Self::Page(page) => {
                let pages_before = usize::try_from(page.saturating_sub(1)).ok();
                pages_before.and_then(|pages| pages.checked_mul(page_size))
            }
            Self::Next(place) => place.parse().ok(),
        };
        before.ok_or_else(|| {
            let problem = "there is no such page; begin at the first one again";
            ProviderError::unanswerable(problem)
        })
    }
}

/// A page of records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HubPage {
    /// The records, each an object in the form in which events carry it.
    pub records: Vec<Value>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<String>,
    /// How many records fit in all, where the provider says so or was asked.
    pub total: Option<u64>,
    /// The provider's own time of the answer, where it says it.
    pub answered_at: Option<Moment>,
    /// Metered calls that were made.
    pub reads: u32,
}

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub struct HubRecord {
    /// The record, in the form in which events carry it.
    pub record: Value,
    /// Metered calls that were made.
    pub reads: u32,
}

/// What was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubDeletions {
    /// The deletions, in order of time.
    pub changes: Vec<Change>,
    /// The provider's own time of the answer, where it says it.
    pub answered_at: Option<Moment>,
    /// Metered calls that were made.
    pub reads: u32,
}

/// A member of a resource's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldProfile {
    /// Its path, `metaData.lastUpdatedTime`.
    pub path: &'static str,
    /// `string`, `number`, `boolean`, `date`, `object` or `array`.
    pub kind: &'static str,
    /// Whether a `where` may name it.
    pub is_filterable: bool,
}

/// How a provider's records are read.
#[async_trait]
pub trait Hub: Send + Sync {
    /// Whether records of this resource can be read.
    fn has(&self, resource: &str) -> bool;
    /// Resources that can be read beside the event resources of the element's profile.
    fn further_resources(&self) -> Vec<&'static str> {
        Vec::new()
    }
    /// What is known of the members of a resource's records.
    fn fields(&self, resource: &str) -> Vec<FieldProfile>;
    /// A page of records. A condition or an order that the provider cannot answer is
    /// [`ProviderError::Unanswerable`], with words that say what it can.
    async fn list(
        &self,
        company: HubCompany<'_>,
        query: HubQuery<'_>,
    ) -> Result<HubPage, ProviderError>;
    /// One record; [`ProviderError::NotFound`] when there is none of that id.
    async fn get(
        &self,
        company: HubCompany<'_>,
        resource: &str,
        id: &str,
    ) -> Result<HubRecord, ProviderError>;
    /// What was deleted of a resource from a moment on, inclusive; `None` where the provider does
    /// not tell.
    async fn deletions(
        &self,
        _company: HubCompany<'_>,
        _resource: &str,
        _since: Moment,
    ) -> Result<Option<HubDeletions>, ProviderError> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_places_count_the_same_records() {
        for (place, page_size, offset) in [
            (HubPlace::Page(1), 200, Some(0)),
            (HubPlace::Page(3), 200, Some(400)),
            (HubPlace::Page(0), 200, Some(0)),
            (HubPlace::Next("400"), 7, Some(400)),
            (HubPlace::Next("-1"), 7, None),
            (HubPlace::Next("x"), 7, None),
            (HubPlace::Page(u32::MAX), usize::MAX, None),
        ] {
            assert_eq!(place.offset(page_size).ok(), offset, "{place:?}");
        }
    }
}
