//! Who vouches for a notice, whom it reaches, and what becomes of what cannot be told.

use ledgerhook_engine::Settings;

use crate::stage::{Answer, Stage, request};

const JSON: &str = r#"{"eventNotifications":[{"realmId":"123","dataChangeEvent":{"entities":[{"name":"Vendor","id":"56","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}"#;

fn unauthenticated() -> (u16, String) {
    (401, "AuthenticationException".to_owned())
}

async fn send(stage: &Stage, headers: &[(&str, &str)], body: &str) -> Answer {
    let path = "/json/reply/QboWebhooksRequest";
    stage.send(request("POST", path, headers, body.to_owned())).await
}

#[tokio::test]
async fn intuits_signature_vouches_for_a_notice() {
    let stage = Stage::start().await;
    assert_eq!(stage.post_signed("/qbowebhook", &[], JSON).await.status, 200);
    assert_eq!(stage.events(&stage.tenant).await, ["vendors 56"]);
}

#[tokio::test]
async fn the_secrets_of_an_organisation_vouch_for_a_notice_to_itself_alone() {
    let stage = Stage::start().await;
    let other = stage.another_tenant().await;
    let bodies = [JSON.to_owned(), JSON.replace("56", "57")];
    for (authorization, body) in [other.authorization(), other.basic()].iter().zip(&bodies) {
        let answer = send(&stage, &[("authorization", authorization)], body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(stage.events(&other).await, ["vendors 57", "vendors 56"]);
    assert_eq!(stage.events(&stage.tenant).await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_and_wrong_secrets_are_refused() {
    let stage = Stage::start().await;
    let unsigned = send(&stage, &[], JSON).await;
    assert_eq!(unsigned.refusal(), unauthenticated());
    assert_eq!(unsigned.header("www-authenticate"), Some("Basic realm=\"Ledgerhook\""));
    for wrong in ["User x, Organization y", "User x", "Basic eDp5", "Basic !", "Bearer x", ""] {
        let answer = send(&stage, &[("authorization", wrong)], JSON).await;
        assert_eq!(answer.refusal(), unauthenticated(), "{wrong}");
    }
    assert_eq!(stage.events(&stage.tenant).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_signature_is_verified_also_beside_valid_secrets() {
    let stage = Stage::start().await;
    let authorization = stage.tenant.authorization();
    for signature in ["", "AAAA"] {
        let headers = [("authorization", &*authorization), ("intuit-signature", signature)];
        assert_eq!(send(&stage, &headers, JSON).await.refusal(), unauthenticated());
    }
    assert_eq!(stage.events(&stage.tenant).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_switch_for_development_lets_unsigned_notices_in() {
    let settings = Settings { allow_unsigned_notices: true, ..Settings::default() };
    let stage = Stage::start_with(settings).await;
    assert_eq!(send(&stage, &[], JSON).await.status, 200);
    assert_eq!(stage.events(&stage.tenant).await, ["vendors 56"]);
}

#[tokio::test]
async fn what_intuit_signed_is_kept_raw_however_it_looks() {
    let stage = Stage::start().await;
    for (count, body) in ["{", "hello", r#"{"eventNotifications":5}"#].into_iter().enumerate() {
        let answer =
            stage.post_signed("/qbowebhook", &[("content-type", "application/json")], body);
        assert_eq!(answer.await.status, 200, "{body}");
        assert_eq!(stage.unrouted(), u64::try_from(count).unwrap() + 1);
    }
    let forged = [("intuit-signature", "AAAA")];
    assert_eq!(send(&stage, &forged, "{").await.refusal(), unauthenticated());
}

#[tokio::test]
async fn a_name_that_is_not_known_is_kept_and_never_guessed() {
    let stage = Stage::start().await;
    for (name, events, unrouted) in
        [(r#""Foo""#, 0, 1), ("99", 0, 2), ("23", 1, 2), (r#""department""#, 2, 2)]
    {
        let body = JSON.replace("\"Vendor\"", name);
        assert_eq!(stage.post("/json/reply/QboWebhooksRequest", &[], body).await.status, 200);
        assert_eq!(stage.events(&stage.tenant).await.len(), events, "{name}");
        assert_eq!(stage.unrouted(), unrouted, "{name}");
    }
    assert_eq!(stage.events(&stage.tenant).await, ["departments 56", "invoices 56"]);
}

#[tokio::test]
async fn a_number_that_means_two_names_is_neither_of_them() {
    let stage = Stage::start().await;
    for name in ["21", r#""21""#] {
        let body = JSON.replace("\"Vendor\"", name);
        assert_eq!(stage.post("/json/reply/QboWebhooksRequest", &[], body).await.status, 200);
    }
    for guess in ["departments 56", "vendors 56"] {
        assert!(!stage.events(&stage.tenant).await.contains(&guess.to_owned()), "{guess}");
    }
}
