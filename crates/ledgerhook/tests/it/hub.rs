//! The finance hub over the program: records of a company's books, found, paged and read one by
//! one, and what an instance offers.

use ledgerhook_sandbox::quickbooks::RecordOperation;
use ledgerhook_testkit::{Caller, Stage};
use serde_json::{Value, json};

use crate::PROGRAM;

const REALM: &str = "9341452000000041";

/// A stage with a connected company, and a caller with the instance's token.
struct Hub {
    stage: Stage,
    instance_id: i64,
    caller: Caller,
}

impl Hub {
    async fn open() -> Self {
        let stage = Stage::set(PROGRAM, &[]).await;
        let instance = stage.connect(&stage.tenant, REALM, &json!({})).await;
        let caller = stage.tenant.caller.with_token(&instance.token);
        Self { stage, instance_id: instance.id, caller }
    }

    fn save(&self, entity: &str, body: Value) -> Value {
        self.stage.books.change_record(REALM, entity, RecordOperation::Save, body).unwrap()
    }

    fn save_customers(&self, names: &[&str]) {
        for name in names {
            self.save("Customer", json!({"DisplayName": name}));
        }
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let page = self.caller.get(&format!("/hubs/finance/customers?{query}")).await.ok();
        let names = page.as_array().unwrap().iter().map(|record| record["displayName"].as_str());
        names.map(|name| name.unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn customers_are_found_by_a_condition_and_ordered() {
    let hub = Hub::open().await;
    hub.save_customers(&["Ada", "Bea", "O'Brien", "Zoe"]);
    for (query, names) in [
        ("", vec!["Ada", "Bea", "O'Brien", "Zoe"]),
        ("where=displayName%3D'O''Brien'", vec!["O'Brien"]),
        (
            "where=displayName%20LIKE%20'%25e%25'%20AND%20active%3D'true'",
            vec!["Bea", "O'Brien", "Zoe"],
        ),
        ("where=displayName%20IN%20('Ada','Zoe')&orderBy=displayName%20desc", vec!["Zoe", "Ada"]),
        (
            "where=%60metaData.lastUpdatedTime%60%20%3E%3D%202015-01-06T09:31:38-07:00",
            vec!["Ada", "Bea", "O'Brien", "Zoe"],
        ),
        ("where=metaData.createTime%20%3C%201415131437000", vec![]),
    ] {
        assert_eq!(hub.names(query).await, names, "{query}");
    }
}

#[tokio::test]
async fn inactive_customers_are_shown_to_those_who_ask_for_them() {
    let hub = Hub::open().await;
    hub.save_customers(&["Ada", "Bea"]);
    let saved = hub.save("Customer", json!({"DisplayName": "Cleo"}));
    let (id, token) = (&saved["Id"], &saved["SyncToken"]);
    hub.save(
        "Customer",
        json!({"Id": id, "SyncToken": token, "DisplayName": "Cleo", "Active": false}),
    );
    assert_eq!(hub.names("").await, ["Ada", "Bea"]);
    let inactive = hub.names("where=active%3Dfalse").await;
    assert!(inactive.len() == 1 && inactive[0].starts_with("Cleo"), "{inactive:?}");
    let all = hub.names("where=active%20in%20(true,false)").await;
    assert_eq!(all.len(), 3);
    let found = hub.caller.get(&format!("/hubs/finance/customers/{}", id.as_str().unwrap())).await;
    assert_eq!(found.ok()["active"], false);
}

#[tokio::test]
async fn two_pages_are_one_of_twice_the_size_and_tokens_lead_through_all() {
    let hub = Hub::open().await;
    let names = ["Ada", "Bea", "Cleo", "Dora", "Eva", "Fay", "Gia"];
    hub.save_customers(&names);
    for size in [1, 2, 3] {
        let mut parts = hub.names(&format!("page=1&pageSize={size}")).await;
        parts.extend(hub.names(&format!("page=2&pageSize={size}")).await);
        assert_eq!(parts, hub.names(&format!("page=1&pageSize={}", 2 * size)).await, "{size}");
    }
    let all = hub.caller.all("/hubs/finance/customers?pageSize=3").await;
    let found: Vec<_> = all.iter().map(|record| record["displayName"].as_str().unwrap()).collect();
    assert_eq!(found, names);
    let counted = hub.caller.get("/hubs/finance/customers?pageSize=2&returnCount=true").await;
    assert_eq!(counted.header("elements-returned-count"), Some("2"));
    assert_eq!(counted.header("elements-total-count"), Some("7"));
    let id = hub.instance_id.to_string();
    assert_eq!(counted.header("elements-element-instance-id"), Some(&*id));
}

#[tokio::test]
async fn one_record_is_read_by_either_form_of_its_id() {
    let hub = Hub::open().await;
    let saved = hub.save("Customer", json!({"DisplayName": "Ada"}));
    let id = saved["Id"].as_str().unwrap();
    for id in [id.to_owned(), format!("{id}%7C7"), format!("{id}|0")] {
        let found = hub.caller.get(&format!("/hubs/crap/customers/{id}")).await.ok();
        assert_eq!(found["displayName"], "Ada");
        assert!(found["id"].as_str().unwrap().contains('|'), "{found}");
        assert!(found["metaData"]["createTime"].is_i64(), "{found}");
    }
    let fields = format!("/hubs/finance/customers/{id}?fields=displayName,metaData.createTime");
    let cut = hub.caller.get(&fields).await.ok();
    assert_eq!(cut.as_object().unwrap().len(), 2, "{cut}");
    let missing = hub.caller.get("/hubs/finance/customers/99999").await;
    assert!(missing.refused(404).contains("QuickBooks has no Customer 99999"));
}

#[tokio::test]
async fn an_address_without_a_hub_is_the_same_and_a_mistyped_one_is_none() {
    let hub = Hub::open().await;
    hub.save_customers(&["Ada"]);
    for path in ["customers", "customers/1", "objects", "objects/customers/metadata"] {
        let with_hub = hub.caller.get(&format!("/hubs/finance/{path}")).await.ok();
        assert_eq!(hub.caller.get(&format!("/{path}")).await.ok(), with_hub, "{path}");
    }
    let own = &hub.stage.tenant.caller;
    let by_id = own.get(&format!("/customers?instanceId={}", hub.instance_id)).await.ok();
    assert_eq!(by_id[0]["displayName"], "Ada");
    for path in ["/instance", "/elements/quickbooks/app"] {
        let refused = own.get(path).await.refused(404);
        assert!(refused.contains(&format!("there is nothing at /elements/api-v2{path}")));
    }
}

#[tokio::test]
async fn what_cannot_be_answered_says_why() {
    let hub = Hub::open().await;
    for (path, status, words) in [
        ("customers?where=a%20b", 400, "where: Error parsing query at character 3"),
        ("customers?where=a%3D1%20or%20b%3D2", 400, "QuickBooks has no OR; ask once for each part"),
        ("customers?where=a!%3D1", 400, "QuickBooks has no `!=`"),
        ("customers/1'", 400, "is not an id of QuickBooks"),
        ("cars", 404, "No object found with name cars; known: bill-payments"),
    ] {
        let message = hub.caller.get(&format!("/hubs/finance/{path}")).await.refused(status);
        assert!(message.contains(words), "{path}: {message}");
    }
}

#[tokio::test]
async fn changes_of_several_kinds_are_one_read() {
    let hub = Hub::open().await;
    hub.save_customers(&["Ada"]);
    hub.save("Vendor", json!({"DisplayName": "Nails & Co"}));
    let before = hub.stage.counter("provider_reads").await;
    let ada = hub.caller.get("/hubs/finance/customers").await.ok();
    let since = &ada[0]["metaData"]["lastUpdatedTime"];
    let question = format!("where=changedSince%3D{since}&entities=customers,vendors");
    let changes = hub.caller.get(&format!("/hubs/finance/changes?{question}")).await.ok();
    let told: Vec<_> = changes.as_array().unwrap().iter().map(|one| &one["objectType"]).collect();
    assert_eq!(told.len(), 2, "{changes}");
    assert!(told.contains(&&json!("customers")) && told.contains(&&json!("vendors")));
    assert!(changes[0]["record"]["id"].is_string(), "{changes}");
    let reads = hub.stage.counter("provider_reads").await - before;
    assert_eq!(reads, 2, "one for the list of customers, one for the changes");
}

#[tokio::test]
async fn the_organisation_reads_by_the_instances_id_and_the_docs_say_how() {
    let hub = Hub::open().await;
    hub.save_customers(&["Ada"]);
    let own = &hub.stage.tenant.caller;
    let id = hub.instance_id;
    let by_id = own.get(&format!("/hubs/finance/customers?instanceId={id}")).await.ok();
    assert_eq!(by_id[0]["displayName"], "Ada");
    assert_eq!(hub.caller.get("/hubs/finance/ping").await.ok()["endpoint"], "quickbooks");
    let objects = hub.caller.get("/hubs/finance/objects").await.ok();
    assert!(objects.as_array().unwrap().contains(&json!("departments")), "{objects}");
    let document = own.get(&format!("/instances/{id}/docs")).await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let customer = &document["components"]["schemas"]["customers"]["properties"];
    assert_eq!(customer["displayName"], json!({"type": "string"}));
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 2 * objects.as_array().unwrap().len() + 4);
    assert!(document["webhooks"]["changes"].is_object());
    assert_eq!(hub.caller.get("/instances/docs").await.ok(), document);
}

#[tokio::test]
async fn a_disabled_instance_reads_no_records() {
    let hub = Hub::open().await;
    hub.caller.delete("/instances/enabled").await.ok();
    assert!(hub.caller.get("/hubs/finance/customers").await.refused(403).contains("is disabled"));
    hub.caller.get("/hubs/finance/objects").await.ok();
}

#[tokio::test]
async fn no_record_is_read_when_the_apps_reads_of_the_month_are_used() {
    let hub = Hub::open().await;
    let tenant = &hub.stage.tenant;
    let app = format!("/elements/quickbooks/apps/{}", tenant.app_id);
    hub.caller.get("/hubs/finance/customers").await.ok();
    tenant.caller.patch(&app, &json!({"environment": "production", "readBudget": 1})).await.ok();
    for path in ["customers", "customers/1", "ping", "changes?where=changedSince%3D1"] {
        let message = hub.caller.get(&format!("/hubs/finance/{path}")).await.refused(429);
        assert!(message.contains("the 1 reads a month of the app first are used"), "{message}");
    }
    hub.caller.get("/hubs/finance/objects").await.ok();
    tenant.caller.patch(&app, &json!({"readBudget": 2})).await.ok();
    hub.caller.get("/hubs/finance/customers").await.ok();
}
