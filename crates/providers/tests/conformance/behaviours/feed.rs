//! Asking for changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ledgerhook_connector::{ChangeFeed, Connector, FeedPage, ProviderError};
use ledgerhook_model::ChangeKind;

use crate::bench::Bench;
use crate::bench::company::{Company, ask};
use crate::bench::provider::Provider;
use crate::bench::trouble::expect_throttled;

/// More records than any provider has on a page, or in an answer of change data capture.
const MANY: usize = 1_050;

/// What was made, edited and deleted from a moment on, and nothing from before; with the number of
/// calls that the provider counted.
pub(crate) async fn each_change_is_told_once_with_its_kind(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let [untouched, edited, deleted] = [1, 2, 3].map(|number| bench.create(number));
    bench.pass(60);
    let since = bench.now();
    bench.pass(10);
    let created = bench.create(4);
    bench.pass(10);
    bench.edit(&edited);
    bench.pass(10);
    bench.edit(&edited);
    bench.delete(&deleted);
    bench.pass(10);
    let calls_before = bench.calls();
    let page = bench.changes(&company, since).await.unwrap();
    assert_eq!(u64::from(page.reads), bench.calls() - calls_before);
    let told: BTreeMap<&str, ChangeKind> =
        page.changes.iter().map(|change| (change.object_id.as_str(), change.kind)).collect();
    let expected = BTreeMap::from([
        (created.as_str(), ChangeKind::Created),
        (edited.as_str(), ChangeKind::Updated),
        (deleted.as_str(), ChangeKind::Deleted),
    ]);
    assert_eq!(told, expected, "{untouched} was not touched");
    assert_eq!(page.changes.len(), expected.len());
    assert!(!page.more);
    assert!(page.provider_time > since && page.provider_time <= bench.now());
    for change in &page.changes {
        assert_eq!(&*change.resource, provider.resource());
        assert!(!change.version.is_notice());
        assert!(change.changed_at >= since && change.changed_at <= bench.now(), "{change:?}");
        assert!(serde_json::from_str::<serde_json::Value>(&change.record).unwrap().is_object());
    }
    assert!(page.changes.is_sorted_by_key(|change| change.changed_at));
}

/// `since` is inclusive: what changes in the second of an answer, after it, is told by the next
/// question from the answer's time; and what is told twice has one version.
pub(crate) async fn asking_again_loses_nothing_and_tells_the_same(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let since = bench.now();
    let before = bench.create(1);
    let first = bench.changes(&company, since).await.unwrap();
    assert_eq!(ids(&first), BTreeSet::from([before.clone()]));
    assert_eq!(versions(&bench.changes(&company, since).await.unwrap()), versions(&first));
    let after = bench.create(2);
    let second = bench.changes(&company, first.provider_time).await.unwrap();
    assert_eq!(ids(&second), BTreeSet::from([before.clone(), after.clone()]));
    assert!(versions(&second).is_superset(&versions(&first)));
    bench.pass(5);
    bench.edit(&before);
    let third = bench.changes(&company, second.provider_time).await.unwrap();
    assert!(ids(&third).contains(&before));
    assert!(!versions(&third).is_subset(&versions(&second)));
    bench.pass(5);
    bench.delete(&before);
    let told = bench.changes(&company, third.provider_time).await.unwrap();
    assert!(told.changes.iter().any(|change| change.kind == ChangeKind::Deleted));
    assert!(versions(&told).is_disjoint(&versions(&first)) || ids(&told).contains(&after));
    bench.pass(60);
    let last = bench.changes(&company, bench.now()).await.unwrap();
    assert!(last.changes.is_empty(), "{:?}", last.changes);
    // Final is what changed before the call was made, which this machine may do slowly.
    let behind = bench.now().since(last.provider_time);
    assert!(last.provider_time <= bench.now() && behind < Duration::from_secs(60), "{behind:?}");
}

/// In as many parts as it takes, each from where the one before ended.
pub(crate) async fn many_records_are_told_completely(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let mut since = bench.now();
    let mut made = BTreeSet::new();
    for number in 1..=u64::try_from(MANY).unwrap() {
        if number.is_multiple_of(5) {
            bench.pass(1);
        }
        made.insert(bench.create(number));
    }
    bench.pass(60);
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    loop {
        let calls_before = bench.calls();
        let page = bench.changes(&company, since).await.unwrap();
        assert_eq!(u64::from(page.reads), bench.calls() - calls_before);
        assert_eq!(versions(&page).len(), page.changes.len(), "one page told a change twice");
        for (id, version) in versions(&page) {
            told.entry(id).or_default().insert(version);
        }
        if !page.more {
            break;
        }
        assert!(page.provider_time > since, "it does not get on");
        since = page.provider_time;
    }
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), made);
    assert!(told.values().all(|versions| versions.len() == 1), "a record has two versions");
}

/// Neither a resource that was not named nor one that the feed does not cover costs a call.
pub(crate) async fn what_was_not_asked_for_is_not_told(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let since = bench.now();
    bench.create(1);
    bench.pass(10);
    let calls_before = bench.calls();
    let names = bench.connector.profile.resource_names();
    for feed in &bench.connector.feeds {
        let covers = |name: &&str| feed.covers(name, &company.configuration);
        let foreign = names.iter().copied().filter(|name| !covers(name));
        for resource in foreign.chain(["no-such-resource"]) {
            let page = ask(feed.as_ref(), &company, resource, since).await.unwrap();
            let nothing = FeedPage {
                changes: vec![],
                provider_time: since,
                reads: 0,
                more: false,
                note: None,
            };
            assert_eq!(page, nothing, "{} {resource}", feed.name());
        }
    }
    assert_eq!(bench.calls(), calls_before);
}

/// So that the gateway renews it and asks again.
pub(crate) async fn an_ended_token_is_unauthorized(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    provider.end_tokens(&bench.sandbox);
    for (feed, resource) in feeds(&bench.connector, &company) {
        let result = ask(feed, &company, resource, bench.now()).await;
        assert_eq!(result, Err(ProviderError::Unauthorized), "{resource}");
    }
}

/// Of no feed; else its cursor would pass what it was not told of.
pub(crate) async fn a_provider_that_fails_is_never_an_empty_answer(
    provider: &'static dyn Provider,
) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    bench.create(1);
    for (feed, resource) in feeds(&bench.connector, &company) {
        bench.expect_unavailable(async || ask(feed, &company, resource, bench.now()).await).await;
    }
    for (feed, resource) in feeds(&bench.connector_to_nobody(), &company) {
        let result = ask(feed, &company, resource, bench.now()).await;
        assert!(matches!(result, Err(ProviderError::Unavailable(_))), "{resource}: {result:?}");
    }
}

/// More than nothing and no longer than a day.
pub(crate) async fn a_throttle_says_how_long_to_wait(provider: &'static dyn Provider) {
    expect_throttled(provider, async |bench, company| bench.changes(company, bench.now()).await)
        .await;
}

/// The customer must act, and the words say so.
pub(crate) async fn a_closed_book_is_refused(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    provider.close_books(&bench.sandbox);
    let error = bench.changes(&company, bench.now()).await.unwrap_err();
    assert!(provider.says_closed(&error), "{error:?}");
    company.expect_no_secret(&format!("{error} {error:?}"));
}

/// Every feed, with a resource that it covers.
fn feeds<'a>(
    connector: &'a Connector,
    company: &Company,
) -> Vec<(&'a dyn ChangeFeed, &'static str)> {
    let names = connector.profile.resource_names();
    let covered = |feed: &'a Arc<dyn ChangeFeed>| {
        let name = names.iter().find(|name| feed.covers(name, &company.configuration));
        (feed.as_ref(), *name.unwrap())
    };
    connector.feeds.iter().map(covered).collect()
}

fn ids(page: &FeedPage) -> BTreeSet<String> {
    page.changes.iter().map(|change| change.object_id.clone()).collect()
}

fn versions(page: &FeedPage) -> BTreeSet<(String, String)> {
    let changes = page.changes.iter();
    changes.map(|change| (change.object_id.clone(), change.version.to_key())).collect()
}
