//! The feed against books on a scripted server.

use std::time::Duration;

use super::*;
use crate::quickbooks::stand_in::{
    Books, TIME, access, api, ask, configuration, deleted, moment, rows,
};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

const TOO_OLD: &str = r#"{"Fault":{"Error":[{"Message":"m","Detail":"Operation cdc with changedSince date x which is older than fixed days is not supported.","code":"2010"}],"type":"ValidationFault"},"time":"2026-12-20T08:00:00Z"}"#;

async fn changes(
    server: &ScriptedServer,
    resources: &[&str],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<FeedPage, ProviderError> {
    let (feed, access, configuration) =
        (CdcFeed::new(api(server)), access("9130", "access"), configuration(&[]));
    server.during(script, ask(&feed, &access, &configuration, resources)).await
}

/// Asks books that answer at once and always.
async fn changes_of(server: &ScriptedServer, books: &Books, resources: &[&str]) -> FeedPage {
    changes(server, resources, |asked, _| books.answer(asked)).await.unwrap()
}

fn asked_entities(server: &ScriptedServer) -> Vec<String> {
    server.asked().iter().filter_map(|asked| asked.parameter("entities")).collect()
}

fn asked_seconds(server: &ScriptedServer) -> Vec<i64> {
    let since = |asked: &Asked| Moment::parse(&asked.parameter("changedSince").unwrap()).unwrap();
    server.asked().iter().map(|asked| since(asked).seconds() - moment(0).seconds()).collect()
}

fn told_deletions(page: &FeedPage) -> Vec<&str> {
    let deletions = page.changes.iter().filter(|change| change.kind.as_str() == "DELETED");
    deletions.map(|change| change.object_id.as_str()).collect()
}

#[tokio::test]
async fn all_resources_are_asked_for_in_one_call() {
    let server = ScriptedServer::new().await;
    let mut invoices = rows(2, |id| 5 + 4 * id);
    invoices.push(deleted(9, 6));
    let books = Books::of([("Invoice", invoices), ("Customer", rows(1, |_| 7))]);
    let wanted = ["invoices", "customers", "tax-codes", "time-activities"];
    let page = changes_of(&server, &books, &wanted).await;
    let told: Vec<_> =
        page.changes.iter().map(|change| (&*change.resource, change.object_id.as_str())).collect();
    assert_eq!(
        told,
        [("invoices", "0"), ("invoices", "9"), ("customers", "0"), ("invoices", "1")],
        "in order of time"
    );
    assert_eq!((page.provider_time, page.reads), (Moment::parse(TIME).unwrap(), 1));
    assert_eq!((page.more, page.note), (false, None));
    let [asked] = server.asked().try_into().unwrap();
    assert_eq!(
        asked.line,
        "GET /v3/company/9130/cdc?entities=Customer%2CInvoice&changedSince=2026-11-01T00%3A00%3A00Z\
         &minorversion=75"
    );
    assert_eq!(asked.header("authorization"), Some("Bearer access"));
    assert_eq!(asked.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn the_configuration_chooses_sandbox_and_minor_version() {
    for switch in ["use_sandbox", "connect.to.sandbox"] {
        let server = ScriptedServer::new().await;
        let configuration = configuration(&[(switch, "True"), ("quickbooks.minorversion", "80")]);
        let (feed, access) = (CdcFeed::new(api(&server)), access("9130", "access"));
        let script = |asked: &Asked, _| Books::default().answer(asked);
        let page = ask(&feed, &access, &configuration, &["bills"]);
        server.during(script, page).await.unwrap();
        let line = &server.asked()[0].line;
        assert!(line.starts_with("GET /s/v3/company/9130/cdc?entities=Bill&"), "{line}");
        assert!(line.ends_with("&minorversion=80"), "{line}");
    }
}

#[tokio::test]
async fn calls_of_a_company_connected_by_oauth_1_are_signed() {
    let server = ScriptedServer::new().await;
    let configuration = configuration(&[("authentication.type", "OAuth1")]);
    let (feed, access) = (CdcFeed::new(api(&server)), access("9130", "access"));
    let script = |asked: &Asked, _| Books::default().answer(asked);
    let page = ask(&feed, &access, &configuration, &["bills"]);
    server.during(script, page).await.unwrap();
    let asked = server.asked();
    let authorization = asked[0].header("authorization").unwrap();
    assert!(authorization.starts_with("OAuth oauth_consumer_key=\"key\","), "{authorization}");
    assert!(authorization.contains("oauth_token=\"access\""), "{authorization}");
    assert!(authorization.contains("oauth_signature_method=\"HMAC-SHA1\""), "{authorization}");
}

#[tokio::test]
async fn a_full_answer_is_asked_for_again_entity_by_entity() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Invoice", rows(700, |id| id + 1)), ("Bill", rows(400, |id| id + 1))]);
    let script = |asked: &Asked, index: usize| {
        let time = ["2026-11-20T08:00:00Z", "2026-11-20T08:00:01Z", "2026-11-20T08:00:02Z"][index];
        books.answer_at(asked, time)
    };
    let page = changes(&server, &["invoices", "bills"], script).await.unwrap();
    assert_eq!((page.changes.len(), page.reads), (1_100, 3));
    assert_eq!(asked_entities(&server), ["Bill,Invoice", "Bill", "Invoice"]);
    assert_eq!(page.provider_time, Moment::parse("2026-11-20T08:00:01Z").unwrap());
    assert_eq!((page.more, page.note), (false, None));
}

#[tokio::test]
async fn a_full_answer_for_one_entity_is_read_on_from_its_last_record() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Invoice", rows(2_500, |id| id / 3 + 1))]);
    let page = changes_of(&server, &books, &["invoices"]).await;
    assert_eq!(page.changes.len(), 2_500, "none lost and none told twice");
    assert_eq!(asked_seconds(&server), [0, 334, 667, 535], "the last one for deletions");
    assert_eq!((page.reads, page.more), (4, false));
    assert_eq!(page.provider_time, Moment::parse(TIME).unwrap());
    assert!(page.changes.is_sorted_by_key(|change| change.changed_at));
}

#[tokio::test]
async fn deletions_that_a_full_answer_cut_off_are_found_where_they_can_be() {
    let server = ScriptedServer::new().await;
    let mut invoices = rows(1_500, |id| id + 1);
    invoices.extend([deleted(2_000, 100), deleted(2_001, 599), deleted(2_002, 600)]);
    invoices.extend([deleted(2_003, 800), deleted(2_004, 1_400)]);
    let books = Books::of([("Invoice", invoices)]);
    let page = changes_of(&server, &books, &["invoices"]).await;
    assert_eq!(asked_seconds(&server), [0, 1_000, 601]);
    assert_eq!(told_deletions(&page), ["2003", "2004"]);
    assert_eq!((page.changes.len(), page.reads, page.more), (1_502, 3, false));
    assert_eq!(
        page.note.unwrap(),
        "QuickBooks shows no more than 1000 changes of Invoice at once, deletions last; deletions \
         between 2026-11-01T00:00:00Z and 2026-11-01T00:10:01Z may be missing"
    );
}

#[tokio::test]
async fn deletions_without_room_are_skipped_not_read_one_by_one() {
    let server = ScriptedServer::new().await;
    let mut invoices = rows(999, |id| 5_000 + id);
    invoices.extend((0_usize..2_000).map(|id| deleted(5_000 + id, i64::try_from(id).unwrap() + 1)));
    invoices.push(deleted(9_000, 5_500));
    let books = Books::of([("Invoice", invoices)]);
    let page = changes_of(&server, &books, &["invoices"]).await;
    assert_eq!(asked_seconds(&server), [0, 1, 5_099]);
    assert_eq!(told_deletions(&page), ["5000", "9000"]);
    assert!(page.note.unwrap().contains("and 2026-11-01T01:24:59Z may be missing"));
    assert_eq!((page.more, page.provider_time), (false, Moment::parse(TIME).unwrap()));
}

#[tokio::test]
async fn a_full_answer_that_shows_deletions_hides_none() {
    let server = ScriptedServer::new().await;
    let mut invoices = rows(600, |id| 2 * id + 1);
    invoices.extend((0_usize..900).map(|id| deleted(5_000 + id, i64::try_from(id).unwrap() + 1)));
    let books = Books::of([("Invoice", invoices)]);
    let page = changes_of(&server, &books, &["invoices"]).await;
    assert_eq!(told_deletions(&page).len(), 900);
    assert_eq!((page.changes.len(), page.more, page.note), (1_500, false, None));
}

#[tokio::test]
async fn a_page_ends_after_some_calls_and_the_next_one_goes_on() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Invoice", rows(9_000, |id| id + 1)), ("Bill", rows(1, |id| id + 1))]);
    let page = changes_of(&server, &books, &["invoices", "bills"]).await;
    assert_eq!((page.reads, page.more), (1 + 1 + CALLS_PER_ENTITY_MAX, true));
    let invoices = page.changes.iter().filter(|change| &*change.resource == "invoices");
    assert_eq!(invoices.count(), 4 * OBJECTS_MAX - 3);
    assert_eq!(page.provider_time, moment(3_098), "from where deletions can be seen");
    assert!(page.note.unwrap().contains("deletions between 2026-11-01T00:00:00Z and"));
}

#[tokio::test]
async fn a_full_answer_of_one_second_is_an_error_not_a_loop() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Invoice", rows(1_200, |_| 60))]);
    let error = changes(&server, &["invoices"], |asked, _| books.answer(asked)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "QuickBooks shows 1000 changes of Invoice at \
         2026-11-01T00:01:00Z and nothing after them, so there is no later time to go on from"
    );
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn what_is_older_than_30_days_is_read_by_query_until_change_data_capture_takes_over() {
    let server = ScriptedServer::new().await;
    let mut invoices = rows(1_200, |id| 60 * id);
    invoices.push(deleted(5_000, 10));
    let books = Books::of([("Invoice", invoices), ("Customer", rows(2, |id| id))]);
    let script = |asked: &Asked, _| match asked.parameter("entities") {
        Some(_) => answer("400 Bad Request", TOO_OLD),
        None => books.answer_at(asked, "2026-12-20T08:00:00Z"),
    };
    let page = changes(&server, &["invoices", "customers"], script).await.unwrap();
    assert_eq!(page.changes.len(), 1_202);
    assert_eq!(page.provider_time, Moment::parse("2026-11-20T09:00:00Z").unwrap());
    assert_eq!((page.reads, page.more), (3, true), "a refused call is not metered");
    assert_eq!(
        page.note.unwrap(),
        "QuickBooks tells of changes of the last 30 days only; what changed from \
         2026-11-01T00:00:00Z to 2026-11-20T09:00:00Z was read by query instead, which does not \
         show transactions that were deleted then"
    );
    let texts: Vec<_> = server.asked().into_iter().skip(1).map(|asked| asked.body).collect();
    assert!(texts[0].contains("FROM Customer") && texts[0].contains("Active IN (true,false)"));
    assert!(texts[1].contains("FROM Invoice") && !texts[1].contains("Active"));
    assert!(texts[2].contains(">= '2026-11-01T16:39:00Z'"), "{}", texts[2]);
}

#[tokio::test]
async fn reading_back_gets_on_with_every_go() {
    let server = ScriptedServer::new().await;
    let books =
        Books::of([("Invoice", rows(9_000, |id| id + 1)), ("Vendor", rows(9_000, |id| id + 1))]);
    let script = |asked: &Asked, _| match asked.parameter("entities") {
        Some(_) => answer("400 Bad Request", TOO_OLD),
        None => books.answer_at(asked, "2026-12-20T08:00:00Z"),
    };
    let page = changes(&server, &["invoices", "vendors"], script).await.unwrap();
    assert_eq!(page.provider_time, moment(3_997));
    assert_eq!((page.reads, page.more), (8, true));
}

#[tokio::test]
async fn a_refusal_for_age_that_is_wrong_about_it_does_not_stop_the_cursor() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Invoice", rows(2, |id| id))]);
    let script = |asked: &Asked, _| match asked.parameter("entities") {
        Some(_) => answer("400 Bad Request", TOO_OLD),
        None => books.answer(asked),
    };
    let page = changes(&server, &["invoices"], script).await.unwrap();
    assert_eq!((page.changes.len(), page.provider_time), (2, Moment::parse(TIME).unwrap()));
}

#[tokio::test]
async fn an_answer_about_more_than_30_days_is_noted() {
    let server = ScriptedServer::new().await;
    let books = Books::default();
    let script = |asked: &Asked, _| books.answer_at(asked, "2026-12-01T00:00:01Z");
    let page = changes(&server, &["invoices"], script).await.unwrap();
    assert!(page.note.unwrap().ends_with("older changes may be missing"));
}

#[tokio::test]
async fn an_error_of_any_call_is_the_error_of_the_page() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Invoice", rows(1_500, |id| id + 1))]);
    let script = |asked: &Asked, index: usize| match index {
        0 => books.answer(asked),
        _ => Scripted {
            headers: vec!["Retry-After: 9"],
            ..answer("429 Too Many Requests", "<Fault/>")
        },
    };
    let error = changes(&server, &["invoices"], script).await.unwrap_err();
    assert_eq!(error, ProviderError::Throttled { wait: Duration::from_secs(9) });
}

#[tokio::test]
async fn a_company_or_token_that_intuit_never_gave_is_not_sent() {
    let server = ScriptedServer::new().await;
    let (feed, configuration) = (CdcFeed::new(api(&server)), configuration(&[]));
    let refused = async |company: &str, token: &str| {
        let access = access(company, token);
        ask(&feed, &access, &configuration, &["invoices"]).await.unwrap_err()
    };
    for company in ["", "1/../2", "realm"] {
        assert!(matches!(refused(company, "t").await, ProviderError::Unanswerable(_)), "{company}");
    }
    assert_eq!(refused("1", "a\nb").await, ProviderError::Unauthorized);
}
