//! The Accounting API over HTTP.

use ledgerhook_sandbox::quickbooks::{CallKind, Company};
use serde_json::json;

use super::bench::{Bench, OTHER_REALM, REALM, invoice_of};
use crate::client::{Tokens, bearer, form};

#[tokio::test]
async fn a_call_without_a_live_token_gets_the_recorded_401() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    bench.pass(3_600);
    let unknown = Tokens { access: "made-up".to_owned(), refresh: String::new() };
    for tokens in [&tokens, &unknown] {
        let answer = bench.api_get(tokens, "customer/1").await;
        assert_eq!(answer.status, 401);
        let challenge = r#"Bearer realm="Intuit", error="invalid_token""#;
        assert_eq!(answer.header("www-authenticate"), challenge);
        let body = answer.json();
        assert_eq!(body["fault"]["error"][0]["code"], "3200");
        assert_eq!(body["fault"]["type"], "AUTHENTICATION");
        assert_eq!(body["time"], 1_773_172_800_500_i64);
    }
}

#[tokio::test]
async fn a_token_of_another_company_or_a_disconnected_one_gets_403() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let path = format!("/v3/company/{OTHER_REALM}/customer/1");
    let other = bench.send("GET", &path, &[bearer(&tokens)], String::new()).await;
    bench.quickbooks().disconnect(REALM, None).unwrap();
    let gone = bench.api_get(&tokens, "customer/1").await;
    for answer in [other, gone] {
        assert_eq!(answer.status, 403);
        assert_eq!(answer.json()["fault"]["error"][0]["code"], "3100");
    }
}

#[tokio::test]
async fn a_record_lives_through_create_read_update_and_delete() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let customer = bench.create_customer(&tokens, "Jane").await;
    let created =
        bench.api_post(&tokens, "invoice?minorversion=75", invoice_of(&customer, 100)).await;
    assert_eq!(created.status, 200, "{}", created.text);
    assert_eq!(created.json()["time"], "2026-03-10T12:00:00.500-07:00");
    assert!(created.header("intuit-tid").starts_with("1-"));
    let id = created.json()["Invoice"]["Id"].as_str().unwrap().to_owned();
    let path = format!("invoice/{id}");
    let read = bench.api_get(&tokens, &path).await.json();
    assert_eq!(read["Invoice"], created.json()["Invoice"]);
    assert!(bench.api_get(&tokens, &path).await.text.contains(r#""TotalAmt":100.0"#));
    let note = json!({"Id": id, "SyncToken": "0", "sparse": true, "PrivateNote": "paid soon"});
    let updated = bench.api_post(&tokens, "invoice", note.clone()).await.json();
    assert_eq!(updated["Invoice"]["SyncToken"], "1");
    let stale = bench.api_post(&tokens, "invoice", note).await;
    assert_eq!(stale.status, 400);
    assert_eq!(stale.json()["Fault"]["Error"][0]["code"], "5010");
    let gone = json!({"Id": id, "SyncToken": "1"});
    let deleted = bench.api_post(&tokens, "invoice?operation=delete", gone).await.json();
    assert_eq!(deleted["Invoice"], json!({"domain": "QBO", "status": "Deleted", "Id": id}));
    let missing = bench.api_get(&tokens, &path).await;
    assert_eq!(missing.status, 400);
    assert_eq!(missing.json()["Fault"]["Error"][0]["code"], "610");
}

#[tokio::test]
async fn refusals_look_as_recorded() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    bench.create_customer(&tokens, "Weiskopf Consulting").await;
    let duplicate = json!({"DisplayName": "Weiskopf Consulting"});
    let answer = bench.api_post(&tokens, "customer", duplicate).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.text,
        r#"{"Fault":{"Error":[{"Message":"Duplicate Name Exists Error","Detail":"The name supplied already exists. : null","code":"6240"}],"type":"ValidationFault"},"time":"2026-03-10T12:00:00.500-07:00"}"#
    );
    let answer = bench.api_get(&tokens, "customer/1.5").await;
    assert_eq!(
        answer.text,
        r#"{"Fault":{"Error":[{"Message":"Invalid ID","Detail":"Id should be a valid number. Supplied value:1.5","code":"2030","element":"Id"}],"type":"ValidationFault"}}"#
    );
    for path in ["customer/1/5", "nonsense/1"] {
        let answer = bench.api_get(&tokens, path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.json()["Fault"]["Error"][0]["code"], "500", "{path}");
    }
    for body in ["{", "[]"] {
        let path = format!("/v3/company/{REALM}/customer");
        let answer = bench.send("POST", &path, &[bearer(&tokens)], body.to_owned()).await;
        assert_eq!(answer.json()["Fault"]["Error"][0]["code"], "2010", "{body}");
    }
}

#[tokio::test]
async fn cdc_answers_in_the_order_asked() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let customer = bench.create_customer(&tokens, "Jane").await;
    bench.pass(10);
    bench.api_post(&tokens, "invoice", invoice_of(&customer, 5)).await;
    let since = form(&[
        ("entities", "Invoice,Vendor,Customer"),
        ("changedSince", "2026-03-10T12:00:00-07:00"),
    ]);
    let answer = bench.api_get(&tokens, &format!("cdc?{since}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    let blocks = &body["CDCResponse"][0]["QueryResponse"];
    assert_eq!(blocks[0]["Invoice"][0]["CustomerRef"]["name"], "Jane");
    assert_eq!(blocks[1], json!({}));
    assert_eq!(blocks[2]["Customer"][0]["Id"], customer);
    assert_eq!(body["time"], "2026-03-10T12:00:10.500-07:00");
}

#[tokio::test]
async fn cdc_refuses_a_plus_sign_that_was_not_encoded() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let bare = "cdc?entities=Customer&changedSince=2026-03-10T19:00:00+00:00";
    assert_eq!(bench.api_get(&tokens, bare).await.status, 400);
    assert_eq!(bench.api_get(&tokens, &bare.replace('+', "%2B")).await.status, 200);
}

#[tokio::test]
async fn a_query_may_come_by_get_or_post() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    bench.create_customer(&tokens, "Jane").await;
    let text = "SELECT * FROM Customer WHERE DisplayName = 'Jane'";
    let by_get = bench.api_get(&tokens, &format!("query?{}", form(&[("query", text)]))).await;
    let path = format!("/v3/company/{REALM}/query?minorversion=75");
    let headers = [bearer(&tokens), ("content-type", "application/text".to_owned())];
    let by_post = bench.send("POST", &path, &headers, text.to_owned()).await;
    assert_eq!(by_get.json()["QueryResponse"]["maxResults"], 1);
    assert_eq!(by_get.text, by_post.text);
}

#[tokio::test]
async fn calls_are_counted_by_company_and_kind() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let customer = bench.create_customer(&tokens, "Jane").await;
    bench.api_get(&tokens, &format!("customer/{customer}")).await;
    bench.api_get(&tokens, "customer/99").await;
    bench.api_get(&tokens, "cdc?entities=Customer&changedSince=2026-03-10T19:00:00Z").await;
    bench.api_get(&tokens, "query?query=select%20*%20from%20Customer").await;
    for kind in [CallKind::Cdc, CallKind::Query, CallKind::Read, CallKind::Write, CallKind::Token] {
        assert_eq!(bench.quickbooks().succeeded_calls(REALM, kind), 1, "{kind:?}");
    }
    let counts = bench.quickbooks().calls();
    let reads = counts.iter().find(|count| count.kind == CallKind::Read).unwrap();
    assert_eq!((reads.succeeded, reads.failed), (1, 1));
}

#[tokio::test]
async fn each_environment_has_an_address_that_shows_its_own_companies() {
    let sandbox_company = Company::new(OTHER_REALM, "Practice").in_sandbox();
    let bench = Bench::start_with(|options| options.companies.push(sandbox_company)).await;
    for (realm, base, status) in [
        (REALM, "", 200),
        (REALM, "/production", 200),
        (REALM, "/development", 403),
        (OTHER_REALM, "", 200),
        (OTHER_REALM, "/production", 403),
        (OTHER_REALM, "/development", 200),
    ] {
        let tokens = bench.connect(realm).await;
        let path = format!("{base}/v3/company/{realm}/companyinfo/{realm}");
        let answer = bench.send("GET", &path, &[bearer(&tokens)], String::new()).await;
        assert_eq!(answer.status, status, "{path}");
    }
}
