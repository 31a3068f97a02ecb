//! Organisations and users on the command line, also while the gateway serves; and secrets that
//! are shown once.

use std::collections::BTreeSet;

use ledgerhook_testkit::{Binary, Stage};
use serde_json::Value;

use crate::PROGRAM;

const BANNER: &str = "A first organisation was made.";

#[tokio::test]
async fn the_first_start_prints_secrets_that_work_and_no_later_one_does() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    stage.tenant.caller.get("/elements").await.ok();
    let printed = stage.gateway.printed(1);
    assert!(printed.contains(BANNER), "{printed}");
    stage.restart().await;
    assert_eq!(stage.gateway.printed(2), "");
    stage.tenant.caller.get("/elements").await.ok();
}

#[tokio::test]
async fn an_organisation_made_before_the_first_start_is_the_only_one() {
    let mut gateway = Binary::new(PROGRAM);
    gateway.run(&["org", "create", "Acme"]).await.ok();
    gateway.start().await;
    assert_eq!(gateway.printed(1), "");
    let listed = gateway.run(&["org", "list"]).await.ok();
    assert_eq!(listed.lines().count(), 2, "a heading and Acme: {listed}");
    assert!(listed.lines().any(|line| line.ends_with("  Acme")), "{listed}");
}

#[tokio::test]
async fn organisations_and_users_are_made_listed_and_revoked_while_it_serves() {
    let mut stage = Stage::set(PROGRAM, &[]).await;
    let other = stage.another_tenant().await;
    other.caller.get("/elements").await.ok();
    let listed = stage.gateway.run(&["org", "list"]).await.ok();
    let names: Vec<_> = listed.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(names, ["NAME", "default", "organisation-2"]);

    let create = ["user", "create", "ada@software.test", "--org", "organisation-2", "--json"];
    let made = stage.gateway.run(&create).await.json();
    let secret = made["userSecret"].as_str().unwrap();
    let (_, organization) = other.caller.authorization.split_once(", ").unwrap();
    let ada = other.caller.with(format!("User {secret}, {organization}"));
    ada.get("/elements").await.ok();

    let id = made["userId"].to_string();
    let wrong = stage.gateway.run(&["user", "revoke", &id, "--org", "default"]).await.failed();
    assert!(wrong.contains(&format!("has no user {id}")), "{wrong}");
    ada.get("/elements").await.ok();
    // By the organisation's number as well as by its name.
    stage.gateway.run(&["user", "revoke", &id, "--org", "2"]).await.ok();
    assert_eq!(ada.get("/elements").await.status, 401);
    other.caller.get("/elements").await.ok();

    let users = stage.gateway.run(&["user", "list", "--org", "organisation-2"]).await.ok();
    let revoked = users.lines().find(|line| line.ends_with("ada@software.test")).unwrap();
    let words: Vec<_> = revoked.split_whitespace().collect();
    assert_eq!(words.len(), 4, "id, made, revoked, e-mail: {revoked}");
}

#[tokio::test]
async fn names_that_are_taken_or_unknown_are_said_so() {
    let gateway = Binary::new(PROGRAM);
    gateway.run(&["org", "create", "Acme"]).await.ok();
    let again = gateway.run(&["org", "create", "Acme"]).await.failed();
    assert!(again.contains("exists already"), "{again}");
    let create = ["user", "create", "ada@software.test", "--org"];
    let unknown = gateway.run(&[&create[..], &["Other"]].concat()).await.failed();
    assert!(unknown.contains("there is no organisation `Other`"), "{unknown}");
    assert!(unknown.contains("ledgerhook org list"), "{unknown}");
    let acme = [&create[..], &["Acme"]].concat();
    gateway.run(&acme).await.ok();
    assert!(gateway.run(&acme).await.failed().contains("exists already"));
}

#[tokio::test]
async fn secrets_are_of_the_originals_shape_and_never_the_same() {
    let gateway = Binary::new(PROGRAM);
    let mut seen = BTreeSet::new();
    for name in ["a", "b", "c"] {
        let made = gateway.run(&["org", "create", name, "--json"]).await.json();
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        let (user, organization) = (text("userSecret"), text("organizationSecret"));
        assert_eq!((user.len(), user.ends_with('=')), (44, true), "base64 of 32 bytes");
        assert_eq!(organization.len(), 32);
        assert!(organization.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        assert!(seen.insert(user) && seen.insert(organization));
        let members: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["organizationId", "organizationSecret", "userId", "userSecret"]);
        assert!(matches!(made["organizationId"], Value::Number(_)));
    }
}

#[tokio::test]
async fn the_settings_in_force_are_shown_with_where_they_come_from() {
    let gateway = Binary::new(PROGRAM);
    let shown = gateway
        .run_with(
            &["config", "--show", "--data", "/elsewhere"],
            &[("LEDGERHOOK__LOG__LEVEL", "debug")],
        )
        .await
        .ok();
    for line in [
        "data.folder = \"/elsewhere\"  # flag",
        "log.level = \"debug\"  # environment LEDGERHOOK__LOG__LEVEL",
        "egress.timeout_ms = 15000  # default",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
}
