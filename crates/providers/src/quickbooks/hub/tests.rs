//! The hub against a scripted server: which calls a question costs, and what comes of them.

use ledgerhook_connector::HubPlace;
use ledgerhook_model::ceql::{self, OrderBy};
use serde_json::json;

use super::*;
use crate::quickbooks::stand_in::{
    Books, SINCE, TIME, access, api, configuration, deleted, moment, rows,
};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

/// Asks for a page of bills.
#[derive(Clone, Copy)]
struct Page {
    place: HubPlace<'static>,
    size: usize,
    with_total: bool,
}

fn page(number: u32, size: usize) -> Page {
    Page { place: HubPlace::Page(number), size, with_total: false }
}

async fn list(
    server: &ScriptedServer,
    Page { place, size, with_total }: Page,
    condition: Option<&str>,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<HubPage, ProviderError> {
    let (access, configuration) = (access("9130", "access"), configuration(&[]));
    let condition = condition.map(|text| ceql::parse(text).unwrap());
    let query = HubQuery {
        attributes: &[],
        resource: "bills",
        condition: condition.as_ref(),
        order_by: &OrderBy::default(),
        page: place,
        page_size: size,
        with_total,
    };
    let company = HubCompany { access: &access, configuration: &configuration };
    server.during(script, QuickBooksHub::new(api(server)).list(company, query)).await
}

async fn get(
    server: &ScriptedServer,
    resource: &str,
    id: &str,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<HubRecord, ProviderError> {
    let (access, configuration) = (access("9130", "access"), configuration(&[]));
    let company = HubCompany { access: &access, configuration: &configuration };
    server.during(script, QuickBooksHub::new(api(server)).get(company, resource, id)).await
}

fn ids(page: &HubPage) -> Vec<&str> {
    page.records.iter().map(|record| record["id"].as_str().unwrap()).collect()
}

fn queries(server: &ScriptedServer) -> Vec<String> {
    server.asked().into_iter().map(|asked| asked.body).collect()
}

#[tokio::test]
async fn a_page_is_one_call_that_also_tells_whether_there_is_another() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Bill", rows(5, |id| id))]);
    let script = |asked: &Asked, _| books.answer(asked);
    let first = list(&server, page(1, 2), None, script).await.unwrap();
    assert_eq!(ids(&first), ["0|1", "1|1"]);
    assert_eq!((first.next.as_deref(), first.total, first.reads), (Some("2"), None, 1));
    assert_eq!(first.answered_at, Moment::parse(TIME));
    let second = Page { place: HubPlace::Next("2"), ..page(1, 2) };
    assert_eq!(ids(&list(&server, second, None, script).await.unwrap()), ["2|1", "3|1"]);
    let last = list(&server, page(3, 2), None, script).await.unwrap();
    assert_eq!((ids(&last), &last.next, last.total), (vec!["4|1"], &None, Some(5)));
    assert_eq!(
        queries(&server),
        [1, 3, 5].map(|start| format!("SELECT * FROM Bill STARTPOSITION {start} MAXRESULTS 3"))
    );
}

#[tokio::test]
async fn two_pages_are_one_of_twice_the_size_also_where_it_takes_several_calls() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Bill", rows(2_600, |id| id))]);
    let script = |asked: &Asked, _| books.answer(asked);
    for size in [3, 700, 1_000, 1_300] {
        let one = list(&server, page(1, size), None, script).await.unwrap();
        let two = list(&server, page(2, size), None, script).await.unwrap();
        let both = list(&server, page(1, 2 * size), None, script).await.unwrap();
        let parts: Vec<_> = one.records.iter().chain(&two.records).cloned().collect();
        assert_eq!(parts, both.records, "{size}");
        assert_eq!(both.next.is_some(), 2 * size < 2_600, "{size}");
    }
    let all = list(&server, page(1, 5_000), None, script).await.unwrap();
    assert_eq!((all.records.len(), all.reads, all.total), (2_600, 3, Some(2_600)));
}

#[tokio::test]
async fn a_full_page_of_whole_thousands_has_a_next_one_which_may_be_empty() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Bill", rows(1_000, |id| id))]);
    let script = |asked: &Asked, _| books.answer(asked);
    let full = list(&server, page(1, 1_000), None, script).await.unwrap();
    assert_eq!((full.next.as_deref(), full.reads), (Some("1000"), 1));
    let beyond = Page { place: HubPlace::Next("1000"), ..page(1, 1_000) };
    let beyond = list(&server, beyond, None, script).await.unwrap();
    assert_eq!((beyond.records.len(), beyond.next, beyond.total), (0, None, None));
}

#[tokio::test]
async fn no_records_at_all_are_a_total_of_none() {
    let server = ScriptedServer::new().await;
    let books = Books::default();
    let asked = Page { with_total: true, ..page(1, 200) };
    let none = list(&server, asked, None, |asked, _| books.answer(asked)).await.unwrap();
    assert_eq!((none.records.len(), none.next, none.total, none.reads), (0, None, Some(0), 1));
}

#[tokio::test]
async fn a_total_is_counted_by_a_call_of_its_own_unless_the_page_shows_it() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Bill", rows(5, |id| id))]);
    let counted = format!(r#"{{"QueryResponse":{{"totalCount":5}},"time":"{TIME}"}}"#);
    let script = |asked: &Asked, _| match asked.body.contains("COUNT") {
        true => answer("200 OK", counted.clone()),
        false => books.answer(asked),
    };
    let asked = Page { with_total: true, ..page(1, 2) };
    let condition = Some("balance > 0");
    let cut = list(&server, asked, condition, script).await.unwrap();
    assert_eq!((cut.total, cut.reads), (Some(5), 2));
    assert_eq!(queries(&server)[1], "SELECT COUNT(*) FROM Bill WHERE Balance > '0'");
    let whole = list(&server, Page { size: 9, ..asked }, condition, script).await.unwrap();
    assert_eq!((whole.total, whole.reads), (Some(5), 1));
}

#[tokio::test]
async fn a_count_that_is_none_is_not_taken_for_one() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Bill", rows(5, |id| id))]);
    let script = |asked: &Asked, _| match asked.body.contains("COUNT") {
        true => answer("200 OK", format!(r#"{{"QueryResponse":{{}},"time":"{TIME}"}}"#)),
        false => books.answer(asked),
    };
    let asked = Page { with_total: true, ..page(1, 2) };
    let error = list(&server, asked, None, script).await.unwrap_err();
    assert!(error.to_string().contains("has no totalCount"), "{error}");
}

#[tokio::test]
async fn a_refused_question_says_why_in_intuits_words() {
    let server = ScriptedServer::new().await;
    let body = r#"{"Fault":{"Error":[{"Message":"Invalid query","Detail":"QueryValidationError: property 'Taxable' is not queryable","code":"4001"}],"type":"ValidationFault"}}"#;
    let script = |_: &Asked, _| answer("400 Bad Request", body);
    let error = list(&server, page(1, 2), Some("taxable = true"), script).await.unwrap_err();
    let ProviderError::Rejected(words) = error else { panic!("{error:?}") };
    assert!(words.contains("property 'Taxable' is not queryable"), "{words}");
}

#[tokio::test]
async fn what_cannot_be_asked_costs_no_call() {
    let server = ScriptedServer::new().await;
    let script = |asked: &Asked, _| panic!("nothing should be asked, but was: {}", asked.line);
    for (asked, condition) in [
        (page(1, 2), Some("a = 1 OR b = 2")),
        (Page { place: HubPlace::Next("x"), ..page(1, 2) }, None),
    ] {
        let error = list(&server, asked, condition, script).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unanswerable(_)), "{error:?}");
    }
    for (resource, id) in [("bills", "1' OR"), ("bills", ""), ("preferences", "1")] {
        let error = get(&server, resource, id, script).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unanswerable(_)), "{resource} {id}: {error:?}");
    }
}

#[tokio::test]
async fn one_record_is_found_by_either_form_of_its_id() {
    let server = ScriptedServer::new().await;
    let body = json!({
        "QueryResponse": {"Customer": [{
            "Id": "12", "SyncToken": "4", "DisplayName": "Ada", "Active": false,
            "MetaData": {"CreateTime": SINCE, "LastUpdatedTime": SINCE},
        }]},
        "time": TIME,
    });
    for id in ["12", "12|3"] {
        let script = |_: &Asked, _| answer("200 OK", body.to_string());
        let found = get(&server, "customers", id, script).await.unwrap();
        assert_eq!(found.record["id"], "12|4");
        assert_eq!(found.record["metaData"]["createTime"], moment(0).millis());
        assert_eq!(found.reads, 1);
    }
    let query =
        "SELECT * FROM Customer WHERE Id IN ('12') AND Active IN (true,false) MAXRESULTS 1000";
    assert_eq!(queries(&server), [query, query]);
}

#[tokio::test]
async fn a_record_that_is_not_there_is_not_found() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Bill", rows(1, |id| id))]);
    let error = get(&server, "bills", "7", |asked, _| books.answer(asked)).await.unwrap_err();
    assert_eq!(error, ProviderError::NotFound("QuickBooks has no Bill 7".to_owned()));
}

#[tokio::test]
async fn deletions_are_told_where_a_feed_tells_them() {
    let server = ScriptedServer::new().await;
    let mut bills = rows(3, |id| id);
    bills.push(deleted(8, 5));
    let books = Books::of([("Bill", bills)]);
    let hub = QuickBooksHub::new(api(&server));
    let (access, configuration) = (access("9130", "access"), configuration(&[]));
    let company = HubCompany { access: &access, configuration: &configuration };
    let script = |asked: &Asked, _| books.answer(asked);
    let told = server.during(script, hub.deletions(company, "bills", moment(0))).await.unwrap();
    let told = told.unwrap();
    let found: Vec<_> = told.changes.iter().map(|change| change.object_id.as_str()).collect();
    assert_eq!((found, told.answered_at, told.reads), (vec!["8"], Moment::parse(TIME), 1));
    let script = |asked: &Asked, _| books.answer(asked);
    let queried = server.during(script, hub.deletions(company, "tax-codes", moment(0))).await;
    assert_eq!(queried.unwrap().unwrap().changes, []);
    let untold = hub.deletions(company, "time-activities", moment(0)).await;
    assert_eq!(untold, Ok(None));
}

#[tokio::test]
async fn resources_beside_those_with_events_can_be_read() {
    let server = ScriptedServer::new().await;
    let hub = QuickBooksHub::new(api(&server));
    let further = hub.further_resources();
    assert!(further.contains(&"departments") && further.contains(&"estimates"), "{further:?}");
    assert!(further.iter().all(|resource| hub.has(resource)));
    assert!(hub.has("bills") && !hub.has("preferences") && !hub.has("unheard-of"));
    let fields = hub.fields("departments");
    assert!(fields.iter().any(|field| field.path == "active" && field.is_filterable));
}
