//! A gateway with one organisation and one user, and the means to call it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use ledgerhook_egress::{AddressPolicy, Client, ClientOptions};
use ledgerhook_engine::ambient::{Clock, Entropy};
use ledgerhook_engine::store::Store;
use ledgerhook_engine::store::memory::MemoryStore;
use ledgerhook_engine::vault::{Vault, VaultKey};
use ledgerhook_engine::{Gateway, Parts, Settings};
use ledgerhook_model::Moment;
use ledgerhook_model::delivery::RetrySchedule;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use zeroize::Zeroizing;

use crate::bookshelf::{self, Shelf};

/// 2026-01-02T03:04:05Z; the clock moves on by a second with every look at it.
const START_MICROS: i64 = 1_767_323_045_000_000;

/// A gateway at work.
pub(crate) struct GatewayUnderTest {
    pub(crate) store: Arc<MemoryStore>,
    /// What the provider has.
    pub(crate) shelf: Arc<Shelf>,
    ambient: Ambient,
    settings: Settings,
    wants_urls: bool,
    pub(crate) gateway: Arc<Gateway>,
    public: Router,
    /// `User …, Organization …` of the first user.
    pub(crate) authorization: String,
    /// `User …` of the same user.
    pub(crate) user: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The status and the `message` of an error.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(self.header("elements-request-id"), body["requestId"].as_str());
        (self.status.as_u16(), body["message"].as_str().unwrap().to_owned())
    }

    /// The body of an answer that must be 200.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }
}

impl GatewayUnderTest {
    pub(crate) async fn start() -> Self {
        // One attempt: what fails is parked at once.
        let retry = RetrySchedule::new(Vec::new());
        Self::start_with(Settings { retry, ..Settings::default() }).await
    }

    /// Its provider wants URLs where the settings name the address of the gateway.
    pub(crate) async fn start_with(settings: Settings) -> Self {
        let wants_urls = settings.public_url.is_some();
        Self::start_beside(settings, wants_urls).await
    }

    /// Its provider wants URLs whatever the settings are.
    pub(crate) async fn start_subscribing(settings: Settings) -> Self {
        Self::start_beside(settings, true).await
    }

    async fn start_beside(settings: Settings, wants_urls: bool) -> Self {
        let store = Arc::new(MemoryStore::new());
        let (shelf, ambient) = (Arc::<Shelf>::default(), Ambient::default());
        let gateway = Arc::new(gateway(&store, &shelf, &ambient, &settings, wants_urls).await);
        let (authorization, user) = admit(&gateway, "Acme").await;
        let public = ledgerhook_web::router(Arc::clone(&gateway));
        Self { store, shelf, ambient, settings, wants_urls, gateway, public, authorization, user }
    }

    /// Ends the gateway and starts another one over what it has stored.
    pub(crate) async fn restart(&mut self) {
        assert!(self.gateway.shut_down().await);
        let Self { store, shelf, ambient, settings, wants_urls, .. } = &*self;
        self.gateway = Arc::new(gateway(store, shelf, ambient, settings, *wants_urls).await);
        self.public = ledgerhook_web::router(Arc::clone(&self.gateway));
    }

    /// Another organisation's user: `User …, Organization …`.
    pub(crate) async fn another_organization(&self) -> String {
        admit(&self.gateway, "Other").await.0
    }

    /// Sends a request to the public address.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        answer_of(self.public.clone(), request).await
    }

    /// Sends a request of the first user. `target` is `GET /instances`; a body is sent as JSON.
    pub(crate) async fn call(&self, target: &str, body: Value) -> Answer {
        self.call_as(&self.authorization, target, body).await
    }

    /// Sends a request without a body.
    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.call(target, Value::Null).await
    }

    /// Sends a request with that `Authorization`.
    pub(crate) async fn call_as(&self, authorization: &str, target: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = request(target)
            .header("authorization", authorization)
            .header("content-type", "application/json")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// Connects a company and returns the answer's body.
    pub(crate) async fn connect(&self, name: &str, configuration: Value) -> Value {
        let body = json!({
            "element": {"key": bookshelf::BOOKSHELF},
            "providerData": {"code": "fresh", "company": name},
            "configuration": configuration,
            "name": name,
        });
        self.call("POST /instances", body).await.ok()
    }

    /// Registers the app `key` with the verifier token `verifier`, connects a company that takes
    /// its notices without reading their records, and returns the instance.
    pub(crate) async fn connect_with_app(&self, name: &str, callback_url: Value) -> Value {
        let app = json!({"apiKey": "key", "apiSecret": "s", "verifierToken": "verifier"});
        self.call("POST /elements/bookshelf/apps", app).await.ok();
        let configuration = json!({
            "oauth.api.key": "key",
            "event.notification.enabled": true,
            "event.vendor.type": "webhook",
            "event.notification.callback.url": callback_url,
            "event.hydrate": false,
        });
        self.connect(name, configuration).await
    }

    /// Posts a signed notice.
    pub(crate) async fn notice(&self, path: &str, lines: &str) -> Answer {
        let request = request(&format!("POST {path}"))
            .header(bookshelf::SIGNATURE, "verifier")
            .body(Body::from(lines.to_owned()));
        self.send(request.unwrap()).await
    }
}

/// A request to `target` under the base path.
pub(crate) fn request(target: &str) -> axum::http::request::Builder {
    let (method, path) = target.split_once(' ').expect("method and path");
    let method: Method = method.parse().unwrap();
    Request::builder().method(method).uri(format!("/elements/api-v2{path}"))
}

/// How long something in the background may take. Far longer than it takes; only a failure waits
/// so long.
const DEADLINE: Duration = Duration::from_secs(20);

/// Waits until a look shows what is expected.
pub(crate) async fn eventually<T: PartialEq + std::fmt::Debug>(
    expected: T,
    mut look: impl AsyncFnMut() -> T,
) {
    let until = tokio::time::Instant::now() + DEADLINE;
    loop {
        let found = look().await;
        if found == expected {
            return;
        }
        assert!(tokio::time::Instant::now() < until, "{found:?} is not {expected:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Sends a request to a router.
pub(crate) async fn answer_of(router: Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, text }
}

/// Time and chance, which go on when the gateway ends.
#[derive(Debug, Clone, Default)]
struct Ambient {
    clock: Arc<Ticking>,
    entropy: Arc<Counting>,
}

async fn gateway(
    store: &Arc<MemoryStore>,
    shelf: &Arc<Shelf>,
    ambient: &Ambient,
    settings: &Settings,
    wants_urls: bool,
) -> Gateway {
    let entropy: Arc<dyn Entropy> = Arc::clone(&ambient.entropy) as Arc<dyn Entropy>;
    let key = VaultKey { id: 1, key: Zeroizing::new([7; 32]) };
    let policy = AddressPolicy::allow_private();
    let options = ClientOptions {
        policy: policy.clone(),
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
        body_bytes_max: 1_024,
        user_agent: "test".to_owned(),
        pool_idle_per_host_max: 1,
    };
    let parts = Parts {
        store: Arc::clone(store) as Arc<dyn Store>,
        connectors: vec![bookshelf::connector(Arc::clone(shelf), wants_urls)],
        callbacks: Client::new(options).unwrap(),
        policy,
        clock: Arc::clone(&ambient.clock) as Arc<dyn Clock>,
        vault: Vault::new(&key, &[], Arc::clone(&entropy)),
        entropy,
    };
    Gateway::start(parts, settings.clone()).await.unwrap()
}

async fn admit(gateway: &Gateway, name: &str) -> (String, String) {
    let tenants = gateway.tenants();
    let organization = tenants.create_organization(name).await.unwrap();
    let id = organization.made.id;
    let user = tenants.create_user(id, &format!("{name}@example.test")).await.unwrap();
    let user = format!("User {}", user.secret.expose());
    (format!("{user}, Organization {}", organization.secret.expose()), user)
}

/// Moves on by a second with every look at it.
#[derive(Debug)]
struct Ticking(AtomicI64);

impl Default for Ticking {
    fn default() -> Self {
        Self(AtomicI64::new(START_MICROS))
    }
}

impl Clock for Ticking {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.fetch_add(1_000_000, Ordering::Relaxed))
    }
}

/// Never gives the same bytes twice.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
        }
    }
}
