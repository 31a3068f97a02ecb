//! For tests: an engine's base on a store in memory, with a provider whose answers are laid ready
//! and a clock in the test's hand.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use ledgerhook_connector::{
    AuthorizeRequest, ConnectError, ConnectRequest, Connected, Connector, ElementProfile,
    GrantRequest, Notices, OAuth, ParsedNotice, RefreshError, Tokens,
};
use ledgerhook_egress::AddressPolicy;
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::signature::SigningKey;
use ledgerhook_model::{InstanceId, Moment, OrganizationId, Secret, SecretHash, UserId};
use ledgerhook_store::Store;
use ledgerhook_store::instances::Instance;
use ledgerhook_store::memory::MemoryStore;
use zeroize::Zeroizing;

use crate::ambient::{Clock, Entropy};
use crate::base::Base;
use crate::roster::Seat;
use crate::seating;
use crate::vault::{KEY_BYTES, Vault, VaultKey};

/// The entry that says who authorised.
pub(crate) const OWNER: &str = "bookshelf.owner";

static PROFILE: ElementProfile = ElementProfile {
    id: 1,
    key: "bookshelf",
    name: "Bookshelf Online",
    hook_name: "BookshelfOnline",
    description: "Books.",
    image: "",
    hub: "finance",
    authentication: "oauth2",
    resources: &[],
    keys: &[],
    grant_owner: Some(OWNER),
};

/// A clock in the test's hand.
#[derive(Debug, Default)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn pass(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Never gives the same bytes twice.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
    }
}

/// A provider that gives the answers laid ready, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Scripted {
    pub(crate) answers: Mutex<VecDeque<Result<Tokens, RefreshError>>>,
    /// The refresh tokens that it was asked with.
    pub(crate) asked: Mutex<Vec<String>>,
}

#[async_trait]
impl OAuth for Scripted {
    fn authorize_url(&self, _: &AuthorizeRequest) -> Result<String, ConnectError> {
        unreachable!("no test asks for it")
    }

    async fn connect(&self, _: ConnectRequest<'_>) -> Result<Connected, ConnectError> {
        unreachable!("no test asks for it")
    }

    async fn refresh(&self, request: GrantRequest<'_>) -> Result<Tokens, RefreshError> {
        self.asked.lock().unwrap().push(request.refresh_token.expose().to_owned());
        // Whoever else wants to ask has the chance to.
        tokio::task::yield_now().await;
        self.answers.lock().unwrap().pop_front().expect("an answer laid ready")
    }

    async fn revoke(&self, _: GrantRequest<'_>) -> Result<(), RefreshError> {
        Ok(())
    }
}

/// Notices that never come.
struct Silent;

impl Notices for Silent {
    fn is_signed(&self, _: &HeaderMap) -> bool {
        false
    }

    fn signature_fits(&self, _: &HeaderMap, _: &[u8], _: &Secret) -> bool {
        false
    }

    fn parse(&self, _: &[u8], _: Moment) -> ParsedNotice {
        ParsedNotice::default()
    }
}

/// An hour's access token with its refresh token.
pub(crate) fn granted(access: &str, refresh: &str) -> Tokens {
    Tokens {
        access: Secret::new(access),
        refresh: Secret::new(refresh),
        access_lifetime: Duration::from_secs(3_600),
        refresh_lifetime: None,
        refresh_hard_lifetime: None,
    }
}

/// A base with that provider.
pub(crate) fn base(provider: &Arc<Scripted>, clock: &Arc<HandClock>) -> Base {
    let entropy: Arc<dyn Entropy> = Arc::new(Counting::default());
    let key = VaultKey { id: 1, key: Zeroizing::new([7; KEY_BYTES]) };
    let connector = Connector {
        profile: &PROFILE,
        oauth: Arc::clone(provider) as Arc<dyn OAuth>,
        notices: Some(Arc::new(Silent)),
        subscriptions: None,
        feeds: Vec::new(),
        records: None,
        hub: None,
    };
    Base {
        store: Arc::new(MemoryStore::new()) as Arc<dyn Store>,
        connectors: Arc::new(vec![connector]),
        roster: Arc::default(),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        vault: Vault::new(&key, &[], Arc::clone(&entropy)),
        entropy,
        counters: Arc::default(),
        reads: Arc::default(),
        last_notices: Arc::default(),
    }
}

/// An instance in the store, and its seat.
pub(crate) async fn seat(base: &Base) -> Arc<Seat> {
    seat_of(base, "somebody").await
}

/// The same, of whom it is said who authorised.
pub(crate) async fn seat_of(base: &Base, owner: &str) -> Arc<Seat> {
    let new = Instance {
        id: InstanceId(0),
        organization: OrganizationId(1),
        user: UserId(1),
        element: PROFILE.key.to_owned(),
        name: "books".to_owned(),
        tags: Vec::new(),
        company: "c1".to_owned(),
        configuration: Default::default(),
        sealed_configuration: Vec::new(),
        token_hash: SecretHash::of("token"),
        sealed_token: Vec::new(),
        external_authentication: "none".to_owned(),
        disabled: false,
        created_at: Moment::default(),
        updated_at: Moment::default(),
    };
    let instance = base.store.create_instance(new).await.unwrap();
    let mut unpolled = Configuration::default();
    unpolled.set("event.vendor.type", "webhook");
    unpolled.set(OWNER, owner);
    let key = SigningKey::from_seed(&[1; 32]);
    let seat =
        seating::seat(&base.connectors[0], &instance, unpolled, &AddressPolicy::strict(), key);
    base.roster.seat(seat.unwrap())
}
