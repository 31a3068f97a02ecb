//! Reading records against books on a scripted server.

use ledgerhook_model::ChangeKind;

use super::*;
use crate::quickbooks::stand_in::{Books, access, api, configuration, deleted, rows};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

async fn read(
    server: &ScriptedServer,
    resource: &str,
    ids: &[&str],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<RecordsPage, ProviderError> {
    let object_ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let (access, configuration) = (access("9130", "access"), configuration(&[]));
    let request = RecordsRequest {
        access: &access,
        configuration: &configuration,
        resource,
        object_ids: &object_ids,
    };
    server.during(script, QuickBooksRecords::new(api(server)).read(request)).await
}

#[tokio::test]
async fn many_records_are_one_call_and_what_is_not_there_is_missing() {
    let server = ScriptedServer::new().await;
    let mut invoices = rows(3, |id| id);
    invoices.push(deleted(8, 5));
    let books = Books::of([("Invoice", invoices)]);
    let ids = ["2", "8", "1", "2", "x' OR"];
    let page = read(&server, "invoices", &ids, |asked, _| books.answer(asked)).await.unwrap();
    let found: Vec<_> = page.found.iter().map(|change| change.object_id.as_str()).collect();
    assert_eq!(found, ["1", "2"]);
    assert_eq!(page.missing, ["8", "x' OR"]);
    assert_eq!(page.reads, 1);
    let [asked] = server.asked().try_into().unwrap();
    assert_eq!(asked.line, "POST /v3/company/9130/query?minorversion=75");
    assert_eq!(asked.body, "SELECT * FROM Invoice WHERE Id IN ('1','2','8') MAXRESULTS 1000");
}

#[tokio::test]
async fn a_record_is_told_of_as_a_feed_would() {
    let server = ScriptedServer::new().await;
    let body = r#"{"QueryResponse":{"Customer":[{"Id":"7","SyncToken":"4","Active":false,"MetaData":{"CreateTime":"2026-01-01T00:00:01Z","LastUpdatedTime":"2026-01-01T00:00:05Z"}}]},"time":"2026-11-20T08:00:00Z"}"#;
    let page = read(&server, "customers", &["7"], |_, _| answer("200 OK", body)).await.unwrap();
    let [change] = page.found.as_slice() else { panic!("one record: {page:?}") };
    assert_eq!((change.kind, change.id_to_print()), (ChangeKind::Deleted, "7|4"));
    assert_eq!(change.version.to_key(), "r:deleted@1767225605");
    assert!(change.record.starts_with(r#"{"id":"7|4","syncToken":"4","active":false,"#));
    assert!(server.asked()[0].body.contains("Active IN (true,false)"));
}

#[tokio::test]
async fn long_lists_are_read_in_parts() {
    let server = ScriptedServer::new().await;
    let books = Books::of([("Bill", rows(450, |id| id))]);
    let ids: Vec<String> = (0..450).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let page = read(&server, "bills", &ids, |asked, _| books.answer(asked)).await.unwrap();
    assert_eq!((page.found.len(), page.missing.len(), page.reads), (450, 0, 3));
}

#[tokio::test]
async fn nothing_to_ask_for_is_not_asked() {
    let server = ScriptedServer::new().await;
    let script = |asked: &Asked, _| panic!("nothing should be asked, but was: {}", asked.line);
    assert_eq!(read(&server, "bills", &[], script).await.unwrap(), RecordsPage::default());
    let page = read(&server, "bills", &["no id"], script).await.unwrap();
    assert_eq!((page.missing, page.reads), (vec!["no id".to_owned()], 0));
    let error = read(&server, "preferences", &["1"], script).await.unwrap_err();
    assert!(error.to_string().contains("QuickBooks has no query for preferences"), "{error}");
}

#[tokio::test]
async fn an_error_of_any_part_is_the_error_of_all() {
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, _| answer("401 Unauthorized", "");
    let error = read(&server, "bills", &["1"], script).await.unwrap_err();
    assert_eq!(error, ProviderError::Unauthorized);
}

#[tokio::test]
async fn entities_without_a_documented_query_are_not_read() {
    let server = ScriptedServer::new().await;
    let records = QuickBooksRecords::new(api(&server));
    let cases = [
        ("invoices", true),
        ("currencies", true),
        ("tax-codes", true),
        ("time-activities", true),
        ("budgets", true),
        ("estimates", true),
        ("change-orders", false),
        ("journal-codes", false),
        ("preferences", false),
        ("unknown", false),
    ];
    for (resource, is_read) in cases {
        assert_eq!(records.reads(resource), is_read, "{resource}");
    }
}
