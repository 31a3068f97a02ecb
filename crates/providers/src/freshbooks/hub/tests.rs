//! The hub against a scripted server: which calls a question costs, and what comes of them.

use ledgerhook_connector::HubPlace;
use ledgerhook_model::ceql::{self, OrderBy};

use super::*;
use crate::freshbooks::stand_in::{Books, TIME, access, api, configuration, dated, deleted, row};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

const NOON: &str = "2026-11-20 12:00:00";

async fn list(
    server: &ScriptedServer,
    (place, page_size): (HubPlace<'_>, usize),
    condition: Option<&str>,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<HubPage, ProviderError> {
    let (access, configuration) = (access("ABC123"), configuration());
    let condition = condition.map(|text| ceql::parse(text).unwrap());
    let query = HubQuery {
        attributes: &[],
        resource: "customers",
        condition: condition.as_ref(),
        order_by: &OrderBy::default(),
        page: place,
        page_size,
        with_total: true,
    };
    let company = HubCompany { access: &access, configuration: &configuration };
    server.during(script, FreshBooksHub::new(api(server)).list(company, query)).await
}

async fn get(
    server: &ScriptedServer,
    id: &str,
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<HubRecord, ProviderError> {
    let (access, configuration) = (access("ABC123"), configuration());
    let company = HubCompany { access: &access, configuration: &configuration };
    server.during(script, FreshBooksHub::new(api(server)).get(company, "customers", id)).await
}

fn clients(count: usize) -> Books {
    Books::of([("clients", (1..=count).map(|id| row(id, NOON)).collect())])
}

fn ids(page: &HubPage) -> Vec<u64> {
    page.records.iter().map(|record| record["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_page_is_one_call_that_also_tells_the_total_and_the_next_page() {
    let server = ScriptedServer::new().await;
    let books = clients(5);
    let script = |asked: &Asked, _| books.answer(asked);
    let first = list(&server, (HubPlace::Page(1), 2), None, script).await.unwrap();
    assert_eq!((ids(&first), first.next.as_deref()), (vec![1, 2], Some("2")));
    assert_eq!((first.total, first.reads), (Some(5), 1));
    assert_eq!(first.answered_at, Moment::parse(TIME));
    let second = list(&server, (HubPlace::Next("2"), 2), None, script).await.unwrap();
    assert_eq!((ids(&second), second.next.as_deref()), (vec![3, 4], Some("4")));
    let last = list(&server, (HubPlace::Page(3), 2), None, script).await.unwrap();
    assert_eq!((ids(&last), last.next, last.total), (vec![5], None, Some(5)));
    let beyond = list(&server, (HubPlace::Page(9), 2), None, script).await.unwrap();
    assert_eq!((ids(&beyond), beyond.next, beyond.total), (vec![], None, Some(5)));
    let path = "/accounting/account/ABC123/users/clients";
    let lines = [1, 2, 3, 9].map(|page| format!("GET {path}?page={page}&per_page=2"));
    assert_eq!(server.asked().into_iter().map(|asked| asked.line).collect::<Vec<_>>(), lines);
}

#[tokio::test]
async fn two_pages_are_one_of_twice_the_size_also_where_it_takes_several_calls() {
    let server = ScriptedServer::new().await;
    let books = clients(520);
    let script = |asked: &Asked, _| books.answer(asked);
    for size in [3, 70, 100, 130, 260] {
        let one = list(&server, (HubPlace::Page(1), size), None, script).await.unwrap();
        let two = list(&server, (HubPlace::Page(2), size), None, script).await.unwrap();
        let both = list(&server, (HubPlace::Page(1), 2 * size), None, script).await.unwrap();
        assert_eq!([ids(&one), ids(&two)].concat(), ids(&both), "{size}");
        assert_eq!(both.next.is_some(), 2 * size < 520, "{size}");
    }
    let all = list(&server, (HubPlace::Page(1), 5_000), None, script).await.unwrap();
    assert_eq!((all.records.len(), all.reads, all.next), (520, 6, None));
    let odd = list(&server, (HubPlace::Next("97"), 7), None, script).await.unwrap();
    assert_eq!((ids(&odd), odd.reads), ((98..=104).collect(), 2), "from two pages");
}

#[tokio::test]
async fn a_page_that_was_narrowed_goes_on_and_does_not_tell_a_total() {
    let server = ScriptedServer::new().await;
    let late = "2026-11-20 13:00:00";
    let rows = vec![row(1, NOON), row(2, NOON), row(3, late), row(4, NOON)];
    let books = Books::of([("clients", rows)]);
    let script = |asked: &Asked, _| books.answer(asked);
    let condition = Some("updated > '2026-11-20 12:30:00'");
    let first = list(&server, (HubPlace::Page(1), 2), condition, script).await.unwrap();
    assert_eq!((ids(&first), first.next.as_deref(), first.total), (vec![], Some("2"), None));
    let second = list(&server, (HubPlace::Next("2"), 2), condition, script).await.unwrap();
    assert_eq!((ids(&second), second.next, second.total), (vec![3], None, None));
    let whole = list(&server, (HubPlace::Page(1), 9), condition, script).await.unwrap();
    assert_eq!((ids(&whole), whole.total), (vec![3], Some(1)));
    assert_eq!(server.asked()[0].parameter("search[updated_min]").unwrap(), "2026-11-19");
}

#[tokio::test]
async fn a_limit_that_freshbooks_keeps_silent_about_is_noticed() {
    let server = ScriptedServer::new().await;
    let body = r#"{"response":{"result":{"clients":[{"id":1}],"pages":3,"total":3}}}"#;
    let script = |_: &Asked, _| dated("200 OK", body);
    let error = list(&server, (HubPlace::Page(1), 2), None, script).await.unwrap_err();
    assert!(error.to_string().contains("has 1 records where 2 were asked for"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_asked_costs_no_call() {
    let server = ScriptedServer::new().await;
    let script = |asked: &Asked, _| panic!("nothing should be asked, but was: {}", asked.line);
    for (place, condition) in
        [(HubPlace::Page(1), Some("fname = 'a' OR fname = 'b'")), (HubPlace::Next("x"), None)]
    {
        let error = list(&server, (place, 2), condition, script).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unanswerable(_)), "{error:?}");
    }
    for id in ["", "../7", "seven"] {
        let error = get(&server, id, script).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unanswerable(_)), "{id}: {error:?}");
    }
}

#[tokio::test]
async fn refusals_of_freshbooks_are_told() {
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, _| answer("429 Too Many Requests", r#"{"error":"slow"}"#);
    let error = list(&server, (HubPlace::Page(1), 2), None, script).await.unwrap_err();
    assert!(matches!(error, ProviderError::Throttled { .. }), "{error:?}");
}

#[tokio::test]
async fn one_record_is_found_or_is_not() {
    let server = ScriptedServer::new().await;
    let missing = include_str!("../../../tests/fixtures/freshbooks/errors/404-client-old.json");
    let client = r#"{"response":{"result":{"client":{"id":7,"fname":"Ada","vis_state":1}}}}"#;
    let script = |asked: &Asked, _| match asked.line.ends_with("/users/clients/7") {
        true => dated("200 OK", client),
        false => answer("404 Not Found", missing),
    };
    let found = get(&server, "7", script).await.unwrap();
    assert_eq!((found.record["fname"].as_str(), found.reads), (Some("Ada"), 1));
    let error = get(&server, "8", script).await.unwrap_err();
    let ProviderError::NotFound(words) = error else { panic!("{error:?}") };
    assert!(words.starts_with("FreshBooks has no client 8"), "{words}");
}

#[tokio::test]
async fn deletions_are_told_where_a_list_shows_them() {
    let server = ScriptedServer::new().await;
    let rows = vec![row(1, NOON), deleted(2, NOON), deleted(3, "2026-11-18 12:00:00")];
    let books = Books::of([("clients", rows)]);
    let hub = FreshBooksHub::new(api(&server));
    let (access, configuration) = (access("ABC123"), configuration());
    let company = HubCompany { access: &access, configuration: &configuration };
    let since = Moment::parse("2026-11-20T00:00:00Z").unwrap();
    let script = |asked: &Asked, _| books.answer(asked);
    let told = server.during(script, hub.deletions(company, "customers", since)).await.unwrap();
    let told = told.unwrap();
    let found: Vec<_> = told.changes.iter().map(|change| change.object_id.as_str()).collect();
    assert_eq!((found, told.reads), (vec!["2"], 1), "only the list of deleted ones is read");
    assert!(told.answered_at.is_some());
    for resource in ["taxes", "services"] {
        assert_eq!(hub.deletions(company, resource, since).await, Ok(None), "{resource}");
    }
}
