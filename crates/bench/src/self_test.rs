//! The measuring chain without the gateway: generator, echo and receiver in short, small runs, and
//! a stand-in for the gateway that hands each notice on to its callback.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::deliver::measure;
use crate::gateway::{GatewayApi, VERIFIER_TOKEN};
use crate::http::{HttpStream, response_frame};
use crate::load::{Load, Pace, drive};
use crate::notice::{NOTICE_PATH, NoticeSource};
use crate::receiver::ReceiverClient;
use crate::{echo, receiver};

const INSTANCES: u16 = 4;

fn source() -> NoticeSource {
    let started = "2026-11-20T12:00:00Z".parse().unwrap();
    NoticeSource::new(started, INSTANCES, VERIFIER_TOKEN).unwrap()
}

/// A phase that ends with its supply.
fn flat_out(target: SocketAddr) -> Load {
    Load { target, connections: 8, pace: Pace::FlatOut, duration: Duration::from_secs(60) }
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn start_echo(servers: &mut JoinSet<()>) -> SocketAddr {
    let (listener, address) = listener().await;
    servers.spawn(async move { echo::serve(listener).await.unwrap() });
    address
}

async fn start_receiver(servers: &mut JoinSet<()>) -> ReceiverClient {
    let (listener, address) = listener().await;
    servers.spawn(async move { receiver::serve(listener).await.unwrap() });
    ReceiverClient::new(address)
}

#[tokio::test]
async fn echo_answers_every_notice_of_the_supply() {
    let mut servers = JoinSet::new();
    let target = start_echo(&mut servers).await;
    let outcome = drive(flat_out(target), Arc::new(source().sign(500))).await.unwrap();

    let mut entity_ids: Vec<u64> = outcome.accepted.iter().map(|sent| sent.entity_id).collect();
    entity_ids.sort_unstable();
    assert_eq!(entity_ids, (1_000_000_000..1_000_000_500).collect::<Vec<_>>());
    assert_eq!((outcome.errors, outcome.latencies.count()), (0, 500));
    assert!(outcome.rate_per_s() > 0.0);
}

#[tokio::test]
async fn fixed_rate_sends_what_falls_due_in_its_time() {
    let mut servers = JoinSet::new();
    let target = start_echo(&mut servers).await;
    let load = Load {
        pace: Pace::PerSecond(400),
        duration: Duration::from_millis(250),
        ..flat_out(target)
    };
    let outcome = drive(load, Arc::new(source().sign(10).starting_over())).await.unwrap();
    assert_eq!((outcome.accepted.len(), outcome.errors), (100, 0));
}

#[tokio::test]
async fn refused_notices_are_errors_with_their_answer() {
    let mut servers = JoinSet::new();
    let (listener, target) = listener().await;
    let refusing = Router::new().fallback(async || (StatusCode::FORBIDDEN, "no such app"));
    servers.spawn(async move { axum::serve(listener, refusing).await.unwrap() });

    let outcome = drive(flat_out(target), Arc::new(source().sign(20))).await.unwrap();
    assert_eq!((outcome.accepted.len(), outcome.errors), (0, 20));
    assert_eq!(outcome.first_error.as_deref(), Some("answered 403: no such app"));
}

#[tokio::test]
async fn every_delivery_is_joined_to_its_notice() {
    let mut servers = JoinSet::new();
    let receiver = start_receiver(&mut servers).await;
    let gateway = start_stand_in(&mut servers).await;
    gateway.create_instances(INSTANCES, &receiver.callback_url()).await.unwrap();

    let mut source = source();
    let load = flat_out(gateway.address());
    for delivered_before in [0, 300] {
        let phase = measure(load, source.sign(300), receiver).await.unwrap();
        assert_eq!(phase.sent.first_error, None);
        assert_eq!((phase.delivered.delivered, phase.delivered.missing), (300, 0));
        assert_eq!(phase.delivered.latencies.count(), 300);
        assert_eq!(receiver.stats().await.unwrap().events, delivered_before + 300);
    }
    assert_eq!(receiver.stats().await.unwrap().repeated_notifications, 0);
}

#[tokio::test]
async fn stored_events_are_counted_over_all_pages() {
    let mut servers = JoinSet::new();
    let gateway = start_stand_in(&mut servers).await;
    let keep_for_reading = format!("http://{}{NOTICE_PATH}", gateway.address());
    let ids = gateway.create_instances(INSTANCES, &keep_for_reading).await.unwrap();

    let supply = Arc::new(source().sign(1_001));
    drive(flat_out(gateway.address()), supply).await.unwrap();
    let mut counts = Vec::new();
    for id in ids {
        counts.push(gateway.count_events(id).await.unwrap());
    }
    assert_eq!(counts, [251, 250, 250, 250]);
}

/// The least that behaves like the gateway: one event per notice, kept or posted at once.
#[derive(Default)]
struct StandIn {
    callbacks: Mutex<HashMap<String, String>>,
    kept: Mutex<HashMap<usize, Vec<Value>>>,
    realms: Mutex<Vec<String>>,
}

async fn start_stand_in(servers: &mut JoinSet<()>) -> GatewayApi {
    let (listener, address) = listener().await;
    let router = Router::new()
        .route("/elements/api-v2/elements/quickbooks/apps", post(async || "{}"))
        .route("/elements/api-v2/instances", post(create_instance))
        .route("/elements/api-v2/instances/{id}/events", get(list_events))
        .route(NOTICE_PATH, post(take_notice))
        .with_state(Arc::new(StandIn::default()));
    servers.spawn(async move { axum::serve(listener, router).await.unwrap() });
    GatewayApi::new(address, "User u, Organization o".to_owned())
}

async fn create_instance(
    State(stand_in): State<Arc<StandIn>>,
    Json(instance): Json<Value>,
) -> Json<Value> {
    let text = |key: &str| instance["configuration"][key].as_str().unwrap().to_owned();
    let realm = text("quickbooks.realm.id");
    let callback = text("event.notification.callback.url");
    stand_in.callbacks.lock().unwrap().insert(realm.clone(), callback);
    let mut realms = stand_in.realms.lock().unwrap();
    realms.push(realm);
    Json(json!({ "id": realms.len(), "token": "t" }))
}

async fn take_notice(State(stand_in): State<Arc<StandIn>>, body: Bytes) -> StatusCode {
    let notice: Value = serde_json::from_slice(&body).unwrap();
    let realm = notice[0]["intuitaccountid"].as_str().unwrap();
    let callback = stand_in.callbacks.lock().unwrap()[realm].clone();
    let event = json!({ "objectId": notice[0]["intuitentityid"] });
    if callback.ends_with(NOTICE_PATH) {
        let place = stand_in.realms.lock().unwrap().iter().position(|known| known == realm);
        stand_in.kept.lock().unwrap().entry(place.unwrap() + 1).or_default().push(event);
        return StatusCode::OK;
    }
    deliver(&callback, &json!({ "message": { "events": [event] } }).to_string()).await
}

/// Answers with the callback's status, as if intake and delivery were one.
async fn deliver(callback: &str, body: &str) -> StatusCode {
    let address = callback.trim_start_matches("http://").trim_end_matches("/callback");
    let mut stream = HttpStream::new(TcpStream::connect(address).await.unwrap());
    let request = format!(
        "POST /callback HTTP/1.1\r\nwebhook-id: {body}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.send(request.as_bytes()).await.unwrap();
    let head = stream.receive(response_frame).await.unwrap().unwrap();
    StatusCode::from_u16(head.status).unwrap()
}

async fn list_events(
    State(stand_in): State<Arc<StandIn>>,
    Path(id): Path<usize>,
    Query(query): Query<HashMap<String, String>>,
) -> ([(&'static str, String); 1], Json<Vec<Value>>) {
    let page_size: usize = query["pageSize"].parse().unwrap();
    let from = query.get("nextPage").map_or(0, |token| token.trim_matches('=').parse().unwrap());
    let kept = stand_in.kept.lock().unwrap();
    let page = kept[&id].iter().skip(from).take(page_size).cloned().collect();
    let token = format!("={}=", from + page_size);
    ([("elements-next-page-token", token)], Json(page))
}
