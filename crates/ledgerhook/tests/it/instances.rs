//! Instances over the API: listed, read, replaced, changed, switched and removed.

use std::collections::BTreeSet;

use ledgerhook_testkit::{Answer, Instance, Stage};
use serde_json::{Value, json};

use crate::PROGRAM;

const MASK: &str = "********";

fn path_of(instance: &Instance) -> String {
    format!("/instances/{}", instance.id)
}

fn names(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

/// Connects a company and gives its instance a name and tags.
async fn connect_as(stage: &Stage, name: &str, tags: &[&str]) -> Instance {
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let change = json!({"name": name, "tags": tags});
    stage.tenant.caller.patch(&path_of(&instance), &change).await.ok();
    instance
}

#[tokio::test]
async fn a_list_is_narrowed_by_tags_and_by_text_and_is_404_without_a_match() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let caller = &stage.tenant.caller;
    let nothing = "No element instances found";
    assert_eq!(caller.get("/instances").await.refused(404), nothing);
    connect_as(&stage, "North shop", &["north", "shop"]).await;
    connect_as(&stage, "South shop", &["south", "shop"]).await;
    connect_as(&stage, "Office", &[]).await;
    for (query, expected) in [
        ("", &["North shop", "South shop", "Office"][..]),
        ("?tags[]=shop", &["North shop", "South shop"]),
        ("?tags%5B%5D=south", &["South shop"]),
        ("?tags[]=shop&tags[]=north", &["North shop"]),
        ("?searchText=shop", &["North shop", "South shop"]),
        ("?searchText=OFFICE", &["Office"]),
        ("?searchText=quickbooks", &["North shop", "South shop", "Office"]),
        ("?searchText=shop&tags[]=south", &["South shop"]),
    ] {
        let answer = caller.get(&format!("/instances{query}")).await;
        assert_eq!(names(&answer.ok()), expected, "{query}");
        let count = expected.len().to_string();
        assert_eq!(answer.header("elements-returned-count"), Some(&*count));
        let of_element = caller.get(&format!("/elements/quickbooks/instances{query}")).await.ok();
        assert_eq!(names(&of_element), expected, "{query}");
    }
    for query in ["?tags[]=east", "?searchText=warehouse", "?tags[]=north&tags[]=south"] {
        assert_eq!(caller.get(&format!("/instances{query}")).await.refused(404), nothing);
    }
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let mut ids = BTreeSet::new();
    for _ in 0..5 {
        ids.insert(stage.connect(&stage.tenant, "1", &Value::Null).await.id);
    }
    let caller = &stage.tenant.caller;
    let first = caller.get("/instances?pageSize=2").await;
    assert_eq!(first.ok().as_array().unwrap().len(), 2);
    assert!(first.header("elements-next-page-token").is_some());
    let all = caller.all("/instances?pageSize=2").await;
    let listed: Vec<_> = all.iter().map(|one| one["id"].as_i64().unwrap()).collect();
    assert_eq!(listed, ids.into_iter().collect::<Vec<_>>());
    let whole = caller.get("/instances?pageSize=5").await;
    assert_eq!(whole.header("elements-next-page-token"), None);
    for wrong in ["?pageSize=0", "?pageSize=many", "?nextPage=nonsense"] {
        caller.get(&format!("/instances{wrong}")).await.refused(400);
    }
}

/// The three ways in which an instance is addressed: its path, with the caller for it.
async fn three_ways(
    stage: &Stage,
    instance: &Instance,
) -> Vec<(String, ledgerhook_testkit::Caller)> {
    let caller = &stage.tenant.caller;
    vec![
        (path_of(instance), caller.clone()),
        (format!("/elements/quickbooks/instances/{}", instance.id), caller.clone()),
        ("/instances".to_owned(), caller.with_token(&instance.token)),
    ]
}

#[tokio::test]
async fn an_instance_is_changed_by_id_by_element_and_by_token() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    for (number, (path, caller)) in three_ways(&stage, &instance).await.into_iter().enumerate() {
        let name = format!("name {number}");
        let changed = caller.patch(&path, &json!({"name": name, "tags": ["t"]})).await.ok();
        assert_eq!((&changed["name"], &changed["tags"]), (&json!(name), &json!(["t"])), "{path}");
        let read = stage.tenant.caller.get(&path_of(&instance)).await.ok();
        assert_eq!(read, changed);
    }
}

#[tokio::test]
async fn an_instance_is_removed_by_id_by_element_and_by_token() {
    let stage = Stage::set(PROGRAM, &[]).await;
    for way in 0..3 {
        let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
        let (path, caller) = three_ways(&stage, &instance).await.remove(way);
        let answer = caller.delete(&path).await;
        assert_eq!((answer.status, &*answer.text), (200, ""), "{path}");
        let gone = stage.tenant.caller.get(&path_of(&instance)).await.refused(404);
        assert_eq!(gone, format!("No element instance found with ID {}", instance.id));
    }
}

#[tokio::test]
async fn a_replacement_resets_what_it_does_not_name_and_never_shows_provider_data() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &json!({"own.colour": "blue"})).await;
    for (path, caller) in three_ways(&stage, &instance).await {
        let code = stage.authorize(&stage.tenant, "2").await;
        let body = stage.instance_body(&stage.tenant, "2", &code, &Value::Null);
        let answer = caller.put(&path, &body).await;
        let replaced = answer.ok();
        assert_eq!(replaced["id"], instance.id, "{path}");
        assert_eq!(replaced["token"], instance.body["token"], "{path}");
        assert_eq!(replaced["name"], "Books of 2");
        assert_eq!(replaced["tags"], json!(["Books of 2"]));
        assert_eq!(replaced["configuration"]["quickbooks.realm.id"], "2");
        assert_eq!(replaced["configuration"].get("own.colour"), None);
        assert!(!answer.text.contains("providerData"), "{}", answer.text);
        assert!(!answer.text.contains(&code), "{}", answer.text);
    }
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_and_changes_nothing() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let secrets = json!({"event.notification.basic.username": "u",
        "event.notification.basic.password": "p", "own.secret": "s"});
    let instance = stage.connect(&stage.tenant, "1", &secrets).await;
    let read = stage.tenant.caller.get(&path_of(&instance)).await.ok();
    for secret in [
        "oauth.api.key",
        "oauth.api.secret",
        "event.notification.signature.key",
        "event.notification.basic.password",
        "own.secret",
    ] {
        assert_eq!(read["configuration"][secret], MASK, "{secret}");
    }
    let whole = stage.tenant.caller.put(&path_of(&instance), &read).await.ok();
    assert_eq!(whole, read);
    let part = json!({"configuration": read["configuration"]});
    assert_eq!(stage.tenant.caller.patch(&path_of(&instance), &part).await.ok(), read);
    // The secrets behind the masks are still the right ones: signed, and authenticated.
    let body =
        ledgerhook_testkit::legacy_body("1", "2026-11-20T12:00:00Z", &[("Bill", "7", "Create")]);
    stage.notices.post(&stage.tenant.app.verifier_token, body).await.ok();
    let received = stage.receiver.wait("/1", 1).await.remove(0);
    assert!(received.is_signed_with(ledgerhook_testkit::SIGNATURE_KEY));
    // base64 of `u:p`
    assert_eq!(received.header("authorization"), "Basic dTpw");
}

#[tokio::test]
async fn the_configuration_is_read_and_changed_entry_by_entry() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &json!({"own.colour": "blue"})).await;
    let by_id = format!("{}/configuration", path_of(&instance));
    let by_token = stage.tenant.caller.with_token(&instance.token);
    let entries = stage.tenant.caller.get(&by_id).await.ok();
    assert_eq!(by_token.get("/instances/configuration").await.ok(), entries);
    let entry = |key: &str| {
        let found = entries.as_array().unwrap().iter().find(|entry| entry["key"] == key);
        found.unwrap_or_else(|| panic!("no entry {key}")).clone()
    };
    let members: Vec<_> = entries[0].as_object().unwrap().keys().map(String::as_str).collect();
    let documented = [
        "id",
        "name",
        "key",
        "propertyValue",
        "description",
        "type",
        "active",
        "hideFromConsole",
        "required",
    ];
    assert_eq!(members, documented);
    let secret = entry("event.notification.signature.key");
    assert_eq!((&secret["propertyValue"], &secret["type"]), (&json!(MASK), &json!("PASSWORD")));
    assert_eq!(entry("own.colour")["propertyValue"], "blue");
    // Known keys are there with their defaults.
    assert_eq!(entry("event.poller.refresh_interval")["propertyValue"], "15");

    let callback = entry("event.notification.callback.url");
    let url = stage.receiver.url("/elsewhere");
    let path = format!("{by_id}/{}", callback["id"]);
    let changed = stage.tenant.caller.patch(&path, &json!({"propertyValue": url})).await.ok();
    assert_eq!(changed["propertyValue"], url);
    // Clients send the whole entry back; also by key, and by the token's address.
    let mut whole = changed.clone();
    whole["propertyValue"] = json!(stage.receiver.url("/third"));
    let path = "/instances/configuration/event.notification.callback.url";
    assert_eq!(by_token.patch(path, &whole).await.ok(), whole);
    assert_eq!(stage.tenant.caller.get(&format!("{by_id}/{}", callback["id"])).await.ok(), whole);
    let wrong = json!({"propertyValue": "nonsense"});
    by_token.patch(path, &wrong).await.refused(400);
    assert_eq!(stage.tenant.caller.get(&format!("{by_id}/999")).await.status, 404);
}

#[tokio::test]
async fn an_instance_is_switched_off_and_on() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let by_token = stage.tenant.caller.with_token(&instance.token);
    let by_id = format!("{}/enabled", path_of(&instance));
    for (path, caller) in
        [(by_id.as_str(), &stage.tenant.caller), ("/instances/enabled", &by_token)]
    {
        for (answer, disabled) in [
            (caller.delete(path).await, true),
            (caller.delete(path).await, true),
            (caller.put(path, &Value::Null).await, false),
        ] {
            assert_eq!(answer.ok()["disabled"], disabled, "{path}");
        }
    }
}

#[tokio::test]
async fn names_and_tags_are_cleaned_of_markup() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let code = stage.authorize(&stage.tenant, "1").await;
    let mut body = stage.instance_body(&stage.tenant, "1", &code, &Value::Null);
    let link = "<a href=\"https://evil.test\">books</a>";
    body["name"] = json!(link);
    body["tags"] = json!([link, "<script>alert(1)</script>plain"]);
    let created = stage.tenant.caller.post("/instances", &body).await.ok();
    assert_eq!(created["name"], "books");
    assert_eq!(created["tags"][0], "books");
    assert!(!created["tags"][1].as_str().unwrap().contains('<'), "{created}");
    let path = format!("/instances/{}", created["id"]);
    let changed = stage.tenant.caller.patch(&path, &json!({"name": "<b>bold</b> & co"})).await;
    assert_eq!(changed.ok()["name"], "bold & co");
}

async fn create_with(stage: &Stage, member: &str, value: Value) -> Answer {
    let code = stage.authorize(&stage.tenant, "1").await;
    let mut body = stage.instance_body(&stage.tenant, "1", &code, &Value::Null);
    body[member] = value;
    stage.tenant.caller.post("/instances", &body).await
}

#[tokio::test]
async fn tags_are_the_name_unless_they_are_given_and_an_empty_list_clears_them() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let by_default = stage.connect(&stage.tenant, "1", &Value::Null).await;
    assert_eq!(by_default.body["tags"], json!(["Books of 1"]));
    let given = create_with(&stage, "tags", json!(["one", "two"])).await.ok();
    assert_eq!(given["tags"], json!(["one", "two"]));
    assert_eq!(create_with(&stage, "tags", json!([])).await.ok()["tags"], json!([]));
    let path = path_of(&by_default);
    let caller = &stage.tenant.caller;
    assert_eq!(caller.patch(&path, &json!({"tags": ["x"]})).await.ok()["tags"], json!(["x"]));
    assert_eq!(caller.patch(&path, &json!({"name": "n"})).await.ok()["tags"], json!(["x"]));
    assert_eq!(caller.patch(&path, &json!({"tags": []})).await.ok()["tags"], json!([]));
}

#[tokio::test]
async fn an_element_is_named_by_key_by_number_or_by_the_path() {
    let stage = Stage::set(PROGRAM, &[]).await;
    for element in [json!({"key": "quickbooks"}), json!({"id": 39}), json!({"id": "39"})] {
        assert_eq!(create_with(&stage, "element", element).await.ok()["elementId"], 39);
    }
    for element in ["quickbooks", "39"] {
        let code = stage.authorize(&stage.tenant, "1").await;
        let mut body = stage.instance_body(&stage.tenant, "1", &code, &Value::Null);
        body.as_object_mut().unwrap().remove("element");
        let path = format!("/elements/{element}/instances");
        assert_eq!(stage.tenant.caller.post(&path, &body).await.ok()["elementId"], 39);
    }
}

#[tokio::test]
async fn values_of_any_type_are_kept_as_text() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let own = json!({"a": true, "b": 15, "c": {"d": [1, null]}, "e": "text", "f": 1.5});
    let instance = stage.connect(&stage.tenant, "1", &own).await;
    for (key, text) in
        [("a", "true"), ("b", "15"), ("c", r#"{"d":[1,null]}"#), ("e", "text"), ("f", "1.5")]
    {
        assert_eq!(instance.body["configuration"][key], text, "{key}");
    }
}

#[tokio::test]
async fn a_company_whose_tokens_the_caller_has_is_connected_without_a_code() {
    let stage = Stage::set(PROGRAM, &[]).await;
    let (access, refresh) = stage.tokens(&stage.tenant, "17").await;
    let own = json!({"quickbooks.realm.id": "17", "oauth.user.token": access,
        "oauth.user.refresh_token": refresh});
    let mut body = stage.instance_body(&stage.tenant, "17", "", &own);
    body.as_object_mut().unwrap().remove("providerData");
    body["externalAuthentication"] = json!("initial");
    let answer = stage.tenant.caller.post("/instances", &body).await;
    let created = answer.ok();
    assert_eq!(created["externalAuthentication"], "initial");
    assert_eq!(created["configuration"]["oauth.user.token"], MASK);
    assert!(!answer.text.contains(&access) && !answer.text.contains(&refresh));
    assert_eq!(created["configuration"]["quickbooks.company.name"], "Company");
}

#[tokio::test]
async fn instances_and_their_secrets_are_there_after_a_restart() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let instance = stage.connect(&stage.tenant, "1", &Value::Null).await;
    let before = stage.tenant.caller.get(&path_of(&instance)).await.text;
    stage.restart().await;
    assert_eq!(stage.tenant.caller.get(&path_of(&instance)).await.text, before);
    let by_token = stage.tenant.caller.with_token(&instance.token);
    by_token.get("/instances/configuration").await.ok();
}
