//! The feed against books on a scripted server.

use ledgerhook_model::Change;

use super::*;
use crate::freshbooks::stand_in::{
    Books, Row, TIME, access, api, configuration, dated, deleted, row,
};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

/// From when on tests ask: 02:00:00 in New York.
const SINCE: &str = "2026-11-20T07:00:00Z";

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

async fn changes(
    server: &ScriptedServer,
    resources: &[&str],
    since: &str,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<FeedPage, ProviderError> {
    let resources: Vec<String> = resources.iter().map(|name| (*name).to_owned()).collect();
    let (feed, access, configuration) =
        (SweepFeed::new(api(server)), access("ABC123"), configuration());
    let request = FeedRequest {
        access: &access,
        configuration: &configuration,
        since: moment(since),
        resources: &resources,
    };
    server.during(script, feed.changes(request)).await
}

async fn changes_of(server: &ScriptedServer, books: &Books, resources: &[&str]) -> FeedPage {
    changes(server, resources, SINCE, |asked, _| books.answer(asked)).await.unwrap()
}

fn told(changes: &[Change]) -> Vec<String> {
    let text = |change: &Change| {
        let (resource, id, kind) = (&change.resource, &change.object_id, change.kind);
        format!("{resource} {id} {kind}")
    };
    changes.iter().map(text).collect()
}

/// Rows of one second each, from [`SINCE`] on, in no order.
fn many(count: usize) -> Vec<Row> {
    let clock = |second: usize| {
        format!("2026-11-20 {:02}:{:02}:{:02}", 2 + second / 3_600, second / 60 % 60, second % 60)
    };
    (0..count).map(|id| row(id, &clock(id * 7_919 % count))).collect()
}

#[tokio::test]
async fn what_changed_since_is_told_deleted_records_too() {
    let server = ScriptedServer::new().await;
    let new = Row { created: Some("2026-11-20 02:00:01"), ..row(4, "2026-11-20 02:00:01") };
    let books = Books::of([
        (
            "invoices",
            vec![
                row(1, "2026-11-20 01:59:59"),
                row(2, "2026-11-20 02:00:00"),
                deleted(3, "2026-11-20 02:30:00"),
                new,
                Row { vis_state: 2, ..row(5, "2026-11-20 02:10:00") },
            ],
        ),
        ("taxes", vec![row(9, "2026-11-20 02:00:02"), deleted(8, "2026-11-20 02:00:03")]),
        ("clients", vec![row(6, "2026-11-20 02:00:04")]),
    ]);
    let page = changes_of(&server, &books, &["invoices", "taxes", "services"]).await;
    assert_eq!(
        told(&page.changes),
        [
            "invoices 2 UPDATED",
            "invoices 4 CREATED",
            "taxes 9 UPDATED",
            "invoices 5 UPDATED",
            "invoices 3 DELETED",
        ]
    );
    assert_eq!((page.reads, page.more, page.note), (3, false, None));
    assert_eq!(page.provider_time, moment(TIME));
    let asked = server.asked();
    assert_eq!(
        asked[0].line,
        "GET /accounting/account/ABC123/invoices/invoices?search%5Bupdated_min%5D=2026-11-19&page=1\
         &per_page=100"
    );
    assert_eq!(asked[0].header("content-type"), None);
    assert_eq!(asked[1].parameter("search[vis_state]").as_deref(), Some("1"));
}

#[tokio::test]
async fn projects_and_time_are_asked_for_by_the_moment() {
    let server = ScriptedServer::new().await;
    let made = |created| Row { created: Some(created), ..row(3, "2026-11-20T07:30:00Z") };
    let books = Books::of([
        (
            "projects",
            vec![
                row(1, "2026-11-20T06:59:59Z"),
                row(2, "2026-11-20T07:00:00Z"),
                deleted(3, "2026-11-20T07:10:00Z"),
            ],
        ),
        (
            "time_entries",
            vec![
                made("2026-11-20T07:30:00Z"),
                Row { id: 4, ..made("2026-11-19T07:30:00Z") },
                deleted(5, "2026-11-20T07:30:00Z"),
                row(6, "2026-11-20T06:59:59Z"),
            ],
        ),
    ]);
    let page = changes_of(&server, &books, &["time-activities", "projects"]).await;
    assert_eq!(
        told(&page.changes),
        [
            "projects 2 UPDATED",
            "projects 3 DELETED",
            "time-activities 3 CREATED",
            "time-activities 4 UPDATED",
            "time-activities 5 DELETED",
        ]
    );
    assert_eq!((page.reads, page.more), (3, false));
    let asked = server.asked();
    assert_eq!(
        asked[0].line,
        "GET /projects/business/439000/projects?updated_since=2026-11-20T07%3A00%3A00Z&page=1\
         &per_page=100"
    );
    assert_eq!(asked[1].parameter("active").as_deref(), Some("false"));
    assert_eq!(asked[1].parameter("include_deleted").as_deref(), Some("true"));
    assert_eq!(asked[2].parameter("team").as_deref(), Some("true"));
    assert_eq!(asked[2].parameter("include_deleted").as_deref(), Some("true"));
}

#[tokio::test]
async fn a_filter_that_is_ignored_brings_nothing_old() {
    let server = ScriptedServer::new().await;
    let rows = vec![row(1, "2019-01-01 00:00:00"), row(2, "2026-11-20 07:00:00")];
    let books = Books::of([("bill_vendors", rows)]);
    let page = changes_of(&server, &books, &["vendors"]).await;
    assert_eq!(told(&page.changes), ["vendors 2 UPDATED"]);
}

#[tokio::test]
async fn a_list_that_knows_no_deleted_records_is_told_once() {
    let server = ScriptedServer::new().await;
    let script =
        |_: &Asked, _| answer("200 OK", r#"{"staff":[{"id":1,"updated":"2026-11-20 02:30:00"}]}"#);
    let page = changes(&server, &["employees"], SINCE, script).await.unwrap();
    assert_eq!((told(&page.changes), page.reads), (vec!["employees 1 UPDATED".to_owned()], 2));
}

#[tokio::test]
async fn recorded_lists_are_read() {
    let server = ScriptedServer::new().await;
    let clients = include_str!("../../../tests/fixtures/freshbooks/lists/clients.json");
    let entries = include_str!("../../../tests/fixtures/freshbooks/lists/time-entries.json");
    let script = |asked: &Asked, _: usize| match asked.line.contains("/users/clients") {
        true => dated("200 OK", clients),
        false => dated("200 OK", entries),
    };
    let since = "2020-10-01T00:00:00Z";
    let page = changes(&server, &["customers", "time-activities"], since, script).await.unwrap();
    assert_eq!(page.reads, 3);
    let customers: Vec<_> =
        page.changes.iter().filter(|change| &*change.resource == "customers").collect();
    let times = ["2020-10-17 06:25:34", "2020-11-01 13:11:10"];
    assert_eq!(customers.len(), times.len());
    for (change, time) in customers.into_iter().zip(times) {
        let key = change.version.to_key();
        assert!(key.starts_with(&format!("t:{time}|")), "the second is over: {key}");
    }
    assert_eq!(page.changes.len(), 4);
}

#[tokio::test]
async fn lists_are_read_to_their_end_and_everything_is_told_once() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("clients", many(350))]);
    let page = changes_of(&server, &books, &["customers"]).await;
    assert_eq!((page.changes.len(), page.reads, page.more), (350, 5, false));
    assert!(page.changes.is_sorted_by_key(|change| change.changed_at));
}

#[tokio::test]
async fn what_does_not_fit_is_brought_by_the_next_question() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("clients", many(6_500)), ("taxes", many(10))]);
    let script = |asked: &Asked, _| {
        let mut answered = books.answer(asked);
        answered.headers = vec!["Date: Fri, 20 Nov 2026 12:00:00 GMT"];
        answered
    };
    let resources = ["customers", "taxes"];
    let first = changes(&server, &resources, SINCE, script).await.unwrap();
    assert!(first.more && first.changes.len() <= 4_000, "{}", first.changes.len());
    let cut = first.provider_time;
    assert!(cut < moment("2026-11-20T08:06:40Z") && cut > moment("2026-11-20T08:06:20Z"), "{cut}");
    assert!(first.changes.iter().all(|change| change.changed_at < cut));
    let since = first.provider_time.to_iso_seconds();
    let second = changes(&server, &resources, &since, script).await.unwrap();
    assert_eq!((second.more, second.provider_time), (false, moment("2026-11-20T12:00:00Z")));
    let mut ids: Vec<_> = first.changes.iter().chain(&second.changes).collect();
    ids.sort_by_key(|change| (&change.resource, &change.object_id));
    ids.dedup_by_key(|change| (&change.resource, &change.object_id));
    assert_eq!(ids.len(), 6_510);
}

#[tokio::test]
async fn a_second_without_end_is_an_error_not_a_loop() {
    let server = ScriptedServer::new().await;
    let rows = (0..4_100).map(|id| row(id, "2026-11-20 02:00:05")).collect();
    let books = Books::of([("clients", rows)]);
    let script = |asked: &Asked, _| books.answer(asked);
    let error = changes(&server, &["customers"], SINCE, script).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "FreshBooks lists more than 4000 changes at \
         2026-11-20T07:00:05Z, so there is no later time to go on from"
    );
}

#[tokio::test]
async fn a_list_that_never_ends_is_given_up() {
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, _| {
        answer("200 OK", r#"{"clients":[{"id":1,"updated":"2020-01-01 00:00:00"}],"pages":999}"#)
    };
    let error = changes(&server, &["customers"], SINCE, script).await.unwrap_err();
    assert!(error.to_string().contains("more than 300 pages of clients"), "{error}");
}

#[tokio::test]
async fn a_list_that_became_shorter_is_read_again() {
    let server = ScriptedServer::new().await;
    let before = Books::of([("taxes", many(201))]);
    let after = Books::of([("taxes", many(201).into_iter().skip(1).collect())]);
    // The record that leaves after the first page moves the 101st onto it.
    let script = |asked: &Asked, index: usize| match index {
        0 => before.answer(asked),
        _ => after.answer(asked),
    };
    let page = changes(&server, &["taxes"], SINCE, script).await.unwrap();
    assert_eq!((page.changes.len(), page.reads), (201, 4));
    let server = ScriptedServer::new().await;
    let script = |asked: &Asked, _| match asked.parameter("page").as_deref() {
        Some("1") => before.answer(asked),
        _ => after.answer(asked),
    };
    let error = changes(&server, &["taxes"], SINCE, script).await.unwrap_err();
    assert!(error.to_string().contains("became shorter each of 3 times"), "{error}");
}

#[tokio::test]
async fn the_earliest_answer_says_up_to_when_the_page_is_complete() {
    let server = ScriptedServer::new().await;
    let dates = ["Date: Fri, 20 Nov 2026 08:00:03 GMT", "Date: Fri, 20 Nov 2026 08:00:02 GMT"];
    let script = |_: &Asked, index: usize| {
        let mut answered = answer("200 OK", r#"{"taxes":[],"tasks":[]}"#);
        answered.headers.push(dates[index % 2]);
        answered
    };
    let page = changes(&server, &["tasks", "taxes"], SINCE, script).await.unwrap();
    assert_eq!((page.reads, page.provider_time), (3, moment("2026-11-20T08:00:02Z")));
}

#[tokio::test]
async fn without_a_date_the_page_is_complete_up_to_its_latest_change() {
    let server = ScriptedServer::new().await;
    let script =
        |_: &Asked, _| answer("200 OK", r#"{"taxes":[{"id":1,"updated":"2026-11-20 02:30:00"}]}"#);
    let page = changes(&server, &["taxes"], SINCE, script).await.unwrap();
    assert_eq!(page.provider_time, moment("2026-11-20T07:30:00Z"));
    let script = |_: &Asked, _| answer("200 OK", r#"{"taxes":[]}"#);
    let page = changes(&server, &["taxes"], SINCE, script).await.unwrap();
    assert_eq!(page.provider_time, moment(SINCE));
}

#[tokio::test]
async fn the_hour_that_autumn_repeats_loses_nothing() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("taxes", vec![row(1, "2026-11-01 01:10:00")])]);
    let script = |asked: &Asked, _| books.answer(asked);
    let page = changes(&server, &["taxes"], "2026-11-01T06:05:00Z", script).await.unwrap();
    assert_eq!(told(&page.changes), ["taxes 1 UPDATED"]);
    assert_eq!(page.changes[0].changed_at, moment("2026-11-01T06:10:00Z"));
    let page = changes(&server, &["taxes"], "2026-11-01T05:10:00Z", script).await.unwrap();
    assert_eq!(page.changes[0].changed_at, moment("2026-11-01T05:10:00Z"));
    let page = changes(&server, &["taxes"], "2026-11-01T06:10:01Z", script).await.unwrap();
    assert_eq!(page.changes, []);
}

#[tokio::test]
async fn what_the_app_may_not_see_is_left_out_with_a_note_unless_it_is_all() {
    let script = |asked: &Asked, _: usize| match asked.line.contains("bills") {
        true => answer("403 Forbidden", r#"{"error":"insufficient_scope"}"#),
        false => answer("200 OK", r#"{"taxes":[{"id":1,"updated":"2026-11-20 02:30:00"}]}"#),
    };
    let server = ScriptedServer::new().await;
    let page = changes(&server, &["bills", "taxes"], SINCE, script).await.unwrap();
    assert_eq!(told(&page.changes), ["taxes 1 UPDATED"]);
    let note = page.note.unwrap();
    assert!(note.starts_with("bills are left out: the provider refuses access:"), "{note}");
    let error = changes(&server, &["bills"], SINCE, script).await.unwrap_err();
    assert!(matches!(error, ProviderError::Refused(_)), "{error}");
}

#[tokio::test]
async fn records_that_do_not_say_when_they_changed_are_counted_not_told() {
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, _| {
        answer("200 OK", r#"{"categories":[{"id":1},{"id":2,"updated_at":"2026-11-20 02:30:00"}]}"#)
    };
    let page = changes(&server, &["expense-categories"], SINCE, script).await.unwrap();
    assert_eq!(told(&page.changes), ["expense-categories 2 UPDATED"]);
    let expected = "2 of categories are left out: they do not say when they changed last";
    assert_eq!(page.note.as_deref(), Some(expected));
}

#[tokio::test]
async fn any_other_refusal_ends_the_question() {
    let cases = [
        ("401 Unauthorized", "", "unauthorized"),
        ("429 Too Many Requests", "", "throttled"),
        ("500 Internal Server Error", "", "unavailable"),
        ("200 OK", "<html></html>", "unavailable"),
        ("200 OK", r#"{"taxes":[{}]}"#, "unavailable"),
    ];
    for (status, body, expected) in cases {
        let server = ScriptedServer::new().await;
        let script = |_: &Asked, _| answer(status, body);
        let error = changes(&server, &["taxes", "items"], SINCE, script).await.unwrap_err();
        let sort = match error {
            ProviderError::Unauthorized => "unauthorized",
            ProviderError::Throttled { .. } => "throttled",
            ProviderError::Unavailable(_) => "unavailable",
            other => panic!("{status}: {other}"),
        };
        assert_eq!(sort, expected, "{status} {body}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn it_says_what_it_is_and_what_it_covers() {
    let server = ScriptedServer::new().await;
    let feed = SweepFeed::new(api(&server));
    assert_eq!((feed.name(), feed.detection()), ("sweep", Detection::Poll));
    assert_eq!(feed.interval_default(), None);
    let without_business = Configuration::default();
    for (resource, with, without) in [
        ("invoices", true, true),
        ("employees", true, true),
        ("projects", true, false),
        ("time-activities", true, false),
        ("services", false, false),
        ("unicorns", false, false),
    ] {
        assert_eq!(feed.covers(resource, &configuration()), with, "{resource}");
        assert_eq!(feed.covers(resource, &without_business), without, "{resource}");
    }
}
