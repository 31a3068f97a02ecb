//! One process of the gateway: the real engine, the real connectors and the real routers, put
//! together as the program does, on a store that outlives it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use ledgerhook_egress::{AddressPolicy, Client, ClientOptions};
use ledgerhook_engine::ambient::{Clock, Entropy};
use ledgerhook_engine::store::Store;
use ledgerhook_engine::vault::{Vault, VaultKey};
use ledgerhook_engine::{Gateway, Parts, Refusal, Settings};
use ledgerhook_model::delivery::RetrySchedule;
use ledgerhook_model::limits::{CALLBACK_ANSWER_BYTES_MAX, PROVIDER_ANSWER_BYTES_MAX};
use ledgerhook_providers::ProviderSettings;
use serde_json::Value;
use tower::ServiceExt as _;
use zeroize::Zeroizing;

use crate::chance::SeededEntropy;
use crate::disk::{Disk, Mischiefs};
use crate::life::Life;
use crate::network::{AGENT, Door};
use crate::time::{Traffic, VirtualClock};

/// Largest answer of the API that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

const CALLBACK_TIMEOUT: Duration = Duration::from_secs(15);
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(125);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Seconds between the attempts of a delivery: as in production, but all within half a day.
const RETRY_WAITS_S: [u64; 10] = [5, 60, 300, 900, 1_800, 3_600, 3_600, 7_200, 7_200, 14_400];

/// What outlives a process.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) mischiefs: Arc<Mischiefs>,
    pub(crate) clock: VirtualClock,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) entropy: Arc<SeededEntropy>,
    pub(crate) providers: ProviderSettings,
    pub(crate) poll_interval_min: Duration,
    /// Where the network leads to the gateway that runs now.
    pub(crate) public_url: String,
}

/// A process.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) life: Life,
    router: Router,
}

impl Process {
    pub(crate) async fn start(machine: &Machine, number: u32) -> Result<Self, Refusal> {
        let life = Life::begin(number);
        let disk = Disk {
            store: Arc::clone(&machine.store),
            life: life.clone(),
            traffic: Arc::clone(&machine.traffic),
            mischiefs: Arc::clone(&machine.mischiefs),
        };
        let client = |timeout, body_bytes_max| {
            Client::new(ClientOptions {
                policy: AddressPolicy::allow_private(),
                connect_timeout: CONNECT_TIMEOUT,
                timeout,
                body_bytes_max,
                user_agent: format!("{AGENT}{number}"),
                pool_idle_per_host_max: 16,
            })
        };
        let providers = client(PROVIDER_TIMEOUT, PROVIDER_ANSWER_BYTES_MAX).unwrap();
        let entropy = Arc::clone(&machine.entropy) as Arc<dyn Entropy>;
        let key = VaultKey { id: 1, key: Zeroizing::new([7; 32]) };
        let parts = Parts {
            store: Arc::new(disk),
            connectors: ledgerhook_providers::registry(&providers, &machine.providers).unwrap(),
            callbacks: client(CALLBACK_TIMEOUT, CALLBACK_ANSWER_BYTES_MAX).unwrap(),
            policy: AddressPolicy::allow_private(),
            clock: Arc::new(machine.clock.clone()) as Arc<dyn Clock>,
            vault: Vault::new(&key, &[], Arc::clone(&entropy)),
            entropy,
        };
        let settings = Settings {
            poll_interval_min: machine.poll_interval_min,
            retention: Duration::from_secs(60 * 24 * 60 * 60),
            public_url: Some(machine.public_url.clone()),
            retry: RetrySchedule::new(RETRY_WAITS_S.map(Duration::from_secs).to_vec()),
            ..Settings::default()
        };
        let gateway = Arc::new(Gateway::start(parts, settings).await?);
        let router = ledgerhook_web::router(Arc::clone(&gateway));
        Ok(Self { gateway, life, router })
    }

    pub(crate) fn door(&self) -> Door {
        Door { router: self.router.clone(), life: self.life.clone() }
    }

    /// Ends it as `kill -9` does. What is left of it in this process is told to end, too.
    pub(crate) fn kill(&self) {
        self.life.end();
        self.tidy_up();
    }

    /// Has the tasks of a gateway whose life is over end, as far as they can.
    #[expect(clippy::disallowed_methods, reason = "nobody waits for the tasks of a dead gateway")]
    pub(crate) fn tidy_up(&self) {
        let gateway = Arc::clone(&self.gateway);
        tokio::spawn(async move { gateway.shut_down().await });
    }

    /// Calls the API; the answer must be 200.
    pub(crate) async fn call(&self, target: &str, authorization: &str, body: &Value) -> Value {
        let answer = self.try_call(target, authorization, body).await;
        answer.unwrap_or_else(|why| panic!("{target}: {why}"))
    }

    /// Calls the API; why the answer was not 200.
    pub(crate) async fn try_call(
        &self,
        target: &str,
        authorization: &str,
        body: &Value,
    ) -> Result<Value, String> {
        let (method, path) = target.split_once(' ').expect("method and path");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(format!("/elements/api-v2{path}"))
            .header("authorization", authorization)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let answer = tokio::select! {
            biased;
            () = self.life.ended() => return Err("the gateway died".to_owned()),
            answer = self.router.clone().oneshot(request) => answer.unwrap(),
        };
        let status = answer.status();
        let body = to_bytes(answer.into_body(), ANSWER_BYTES_MAX).await.unwrap();
        match (status, body.as_ref()) {
            (StatusCode::OK, []) => Ok(Value::Null),
            (StatusCode::OK, body) => Ok(serde_json::from_slice(body).unwrap()),
            (_, body) => Err(format!("{status}: {}", String::from_utf8_lossy(body))),
        }
    }
}
