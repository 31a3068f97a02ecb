//! Projects, time and services: flat bodies, UTC, deletes for good.

use serde_json::{Value, json};

use super::bench::{BUSINESS, BUSINESS_WITHOUT_ACCOUNT, Bench};

fn projects(path: &str) -> String {
    format!("/projects/business/{BUSINESS}/{path}")
}

#[tokio::test]
async fn a_project_lives_from_create_to_delete() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let body = json!({"project": {"title": "Awesome", "fixed_price": "600.00"}});
    let created = bench.call(&tokens, "POST", &projects("project"), body).await.json();
    let project = &created["project"];
    assert_eq!(project["created_at"], "2026-03-10T19:00:00", "UTC without Z");
    let item = projects(&format!("project/{}", project["id"]));
    bench.pass(60);
    let change = json!({"project": {"title": "More awesome"}});
    let updated = bench.call(&tokens, "PUT", &item, change).await.json();
    assert_eq!(updated["project"]["updated_at"], "2026-03-10T19:01:00");

    let list = bench.get(&tokens, &projects("projects")).await.json();
    assert_eq!(list["projects"][0]["title"], "More awesome");
    let meta = json!({"sort": [], "total": 1, "per_page": 30, "page": 1, "pages": 1});
    assert_eq!(list["meta"], meta);

    let deleted = bench.call(&tokens, "DELETE", &item, Value::Null).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    let gone = bench.get(&tokens, &item).await;
    let body = json!({"error": "Requested resource could not be found."});
    assert_eq!((gone.status, gone.json()), (404, body));
}

#[tokio::test]
async fn one_is_at_the_singular_path_and_many_at_the_plural_one() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.freshbooks().create_sample(BUSINESS, "time_entry", 1).unwrap();
    for (path, status) in [
        ("/projects/business/439000/project/1001", 200),
        ("/projects/business/439000/projects/1001", 404),
        ("/comments/business/439000/service/1001", 200),
        ("/comments/business/439000/services/1001", 404),
        ("/comments/business/439000/services", 200),
        ("/timetracking/business/439000/time_entries", 200),
        ("/timetracking/business/439000/time_entries/1001", 200),
        ("/comments/business/439000/projects", 404),
    ] {
        assert_eq!(bench.get(&tokens, path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn updated_since_narrows_and_search_does_not() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    bench.freshbooks().create_sample(BUSINESS, "project", 1).unwrap();
    bench.pass(3_600);
    bench.freshbooks().create_sample(BUSINESS, "project", 2).unwrap();
    for (query, total) in [
        ("updated_since=2026-03-10T20:00:00Z", 1),
        ("updated_since=2026-03-10T19:00:00", 2),
        ("updated_since=2026-03-10T15:30:00-04:00", 1),
        ("search[updated_min]=2030-01-01", 2),
    ] {
        let list = bench.get(&tokens, &projects(&format!("projects?{query}"))).await.json();
        assert_eq!(list["meta"]["total"], total, "{query}");
    }
    let wrong = bench.get(&tokens, &projects("projects?updated_since=yesterday")).await;
    assert_eq!((wrong.status, &wrong.json()["errno"]), (422, &json!(2001)));
}

#[tokio::test]
async fn deleted_time_is_listed_only_when_included() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let path = format!("/timetracking/business/{BUSINESS}/time_entries");
    let body = json!({"time_entry": {
        "is_logged": true,
        "duration": 3600,
        "started_at": "2026-03-10T14:00:00Z",
    }});
    let entry = bench.call(&tokens, "POST", &path, body).await.json();
    assert_eq!(entry["time_entry"]["created_at"], "2026-03-10T19:00:00Z");
    assert!(entry["time_entry"].get("updated_at").is_none());
    let item = format!("{path}/{}", entry["time_entry"]["id"]);
    assert_eq!(bench.call(&tokens, "DELETE", &item, Value::Null).await.status, 204);
    assert_eq!(bench.get(&tokens, &item).await.status, 404);
    let list = bench.get(&tokens, &path).await.json();
    assert_eq!(list["time_entries"], json!([]));
    let all = bench.get(&tokens, &format!("{path}?include_deleted=true")).await.json();
    assert_eq!(all["time_entries"][0]["active"], false);
}

#[tokio::test]
async fn a_service_shows_no_time() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let path = format!("/comments/business/{BUSINESS}/service");
    let body = json!({"service": {"name": "Review"}});
    let service = bench.call(&tokens, "POST", &path, body).await.json();
    let expected = json!({
        "business_id": BUSINESS,
        "name": "Review",
        "billable": true,
        "id": 1001,
        "vis_state": 0,
    });
    assert_eq!(service["service"], expected);
}

#[tokio::test]
async fn a_business_without_an_account_has_projects() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let path = format!("/projects/business/{BUSINESS_WITHOUT_ACCOUNT}/projects");
    assert_eq!(bench.get(&tokens, &path).await.status, 200);
}

#[tokio::test]
async fn what_is_missing_is_told_by_property() {
    let bench = Bench::start().await;
    let tokens = bench.connect().await;
    let body = json!({"project": {"description": "?"}});
    let refused = bench.call(&tokens, "POST", &projects("project"), body).await;
    let expected = json!({"errno": 2001, "error": {"title": "field required"}});
    assert_eq!((refused.status, refused.json()), (422, expected));
}
