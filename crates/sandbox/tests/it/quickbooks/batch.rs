//! Several queries and writes in one call.

use ledgerhook_sandbox::quickbooks::CallKind;
use serde_json::{Value, json};

use super::bench::{Bench, REALM, invoice_of};
use crate::client::Tokens;

async fn batch(bench: &Bench, tokens: &Tokens, items: Value) -> Value {
    let answer = bench.api_post(tokens, "batch", json!({"BatchItemRequest": items})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["BatchItemResponse"].clone()
}

#[tokio::test]
async fn each_item_is_answered_in_its_place_and_faults_stay_with_their_item() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let customer = bench.create_customer(&tokens, "Jane").await;
    let items = json!([
        {"bId": "1", "operation": "create", "Invoice": invoice_of(&customer, 5)},
        {"bId": "2", "operation": "create", "Customer": {"DisplayName": "Jane"}},
        {"bId": "3", "operation": "delete", "Invoice": {"Id": "2", "SyncToken": "0"}},
        {"bId": "4", "operation": "delete", "Invoice": {"Id": "99", "SyncToken": "0"}},
        {"bId": "5", "Query": "select * from Customer where Id in ('1', '2')"},
        {"bId": "6", "Query": "select everything"},
        {"bId": "7", "operation": "burn", "Customer": {}},
        {"bId": "8", "operation": "create"},
        {"bId": "9", "operation": "create", "TaxCode": {"Name": "x"}},
        "nothing at all",
    ]);
    let answers = batch(&bench, &tokens, items).await;
    assert_eq!(answers[0]["Invoice"]["Id"], "2");
    assert_eq!(answers[2]["Invoice"]["status"], "Deleted");
    assert_eq!(answers[4]["QueryResponse"]["Customer"][0]["DisplayName"], "Jane");
    for (place, code) in
        [(1, "6240"), (3, "610"), (5, "4000"), (6, "500"), (7, "2010"), (8, "500"), (9, "500")]
    {
        assert_eq!(answers[place]["Fault"]["Error"][0]["code"], code, "{}", answers[place]);
    }
    let numbers: Vec<&Value> =
        answers.as_array().unwrap().iter().map(|answer| &answer["bId"]).collect();
    assert_eq!(numbers[..9], ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(bench.quickbooks().succeeded_calls(REALM, CallKind::Batch), 1);
}

#[tokio::test]
async fn a_batch_has_a_size() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    let query = json!({"bId": "1", "Query": "select * from Customer"});
    assert_eq!(batch(&bench, &tokens, vec![query.clone(); 30].into()).await[29]["bId"], "1");
    for (body, code) in [
        (json!({"BatchItemRequest": vec![query; 31]}), "2010"),
        (json!({}), "2020"),
        (json!([]), "2010"),
    ] {
        let answer = bench.api_post(&tokens, "batch", body).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["Fault"]["Error"][0]["code"], code);
    }
}

#[tokio::test]
async fn the_queries_of_a_batch_share_a_thousand_objects() {
    let bench = Bench::start().await;
    let tokens = bench.connect(REALM).await;
    for number in 0..600 {
        bench.quickbooks().create_sample(REALM, "Class", number).unwrap();
    }
    let query = json!({"Query": "select * from Class maxresults 1000"});
    let answers = batch(&bench, &tokens, json!([query, query])).await;
    assert_eq!(answers[0]["QueryResponse"]["maxResults"], 600);
    assert_eq!(answers[1]["Fault"]["Error"][0]["code"], "4001");
}
