//! The feed against books on a scripted server.

use ledgerhook_model::Moment;

use super::*;
use crate::quickbooks::feed::CdcFeed;
use crate::quickbooks::stand_in::{
    Books, SINCE, TIME, access, api, ask, configuration, deleted, moment, rows,
};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

async fn changes(
    server: &ScriptedServer,
    resources: &[&str],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<FeedPage, ProviderError> {
    let (feed, access, configuration) =
        (QueryFeed::new(api(server)), access("9130", "access"), configuration(&[]));
    server.during(script, ask(&feed, &access, &configuration, resources)).await
}

async fn changes_of(server: &ScriptedServer, books: &Books, resources: &[&str]) -> FeedPage {
    changes(server, resources, |asked, _| books.answer(asked)).await.unwrap()
}

#[tokio::test]
async fn each_resource_is_one_query_and_others_cost_none() {
    let server = ScriptedServer::new().await;
    let mut activities = rows(2, |id| 10 * id);
    activities.push(deleted(7, 3));
    let books = Books::of([("TaxCode", rows(1, |_| 5)), ("TimeActivity", activities)]);
    let wanted = ["invoices", "tax-codes", "tax-rates", "time-activities"];
    let page = changes_of(&server, &books, &wanted).await;
    let told: Vec<_> =
        page.changes.iter().map(|change| (&*change.resource, change.id_to_print())).collect();
    assert_eq!(
        told,
        [("time-activities", "0|1"), ("tax-codes", "0|1"), ("time-activities", "1|1")]
    );
    assert_eq!((page.reads, page.more, page.note), (3, false, None));
    assert_eq!(page.provider_time, Moment::parse(TIME).unwrap());
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /v3/company/9130/query?minorversion=75");
    assert_eq!(asked[0].header("content-type"), Some("application/text"));
    assert_eq!(asked[0].header("authorization"), Some("Bearer access"));
    assert!(asked[0].body.starts_with("SELECT * FROM TaxCode WHERE"), "{}", asked[0].body);
    let page = changes_of(&server, &books, &["invoices"]).await;
    assert_eq!((page.reads, page.provider_time), (0, Moment::parse(SINCE).unwrap()));
}

#[tokio::test]
async fn the_earliest_answer_says_up_to_when_the_page_is_complete() {
    let server = ScriptedServer::new().await;
    let books = Books::default();
    let script = |asked: &Asked, index: usize| {
        books.answer_at(asked, ["2026-11-20T08:00:03Z", "2026-11-20T08:00:02Z"][index])
    };
    let page = changes(&server, &["tax-codes", "tax-rates"], script).await.unwrap();
    assert_eq!(page.provider_time, Moment::parse("2026-11-20T08:00:02Z").unwrap());
}

#[tokio::test]
async fn a_throttled_question_goes_on_where_it_was() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("TaxRate", rows(1, |_| 5))]);
    let script = |asked: &Asked, index: usize| match index {
        1 => {
            let mut throttled = answer("429 Too Many Requests", "");
            throttled.headers.push("Retry-After: 1");
            throttled
        }
        _ => books.answer(asked),
    };
    let page = changes(&server, &["tax-codes", "tax-rates"], script).await.unwrap();
    assert_eq!((page.changes.len(), page.reads), (1, 2));
    assert_eq!(server.asked().len(), 3, "tax codes once, tax rates twice");
}

#[tokio::test]
async fn pages_go_on_from_the_last_second_and_tell_everything_once() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("TimeActivity", rows(2_500, |id| id / 7))]);
    let page = changes_of(&server, &books, &["time-activities"]).await;
    assert_eq!((page.changes.len(), page.reads, page.more), (2_500, 3, false));
    let starts: Vec<_> = server.asked().iter().map(|asked| asked.body.clone()).collect();
    assert!(starts.iter().all(|text| text.contains("STARTPOSITION 1 ")), "{starts:?}");
}

#[tokio::test]
async fn more_rows_of_one_second_than_a_page_holds_are_counted_through() {
    let server = ScriptedServer::new().await;
    let seconds = |id: i64| if id < 2_300 { 60 } else { id };
    let books = Books::of([("TimeActivity", rows(2_500, seconds))]);
    let page = changes_of(&server, &books, &["time-activities"]).await;
    assert_eq!((page.changes.len(), page.reads, page.more), (2_500, 4, false));
}

#[tokio::test]
async fn a_page_ends_after_some_calls_and_the_next_one_goes_on() {
    let server = ScriptedServer::new().await;
    let books =
        Books::of([("TaxCode", rows(9_000, |id| id + 1)), ("TaxRate", rows(9_000, |id| id + 1))]);
    let page = changes_of(&server, &books, &["tax-codes", "tax-rates"]).await;
    assert_eq!((page.reads, page.more), (8, true));
    assert_eq!(page.provider_time, moment(3_997));
}

#[tokio::test]
async fn a_second_without_end_is_an_error_not_a_loop() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("TaxRate", rows(9_000, |_| 0))]);
    let error = changes(&server, &["tax-rates"], |asked, _| books.answer(asked)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "QuickBooks shows 4000 changes of TaxRate at \
         2026-11-01T00:00:00Z and nothing after them, so there is no later time to go on from"
    );
}

#[tokio::test]
async fn it_says_what_it_is() {
    let server = ScriptedServer::new().await;
    let feed = QueryFeed::new(api(&server));
    assert_eq!((feed.name(), feed.detection()), ("query", Detection::Poll));
    assert_eq!(feed.interval_default(), Some(Duration::from_secs(21_600)));
    for (resource, is_covered) in
        [("tax-codes", true), ("time-activities", true), ("invoices", false), ("budgets", false)]
    {
        assert_eq!(feed.covers(resource, &configuration(&[])), is_covered, "{resource}");
    }
}

#[tokio::test]
async fn time_activities_are_left_to_change_data_capture_where_it_knows_them() {
    let server = ScriptedServer::new().await;
    let (query, cdc) = (QueryFeed::new(api(&server)), CdcFeed::new(api(&server)));
    let captured = configuration(&[("quickbooks.cdc.time_activities", "true")]);
    assert!(!query.covers("time-activities", &captured) && query.covers("tax-codes", &captured));
    assert!(cdc.covers("time-activities", &captured) && !cdc.covers("tax-codes", &captured));
    let books = Books::of([("TimeActivity", rows(1, |_| 5)), ("TaxCode", rows(1, |_| 5))]);
    let (access, resources) = (access("9130", "access"), ["time-activities", "tax-codes"]);
    for (feed, found) in [(&query as &dyn ChangeFeed, "tax-codes"), (&cdc, "time-activities")] {
        let script = |asked: &Asked, _| books.answer(asked);
        let page = server.during(script, ask(feed, &access, &captured, &resources)).await.unwrap();
        let resources: Vec<_> = page.changes.iter().map(|change| &*change.resource).collect();
        assert_eq!(resources, [found]);
    }
}
