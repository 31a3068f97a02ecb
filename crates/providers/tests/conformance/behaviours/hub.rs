//! Reading records through the hub.

use std::sync::Arc;

use ledgerhook_connector::{Hub, HubPage, HubPlace, HubQuery, ProviderError};
use ledgerhook_model::ChangeKind;
use ledgerhook_model::ceql::{self, Condition, OrderBy};
use serde_json::Value;

use crate::bench::Bench;
use crate::bench::company::Company;
use crate::bench::provider::Provider;
use crate::bench::trouble::expect_throttled;

/// A company with its hub.
struct Asked<'a> {
    bench: &'a Bench,
    company: &'a Company,
    hub: Arc<dyn Hub>,
}

impl<'a> Asked<'a> {
    fn of(bench: &'a Bench, company: &'a Company) -> Self {
        Self { bench, company, hub: bench.connector.hub.clone().unwrap() }
    }

    async fn list(&self, page: HubPlace<'_>, page_size: usize) -> Result<HubPage, ProviderError> {
        self.list_by(None, &OrderBy::default(), (page, page_size)).await
    }

    async fn list_by(
        &self,
        condition: Option<&Condition>,
        order_by: &OrderBy,
        (page, page_size): (HubPlace<'_>, usize),
    ) -> Result<HubPage, ProviderError> {
        let query = HubQuery {
            resource: self.bench.provider.resource(),
            condition,
            attributes: &[],
            order_by,
            page,
            page_size,
            with_total: true,
        };
        self.hub.list(self.company.of_hub(), query).await
    }

    async fn get(&self, id: &str) -> Result<Value, ProviderError> {
        let resource = self.bench.provider.resource();
        let record = self.hub.get(self.company.of_hub(), resource, id).await?;
        assert_eq!(record.reads, 1);
        Ok(record.record)
    }
}

/// By number and by the next one that a page names, they make up the whole list, and they end.
pub(crate) async fn pages_of_any_size_fit_together(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let asked = Asked::of(&bench, &company);
    for number in 1..=12 {
        bench.create(number);
        bench.pass(1);
    }
    let calls_before = bench.calls();
    let whole = asked.list(HubPlace::Page(1), 50).await.unwrap();
    assert_eq!(u64::from(whole.reads), bench.calls() - calls_before);
    assert_eq!((whole.records.len(), whole.total, &whole.next), (12, Some(12), &None));
    assert!(whole.answered_at.is_none_or(|at| at == bench.now()));
    let double = asked.list(HubPlace::Page(1), 8).await.unwrap();
    let mut halves = asked.list(HubPlace::Page(1), 4).await.unwrap().records;
    halves.extend(asked.list(HubPlace::Page(2), 4).await.unwrap().records);
    assert_eq!(halves, double.records);
    for sizes in [[1, 1], [5, 5], [5, 3], [3, 50], [12, 12], [6, 6]] {
        let mut read = Vec::new();
        let mut next = None;
        for turn in 0.. {
            assert!(turn <= 12, "{sizes:?}: the pages do not end");
            let place = next.as_deref().map_or(HubPlace::Page(1), HubPlace::Next);
            let page = asked.list(place, sizes[turn % 2]).await.unwrap();
            assert!(page.records.len() <= sizes[turn % 2]);
            read.extend(page.records);
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(read, whole.records, "{sizes:?}");
    }
    let beyond = asked.list(HubPlace::Page(9), 50).await.unwrap();
    assert_eq!((beyond.records.len(), beyond.next), (0, None));
    let error = asked.list(HubPlace::Next("nowhere"), 5).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unanswerable(_)), "{error:?}");
}

/// It is the row of the list; an id that no record has is not found.
pub(crate) async fn a_record_is_found_by_its_id(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let asked = Asked::of(&bench, &company);
    let ids = [1, 2, 3].map(|number| bench.create(number));
    let rows = asked.list(HubPlace::Page(1), 50).await.unwrap().records;
    for (place, id) in ids.iter().enumerate() {
        let record = asked.get(id).await.unwrap();
        assert!(rows.contains(&record), "{record}: {rows:?}");
        assert!(ids[..place].iter().all(|other| !record["id"].to_string().contains(other)));
    }
    let unknown = asked.get(provider.unknown_id()).await.unwrap_err();
    assert!(matches!(unknown, ProviderError::NotFound(_)), "{unknown:?}");
    let calls_before = bench.calls();
    for no_id in ["", "../users/1", "1' OR '1'='1", "%2e%2e"] {
        let error = asked.get(no_id).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unanswerable(_)), "{no_id}: {error:?}");
    }
    assert_eq!(bench.calls(), calls_before);
}

/// A condition or an order that names no member, and a resource that is none.
pub(crate) async fn what_cannot_be_asked_is_named(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let asked = Asked::of(&bench, &company);
    bench.create(1);
    let first = (HubPlace::Page(1), 10);
    let member = provider.impossible_member();
    for test in ["= 'x'", "> '2026-01-01'", "like 'x%'", "in ('x', 'y')"] {
        let condition = ceql::parse(&format!("{member} {test}")).unwrap();
        let result = asked.list_by(Some(&condition), &OrderBy::default(), first).await;
        expect_rejected(result, member);
    }
    let order_by = OrderBy::parse(&format!("{member} desc, {member} asc")).unwrap();
    let result = asked.list_by(None, &order_by, first).await;
    assert!(matches!(result, Err(ProviderError::Unanswerable(_))), "{result:?}");
    let result = asked.hub.get(company.of_hub(), "no-such-resource", "1").await;
    expect_rejected(result, "no-such-resource");
}

/// The same deletions, from a moment on, inclusive.
pub(crate) async fn what_was_deleted_is_told_as_the_feed_tells_it(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let asked = Asked::of(&bench, &company);
    let ids = [1, 2, 3].map(|number| bench.create(number));
    bench.pass(10);
    bench.delete(&ids[0]);
    bench.pass(10);
    let since = bench.now();
    bench.delete(&ids[1]);
    bench.pass(10);
    let resource = provider.resource();
    let calls_before = bench.calls();
    let told = asked.hub.deletions(company.of_hub(), resource, since).await.unwrap().unwrap();
    assert_eq!(u64::from(told.reads), bench.calls() - calls_before);
    let mut changes = bench.changes(&company, since).await.unwrap().changes;
    changes.retain(|change| change.kind == ChangeKind::Deleted);
    assert_eq!(told.changes, changes);
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(change.object_id, ids[1]);
    let none = asked.hub.deletions(company.of_hub(), "no-such-resource", since).await;
    assert_eq!(none, Ok(None));
    for resource in bench.connector.profile.resources {
        let is_polled = resource.polled.contains(&ChangeKind::Deleted);
        let told = asked.hub.deletions(company.of_hub(), resource.name, since).await.unwrap();
        assert_eq!(told.is_some(), is_polled, "{}", resource.name);
    }
}

/// So that the gateway renews it and asks again.
pub(crate) async fn an_ended_token_is_unauthorized(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let asked = Asked::of(&bench, &company);
    let id = bench.create(1);
    provider.end_tokens(&bench.sandbox);
    let result = asked.list(HubPlace::Page(1), 10).await;
    assert_eq!(result, Err(ProviderError::Unauthorized));
    assert_eq!(asked.get(&id).await, Err(ProviderError::Unauthorized));
    let told = asked.hub.deletions(company.of_hub(), provider.resource(), bench.now()).await;
    assert_eq!(told, Err(ProviderError::Unauthorized));
}

/// Nor a record that is not found, nor a time without deletions.
pub(crate) async fn a_provider_that_fails_is_never_an_empty_page(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let asked = Asked::of(&bench, &company);
    let id = bench.create(1);
    bench.expect_unavailable(async || asked.list(HubPlace::Page(1), 10).await).await;
    bench.expect_unavailable(async || asked.get(&id).await).await;
    let resource = provider.resource();
    bench
        .expect_unavailable(async || {
            asked.hub.deletions(company.of_hub(), resource, bench.now()).await
        })
        .await;
}

/// More than nothing and no longer than a day.
pub(crate) async fn a_throttle_says_how_long_to_wait(provider: &'static dyn Provider) {
    expect_throttled(provider, async |bench, company| {
        Asked::of(bench, company).list(HubPlace::Page(1), 10).await
    })
    .await;
}

fn expect_rejected<T: std::fmt::Debug>(result: Result<T, ProviderError>, name: &str) {
    match result {
        Err(ProviderError::Unanswerable(words)) => assert!(words.contains(name), "{words}"),
        other => panic!("{name}: {other:?}"),
    }
}
