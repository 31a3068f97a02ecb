//! The feeds against books on a scripted server.

use std::sync::Mutex;

use ledgerhook_model::Version;

use super::*;
use crate::sage::entities::{self, ENTITIES};
use crate::sage::stand_in::{
    Books, COLUMBUS, SINCE, TIME, V1, access, api, configuration, dated, deleted, entries, moment,
    reaches_settled_time,
};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

fn feed(server: &ScriptedServer, resource: &str) -> SageFeed {
    SageFeed::new(api(server), entities::find(resource).unwrap())
}

async fn ask(
    server: &ScriptedServer,
    resource: &str,
    settings: &[(&str, &str)],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<FeedPage, ProviderError> {
    let (feed, access, configuration) = (feed(server, resource), access(), configuration(settings));
    let resources = ["tax-rates".to_owned(), resource.to_owned()];
    let since = Moment::parse(SINCE).unwrap();
    let request = FeedRequest {
        access: &access,
        configuration: &configuration,
        since,
        resources: &resources,
    };
    server.during(script, feed.changes(request)).await
}

async fn changes_of(server: &ScriptedServer, books: &Books, resource: &str) -> FeedPage {
    ask(server, resource, &[], |asked, _| books.answer(asked)).await.unwrap()
}

fn told(page: &FeedPage) -> Vec<(&str, ChangeKind)> {
    page.changes.iter().map(|change| (change.object_id.as_str(), change.kind)).collect()
}

fn ids(page: &FeedPage) -> Vec<usize> {
    let mut ids: Vec<usize> =
        page.changes.iter().map(|change| change.object_id.parse().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[tokio::test]
async fn a_resource_is_one_question_for_changes_and_one_for_deletions() {
    let server = ScriptedServer::new().await;
    let mut rows = entries(3, |id| 3 - id);
    rows.push(deleted(9, 2));
    let page = changes_of(&server, &Books(rows), "customers").await;
    assert_eq!(
        told(&page),
        [
            ("2", ChangeKind::Updated),
            ("1", ChangeKind::Updated),
            ("9", ChangeKind::Deleted),
            ("0", ChangeKind::Updated),
        ]
    );
    assert_eq!((page.reads, page.more, page.note.clone()), (2, false, None));
    assert!(reaches_settled_time(page.provider_time), "{page:?}");
    assert_eq!(&*page.changes[0].resource, "customers");
    let lines: Vec<_> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v3.1/contacts?contact_type_id=CUSTOMER\
             &updated_or_created_since=2026-11-01T00%3A00%3A00Z&attributes=all\
             &items_per_page=200&page=1",
            "GET /v3.1/contacts?contact_type_id=CUSTOMER\
             &deleted_since=2026-10-31T23%3A59%3A59Z&attributes=created_at%2Cupdated_at%2Cdeleted_at\
             &items_per_page=200&page=1",
        ]
    );
}

#[tokio::test]
async fn both_ends_of_the_time_that_is_asked_for_are_told() {
    let server = ScriptedServer::new().await;
    let mut rows = entries(1, |_| 0);
    rows.extend([deleted(8, 0), deleted(9, -1)]);
    let page = changes_of(&server, &Books(rows), "products").await;
    assert_eq!(told(&page), [("0", ChangeKind::Created), ("8", ChangeKind::Deleted)]);
}

#[tokio::test]
async fn a_state_that_was_read_in_its_own_second_may_not_be_the_last_one_of_it() {
    let server = ScriptedServer::new().await;
    let second_of_answer = Moment::parse(TIME).unwrap().seconds() - moment(0).seconds();
    let books = Books(entries(2, |id| second_of_answer - 100 * id));
    let heavy = |asked: &Asked, _: usize| match asked.parameter("attributes").as_deref() {
        Some("all") => dated(answer("502 Bad Gateway", "")),
        _ => books.answer(asked),
    };
    let is_over = |change: &Change| match &change.version {
        Version::Timed(state) => state.is_over,
        other => panic!("{other:?}"),
    };
    for resource in ["products", "invoices"] {
        let page = changes_of(&server, &books, resource).await;
        assert_eq!(page.changes.iter().map(is_over).collect::<Vec<_>>(), [true, false]);
        let page = ask(&server, resource, &[], heavy).await.unwrap();
        assert_eq!(page.changes.iter().map(is_over).collect::<Vec<_>>(), [true, false]);
    }
}

#[tokio::test]
async fn a_resource_without_deletions_is_not_asked_for_any() {
    let server = ScriptedServer::new().await;
    let books = Books(vec![deleted(1, 5)]);
    let page = changes_of(&server, &books, "ledger-accounts").await;
    assert_eq!((page.changes.len(), page.reads), (0, 1));
    assert!(reaches_settled_time(page.provider_time), "{page:?}");
}

#[tokio::test]
async fn a_list_without_order_is_read_to_its_end_with_a_token_for_each_page() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(450, |id| 1 + id * 37 % 450));
    let page = changes_of(&server, &books, "contacts").await;
    assert_eq!((page.changes.len(), page.reads, page.more), (450, 4, false));
    assert!(page.changes.is_sorted_by_key(|change| change.changed_at));
    let tokens: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| asked.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2", "Bearer token-3", "Bearer token-4"]);
}

#[tokio::test]
async fn a_list_that_does_not_say_how_long_it_is_ends_when_it_repeats_itself() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(450, |id| id));
    let script = |asked: &Asked, _: usize| {
        let mut scripted = books.answer(asked);
        let (_, rest) = scripted.body.split_once(',').unwrap();
        scripted.body = format!("{{{rest}");
        scripted
    };
    let page = ask(&server, "ledger-accounts", &[], script).await.unwrap();
    assert_eq!((ids(&page).len(), page.reads, page.more), (450, 4, false));
    // In order, the last second is asked for once more.
    let page = ask(&server, "sales-quotes", &[], script).await.unwrap();
    assert_eq!((ids(&page).len(), page.reads, page.more), (450, 4, true));
    assert_eq!(page.provider_time, moment(449));
}

/// A list of 300 contacts from which one is taken between its pages, as often as `losses` says.
async fn shrinking(server: &ScriptedServer, losses: usize) -> FeedPage {
    let books = Mutex::new((Books(entries(300, |id| id)), 0));
    let script = |asked: &Asked, _: usize| {
        let mut guard = books.lock().unwrap();
        let (own, lost) = &mut *guard;
        let scripted = own.answer(asked);
        if asked.parameter("page").as_deref() == Some("1") && *lost < losses {
            own.0.remove(0);
            *lost += 1;
        }
        scripted
    };
    ask(server, "ledger-accounts", &[], script).await.unwrap()
}

#[tokio::test]
async fn a_list_that_changes_while_it_is_read_is_read_again() {
    let server = ScriptedServer::new().await;
    let page = shrinking(&server, 1).await;
    assert_eq!((ids(&page).len(), page.reads), (300, 4));
    let page = shrinking(&server, 9).await;
    assert_eq!((ids(&page).len(), page.reads, page.more), (300, 6, false));
}

#[tokio::test]
async fn without_a_date_the_latest_change_says_how_far_the_page_reaches() {
    let server = ScriptedServer::new().await;
    let script = |books: &Books, asked: &Asked| {
        let mut scripted = books.answer(asked);
        scripted.headers.truncate(1);
        scripted
    };
    for resource in ["products", "invoices"] {
        let books = Books(entries(3, |id| id * 10));
        let page = ask(&server, resource, &[], |asked, _| script(&books, asked)).await.unwrap();
        assert_eq!(page.provider_time, moment(20), "{resource}");
        let books = Books(vec![deleted(1, 5)]);
        let page = ask(&server, resource, &[], |asked, _| script(&books, asked)).await.unwrap();
        assert_eq!(page.provider_time, moment(0), "{resource}");
    }
}

#[tokio::test]
async fn the_first_answer_says_up_to_when_the_page_is_complete() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(450, |id| id));
    let dates = [
        "Date: Fri, 20 Nov 2026 08:00:03 GMT",
        "Date: Fri, 20 Nov 2026 08:00:05 GMT",
        "Date: Fri, 20 Nov 2026 08:00:07 GMT",
        "Date: Fri, 20 Nov 2026 08:00:09 GMT",
    ];
    let script = |asked: &Asked, index: usize| {
        let mut scripted = books.answer(asked);
        *scripted.headers.last_mut().unwrap() = dates[index];
        scripted
    };
    let page = ask(&server, "products", &[], script).await.unwrap();
    let first = Moment::parse("2026-11-20T08:00:03Z").unwrap();
    assert!(page.provider_time < first, "{page:?}");
}

#[tokio::test]
async fn more_records_than_memory_holds_are_read_in_several_goes_also_without_order() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(4_500, |id| 1 + (id * 7_919) % 4_500));
    let page = changes_of(&server, &books, "ledger-entries").await;
    assert_eq!((page.changes.len(), page.more), (4_000, true));
    assert_eq!(page.provider_time, moment(4_001));
    let one_second = Books(entries(4_500, |_| 0));
    let script = |asked: &Asked, _: usize| one_second.answer(asked);
    let error = ask(&server, "ledger-entries", &[], script).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "more ledger_entries changed at 2026-11-01T00:00:00Z \
         than are read at once, so there is no later time to go on from"
    );
}

#[tokio::test]
async fn a_list_in_order_goes_on_from_its_last_second() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(450, |id| id / 7));
    let page = changes_of(&server, &books, "invoices").await;
    assert_eq!((page.changes.len(), page.more), (450, false));
    let asked: Vec<_> = server
        .asked()
        .iter()
        .filter_map(|asked| {
            let since = asked.parameter("updated_or_created_since")?;
            assert_eq!(asked.parameter("sort").as_deref(), Some("updated_at:asc"));
            Some((since, asked.parameter("page").unwrap()))
        })
        .collect();
    let expected = [(0, "1"), (28, "1"), (56, "1")]
        .map(|(seconds, page)| (moment(seconds).to_iso_seconds(), page.to_owned()));
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_long_list_in_order_is_read_in_several_goes() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(5_000, |id| 1 + id));
    let page = changes_of(&server, &books, "sales-quotes").await;
    assert_eq!((page.reads, page.more), (20, true));
    assert_eq!(page.provider_time, moment(3_981));
    let whole: Vec<_> = (0..3_981).collect();
    assert_eq!(ids(&page), whole);
    let one_second = Books(entries(5_000, |_| 0));
    let script = |asked: &Asked, _: usize| one_second.answer(asked);
    let error = ask(&server, "sales-quotes", &[], script).await.unwrap_err();
    assert!(error.to_string().contains("no later time to go on from"), "{error}");
}

#[tokio::test]
async fn a_list_that_ignores_the_order_is_read_to_its_end() {
    let server = ScriptedServer::new().await;
    let ignoring = |books: &Books, asked: &Asked| {
        let unsorted = Asked { line: asked.line.replace("sort=", "sorted="), ..asked.clone() };
        books.answer(&unsorted)
    };
    // Not in order at once, and in order on its first page only.
    for seconds in
        [(|id: i64| 500 - id) as fn(i64) -> i64, |id| if id < 200 { 100 + id } else { 1 }]
    {
        let books = Books(entries(450, seconds));
        let script = |asked: &Asked, _: usize| ignoring(&books, asked);
        let page = ask(&server, "sales-quotes", &[], script).await.unwrap();
        assert_eq!((ids(&page).len(), page.more), (450, false));
    }
}

#[tokio::test]
async fn records_that_are_too_heavy_by_the_page_are_read_one_by_one() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(3, |id| id));
    for status in ["500 Internal Server Error", "502 Bad Gateway", "504 Gateway Timeout"] {
        let script = |asked: &Asked, _: usize| match asked.parameter("attributes").as_deref() {
            Some("all") => dated(answer(status, "<html></html>")),
            // Deleted between the list and its reading.
            None if asked.line.ends_with("/1") => dated(answer("404 Not Found", "[]")),
            _ => books.answer(asked),
        };
        let page = ask(&server, "ledger-accounts", &[], script).await.unwrap();
        assert_eq!(ids(&page), [0, 2], "{status}");
        assert_eq!(page.reads, 5);
    }
    let lines: Vec<_> = server.asked().into_iter().map(|asked| asked.line).take(3).collect();
    assert!(lines[1].contains("&attributes=created_at%2Cupdated_at&"), "{}", lines[1]);
    assert_eq!(lines[2], "GET /v3.1/ledger_accounts/0");
    let script = |_: &Asked, _: usize| answer("500 Internal Server Error", "");
    let error = ask(&server, "ledger-accounts", &[], script).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_at_all_holds_up_no_other() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(3, |id| id));
    let failing = |asked: &Asked, paths: &[&str]| {
        let is_whole = asked.parameter("attributes").as_deref() == Some("all");
        let is_failing = is_whole || paths.iter().any(|path| asked.line.ends_with(path));
        is_failing.then(|| answer("500 Internal Server Error", "<html></html>"))
    };
    let script = |asked: &Asked, _: usize| {
        failing(asked, &["/1"]).unwrap_or_else(|| {
            let mut scripted = books.answer(asked);
            let is_record = !asked.line.contains('?');
            let whole = if is_record { r#"{"name":"whole","# } else { "{" };
            scripted.body = scripted.body.replacen('{', whole, 1);
            scripted
        })
    };
    let page = ask(&server, "ledger-accounts", &[], script).await.unwrap();
    let is_whole: Vec<_> = page
        .changes
        .iter()
        .map(|change| (change.object_id.as_str(), change.record.contains("whole")))
        .collect();
    assert_eq!(is_whole, [("0", true), ("1", false), ("2", true)]);
    let script = |asked: &Asked, _: usize| {
        failing(asked, &["/0", "/1", "/2"]).unwrap_or_else(|| books.answer(asked))
    };
    let error = ask(&server, "ledger-accounts", &[], script).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn an_edition_that_lacks_a_resource_is_told_from_a_refused_token() {
    let server = ScriptedServer::new().await;
    let edition = r#"[{"$severity":"error","$dataCode":"AuthorizationFailure","$message":"No active subscription. (MSE)","$source":""}]"#;
    let script = |_: &Asked, _: usize| answer("401 Unauthorized", edition);
    let error = ask(&server, "stock-items", &[], script).await.unwrap_err();
    assert!(matches!(&error, ProviderError::Rejected(words) if words.contains("edition")));
    assert_eq!(server.asked().len(), 1);
    let script = |_: &Asked, _: usize| answer("401 Unauthorized", "[]");
    let error = ask(&server, "stock-items", &[], script).await.unwrap_err();
    assert_eq!(error, ProviderError::Unauthorized);
}

#[tokio::test]
async fn a_throttled_question_waits_between_its_pages_but_not_before_them() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(450, |id| id));
    let throttled = |wait: &'static str| {
        let mut scripted = answer("429 Too Many Requests", "");
        scripted.headers.push(wait);
        scripted
    };
    let script = |asked: &Asked, index: usize| match index {
        1 => throttled("Retry-After: 1"),
        _ => books.answer(asked),
    };
    let page = ask(&server, "ledger-accounts", &[], script).await.unwrap();
    assert_eq!((page.changes.len(), page.reads), (450, 4));
    let wait = Duration::from_secs(7);
    let script = |_: &Asked, _: usize| throttled("Retry-After: 7");
    let error = ask(&server, "ledger-accounts", &[], script).await.unwrap_err();
    assert_eq!(error, ProviderError::Throttled { wait });
    let first = server.asked().len();
    let script = |asked: &Asked, index: usize| match index - first {
        0 => books.answer(asked),
        _ => throttled("Retry-After: 62"),
    };
    let error = ask(&server, "ledger-accounts", &[], script).await.unwrap_err();
    assert_eq!(error, ProviderError::Throttled { wait: Duration::from_secs(62) });
}

#[tokio::test]
async fn api_v3_is_asked_for_neither_deletions_nor_an_order() {
    let server = ScriptedServer::new().await;
    let books = Books(vec![deleted(1, 5)]);
    let settings = [("base.url", COLUMBUS)];
    let script = |asked: &Asked, _: usize| books.answer(asked);
    let page = ask(&server, "invoices", &settings, script).await.unwrap();
    assert_eq!((page.changes.len(), page.reads), (0, 1));
    assert_eq!(
        server.asked()[0].line,
        "GET /columbus/us/sageone/accounts/v3/sales_invoices\
         ?updated_or_created_since=2026-11-01T00%3A00%3A00Z&attributes=all\
         &items_per_page=200&page=1"
    );
}

#[tokio::test]
async fn every_feed_says_what_it_is() {
    let server = ScriptedServer::new().await;
    for entity in &ENTITIES {
        let feed = SageFeed::new(api(&server), entity);
        assert_eq!((feed.name(), feed.detection()), (entity.resource, Detection::Poll));
        let covers = |resource: &str, base_url: &str| {
            feed.covers(resource, &configuration(&[("base.url", base_url)]))
        };
        assert!(covers(entity.resource, "") && covers(entity.resource, COLUMBUS));
        assert!(covers(entity.resource, "https://example.com"));
        assert!(!covers(entity.resource, V1) && !covers("currencies", ""));
    }
    assert_eq!(feed(&server, "customers").interval_default(), None);
    let seldom = feed(&server, "tax-rates").interval_default();
    assert_eq!(seldom, Some(Duration::from_secs(21_600)));
    let error = ask(&server, "customers", &[("base.url", V1)], |_, _| answer("200 OK", "")).await;
    assert!(error.unwrap_err().to_string().contains("API v1 has no way to ask for changes"));
}

mod completeness;
