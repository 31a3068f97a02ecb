//! The document on a scripted server.

use super::*;
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};

const DOCUMENT: &str = r#"{"issuer":"i","authorization_endpoint":"http://found.test/authorize","token_endpoint":"http://found.test/token","revocation_endpoint":"http://found.test/revoke"}"#;

fn discovery(server: &ScriptedServer) -> Discovery {
    Discovery::new(callable(&server.url).ok())
}

fn found(_: &Asked, _: usize) -> Scripted {
    answer("200 OK", DOCUMENT)
}

#[tokio::test]
async fn a_document_is_read_at_its_first_use_and_once() {
    let server = ScriptedServer::new().await;
    let (discovery, client) = (discovery(&server), client());
    assert_eq!(*discovery.known(), Discovered::default());
    let twice = async { tokio::join!(discovery.look_up(&client), discovery.look_up(&client)) };
    let (first, second) = server.during(found, twice).await;
    assert_eq!(first.authorize.as_deref(), Some("http://found.test/authorize"));
    assert_eq!(first.token.as_ref().unwrap().as_str(), "http://found.test/token");
    assert_eq!(first.revoke.as_ref().unwrap().as_str(), "http://found.test/revoke");
    assert_eq!((first, server.asked().len()), (second, 1));
    assert_eq!(discovery.known().authorize.as_deref(), Some("http://found.test/authorize"));
}

#[tokio::test]
async fn a_document_is_read_again_after_a_day_and_kept_when_that_fails() {
    let server = ScriptedServer::new().await;
    let (discovery, client) = (discovery(&server), client());
    let script = |_: &Asked, earlier| match earlier {
        0 => answer("200 OK", DOCUMENT),
        _ => answer("503 Service Unavailable", ""),
    };
    let calls = async {
        discovery.look_up(&client).await;
        discovery.cache.write().unwrap().until = Some(Instant::now());
        for _ in 0..3 {
            assert!(discovery.look_up(&client).await.token.is_some());
        }
    };
    server.during(script, calls).await;
    assert_eq!(server.asked().len(), 2, "a failure is not repeated at once");
}

#[tokio::test]
async fn what_cannot_be_used_leaves_the_built_in_addresses() {
    for (status, body) in [
        ("404 Not Found", DOCUMENT),
        ("302 Found", ""),
        ("200 OK", "<html></html>"),
        ("200 OK", "{}"),
        ("200 OK", r#"{"token_endpoint":"ftp://x","authorization_endpoint":"http://x/?a=b"}"#),
    ] {
        let server = ScriptedServer::new().await;
        let (discovery, client) = (discovery(&server), client());
        let found = server.during(|_, _| answer(status, body), discovery.look_up(&client)).await;
        assert_eq!(*found, Discovered::default(), "{status} {body}");
    }
}

#[tokio::test]
async fn without_an_address_nothing_is_asked() {
    let discovery = Discovery::new(None);
    assert_eq!(*discovery.look_up(&client()).await, Discovered::default());
}

#[test]
fn a_document_that_came_encrypted_sends_no_secret_in_clear() {
    let (encrypted, open) =
        (callable("https://d.test").unwrap(), callable("http://127.0.0.1").unwrap());
    assert_eq!(usable("http://x.test/token", &encrypted), None);
    assert!(usable("https://x.test/token", &encrypted).is_some());
    assert!(usable("http://x.test/token", &open).is_some());
}
