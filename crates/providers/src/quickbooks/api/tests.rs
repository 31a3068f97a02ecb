//! The turns of a company, against a scripted server.

use std::time::Duration;

use super::*;
use crate::quickbooks::stand_in::{access, api, configuration};
use crate::scripted_server::{Scripted, ScriptedServer, answer};

const THROTTLED: &str = r#"<?xml version="1.0"?><IntuitResponse><Fault type="SERVICE"><Error code="3001"><Message>errorCode=003001</Message></Error></Fault></IntuitResponse>"#;

#[tokio::test]
async fn after_a_throttled_call_the_company_is_left_alone_and_another_is_not() {
    let server = ScriptedServer::new().await;
    let api = api(&server);
    let (throttled, other) = (access("1", "t"), access("2", "t"));
    let configuration = configuration(&[]);
    let company = |access| Company { access, configuration: &configuration };
    let script = |_: &_, earlier| match earlier {
        0 => answer("429 Too Many Requests", THROTTLED),
        _ => answer("200 OK", "{}"),
    };
    let calls = async {
        let first = api.query(company(&throttled), "select 1".to_owned()).await.unwrap();
        assert_eq!(first.status, 429, "the answer itself is handed on");
        for _ in 0..3 {
            let error = api.query(company(&throttled), "select 2".to_owned()).await.unwrap_err();
            let ProviderError::Throttled { wait } = error else { panic!("{error}") };
            assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
        }
        api.query(company(&other), "select 3".to_owned()).await.unwrap();
    };
    server.during(script, calls).await;
    let asked: Vec<_> = server.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(asked, ["select 1", "select 3"]);
}

#[tokio::test]
async fn calls_beyond_ten_a_second_wait_for_their_turn() {
    let server = ScriptedServer::new().await;
    let api = api(&server);
    let (access, configuration) = (access("1", "t"), configuration(&[]));
    let company = Company { access: &access, configuration: &configuration };
    let script = |_: &_, _| -> Scripted { answer("200 OK", "{}") };
    let begin = tokio::time::Instant::now();
    let calls = async {
        for _ in 0..11 {
            api.query(company, String::new()).await.unwrap();
        }
    };
    server.during(script, calls).await;
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
}
