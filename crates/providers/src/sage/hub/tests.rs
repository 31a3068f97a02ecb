//! The hub against a scripted server: which calls a question costs, and what comes of them.

use ledgerhook_connector::HubPlace;
use ledgerhook_model::ceql::{self, OrderBy};

use super::*;
use crate::sage::stand_in::{
    Books, SINCE, TIME, V1, access, api, configuration, dated, deleted, entries, moment,
    reaches_settled_time,
};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

const WHERE: &str = "lastModifiedDate >= '2026-11-01T00:00:00Z'";

async fn list(
    server: &ScriptedServer,
    (page, page_size): (HubPlace<'_>, usize),
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<HubPage, ProviderError> {
    let (access, configuration) = (access(), configuration(&[]));
    let condition = ceql::parse(WHERE).unwrap();
    let query = HubQuery {
        resource: "customers",
        condition: Some(&condition),
        attributes: &[],
        order_by: &OrderBy::default(),
        page,
        page_size,
        with_total: false,
    };
    let company = HubCompany { access: &access, configuration: &configuration };
    server.during(script, SageHub::new(api(server)).list(company, query)).await
}

fn ids(page: &HubPage) -> Vec<&str> {
    page.records.iter().map(|record| record["id"].as_str().unwrap()).collect()
}

fn places(server: &ScriptedServer) -> Vec<String> {
    let place = |asked: Asked| {
        let part = |name| asked.parameter(name).unwrap();
        format!("{} of {}", part("page"), part("items_per_page"))
    };
    server.asked().into_iter().map(place).collect()
}

#[tokio::test]
async fn a_page_is_one_call_and_the_last_one_is_the_end() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(5, |id| id));
    let script = |asked: &Asked, _| books.answer(asked);
    let first = list(&server, (HubPlace::Page(1), 2), script).await.unwrap();
    assert_eq!((ids(&first), first.next.as_deref()), (vec!["0", "1"], Some("2")));
    assert_eq!((first.total, first.reads), (Some(5), 1));
    assert_eq!(first.answered_at, Moment::parse(TIME));
    assert_eq!(first.records[1]["lastModifiedDate"], moment(1).to_iso_seconds());
    let second = list(&server, (HubPlace::Next("2"), 2), script).await.unwrap();
    assert_eq!((ids(&second), second.next.as_deref()), (vec!["2", "3"], Some("4")));
    let last = list(&server, (HubPlace::Page(3), 2), script).await.unwrap();
    assert_eq!((ids(&last), &last.next, last.total), (vec!["4"], &None, Some(5)));
    // Sage shows its last page again.
    let beyond = list(&server, (HubPlace::Page(4), 2), script).await.unwrap();
    assert_eq!((ids(&beyond), &beyond.next, beyond.total), (vec![], &None, Some(5)));
    assert_eq!(places(&server), ["1 of 2", "2 of 2", "3 of 2", "4 of 2"]);
    let asked = server.asked().remove(0);
    assert_eq!(asked.parameter("updated_or_created_since").as_deref(), Some(SINCE));
    assert_eq!(asked.parameter("contact_type_id").as_deref(), Some("CUSTOMER"));
}

#[tokio::test]
async fn two_pages_are_one_of_twice_the_size_also_where_it_takes_several_calls() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(700, |id| id));
    let script = |asked: &Asked, _| books.answer(asked);
    for size in [3, 150, 200, 333] {
        let one = list(&server, (HubPlace::Page(1), size), script).await.unwrap();
        let two = list(&server, (HubPlace::Page(2), size), script).await.unwrap();
        let both = list(&server, (HubPlace::Page(1), 2 * size), script).await.unwrap();
        let parts: Vec<_> = one.records.iter().chain(&two.records).cloned().collect();
        assert_eq!(parts, both.records, "{size}");
        assert_eq!((parts.len(), both.next), (2 * size, Some((2 * size).to_string())), "{size}");
    }
    let all = list(&server, (HubPlace::Page(1), 5_000), script).await.unwrap();
    assert_eq!((all.records.len(), all.reads, all.next), (700, 4, None));
    let whole = list(&server, (HubPlace::Page(1), 700), script).await.unwrap();
    assert_eq!((whole.records.len(), whole.next), (700, None));
}

#[tokio::test]
async fn a_place_leads_on_whatever_the_size_of_the_page() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(450, |id| id));
    let script = |asked: &Asked, _| books.answer(asked);
    let part = list(&server, (HubPlace::Next("150"), 100), script).await.unwrap();
    assert_eq!((ids(&part)[0], ids(&part)[99], part.reads), ("150", "249", 2));
    assert_eq!(part.next.as_deref(), Some("250"));
    assert_eq!(places(&server), ["1 of 200", "2 of 200"]);
    let end = list(&server, (HubPlace::Next("350"), 120), script).await.unwrap();
    assert_eq!((end.records.len(), end.next), (100, None));
}

#[tokio::test]
async fn a_page_that_is_too_much_for_sage_is_made_of_smaller_ones() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(260, |id| id));
    let script = |asked: &Asked, _| {
        let items = asked.parameter("items_per_page").unwrap().parse::<usize>().unwrap();
        if items > 50 { answer("502 Bad Gateway", "[]") } else { books.answer(asked) }
    };
    let page = list(&server, (HubPlace::Page(2), 120), script).await.unwrap();
    assert_eq!((ids(&page)[0], ids(&page)[119], page.records.len()), ("120", "239", 120));
    assert_eq!((page.next.as_deref(), page.reads), (Some("240"), 4));
    assert_eq!(places(&server), ["2 of 120", "3 of 50", "4 of 50", "5 of 50"]);
}

#[tokio::test]
async fn an_empty_list_is_an_empty_page() {
    let server = ScriptedServer::new().await;
    let books = Books::default();
    let page = list(&server, (HubPlace::Page(1), 200), |asked, _| books.answer(asked)).await;
    let page = page.unwrap();
    assert_eq!((page.records, page.next, page.total, page.reads), (vec![], None, Some(0), 1));
}

#[tokio::test]
async fn pages_that_do_not_fit_together_are_not_taken_for_a_whole() {
    let server = ScriptedServer::new().await;
    let body = r#"{"$total":9,"$itemsPerPage":1,"$items":[{"id":"1"}]}"#;
    let error = list(&server, (HubPlace::Page(1), 2), |_, _| answer("200 OK", body)).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("has too few records for its place"), "{error}");
}

#[tokio::test]
async fn refusals_say_who_must_act() {
    let server = ScriptedServer::new().await;
    let refused = r#"[{"$severity":"error","$dataCode":"ParameterInvalid","$message":"invalid date","$source":"from_date"}]"#;
    for (status, words) in [
        ("422 Unprocessable Entity", "invalid date; from_date"),
        ("502 Bad Gateway", "ask for smaller pages with pageSize"),
        ("503 Service Unavailable", "Sage failed"),
        ("429 Too Many Requests", "throttles"),
    ] {
        let script = |_: &Asked, _: usize| dated(answer(status, refused));
        let error = list(&server, (HubPlace::Page(1), 2), script).await.unwrap_err();
        assert!(error.to_string().contains(words), "{status}: {error}");
    }
}

async fn get(
    server: &ScriptedServer,
    resource: &str,
    id: &str,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<HubRecord, ProviderError> {
    let (access, configuration) = (access(), configuration(&[]));
    let company = HubCompany { access: &access, configuration: &configuration };
    server.during(script, SageHub::new(api(server)).get(company, resource, id)).await
}

#[tokio::test]
async fn one_record_is_read_by_its_id() {
    let server = ScriptedServer::new().await;
    let books = Books(entries(3, |id| id));
    let script = |asked: &Asked, _| books.answer(asked);
    let found = get(&server, "customers", "2", script).await.unwrap();
    assert_eq!((found.record["id"].as_str(), found.reads), (Some("2"), 1));
    assert_eq!(found.record["lastModifiedDate"], found.record["updated_at"]);
    let error = get(&server, "invoices", "9", script).await.unwrap_err();
    assert_eq!(error, ProviderError::NotFound("Sage has no sales_invoices/9".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_asked_costs_no_call() {
    let server = ScriptedServer::new().await;
    let script = |asked: &Asked, _| panic!("nothing should be asked, but was: {}", asked.line);
    for (resource, id) in [("contacts", "../me"), ("contacts", ""), ("currencies", "1")] {
        let error = get(&server, resource, id, script).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unanswerable(_)), "{resource} {id}: {error:?}");
    }
    let error = list(&server, (HubPlace::Next("x"), 2), script).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unanswerable(_)), "{error:?}");
    let (access, configuration) = (access(), configuration(&[("base.url", V1)]));
    let query = HubQuery {
        resource: "contacts",
        condition: None,
        attributes: &[],
        order_by: &OrderBy::default(),
        page: HubPlace::Page(1),
        page_size: 2,
        with_total: false,
    };
    let company = HubCompany { access: &access, configuration: &configuration };
    let error = SageHub::new(api(&server)).list(company, query).await.unwrap_err();
    assert!(error.to_string().contains("lists of API v1 cannot be asked"), "{error}");
}

#[tokio::test]
async fn deletions_are_told_where_sage_tells_them_that_of_the_first_second_too() {
    let server = ScriptedServer::new().await;
    let mut records = entries(3, |id| id);
    records.extend([deleted(7, 0), deleted(8, 5), deleted(9, -1)]);
    let books = Books(records);
    let hub = SageHub::new(api(&server));
    let (access, configuration) = (access(), configuration(&[]));
    let company = HubCompany { access: &access, configuration: &configuration };
    let script = |asked: &Asked, _| books.answer(asked);
    let told = server.during(script, hub.deletions(company, "customers", moment(0))).await;
    let told = told.unwrap().unwrap();
    let found: Vec<_> = told.changes.iter().map(|change| change.object_id.as_str()).collect();
    assert_eq!((found, told.reads), (vec!["7", "8"], 1));
    assert!(told.answered_at.is_some_and(reaches_settled_time), "{told:?}");
    for resource in ["tax-rates", "currencies"] {
        assert_eq!(hub.deletions(company, resource, moment(0)).await, Ok(None));
    }
}
