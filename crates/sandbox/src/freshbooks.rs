//! FreshBooks (the new one, `api.freshbooks.com`), as its documents describe it and recorded
//! answers show it (reference: freshbooks-sage §1).
//!
//! [`FreshBooks`] is the handle: the developer page (apps), the product as its users work with it
//! (businesses and their records, disconnects), the faults on request, and a look at what was
//! called and what was sent.

mod api;
mod bookkeeper;
mod books;
mod callbacks;
mod calls;
mod connections;
mod control;
mod error;
mod faults;
mod money;
mod nouns;
mod oauth;
mod options;
mod portal;
mod records;
mod refusal;
mod samples;
mod shared;
mod throttle;
mod times;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use bookkeeper::{Bookkeeper, BookkeeperStep};
pub use callbacks::{Callback, Delivery, Notice, NoticeStats};
pub use calls::{CallCount, CallKind};
pub use error::FreshBooksError;
pub use faults::{Fault, FaultPlan};
pub use nouns::Verb;
pub use options::{
    CallbackConduct, DeletedReads, EventForm, FreshBooksOptions, HandshakeForm, SoftDeleteNotice,
};
pub use portal::{App, Business, User};
pub use records::{RecordKey, RecordOperation, RecordState};
pub use throttle::ThrottleLimits;

use crate::options::SandboxOptions;
use crate::running::Running;
use books::Books;
use shared::{BusinessBooks, Shared, SharedState};

/// Apps one sandbox takes.
const APPS_MAX: usize = 1_000;
/// Users one sandbox takes, all listed on the authorize page.
const USERS_MAX: usize = 1_000;
/// Businesses one sandbox takes.
const BUSINESSES_MAX: usize = 10_000;

/// The handle on the FreshBooks of a running sandbox. Clones are the same handle.
#[derive(Clone, Debug)]
pub struct FreshBooks {
    base_url: Arc<str>,
    shared: SharedState,
}

impl FreshBooks {
    pub(crate) fn new(
        base_url: &str,
        options: &SandboxOptions,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let mut own = options.freshbooks.clone();
        let apps = std::mem::take(&mut own.apps);
        let users = std::mem::take(&mut own.users);
        let businesses = std::mem::take(&mut own.businesses);
        let running = Running::new(options, tasks, stop);
        let shared = Arc::new(Shared::new(own, options.seed, running)?);
        let freshbooks = Self { base_url: base_url.into(), shared };
        for app in apps {
            freshbooks.put_app(app).map_err(io::Error::other)?;
        }
        for user in users {
            freshbooks.put_user(user).map_err(io::Error::other)?;
        }
        for business in businesses {
            freshbooks.add_business(business).map_err(io::Error::other)?;
        }
        Ok(freshbooks)
    }

    pub(crate) fn router(&self) -> Router {
        let shared = &self.shared;
        api::routes()
            .merge(oauth::routes())
            .merge(callbacks::routes())
            .merge(control::routes(self.clone()))
            .layer(from_fn_with_state(Arc::clone(shared), faults::intercept))
            .with_state(Arc::clone(shared))
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end: the address of both
    /// `api.freshbooks.com` and `auth.freshbooks.com`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Registers an app, or changes the one with its client id.
    ///
    /// # Errors
    /// [`FreshBooksError::Full`].
    pub fn put_app(&self, app: App) -> Result<(), FreshBooksError> {
        let mut state = self.shared.lock();
        if state.apps.len() >= APPS_MAX && !state.apps.contains_key(&app.client_id) {
            return Err(FreshBooksError::Full("apps"));
        }
        state.apps.insert(app.client_id.clone(), app);
        Ok(())
    }

    /// Adds a user, or changes the one with its identity id.
    ///
    /// # Errors
    /// [`FreshBooksError::Full`].
    pub fn put_user(&self, user: User) -> Result<(), FreshBooksError> {
        let mut state = self.shared.lock();
        if state.users.len() >= USERS_MAX && !state.users.contains_key(&user.identity_id) {
            return Err(FreshBooksError::Full("users"));
        }
        state.users.insert(user.identity_id, user);
        Ok(())
    }

    /// The users, by identity id.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.shared.lock().users.values().cloned().collect()
    }

    /// Adds a business with new books, or changes name, account and members of the one with its
    /// id.
    ///
    /// # Errors
    /// [`FreshBooksError::AccountTaken`] and [`FreshBooksError::Full`].
    pub fn add_business(&self, business: Business) -> Result<(), FreshBooksError> {
        let now = self.shared.now();
        let id = business.business_id;
        let mut state = self.shared.lock();
        if let Some(account_id) = &business.account_id
            && state.business_of_account(account_id).is_some_and(|other| other != id)
        {
            return Err(FreshBooksError::AccountTaken(account_id.clone()));
        }
        if let Some(present) = state.businesses.get_mut(&id) {
            present.business = business;
        } else if state.businesses.len() >= BUSINESSES_MAX {
            return Err(FreshBooksError::Full("businesses"));
        } else {
            let deleted_reads = self.shared.options.deleted_reads;
            let books = Books::new(id, business.account_id.as_deref(), deleted_reads, now);
            state.businesses.insert(id, BusinessBooks { business, books });
        }
        Ok(())
    }

    /// The businesses, by id.
    #[must_use]
    pub fn businesses(&self) -> Vec<Business> {
        self.shared.lock().businesses.values().map(|one| one.business.clone()).collect()
    }

    fn check_business(&self, business_id: u64) -> Result<(), FreshBooksError> {
        if self.shared.lock().businesses.contains_key(&business_id) {
            return Ok(());
        }
        Err(FreshBooksError::UnknownBusiness(business_id))
    }

    /// Lets the next calls go wrong, after those ordered before.
    ///
    /// # Errors
    /// [`FreshBooksError::Full`].
    pub fn add_fault(&self, plan: FaultPlan) -> Result<(), FreshBooksError> {
        if self.shared.lock().faults.add(plan) {
            return Ok(());
        }
        Err(FreshBooksError::Full("faults"))
    }

    /// Forgets the faults still to come and lets hanging calls go on.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
        self.shared.running.release_hanging();
    }

    /// Wakes what waits for the clock; to be called after moving a clock that waits follow.
    pub fn clock_moved(&self) {
        self.shared.running.announce_clock();
    }

    /// Every count of calls.
    #[must_use]
    pub fn calls(&self) -> Vec<CallCount> {
        self.shared.lock().calls.list(CallCount::of)
    }

    /// The calls of one kind answered with 2xx for one business; token and identity calls name
    /// none.
    #[must_use]
    pub fn succeeded_calls(&self, business_id: Option<u64>, kind: CallKind) -> u64 {
        self.shared.lock().calls.succeeded(&(business_id, kind))
    }
}
