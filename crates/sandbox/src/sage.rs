//! Sage Accounting (Sage Business Cloud Accounting, once Sage One), as its documents describe it
//! and recorded answers show it: API 3.1 in full, and of the retired APIs 3 and 1 what a client
//! needs to prove its addresses and headers.
//!
//! [`Sage`] is the handle: apps, the product as its users work with it (businesses and their
//! records, disconnects), the faults on request, and a look at what was called. There are no
//! webhooks: polling is the only way to learn of a change.
//!
//! It has a listener of its own, so that its paths are Sage's.

mod amounts;
mod api;
mod bookkeeper;
mod books;
mod calls;
mod connections;
mod control;
mod endpoints;
mod error;
mod faults;
mod listing;
mod oauth;
mod older;
mod options;
mod portal;
mod records;
mod refusal;
mod samples;
mod shared;
mod throttle;
mod times;
mod types;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response_with_state};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use bookkeeper::{Bookkeeper, BookkeeperStep};
pub use calls::{CallCount, CallKind};
pub use error::SageError;
pub use faults::{Fault, FaultPlan};
pub use options::SageOptions;
pub use portal::{App, Business};
pub use records::{ChangeOperation, RecordKey, RecordOperation, RecordState};

use crate::options::SandboxOptions;
use crate::running::Running;
use books::Books;
use shared::{BusinessBooks, Shared, SharedState};

/// Apps one sandbox takes.
const APPS_MAX: usize = 1_000;
/// Businesses one sandbox takes, all listed on the authorize page.
const BUSINESSES_MAX: usize = 10_000;

/// The handle on the Sage Accounting of a running sandbox. Clones are the same handle.
#[derive(Clone, Debug)]
pub struct Sage {
    shared: SharedState,
}

impl Sage {
    pub(crate) fn new(
        base_url: &str,
        options: &SandboxOptions,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let mut own = options.sage.clone();
        let apps = std::mem::take(&mut own.apps);
        let businesses = std::mem::take(&mut own.businesses);
        let running = Running::new(options, tasks, stop);
        let shared = Shared::new(base_url, own, options.seed, running);
        let sage = Self { shared: Arc::new(shared) };
        for app in apps {
            sage.put_app(app).map_err(io::Error::other)?;
        }
        for business in businesses {
            sage.put_business(business).map_err(io::Error::other)?;
        }
        Ok(sage)
    }

    pub(crate) fn router(&self) -> Router {
        let shared = &self.shared;
        api::routes()
            .merge(oauth::routes())
            .merge(older::routes())
            .merge(control::routes(self.clone()))
            .fallback(api::unknown)
            .layer(from_fn_with_state(Arc::clone(shared), faults::intercept))
            .layer(map_response_with_state(Arc::clone(shared), times::date))
            .with_state(Arc::clone(shared))
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end. It plays every host of Sage: API
    /// 3.1 is at `/v3.1`, its authorize page at `/oauth2/auth/central`, its tokens at `/token`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Registers an app, or changes the one with its client id.
    ///
    /// # Errors
    /// [`SageError::Full`].
    pub fn put_app(&self, app: App) -> Result<(), SageError> {
        let mut state = self.shared.lock();
        if state.apps.len() >= APPS_MAX && !state.apps.contains_key(&app.client_id) {
            return Err(SageError::Full("apps"));
        }
        state.apps.insert(app.client_id.clone(), app);
        Ok(())
    }

    /// Adds a business with empty books, or changes the one with its id.
    ///
    /// # Errors
    /// [`SageError::BadBusinessId`] and [`SageError::Full`].
    pub fn put_business(&self, business: Business) -> Result<(), SageError> {
        let id = business.id.clone();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(SageError::BadBusinessId(id));
        }
        let now = self.shared.now();
        let mut state = self.shared.lock();
        let number = state.businesses.len();
        if let Some(known) = state.businesses.get_mut(&id) {
            known.business = business;
        } else if number >= BUSINESSES_MAX {
            return Err(SageError::Full("businesses"));
        } else {
            state
                .businesses
                .insert(id, BusinessBooks { number, business, books: Books::open(now) });
        }
        Ok(())
    }

    /// The businesses, by id.
    #[must_use]
    pub fn businesses(&self) -> Vec<Business> {
        self.shared.lock().businesses.values().map(|one| one.business.clone()).collect()
    }

    /// The business with an id.
    ///
    /// # Errors
    /// [`SageError::UnknownBusiness`].
    pub fn business(&self, business_id: &str) -> Result<Business, SageError> {
        let state = self.shared.lock();
        let known = state.businesses.get(business_id).map(|one| one.business.clone());
        known.ok_or_else(|| SageError::UnknownBusiness(business_id.to_owned()))
    }

    /// Lets the next calls go wrong, after those ordered before.
    ///
    /// # Errors
    /// [`SageError::Full`].
    pub fn add_fault(&self, plan: FaultPlan) -> Result<(), SageError> {
        if self.shared.lock().faults.add(plan) {
            return Ok(());
        }
        Err(SageError::Full("faults"))
    }

    /// Forgets the faults still to come and lets hanging calls go on.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
        self.shared.running.release_hanging();
    }

    /// Every count of calls.
    #[must_use]
    pub fn calls(&self) -> Vec<CallCount> {
        self.shared.lock().calls.list(CallCount::of)
    }

    /// The calls of one kind answered with 2xx for one business.
    #[must_use]
    pub fn succeeded_calls(&self, business_id: &str, kind: CallKind) -> u64 {
        self.shared.lock().calls.succeeded(&(Some(business_id.to_owned()), kind))
    }
}
