//! The callback receiver: answers every notification 200 and remembers which events it brought and
//! when. A light server of its own rather than axum, so that receiving costs little beside sending.

mod arrivals;
mod client;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

pub(crate) use self::arrivals::{Arrival, ReceiverStats};
pub(crate) use self::client::ReceiverClient;

use self::arrivals::Arrivals;
use crate::clock;
use crate::http::{Frame, HttpError, HttpStream, header, request_frame};

/// Connections served at a time, far above what a dispatcher opens to one host.
const CONNECTIONS_MAX: usize = 4_096;
/// How long a connection may stay without a request; longer than any pause between two phases.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);

/// Serves on loopback until the process ends.
///
/// # Errors
/// When the port cannot be had.
pub(crate) async fn run(port: u16) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("{}", listener.local_addr()?);
    Ok(serve(listener).await?)
}

/// Receives notifications, and answers `/stats` and `/arrivals?from=N`.
///
/// # Errors
/// When the listener fails.
pub(crate) async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let arrivals = Arc::new(Mutex::new(Arrivals::default()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                let (connection, _peer) = accepted?;
                connection.set_nodelay(true)?;
                connections.spawn(serve_connection(connection, Arc::clone(&arrivals)));
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

/// Ends with the connection. What breaks one shows as a missing delivery: nothing to report here.
async fn serve_connection(connection: TcpStream, arrivals: Arc<Mutex<Arrivals>>) {
    let mut stream = HttpStream::new(connection);
    while let Ok(Ok(Some(request))) = timeout(IDLE_TIMEOUT, stream.receive(frame)).await {
        let response = {
            let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
            answer(&mut arrivals, request, stream.body())
        };
        if stream.send(response.as_bytes()).await.is_err() {
            break;
        }
    }
}

/// What a request wants.
#[derive(Debug)]
enum Request {
    Notification { webhook_id: Option<Box<str>> },
    Stats,
    Arrivals { from: usize },
    Unknown,
}

fn frame(bytes: &[u8]) -> Result<Option<Frame<Request>>, HttpError> {
    request_frame(bytes, |request| match (request.method, request.path) {
        (Some("POST"), _) => Request::Notification {
            webhook_id: header(request.headers, "webhook-id").map(Into::into),
        },
        (Some("GET"), Some("/stats")) => Request::Stats,
        (Some("GET"), Some(path)) => path
            .strip_prefix("/arrivals?from=")
            .and_then(|from| from.parse().ok())
            .map_or(Request::Unknown, |from| Request::Arrivals { from }),
        _ => Request::Unknown,
    })
}

fn answer(arrivals: &mut Arrivals, request: Request, body: &[u8]) -> String {
    match request {
        Request::Notification { webhook_id } => {
            let Some((webhook_id, entity_ids)) = webhook_id.zip(entity_ids(body)) else {
                arrivals.count_unreadable();
                return response("400 Bad Request", "{}");
            };
            if arrivals.record(webhook_id, &entity_ids, clock::unix_us()) {
                response("200 OK", "{}")
            } else {
                response("507 Insufficient Storage", "{}")
            }
        }
        Request::Stats => json_response(&arrivals.stats()),
        Request::Arrivals { from } => json_response(&arrivals.page(from)),
        Request::Unknown => response("404 Not Found", "{}"),
    }
}

/// The part of a notification's body that is read.
#[derive(Deserialize)]
struct Notification<'body> {
    #[serde(borrow)]
    message: Message<'body>,
}

#[derive(Deserialize)]
struct Message<'body> {
    #[serde(borrow)]
    events: Vec<Event<'body>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'body> {
    object_id: &'body str,
}

/// The entity ids of a notification's events; `None` when it is not one of ours.
fn entity_ids(body: &[u8]) -> Option<Vec<u64>> {
    let notification: Notification<'_> = serde_json::from_slice(body).ok()?;
    notification.message.events.iter().map(|event| event.object_id.parse().ok()).collect()
}

fn json_response(value: &impl serde::Serialize) -> String {
    match serde_json::to_string(value) {
        Ok(body) => response("200 OK", &body),
        Err(_) => response("500 Internal Server Error", "{}"),
    }
}

fn response(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notification_is_read_by_its_object_ids() {
        let body = br#"{"severity":"low","message":{"elementKey":"quickbooks","events":[
            {"objectId":"1000000001","objectType":"invoices"},{"objectId":"1000000002"}]}}"#;
        assert_eq!(entity_ids(body), Some(vec![1_000_000_001, 1_000_000_002]));
    }

    #[test]
    fn unreadable_notification_is_refused_and_counted() {
        for (webhook_id, body) in [
            (Some("msg_1"), ""),
            (Some("msg_1"), "{}"),
            (Some("msg_1"), r#"{"message":{"events":[{"objectId":"2|0"}]}}"#),
            (None, r#"{"message":{"events":[{"objectId":"1000000001"}]}}"#),
        ] {
            let mut arrivals = Arrivals::default();
            let request = Request::Notification { webhook_id: webhook_id.map(Into::into) };
            assert!(answer(&mut arrivals, request, body.as_bytes()).starts_with("HTTP/1.1 400 "));
            assert_eq!(arrivals.stats().unreadable, 1, "{webhook_id:?} {body:?}");
        }
    }

    #[test]
    fn requests_are_told_apart_by_method_and_path() {
        for (request, expected) in [
            (
                "POST /callback HTTP/1.1\r\nWebhook-Id: msg_1\r\n\r\n",
                "Notification { webhook_id: Some(",
            ),
            ("GET /stats HTTP/1.1\r\n\r\n", "Stats"),
            ("GET /arrivals?from=20 HTTP/1.1\r\n\r\n", "Arrivals { from: 20 }"),
            ("GET /arrivals?from=x HTTP/1.1\r\n\r\n", "Unknown"),
            ("DELETE /stats HTTP/1.1\r\n\r\n", "Unknown"),
        ] {
            let head = frame(request.as_bytes()).unwrap().unwrap().head;
            assert!(format!("{head:?}").starts_with(expected), "{request:?} is {head:?}");
        }
    }
}
