//! What Bookshelf's hub shows: records in memory, found, sorted and counted by the rules of CEQL.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_engine::connector::{
    FieldProfile, Hub, HubCompany, HubPage, HubQuery, HubRecord, ProviderError,
};
use ledgerhook_model::ceql;
use serde_json::{Value, json};

/// The records of every resource, and how the provider is today.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    records: Mutex<Vec<Value>>,
    /// What it answers instead of records.
    refusal: Mutex<Option<ProviderError>>,
}

impl Catalogue {
    /// Holds `count` records with the ids from 1 on; `balance` goes down while the ids go up.
    pub(crate) fn fill(&self, count: i64) {
        let record = |id: i64| {
            json!({
                "id": id.to_string(),
                "title": format!("Book {id}"),
                "balance": count - id,
                "lent": id % 2 == 0,
                "meta": {"shelf": id, "room": "east"},
            })
        };
        *self.records.lock().unwrap() = (1..=count).map(record).collect();
    }

    /// Refuses from now on, or no more.
    pub(crate) fn refuse(&self, refusal: impl Into<Option<ProviderError>>) {
        *self.refusal.lock().unwrap() = refusal.into();
    }

    fn check(&self) -> Result<(), ProviderError> {
        self.refusal.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

/// Every way in which a provider refuses, and the status that a caller sees.
pub(crate) fn refusals() -> [(ProviderError, u16); 7] {
    let words = || "the shelf's own words".to_owned();
    [
        (ProviderError::Unauthorized, 403),
        (ProviderError::Refused(words()), 403),
        (ProviderError::Throttled { wait: Duration::from_secs(60) }, 429),
        (ProviderError::Unavailable(words()), 502),
        (ProviderError::Unanswerable(words()), 400),
        (ProviderError::Rejected(words()), 400),
        (ProviderError::NotFound(words()), 404),
    ]
}

#[async_trait]
impl Hub for Catalogue {
    fn has(&self, resource: &str) -> bool {
        ["invoices", "magazines"].contains(&resource)
    }

    fn further_resources(&self) -> Vec<&'static str> {
        vec!["magazines"]
    }

    fn fields(&self, _: &str) -> Vec<FieldProfile> {
        let field = |path, kind| FieldProfile { path, kind, is_filterable: kind != "object" };
        vec![field("id", "string"), field("meta", "object"), field("meta.shelf", "number")]
    }

    async fn list(&self, _: HubCompany<'_>, query: HubQuery<'_>) -> Result<HubPage, ProviderError> {
        self.check()?;
        let mut records = self.records.lock().unwrap().clone();
        records.retain(|record| query.condition.is_none_or(|all| ceql::matches(all, record)));
        records.sort_by(|left, right| query.order_by.compare(left, right));
        let total = records.len();
        let offset = query.page.offset(query.page_size)?.min(total);
        let end = (offset + query.page_size).min(total);
        Ok(HubPage {
            records: records[offset..end].to_vec(),
            next: (end < total).then(|| end.to_string()),
            total: query.with_total.then(|| u64::try_from(total).unwrap()),
            answered_at: None,
            reads: 1,
        })
    }

    async fn get(&self, _: HubCompany<'_>, _: &str, id: &str) -> Result<HubRecord, ProviderError> {
        self.check()?;
        let records = self.records.lock().unwrap();
        let record = records.iter().find(|record| record["id"] == id).cloned();
        let missing = || ProviderError::NotFound(format!("no book {id}"));
        Ok(HubRecord { record: record.ok_or_else(missing)?, reads: 1 })
    }
}
