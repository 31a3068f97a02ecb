//! A receiver of webhooks that answers as told and remembers what it got.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// One body as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Debug, Default)]
struct Memory {
    received: Mutex<Vec<Received>>,
    next_statuses: Mutex<VecDeque<u16>>,
}

/// The running receiver; it ends with the value.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    memory: Arc<Memory>,
    _server: JoinSet<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/notices", listener.local_addr().unwrap());
        let memory = Arc::new(Memory::default());
        let router = Router::new().route("/notices", post(receive)).with_state(Arc::clone(&memory));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, memory, _server: server }
    }

    /// The next answers; 200 after them.
    pub(crate) fn answer_next(&self, statuses: &[u16]) {
        self.memory.next_statuses.lock().unwrap().extend(statuses);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.memory.received.lock().unwrap().clone()
    }
}

async fn receive(State(memory): State<Arc<Memory>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    memory.received.lock().unwrap().push(Received { headers, body });
    let status = memory.next_statuses.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}
