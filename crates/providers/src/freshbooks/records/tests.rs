//! Reading records against a scripted server.

use ledgerhook_model::{ChangeKind, Moment};

use super::*;
use crate::freshbooks::stand_in::{TIME, access, api, configuration, dated};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

async fn read(
    server: &ScriptedServer,
    resource: &str,
    ids: &[&str],
    script: impl Fn(&Asked, usize) -> Scripted,
) -> Result<RecordsPage, ProviderError> {
    let object_ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let (access, configuration) = (access("ABC123"), configuration());
    let request = RecordsRequest {
        access: &access,
        configuration: &configuration,
        resource,
        object_ids: &object_ids,
    };
    server.during(script, FreshBooksRecords::new(api(server)).read(request)).await
}

fn client(id: &str, vis_state: u8) -> Scripted {
    let record =
        format!(r#"{{"id":{id},"updated":"2026-11-20 02:00:00","vis_state":{vis_state}}}"#);
    dated("200 OK", format!(r#"{{"response":{{"result":{{"client":{record}}}}}}}"#))
}

#[tokio::test]
async fn each_record_is_one_call_and_what_freshbooks_does_not_have_is_missing() {
    let old = include_str!("../../../tests/fixtures/freshbooks/errors/404-client-old.json");
    let new = include_str!("../../../tests/fixtures/freshbooks/errors/404-client-new.json");
    let gone = r#"{"response":{"errors":[{"errno":1011,"message":"deleted"}]}}"#;
    let server = ScriptedServer::new().await;
    let script = |asked: &Asked, _| match asked.line.rsplit_once('/').unwrap().1 {
        "3" => answer("404 Not Found", old),
        "4" => answer("404 Not Found", new),
        "5" => answer("200 OK", gone),
        id => client(id, u8::from(id == "2")),
    };
    let ids = ["2", "1", "4", "3", "5", "2", "no id", ""];
    let page = read(&server, "customers", &ids, script).await.unwrap();
    let told: Vec<_> =
        page.found.iter().map(|change| (change.object_id.as_str(), change.kind)).collect();
    assert_eq!(told, [("1", ChangeKind::Updated), ("2", ChangeKind::Deleted)]);
    assert_eq!(page.missing, ["", "3", "4", "5", "no id"]);
    assert_eq!(page.reads, 5);
    let asked = server.asked();
    assert_eq!(asked[0].line, "GET /accounting/account/ABC123/users/clients/1");
    assert_eq!(asked[0].header("authorization"), Some("Bearer access"));
    assert_eq!(asked[0].header("accept"), Some("application/json"));
    assert_eq!(asked[0].header("content-type"), None);
}

#[tokio::test]
async fn every_resource_is_read_from_its_own_place() {
    let cases = [
        ("employees", "staff", "/accounting/account/ABC123/users/staffs/7"),
        ("invoices", "invoice", "/accounting/account/ABC123/invoices/invoices/7"),
        ("taxes", "tax", "/accounting/account/ABC123/taxes/taxes/7"),
        ("tasks", "task", "/accounting/account/ABC123/projects/tasks/7"),
        ("vendors", "bill_vendor", "/accounting/account/ABC123/bill_vendors/bill_vendors/7"),
        ("credit-notes", "credit_note", "/accounting/account/ABC123/credit_notes/credit_notes/7"),
        ("expense-categories", "category", "/accounting/account/ABC123/expenses/categories/7"),
        (
            "recurring-invoices",
            "invoice_profile",
            "/accounting/account/ABC123/invoice_profiles/invoice_profiles/7",
        ),
        ("projects", "project", "/projects/business/439000/project/7"),
        ("time-activities", "time_entry", "/timetracking/business/439000/time_entries/7"),
        ("services", "service", "/comments/business/439000/service/7"),
    ];
    for (resource, key, path) in cases {
        let server = ScriptedServer::new().await;
        let script = |_: &Asked, _| dated("200 OK", format!(r#"{{"{key}":{{"id":7}}}}"#));
        let page = read(&server, resource, &["7"], script).await.unwrap();
        let [change] = page.found.as_slice() else { panic!("{resource}: {page:?}") };
        assert_eq!(change.changed_at, Moment::parse(TIME).unwrap(), "{resource}");
        assert_eq!(server.asked()[0].line, format!("GET {path}"));
    }
}

#[tokio::test]
async fn an_error_of_any_record_is_the_error_of_all() {
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, index| match index {
        0 => client("1", 0),
        _ => answer("401 Unauthorized", ""),
    };
    let error = read(&server, "customers", &["1", "2"], script).await.unwrap_err();
    assert_eq!(error, ProviderError::Unauthorized);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_unavailable() {
    for body in [r#"{"client":{}}"#, r#"{"client":[]}"#, r#"{"item":{"id":1}}"#, "{}"] {
        let server = ScriptedServer::new().await;
        let script = |_: &Asked, _| dated("200 OK", body);
        let error = read(&server, "customers", &["1"], script).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unavailable(_)), "{body}: {error}");
    }
    let server = ScriptedServer::new().await;
    let script = |_: &Asked, _| answer("200 OK", r#"{"service":{"id":1}}"#);
    let error = read(&server, "services", &["1"], script).await.unwrap_err();
    assert!(error.to_string().contains("neither it nor the answer has a date"), "{error}");
}

#[tokio::test]
async fn without_usable_ids_of_the_business_nothing_is_asked() {
    let server = ScriptedServer::new().await;
    let script = |asked: &Asked, _| panic!("nothing should be asked, but was: {}", asked.line);
    assert_eq!(read(&server, "items", &[], script).await.unwrap(), RecordsPage::default());
    let records = FreshBooksRecords::new(api(&server));
    let object_ids = ["1".to_owned()];
    for (account, resource, expected) in [
        ("../me", "items", "is not an account id of FreshBooks"),
        ("", "items", "is not an account id of FreshBooks"),
        ("ABC123", "projects", "configuration.freshbooks.business.id is not set"),
        ("ABC123", "unicorns", "FreshBooks has no unicorns"),
    ] {
        let (access, configuration) = (access(account), Default::default());
        let request = RecordsRequest {
            access: &access,
            configuration: &configuration,
            resource,
            object_ids: &object_ids,
        };
        let error = server.during(script, records.read(request)).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(records.reads("services") && !records.reads("unicorns"));
}
