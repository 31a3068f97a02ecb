//! The feed against a scripted server on the loopback network.

use std::collections::BTreeMap;
use std::time::Duration;

use ledgerhook_connector::Access;
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::Configuration;

use super::*;
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};
use crate::settings::ProviderSettings;

const SINCE: &str = "2026-11-01T00:00:00Z";
const TIME: &str = "2026-11-20T08:00:00Z";

fn feed(server: &ScriptedServer) -> QuickBooksFeed {
    let urls = [("api_url", server.url.clone()), ("sandbox_api_url", format!("{}/s/", server.url))];
    let entries = urls.map(|(name, url)| (name.to_owned(), url));
    let settings =
        ProviderSettings(BTreeMap::from([("quickbooks".to_owned(), BTreeMap::from(entries))]));
    let endpoints = Endpoints::read(&settings.of("quickbooks")).unwrap();
    QuickBooksFeed::new(client(), Arc::new(endpoints))
}

/// Asks for changes of `resources` with `configuration`.
async fn changes_with(
    server: &ScriptedServer,
    configuration: &[(&str, &str)],
    resources: &[&str],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<FeedPage, FeedError> {
    let mut entries = Configuration::default();
    for (key, value) in configuration {
        entries.set(key, *value);
    }
    let access = Access { company: "9130".to_owned(), token: Secret::new("access") };
    let resources: Vec<String> = resources.iter().map(|name| (*name).to_owned()).collect();
    let request = FeedRequest {
        access: &access,
        configuration: &entries,
        since: Moment::parse(SINCE).unwrap(),
        resources: &resources,
    };
    server.during(script, feed(server).changes(request)).await
}

async fn changes(
    server: &ScriptedServer,
    resources: &[&str],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<FeedPage, FeedError> {
    changes_with(server, &[], resources, script).await
}

/// A record of the stand-in's books: its id and how many seconds after [`SINCE`] it changed.
type Row = (usize, i64);

/// Answers as Intuit does: records from the asked-for second on, 1,000 at most over all entities.
fn books_answer(books: &BTreeMap<&str, Vec<Row>>, asked: &Asked, time: &str) -> Scripted {
    let since = Moment::parse(&asked.parameter("changedSince").unwrap()).unwrap();
    let start = Moment::parse(SINCE).unwrap();
    let mut room = CDC_OBJECTS_MAX;
    let mut blocks = Vec::new();
    for name in asked.parameter("entities").unwrap().split(',') {
        let moment = |seconds: i64| Moment::from_micros(start.micros() + seconds * 1_000_000);
        let rows: Vec<String> = books
            .get(name)
            .into_iter()
            .flatten()
            .filter(|(_, seconds)| moment(*seconds) >= since)
            .take(room)
            .map(|(id, seconds)| {
                let time = moment(*seconds).to_iso_seconds();
                format!(
                    r#"{{"Id":"{id}","SyncToken":"1","MetaData":{{"CreateTime":"{SINCE}","LastUpdatedTime":"{time}"}}}}"#
                )
            })
            .collect();
        room -= rows.len();
        blocks.push(match rows.is_empty() {
            true => "{}".to_owned(),
            false => format!(r#"{{"{name}":[{}],"maxResults":{}}}"#, rows.join(","), rows.len()),
        });
    }
    let blocks = blocks.join(",");
    answer(
        "200 OK",
        format!(r#"{{"CDCResponse":[{{"QueryResponse":[{blocks}]}}],"time":"{time}"}}"#),
    )
}

fn rows(count: usize, seconds: impl Fn(usize) -> i64) -> Vec<Row> {
    (0..count).map(|id| (id, seconds(id))).collect()
}

fn asked_entities(server: &ScriptedServer) -> Vec<String> {
    server.asked().iter().map(|asked| asked.parameter("entities").unwrap()).collect()
}

#[tokio::test]
async fn all_resources_are_asked_for_in_one_call() {
    let server = ScriptedServer::new().await;
    let books = BTreeMap::from([("Invoice", vec![(1, 5), (2, 9)]), ("Customer", vec![(3, 7)])]);
    let wanted = ["invoices", "customers", "tax-codes", "time-activities"];
    let page = changes(&server, &wanted, |asked, _| books_answer(&books, asked, TIME)).await;
    let page = page.unwrap();
    let ids: Vec<_> = page.changes.iter().map(|change| change.object_id.as_str()).collect();
    assert_eq!(ids, ["1", "3", "2"], "in order of time");
    assert_eq!((page.provider_time, page.reads), (Moment::parse(TIME).unwrap(), 1));
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
        let configuration = [(switch, "True"), ("quickbooks.minorversion", "80")];
        let script = |asked: &Asked, _| books_answer(&BTreeMap::new(), asked, TIME);
        changes_with(&server, &configuration, &["bills"], script).await.unwrap();
        let line = &server.asked()[0].line;
        assert!(line.starts_with("GET /s/v3/company/9130/cdc?entities=Bill&"), "{line}");
        assert!(line.ends_with("&minorversion=80"), "{line}");
    }
}

#[tokio::test]
async fn resources_outside_change_data_capture_cost_no_call_and_move_no_cursor() {
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, _| answer("500 Internal Server Error", "");
    let page = changes(&server, &["tax-codes", "tax-rates"], script).await.unwrap();
    let since = Moment::parse(SINCE).unwrap();
    assert_eq!(page, FeedPage { changes: Vec::new(), provider_time: since, reads: 0 });
}

#[tokio::test]
async fn a_full_answer_is_asked_for_again_entity_by_entity() {
    let server = ScriptedServer::new().await;
    let seconds = |id: usize| i64::try_from(id).unwrap() + 1;
    let books = BTreeMap::from([("Invoice", rows(700, seconds)), ("Bill", rows(400, seconds))]);
    let script = |asked: &Asked, index: usize| {
        let time = ["2026-11-20T08:00:00Z", "2026-11-20T08:00:01Z", "2026-11-20T08:00:02Z"][index];
        books_answer(&books, asked, time)
    };
    let page = changes(&server, &["invoices", "bills"], script).await.unwrap();
    assert_eq!((page.changes.len(), page.reads), (1_100, 3));
    assert_eq!(asked_entities(&server), ["Bill,Invoice", "Bill", "Invoice"]);
    assert_eq!(page.provider_time, Moment::parse("2026-11-20T08:00:01Z").unwrap());
}

#[tokio::test]
async fn a_full_answer_for_one_entity_is_read_on_from_its_last_record() {
    let server = ScriptedServer::new().await;
    let seconds = |id: usize| i64::try_from(id / 3).unwrap() + 1;
    let books = BTreeMap::from([("Invoice", rows(2_500, seconds))]);
    let script = |asked: &Asked, _| books_answer(&books, asked, TIME);
    let page = changes(&server, &["invoices"], script).await.unwrap();
    assert_eq!(page.changes.len(), 2_500, "none lost and none told twice");
    assert_eq!(page.reads, 3);
    assert_eq!(page.provider_time, Moment::parse(TIME).unwrap());
    assert!(page.changes.is_sorted_by_key(|change| change.changed_at));
}

#[tokio::test]
async fn a_page_ends_after_some_calls_and_says_up_to_when_it_is_complete() {
    let server = ScriptedServer::new().await;
    let seconds = |id: usize| i64::try_from(id).unwrap() + 1;
    let books = BTreeMap::from([("Invoice", rows(9_000, seconds)), ("Bill", rows(1, seconds))]);
    let script = |asked: &Asked, _| books_answer(&books, asked, TIME);
    let page = changes(&server, &["invoices", "bills"], script).await.unwrap();
    assert_eq!(page.reads, 1 + 1 + CALLS_PER_ENTITY_MAX);
    let last = page.changes.last().unwrap();
    assert_eq!(page.provider_time, last.changed_at);
    let invoices = page.changes.iter().filter(|change| &*change.resource == "invoices");
    assert_eq!(invoices.count(), 4 * CDC_OBJECTS_MAX - 3);
}

#[tokio::test]
async fn a_full_answer_of_one_second_is_an_error_not_a_loop() {
    let server = ScriptedServer::new().await;
    let books = BTreeMap::from([("Invoice", rows(1_200, |_| 60))]);
    let script = |asked: &Asked, _| books_answer(&books, asked, TIME);
    let error = changes(&server, &["invoices"], script).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider refused the request: QuickBooks shows 1000 changes of Invoice at \
         2026-11-01T00:01:00Z and nothing after them, so there is no later time to go on from"
    );
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn an_error_of_any_call_is_the_error_of_the_page() {
    let server = ScriptedServer::new().await;
    let books = BTreeMap::from([("Invoice", rows(1_500, |id| i64::try_from(id).unwrap() + 1))]);
    let script = |asked: &Asked, index: usize| match index {
        0 => books_answer(&books, asked, TIME),
        _ => Scripted {
            headers: vec!["Retry-After: 9"],
            ..answer("429 Too Many Requests", "<Fault/>")
        },
    };
    let error = changes(&server, &["invoices"], script).await.unwrap_err();
    assert_eq!(error, FeedError::Throttled { wait: Duration::from_secs(9) });
}

#[tokio::test]
async fn an_unreachable_server_is_unavailable() {
    let mut gone = ScriptedServer::new().await;
    gone.url = "http://127.0.0.1:1".to_owned();
    let script = |_: &Asked, _| answer("200 OK", "");
    let error = changes(&gone, &["invoices"], script).await.unwrap_err();
    assert!(matches!(error, FeedError::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn a_company_or_token_that_intuit_never_gave_is_not_sent() {
    let server = ScriptedServer::new().await;
    let configuration = Configuration::default();
    let resources = ["invoices".to_owned()];
    let ask = async |company: &str, token: &str| {
        let access = Access { company: company.to_owned(), token: Secret::new(token) };
        let since = Moment::default();
        let request = FeedRequest {
            access: &access,
            configuration: &configuration,
            since,
            resources: &resources,
        };
        feed(&server).changes(request).await.unwrap_err()
    };
    for company in ["", "1/../2", "realm"] {
        assert!(matches!(ask(company, "t").await, FeedError::Rejected(_)), "{company}");
    }
    assert_eq!(ask("1", "a\nb").await, FeedError::Unauthorized);
}
