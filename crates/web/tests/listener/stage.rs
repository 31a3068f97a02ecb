//! A gateway with one organisation that is connected to company 123, and the means to post to its
//! listener.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use ledgerhook_egress::{AddressPolicy, Client, ClientOptions};
use ledgerhook_engine::ambient::{Clock, Entropy};
use ledgerhook_engine::store::memory::MemoryStore;
use ledgerhook_engine::vault::{Vault, VaultKey};
use ledgerhook_engine::{Gateway, Parts, Settings};
use ledgerhook_model::{Moment, signature};
use ledgerhook_providers::{ProviderSettings, registry};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use zeroize::Zeroizing;

/// The company that is connected.
pub(crate) const COMPANY: &str = "123";
/// What Intuit signs with.
const VERIFIER_TOKEN: &str = "verifier";
/// 2026-01-02T03:04:05Z; the clock moves on by a second with every look at it.
const START_MICROS: i64 = 1_767_323_045_000_000;

/// A gateway at work.
pub(crate) struct Stage {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) gateway: Arc<Gateway>,
    router: Router,
    pub(crate) tenant: Tenant,
    _books: JoinSet<()>,
}

/// An organisation with its secrets.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    user: String,
    organization: String,
}

impl Tenant {
    /// `User …, Organization …`
    pub(crate) fn authorization(&self) -> String {
        format!("User {}, Organization {}", self.user, self.organization)
    }

    /// `Basic …`
    pub(crate) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.user, self.organization)))
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The status and the `errorCode` of an error in JSON.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let code = self.json()["responseStatus"]["errorCode"].as_str().unwrap().to_owned();
        (self.status.as_u16(), code)
    }
}

impl Stage {
    pub(crate) async fn start() -> Self {
        Self::start_with(Settings::default()).await
    }

    pub(crate) async fn start_with(settings: Settings) -> Self {
        let store = Arc::new(MemoryStore::new());
        let (url, books) = books().await;
        let gateway = Arc::new(gateway(Arc::clone(&store), settings, url).await);
        let tenant = admit(&gateway, "Acme").await;
        let router = ledgerhook_web::router(Arc::clone(&gateway));
        let stage = Self { store, gateway, router, tenant, _books: books };
        stage.connect(&stage.tenant, VERIFIER_TOKEN).await;
        stage
    }

    /// Another organisation, connected to the same company through an app of its own.
    pub(crate) async fn another_tenant(&self) -> Tenant {
        let tenant = admit(&self.gateway, "Other").await;
        self.connect(&tenant, "another verifier").await;
        tenant
    }

    async fn connect(&self, tenant: &Tenant, verifier_token: &str) {
        let app = json!({"name": "app", "apiKey": "key", "apiSecret": "s", "verifierToken": verifier_token});
        self.call(tenant, "POST /elements/quickbooks/apps", &app.to_string()).await.json();
        let instance = json!({
            "name": "books",
            "element": {"key": "quickbooks"},
            "externalAuthentication": "initial",
            "configuration": {
                "oauth.api.key": "key",
                "oauth.api.secret": "s",
                "oauth.user.token": "access",
                "oauth.user.refresh_token": "refresh",
                "quickbooks.realm.id": COMPANY,
                "event.notification.enabled": true,
                "event.vendor.type": "webhook",
                "event.hydrate": false,
            },
        });
        let answer = self.call(tenant, "POST /instances", &instance.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// Calls the API.
    pub(crate) async fn call(&self, tenant: &Tenant, target: &str, body: &str) -> Answer {
        let (method, path) = target.split_once(' ').unwrap();
        let request = Request::builder()
            .method(method.parse::<Method>().unwrap())
            .uri(format!("/elements/api-v2{path}"))
            .header("authorization", tenant.authorization())
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()));
        self.send(request.unwrap()).await
    }

    /// What became of the organisation's notices: `vendors 56` and its like, newest first.
    pub(crate) async fn events(&self, tenant: &Tenant) -> Vec<String> {
        let answer = self.call(tenant, "GET /instances/events", "").await;
        let events = answer.json();
        let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
        let events = events.as_array().unwrap().iter();
        events
            .map(|event| format!("{} {}", text(event, "objectType"), text(event, "objectId")))
            .collect()
    }

    /// Entries that could not be read, or that no instance is for.
    pub(crate) fn unrouted(&self) -> u64 {
        self.gateway.counters().entries_unrouted
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Posts as the organisation's user, with further headers.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let authorization = self.tenant.authorization();
        let all = [headers, &[("authorization", authorization.as_str())]].concat();
        self.send(request("POST", path, &all, body)).await
    }

    /// Posts what Intuit signed.
    pub(crate) async fn post_signed(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let digest = signature::hmac_sha256(VERIFIER_TOKEN.as_bytes(), &[body.as_bytes()]);
        let signature = STANDARD.encode(digest);
        let all = [headers, &[("intuit-signature", signature.as_str())]].concat();
        self.send(request("POST", path, &all, body.to_owned())).await
    }
}

/// A request.
pub(crate) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

async fn gateway(store: Arc<MemoryStore>, settings: Settings, books: String) -> Gateway {
    let entropy: Arc<dyn Entropy> = Arc::new(Counting::default());
    let key = VaultKey { id: 1, key: Zeroizing::new([7; 32]) };
    let policy = AddressPolicy::allow_private();
    let client = Client::new(ClientOptions {
        policy: policy.clone(),
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
        body_bytes_max: 1_024,
        user_agent: "test".to_owned(),
        pool_idle_per_host_max: 1,
    })
    .unwrap();
    let parts = Parts {
        store,
        connectors: registry(&client, &addresses(books)).unwrap(),
        callbacks: client,
        policy,
        clock: Arc::new(Ticking(AtomicI64::new(START_MICROS))),
        vault: Vault::new(&key, &[], Arc::clone(&entropy)),
        entropy,
    };
    Gateway::start(parts, settings).await.unwrap()
}

/// Every address of the provider but one leads to a port where nobody listens: nothing leaves this
/// machine.
fn addresses(books: String) -> ProviderSettings {
    let names = ["authorize_url", "token_url", "revoke_url", "sandbox_api_url"];
    let nobody = |name: &str| (name.to_owned(), "http://127.0.0.1:9/".to_owned());
    let all = names.into_iter().map(nobody).chain([("api_url".to_owned(), books)]).collect();
    ProviderSettings([("quickbooks".to_owned(), all)].into())
}

/// Where the provider answers every question with what its companies are called, which is all that
/// connecting one asks for.
async fn books() -> (String, JoinSet<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let company = async || Json(json!({"CompanyInfo": {"CompanyName": "Books"}}));
    let router = Router::new().fallback(company);
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, server)
}

async fn admit(gateway: &Gateway, name: &str) -> Tenant {
    let tenants = gateway.tenants();
    let organization = tenants.create_organization(name).await.unwrap();
    let id = organization.made.id;
    let user = tenants.create_user(id, &format!("{name}@example.test")).await.unwrap();
    Tenant {
        user: user.secret.expose().to_owned(),
        organization: organization.secret.expose().to_owned(),
    }
}

/// Moves on by a second with every look at it.
#[derive(Debug)]
struct Ticking(AtomicI64);

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
