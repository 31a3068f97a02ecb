//! Who is where: instances and provider apps in memory, ready for routing notices, polling and
//! sending. The store is the truth; every change goes there first and then here.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use ledgerhook_egress::CallableUrl;
use ledgerhook_model::configuration::{Configuration, EventSettings};
use ledgerhook_model::signature::SigningKey;
use ledgerhook_model::{AppId, InstanceId, OrganizationId, Secret, SecretHash, UserId};

/// An instance as it is worked with.
#[derive(Debug)]
pub struct Seat {
    /// Its id.
    pub id: InstanceId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Who made it.
    pub user: UserId,
    /// The element key.
    pub element: &'static str,
    /// The element's hub.
    pub hub: &'static str,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The company's id at the provider.
    pub company: String,
    /// The client id of the provider app it belongs to.
    pub api_key: Secret,
    /// Its client secret.
    pub api_secret: Secret,
    /// Its configuration without secrets.
    pub configuration: Configuration,
    /// The secret entries, for the element's connector alone.
    pub secrets: BTreeMap<String, Secret>,
    /// What its `event.*` keys mean.
    pub settings: EventSettings,
    /// Where its notifications go; `None` when its events are kept for reading.
    pub callback: Option<Callback>,
    /// The organisation's signing key.
    pub signing_key: SigningKey,
    /// Switched off.
    pub disabled: bool,
    /// The hash of its token.
    pub token_hash: SecretHash,
}

/// Where notifications go.
#[derive(Debug, Clone)]
pub struct Callback {
    /// The URL, as the address policy accepted it.
    pub url: CallableUrl,
    /// What the limit of concurrent calls is counted by: a hash of the URL.
    pub key: u64,
}

impl Seat {
    /// Whether notices become events of this instance.
    pub fn takes_notices(&self) -> bool {
        self.settings.enabled && !self.disabled && self.settings.vendor_type.takes_notices()
    }

    /// Whether this instance is polled.
    pub fn polls(&self) -> bool {
        self.settings.enabled && !self.disabled && self.settings.vendor_type.polls()
    }
}

/// A provider app as notices are verified with.
#[derive(Debug)]
pub struct AppSeat {
    /// Its id.
    pub id: AppId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The element key.
    pub element: String,
    /// The client id.
    pub api_key: Secret,
    /// What its notices are signed with.
    pub verifier_token: Secret,
    /// Its name.
    pub name: String,
    /// Whether it is an app of production, whose reads the provider meters.
    pub is_production: bool,
    /// Reads a month that may be spent.
    pub read_budget: Option<i64>,
}

impl AppSeat {
    /// The reads a month that are kept to: those of an app of production.
    pub fn budget(&self) -> Option<i64> {
        self.read_budget.filter(|_| self.is_production)
    }

    /// Whether an instance was connected through this app.
    pub fn owns(&self, seat: &Seat) -> bool {
        self.organization == seat.organization
            && self.element == seat.element
            && self.api_key == seat.api_key
    }
}

/// All instances and apps.
#[derive(Debug, Default)]
pub struct Roster {
    maps: RwLock<Maps>,
}

#[derive(Debug, Default)]
struct Maps {
    by_id: HashMap<InstanceId, Arc<Seat>>,
    /// Element, then company.
    by_company: HashMap<&'static str, HashMap<String, Vec<Arc<Seat>>>>,
    by_token: HashMap<SecretHash, InstanceId>,
    apps: Vec<Arc<AppSeat>>,
}

impl Maps {
    fn remove(&mut self, id: InstanceId) {
        let Some(seat) = self.by_id.remove(&id) else { return };
        self.by_token.remove(&seat.token_hash);
        if let Some(companies) = self.by_company.get_mut(seat.element)
            && let Some(seats) = companies.get_mut(&seat.company)
        {
            seats.retain(|other| other.id != id);
            if seats.is_empty() {
                companies.remove(&seat.company);
            }
        }
    }
}

impl Roster {
    /// Takes in an instance, new or changed. A changed one is never missing in between.
    pub fn seat(&self, seat: Seat) -> Arc<Seat> {
        let seat = Arc::new(seat);
        let mut maps = self.maps.write().unwrap_or_else(PoisonError::into_inner);
        maps.remove(seat.id);
        maps.by_id.insert(seat.id, Arc::clone(&seat));
        maps.by_token.insert(seat.token_hash, seat.id);
        let companies = maps.by_company.entry(seat.element).or_default();
        companies.entry(seat.company.clone()).or_default().push(Arc::clone(&seat));
        seat
    }

    /// Forgets an instance.
    pub fn unseat(&self, id: InstanceId) {
        self.maps.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// The instance of that id.
    pub fn by_id(&self, id: InstanceId) -> Option<Arc<Seat>> {
        self.read(|maps| maps.by_id.get(&id).cloned())
    }

    /// The instance with that token.
    pub fn by_token(&self, token: SecretHash) -> Option<Arc<Seat>> {
        self.read(|maps| maps.by_id.get(maps.by_token.get(&token)?).cloned())
    }

    /// The instances connected to a company.
    pub fn by_company(&self, element: &str, company: &str) -> Vec<Arc<Seat>> {
        self.read(|maps| maps.by_company.get(element)?.get(company).cloned()).unwrap_or_default()
    }

    /// All instances.
    pub fn all(&self) -> Vec<Arc<Seat>> {
        self.read(|maps| maps.by_id.values().cloned().collect())
    }

    /// Takes over the list of all apps.
    pub fn set_apps(&self, apps: Vec<AppSeat>) {
        let mut maps = self.maps.write().unwrap_or_else(PoisonError::into_inner);
        maps.apps = apps.into_iter().map(Arc::new).collect();
    }

    /// The apps of an element.
    pub fn apps(&self, element: &str) -> Vec<Arc<AppSeat>> {
        self.read(|maps| maps.apps.iter().filter(|app| app.element == element).cloned().collect())
    }

    /// All apps, by id.
    pub fn all_apps(&self) -> Vec<Arc<AppSeat>> {
        self.read(|maps| maps.apps.clone())
    }

    /// The app that an instance was connected through.
    pub fn app_of(&self, seat: &Seat) -> Option<Arc<AppSeat>> {
        self.read(|maps| maps.apps.iter().find(|app| app.owns(seat)).cloned())
    }

    /// The instances that were connected through an app, by id.
    pub fn owned_by(&self, app: &AppSeat) -> Vec<Arc<Seat>> {
        let own = |maps: &Maps| {
            let own = maps.by_id.values().filter(|seat| app.owns(seat));
            own.cloned().collect::<Vec<_>>()
        };
        let mut own = self.read(own);
        own.sort_unstable_by_key(|seat| seat.id);
        own
    }

    fn read<T>(&self, look: impl FnOnce(&Maps) -> T) -> T {
        look(&self.maps.read().unwrap_or_else(PoisonError::into_inner))
    }
}
