//! Stands between the gateway and the provider's token endpoint, and remembers every token that
//! passes: the gateway shows them to nobody, and neither does the stand-in of the provider.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, OnceLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Router, routing};
use ledgerhook_testkit::Http;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The running relay. Dropping it ends it.
pub(super) struct TokenRelay {
    pub(super) url: String,
    desk: Arc<Desk>,
    _server: JoinSet<()>,
}

#[derive(Default)]
struct Desk {
    http: Http,
    target: OnceLock<String>,
    tokens: Mutex<BTreeSet<String>>,
}

impl TokenRelay {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/tokens", listener.local_addr().unwrap());
        let desk = Arc::new(Desk::default());
        let route = Router::new().route("/tokens", routing::post(relay));
        let router = route.with_state(Arc::clone(&desk));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, desk, _server: server }
    }

    /// Passes on to the provider at that address.
    pub(super) fn pass_on_to(&self, provider: &str) {
        self.desk.target.set(format!("{provider}/oauth2/v1/tokens/bearer")).unwrap();
    }

    /// Every access and refresh token so far.
    pub(super) fn tokens(&self) -> BTreeSet<String> {
        self.desk.tokens.lock().unwrap().clone()
    }
}

async fn relay(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let passed = [
        ("authorization", text(header::AUTHORIZATION)),
        ("content-type", text(header::CONTENT_TYPE)),
        ("accept", text(header::ACCEPT)),
    ];
    let answer = desk.http.call(Method::POST, desk.target.wait(), &passed, body).await;
    if let Ok(granted) = serde_json::from_str::<Value>(&answer.text) {
        let tokens = ["access_token", "refresh_token"].map(|name| granted[name].as_str());
        desk.tokens.lock().unwrap().extend(tokens.into_iter().flatten().map(str::to_owned));
    }
    let status = StatusCode::from_u16(answer.status).unwrap();
    (status, [(header::CONTENT_TYPE, "application/json")], answer.text).into_response()
}
