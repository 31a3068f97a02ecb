//! The simulated network: one loopback server between the gateway, its providers and the receivers
//! of callbacks. It counts what is under way, delays it, loses it, cuts it in half, and lets a dead
//! process neither call nor be called.
//!
//! `/provider/…` is passed on to the provider, `/gateway/…` to the gateway that runs now, and
//! `/callback/…` is taken by the customers' programs ([`callbacks`]).

mod callbacks;
mod passing;

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use ledgerhook_testkit::Http;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::life::Life;
use crate::time::{Traffic, VirtualClock};

pub(crate) use callbacks::{Arrival, Callbacks, Manner};

/// What a gateway calls itself, before the number of its life.
pub(crate) const AGENT: &str = "ledgerhook-simulation/";

/// What becomes of a call on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hitch {
    /// Nobody answers until the caller gives up, and nothing is done.
    Hang,
    /// It takes so long.
    Slow(Duration),
    /// It is carried out, and half of the answer's body arrives.
    HalfBody,
    /// It is carried out, and no byte of an answer arrives.
    NoAnswer,
    /// It does not arrive.
    Lost,
}

/// The running network. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Network {
    base: String,
    pub(crate) desk: Arc<Desk>,
    _server: JoinSet<()>,
}

/// What every handler knows.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) callbacks: Callbacks,
    http: Http,
    provider: OnceLock<String>,
    door: Mutex<Option<Door>>,
    to_provider: Mutex<VecDeque<Hitch>>,
    to_gateway: Mutex<VecDeque<Hitch>>,
    latency: Mutex<Latency>,
    travelling: AtomicUsize,
}

/// The gateway that takes notices now.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) router: Router,
    pub(crate) life: Life,
}

/// How long anything takes on its way.
#[derive(Debug)]
struct Latency {
    chance: Chance,
    ms_max: u64,
}

impl Network {
    pub(crate) async fn start(traffic: Arc<Traffic>, clock: VirtualClock, chance: Chance) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound port"));
        let desk = Arc::new(Desk {
            traffic,
            callbacks: Callbacks::new(clock),
            http: Http::default(),
            provider: OnceLock::new(),
            door: Mutex::default(),
            to_provider: Mutex::default(),
            to_gateway: Mutex::default(),
            latency: Mutex::new(Latency { chance, ms_max: 0 }),
            travelling: AtomicUsize::new(0),
        });
        let router = Router::new().fallback(take).with_state(Arc::clone(&desk));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.expect("a working server") });
        Self { base, desk, _server: server }
    }

    /// The URL of a path such as `/callback/3`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl Desk {
    pub(crate) fn set_provider(&self, base_url: &str) {
        self.provider.set(base_url.to_owned()).expect("one provider");
    }

    /// Whom notices find from now on.
    pub(crate) fn set_door(&self, door: Option<Door>) {
        *locked(&self.door) = door;
    }

    /// Lets the next calls of the provider go wrong.
    pub(crate) fn disturb_provider(&self, hitch: Hitch) {
        locked(&self.to_provider).push_back(hitch);
    }

    /// Lets the next calls of the gateway go wrong.
    pub(crate) fn disturb_gateway(&self, hitch: Hitch) {
        locked(&self.to_gateway).push_back(hitch);
    }

    /// Lets every call take up to so long.
    pub(crate) fn set_latency(&self, ms_max: u64) {
        locked(&self.latency).ms_max = ms_max;
    }

    /// Forgets all that is to go wrong.
    pub(crate) fn calm(&self) {
        locked(&self.to_provider).clear();
        locked(&self.to_gateway).clear();
        self.callbacks.calm();
        self.set_latency(0);
    }

    async fn travel(&self) {
        let ms = {
            let mut latency = locked(&self.latency);
            let ms_max = latency.ms_max;
            latency.chance.within(0..=ms_max)
        };
        if ms > 0 {
            let _on_its_way = OnItsWay::begin(&self.travelling);
            self.traffic.wait(tokio::time::sleep(Duration::from_millis(ms))).await;
        }
    }

    /// Whether a call is on its way.
    pub(crate) fn is_travelled(&self) -> bool {
        self.travelling.load(Ordering::SeqCst) > 0
    }

    /// Whether a call comes from a process that is dead: its sockets are gone, so it does not.
    fn comes_from_the_dead(&self, headers: &HeaderMap) -> bool {
        let number = life_of(headers);
        let door = locked(&self.door).clone();
        let living = door.filter(|door| !door.life.is_over()).map(|door| door.life.number);
        number.is_some() && number != living
    }
}

/// Counts a call that is on its way, until it arrives or its caller hangs up.
struct OnItsWay<'a>(&'a AtomicUsize);

impl<'a> OnItsWay<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The number of the life of the gateway that calls; `None` of whoever else does.
fn life_of(headers: &HeaderMap) -> Option<u32> {
    headers.get(USER_AGENT)?.to_str().ok()?.strip_prefix(AGENT)?.parse().ok()
}

async fn take(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let _under_way = desk.traffic.begin();
    let path = request.uri().path().to_owned();
    let to_provider = path.strip_prefix("/provider");
    if let Some(rest) = to_provider.filter(|_| life_of(request.headers()).is_none()) {
        // A customer's browser, for which nothing goes wrong.
        return passing::pass_on(&desk, rest, request).await;
    }
    desk.travel().await;
    if desk.comes_from_the_dead(request.headers()) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if path.starts_with("/callback/") {
        desk.callbacks.take(&desk.traffic, request).await
    } else if let Some(rest) = to_provider {
        passing::to_provider(&desk, rest, request).await
    } else if let Some(rest) = path.strip_prefix("/gateway") {
        passing::to_gateway(&desk, rest, request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
