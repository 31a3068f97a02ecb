//! Reading records against books on a scripted server.

use ledgerhook_model::ChangeKind;

use super::*;
use crate::sage::stand_in::{Books, COLUMBUS, access, api, configuration, deleted, entries};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

async fn read(
    server: &ScriptedServer,
    resource: &str,
    ids: &[&str],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<RecordsPage, ProviderError> {
    let object_ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let (access, configuration) = (access(), configuration(&[]));
    let request = RecordsRequest {
        access: &access,
        configuration: &configuration,
        resource,
        object_ids: &object_ids,
    };
    server.during(script, SageRecords::new(api(server)).read(request)).await
}

#[tokio::test]
async fn each_record_is_one_call_and_what_is_not_there_is_missing() {
    let server = ScriptedServer::new().await;
    let mut rows = entries(3, |id| id);
    rows.push(deleted(8, 5));
    let books = Books(rows);
    let ids = ["2", "8", "../x", "0"];
    let page = read(&server, "invoices", &ids, |asked, _| books.answer(asked)).await.unwrap();
    let found: Vec<_> = page.found.iter().map(|change| change.object_id.as_str()).collect();
    assert_eq!(found, ["2", "0"]);
    assert_eq!(page.missing, ["8", "../x"]);
    assert_eq!(page.reads, 3);
    let lines: Vec<_> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        lines,
        ["GET /v3.1/sales_invoices/2", "GET /v3.1/sales_invoices/8", "GET /v3.1/sales_invoices/0"]
    );
    assert_eq!(server.asked()[2].header("authorization"), Some("Bearer token-3"));
}

#[tokio::test]
async fn a_record_is_told_of_as_a_feed_would() {
    let server = ScriptedServer::new().await;
    let body = r#"{"id":"7","created_at":"2026-01-01T00:00:01Z","updated_at":"2026-01-01T00:00:05Z","deleted_at":null}"#;
    let page = read(&server, "vendors", &["7"], |_, _| answer("200 OK", body)).await.unwrap();
    let [change] = page.found.as_slice() else { panic!("one record: {page:?}") };
    assert_eq!((&*change.resource, change.kind), ("vendors", ChangeKind::Updated));
    assert!(change.version.to_key().starts_with("t:2026-01-01T00:00:05Z~"), "{change:?}");
    assert!(change.record.ends_with(r#","lastModifiedDate":"2026-01-01T00:00:05Z"}"#));
    assert_eq!(server.asked()[0].line, "GET /v3.1/contacts/7");
}

#[tokio::test]
async fn a_refusal_ends_the_reading() {
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, _| answer("401 Unauthorized", "");
    let error = read(&server, "invoices", &["1", "2"], script).await.unwrap_err();
    assert_eq!(error, ProviderError::Unauthorized);
    assert_eq!(server.asked().len(), 1);
    let error = read(&server, "currencies", &["1"], script).await.unwrap_err();
    let words = "Sage has no list of currencies";
    assert_eq!(error.to_string(), words);
}

#[tokio::test]
async fn every_polled_resource_can_be_read_in_every_dialect() {
    let server = ScriptedServer::new().await;
    let records = SageRecords::new(api(&server));
    for entity in &entities::ENTITIES {
        assert!(records.reads(entity.resource), "{}", entity.resource);
    }
    assert!(!records.reads("currencies"));
    let (access, configuration) = (access(), configuration(&[("base.url", COLUMBUS)]));
    let object_ids = ["1".to_owned()];
    let request = RecordsRequest {
        access: &access,
        configuration: &configuration,
        resource: "payments",
        object_ids: &object_ids,
    };
    let books = Books(entries(2, |id| id));
    let page = server.during(|asked, _| books.answer(asked), records.read(request)).await.unwrap();
    assert_eq!(page.found.len(), 1);
    assert_eq!(server.asked()[0].line, "GET /columbus/us/sageone/accounts/v3/contact_payments/1");
}
