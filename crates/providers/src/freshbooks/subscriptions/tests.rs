//! Subscriptions against a scripted server.

use ledgerhook_connector::Access;
use ledgerhook_model::configuration::Configuration;

use super::*;
use crate::freshbooks::stand_in::{access, api, configuration};
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer};

const CALLBACKS: &str = "/events/account/ABC123/events/callbacks";

/// What a call is made with.
struct Asker {
    subscriptions: FreshBooksSubscriptions,
    access: Access,
    configuration: Configuration,
}

impl Asker {
    fn at(server: &ScriptedServer) -> Self {
        let subscriptions = FreshBooksSubscriptions::new(api(server));
        Self { subscriptions, access: access("ABC123"), configuration: configuration() }
    }

    fn request(&self) -> SubscriptionRequest<'_> {
        SubscriptionRequest { access: &self.access, configuration: &self.configuration }
    }
}

fn callback(id: &str) -> String {
    format!(
        r#"{{"response":{{"result":{{"callback":{{{id},"verified":false,"uri":"https://e.com/x","event":"invoice","updated_at":"2021-10-17 05:48:42"}}}}}}}}"#
    )
}

#[tokio::test]
async fn a_topic_is_the_noun_and_each_noun_is_asked_for_once() {
    let server = ScriptedServer::new().await;
    let asker = Asker::at(&server);
    let topics = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        asker.subscriptions.topics(&names)
    };
    assert_eq!(
        topics(&["time-activities", "vendors", "customers", "customers", "tasks", "employees"]),
        ["client", "time_entry", "bill_vendor"]
    );
    assert_eq!(topics(&["recurring-invoices", "expense-categories"]), ["category", "recurring"]);
    assert_eq!(topics(&[]), [""; 0]);
    let all = crate::freshbooks::PROFILE.resource_names();
    assert_eq!(topics(&all).len(), 15);
}

#[tokio::test]
async fn a_callback_is_made_for_a_noun_and_its_id_is_read_under_either_name() {
    for id in [r#""callbackid":2001"#, r#""id":2001"#, r#""callbackid":"2001","id":2001"#] {
        let server = ScriptedServer::new().await;
        let asker = Asker::at(&server);
        let script = |_: &Asked, _| answer("200 OK", callback(id));
        let created = asker.subscriptions.create(asker.request(), "invoice", "https://e.com/x");
        assert_eq!(server.during(script, created).await.unwrap(), "2001");
        let [asked] = server.asked().try_into().unwrap();
        assert_eq!(asked.line, format!("POST {CALLBACKS}"));
        assert_eq!(asked.header("content-type"), Some("application/json"));
        assert_eq!(asked.header("authorization"), Some("Bearer access"));
        assert_eq!(asked.body, r#"{"callback":{"event":"invoice","uri":"https://e.com/x"}}"#);
    }
}

#[tokio::test]
async fn a_refused_callback_says_what_is_wrong_with_it() {
    let body = include_str!("../../../tests/fixtures/freshbooks/errors/422-callback.json");
    let server = ScriptedServer::new().await;
    let asker = Asker::at(&server);
    let script = |_: &Asked, _| answer("422 Unprocessable Entity", body);
    let created = asker.subscriptions.create(asker.request(), "unicorn", "x");
    let error = server.during(script, created).await.unwrap_err();
    assert!(matches!(error, ProviderError::Rejected(_)), "{error}");
    assert!(error.to_string().contains("Unrecognized event"), "{error}");
}

#[tokio::test]
async fn a_callback_is_confirmed_and_asked_for_another_handshake() {
    let server = ScriptedServer::new().await;
    let asker = Asker::at(&server);
    let script = |_: &Asked, _| answer("200 OK", callback(r#""callbackid":2001"#));
    let verifier = Secret::new("v\"1");
    let confirmed = asker.subscriptions.confirm(asker.request(), "2001", &verifier);
    server.during(script, confirmed).await.unwrap();
    let resent = asker.subscriptions.resend(asker.request(), "2001");
    server.during(script, resent).await.unwrap();
    let [confirm, resend] = server.asked().try_into().unwrap();
    assert_eq!(confirm.line, format!("PUT {CALLBACKS}/2001"));
    assert_eq!(confirm.body, r#"{"callback":{"verifier":"v\"1"}}"#);
    assert_eq!(resend.line, format!("PUT {CALLBACKS}/2001"));
    assert_eq!(resend.body, r#"{"callback":{"resend":true}}"#);
}

#[tokio::test]
async fn a_verifier_that_is_refused_is_an_error() {
    let cases = [
        ("400 Bad Request", r#"{"errno":400,"message":"wrong verifier"}"#),
        ("200 OK", r#"{"response":{"errors":[{"errno":1004,"message":"wrong verifier"}]}}"#),
    ];
    for (status, body) in cases {
        let server = ScriptedServer::new().await;
        let asker = Asker::at(&server);
        let script = |_: &Asked, _| answer(status, body);
        let verifier = Secret::new("v");
        let confirmed = asker.subscriptions.confirm(asker.request(), "2001", &verifier);
        let error = server.during(script, confirmed).await.unwrap_err();
        assert!(matches!(error, ProviderError::Rejected(_)), "{status}: {error}");
    }
}

#[tokio::test]
async fn a_recorded_list_is_read() {
    let body = include_str!("../../../tests/fixtures/freshbooks/lists/callbacks.json");
    let server = ScriptedServer::new().await;
    let asker = Asker::at(&server);
    let listed = asker.subscriptions.list(asker.request());
    let listed = server.during(|_, _| answer("200 OK", body), listed).await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|one| (one.id.as_str(), one.topic.as_str(), one.url.as_str(), one.confirmed))
        .collect();
    assert_eq!(
        told,
        [
            ("123", "invoice.create", "http://freshbooks.com/hook/123", true),
            ("124", "estimate.create", "http://freshbooks.com/hook/124", true),
            ("125", "estimate.delete", "http://freshbooks.com/hook/125", false),
        ]
    );
    assert_eq!(server.asked()[0].line, format!("GET {CALLBACKS}?page=1&per_page=100"));
}

fn page(asked: &Asked, pages: usize) -> Scripted {
    let number: usize = asked.parameter("page").unwrap().parse().unwrap();
    // Each page begins with the last of the one before.
    let one = |id: usize| {
        format!(r#"{{"callbackid":{id},"verified":true,"uri":"https://e.com/{id}","event":"tax"}}"#)
    };
    let rows = format!("{},{}", one(number - 1), one(number));
    answer(
        "200 OK",
        format!(
            r#"{{"response":{{"result":{{"callbacks":[{rows}],"page":{number},"pages":{pages},"per_page":2,"total":9}}}}}}"#
        ),
    )
}

#[tokio::test]
async fn every_page_of_the_list_is_read_and_none_told_twice() {
    let server = ScriptedServer::new().await;
    let asker = Asker::at(&server);
    let listed = asker.subscriptions.list(asker.request());
    let listed = server.during(|asked, _| page(asked, 3), listed).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["0", "1", "2", "3"]);
    assert_eq!(server.asked().len(), 3);
    let listed = asker.subscriptions.list(asker.request());
    let error = server.during(|asked, _| page(asked, 1_000), listed).await.unwrap_err();
    assert!(error.to_string().contains("more than 50 pages of callbacks"), "{error}");
}

#[tokio::test]
async fn a_callback_is_removed_also_when_it_is_gone() {
    let gone = include_str!("../../../tests/fixtures/freshbooks/errors/404-callback.json");
    let cases = [
        ("204 No Content", "", true),
        ("200 OK", "", true),
        ("200 OK", "{}", true),
        ("404 Not Found", gone, true),
        ("404 Not Found", "<html></html>", false),
        ("403 Forbidden", r#"{"message":"no"}"#, false),
        ("500 Internal Server Error", "", false),
    ];
    for (status, body, is_removed) in cases {
        let server = ScriptedServer::new().await;
        let asker = Asker::at(&server);
        let removed = asker.subscriptions.remove(asker.request(), "2001");
        let result = server.during(|_, _| answer(status, body), removed).await;
        assert_eq!(result.is_ok(), is_removed, "{status} {body}: {result:?}");
        assert_eq!(server.asked()[0].line, format!("DELETE {CALLBACKS}/2001"));
    }
}

#[tokio::test]
async fn what_is_no_id_is_not_put_into_a_path() {
    let server = ScriptedServer::new().await;
    let asker = Asker::at(&server);
    let script = |asked: &Asked, _| panic!("nothing should be asked, but was: {}", asked.line);
    for id in ["", "../1", "1?x"] {
        let removed = asker.subscriptions.remove(asker.request(), id);
        let error = server.during(script, removed).await.unwrap_err();
        assert!(matches!(error, ProviderError::Unanswerable(_)), "{id}: {error}");
    }
}
