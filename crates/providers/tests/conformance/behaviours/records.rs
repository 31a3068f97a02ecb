//! Reading single records.

use std::collections::BTreeSet;

use ledgerhook_connector::{ProviderError, RecordsPage};
use ledgerhook_model::ChangeKind;

use crate::bench::Bench;
use crate::bench::provider::{DeletedRecord, Provider};
use crate::bench::trouble::expect_throttled;

/// The same id, version, time and form, so that both are one change; each once, in as many calls
/// as are counted.
pub(crate) async fn a_record_is_read_as_the_feed_tells_of_it(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let since = bench.now();
    let ids = [1, 2, 3].map(|number| bench.create(number));
    bench.pass(5);
    bench.edit(&ids[1]);
    let told = bench.changes(&company, since).await.unwrap().changes;
    let calls_before = bench.calls();
    let page = bench.read(&company, &ids).await.unwrap();
    assert_eq!(u64::from(page.reads), bench.calls() - calls_before);
    assert!(page.missing.is_empty(), "{:?}", page.missing);
    assert_eq!(page.found.len(), told.len());
    for change in told {
        let found = page.found.iter().find(|found| found.object_id == change.object_id).unwrap();
        assert_eq!(found.version, change.version);
        assert_eq!(found.printed_id, change.printed_id);
        assert_eq!(found.changed_at, change.changed_at);
        assert_eq!(found.resource, change.resource);
        assert_eq!(found.record, change.record);
    }
}

/// Neither an id that no record has nor a text that is no id hides the others; the latter costs
/// no call.
pub(crate) async fn what_is_not_there_is_missing(provider: &'static dyn Provider) {
    const NO_IDS: [&str; 4] = ["", "../users/1", "1' OR '1'='1", "%2e%2e"];
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let there = bench.create(1);
    let ids = [provider.unknown_id().to_owned(), there.clone()];
    let page = bench.read(&company, &ids).await.unwrap();
    assert_eq!(page.missing, [provider.unknown_id()]);
    let found: Vec<_> = page.found.iter().map(|change| change.object_id.as_str()).collect();
    assert_eq!(found, [there]);
    let calls_before = bench.calls();
    assert_eq!(bench.read(&company, &[]).await, Ok(RecordsPage::default()));
    let page = bench.read(&company, &NO_IDS.map(str::to_owned)).await.unwrap();
    assert_eq!(bench.calls(), calls_before);
    assert_eq!((page.found.len(), page.reads), (0, 0));
    let missing: BTreeSet<_> = page.missing.iter().map(String::as_str).collect();
    assert_eq!(missing, BTreeSet::from(NO_IDS));
}

/// Found as one that was deleted, with the version of the feed, or missing.
pub(crate) async fn what_was_deleted_is_told_as_documented(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let since = bench.now();
    let id = bench.create(1);
    bench.pass(5);
    bench.delete(&id);
    let page = bench.read(&company, std::slice::from_ref(&id)).await.unwrap();
    match provider.deleted_record() {
        DeletedRecord::Missing => {
            assert!(page.found.is_empty(), "{:?}", page.found);
            assert_eq!(page.missing, [id]);
        }
        DeletedRecord::Found => {
            let [found] = page.found.as_slice() else { panic!("{:?}", page.found) };
            assert_eq!(found.kind, ChangeKind::Deleted);
            let told = bench.changes(&company, since).await.unwrap().changes;
            let [told] = told.as_slice() else { panic!("{told:?}") };
            // Of the record itself a feed may show less.
            assert_eq!((&told.object_id, told.kind), (&found.object_id, found.kind));
            assert_eq!((&told.version, told.changed_at), (&found.version, found.changed_at));
            assert!(page.missing.is_empty());
        }
    }
}

/// So that the gateway renews it and asks again.
pub(crate) async fn an_ended_token_is_unauthorized(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let ids = [bench.create(1)];
    provider.end_tokens(&bench.sandbox);
    assert_eq!(bench.read(&company, &ids).await, Err(ProviderError::Unauthorized));
}

/// A record is missing only when the provider itself says so.
pub(crate) async fn a_provider_that_fails_loses_no_record(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let ids = [bench.create(1)];
    bench.expect_unavailable(async || bench.read(&company, &ids).await).await;
}

/// More than nothing and no longer than a day.
pub(crate) async fn a_throttle_says_how_long_to_wait(provider: &'static dyn Provider) {
    expect_throttled(provider, async |bench, company| {
        bench.read(company, &[bench.create(1)]).await
    })
    .await;
}
