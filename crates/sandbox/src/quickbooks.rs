//! QuickBooks Online (Intuit), as its documents describe it and recorded answers show it.
//!
//! [`QuickBooks`] is the handle: the developer portal (apps), the product as its users work with
//! it (companies and their records, merges, disconnects), the faults on request, and a look at
//! what was called and what was sent.

mod api;
mod bookkeeper;
mod books;
mod calls;
mod cdc;
mod connections;
mod control;
mod decimal;
mod entities;
mod error;
mod faults;
mod oauth;
mod oauth1;
mod options;
mod portal;
mod query;
mod records;
mod refusal;
mod samples;
mod shared;
mod throttle;
mod times;
mod webhooks;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use bookkeeper::{Bookkeeper, BookkeeperStep};
pub use books::Standing as RecordStanding;
pub use calls::{CallCount, CallKind};
pub use entities::ChangeOperation;
pub use error::QuickBooksError;
pub use faults::{Fault, FaultPlan, FaultTarget};
pub use options::{MergeSpelling, QuickBooksOptions, WebhookConduct};
pub use portal::{App, Company, WebhookFormat};
pub use records::{RecordKey, RecordOperation, RecordState};
pub use throttle::{ThrottleAnswer, ThrottleLimits};
pub use webhooks::{Delivery, Notice, WebhookStats};

use crate::options::SandboxOptions;
use books::Books;
use shared::{CompanyBooks, Shared, SharedState};

/// Apps one sandbox takes; each has its own sending task.
const APPS_MAX: usize = 1_000;
/// Companies one sandbox takes, all listed on the authorize page.
const COMPANIES_MAX: usize = 10_000;

/// The handle on the QuickBooks Online of a running sandbox. Clones are the same handle.
#[derive(Clone, Debug)]
pub struct QuickBooks {
    shared: SharedState,
}

impl QuickBooks {
    pub(crate) fn new(
        base_url: &str,
        mut options: SandboxOptions,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let apps = std::mem::take(&mut options.quickbooks.apps);
        let companies = std::mem::take(&mut options.quickbooks.companies);
        let quickbooks = Self { shared: Arc::new(Shared::new(base_url, options, tasks, stop)?) };
        for app in apps {
            quickbooks.put_app(app).map_err(io::Error::other)?;
        }
        for company in companies {
            quickbooks.add_company(company).map_err(io::Error::other)?;
        }
        Ok(quickbooks)
    }

    pub(crate) fn router(&self) -> Router {
        let shared = &self.shared;
        api::routes()
            .merge(oauth::routes())
            .merge(oauth1::routes())
            .merge(control::routes(self.clone()))
            .layer(from_fn_with_state(Arc::clone(shared), faults::intercept))
            .layer(from_fn_with_state(Arc::clone(shared), trace))
            .with_state(Arc::clone(shared))
    }

    /// Registers an app, or changes the one with its client id.
    ///
    /// # Errors
    /// [`QuickBooksError::Full`].
    pub fn put_app(&self, app: App) -> Result<(), QuickBooksError> {
        let client_id = app.client_id.clone();
        let mut state = self.shared.lock();
        if state.apps.insert(client_id.clone(), app).is_some() {
            return Ok(());
        }
        if state.apps.len() > APPS_MAX {
            state.apps.remove(&client_id);
            return Err(QuickBooksError::Full("apps"));
        }
        self.shared.running.spawn(webhooks::send_forever(Arc::clone(&self.shared), client_id));
        Ok(())
    }

    /// The app with a client id.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownApp`].
    pub fn app(&self, client_id: &str) -> Result<App, QuickBooksError> {
        let app = self.shared.lock().apps.get(client_id).cloned();
        app.ok_or_else(|| QuickBooksError::UnknownApp(client_id.to_owned()))
    }

    /// Switches the shape of an app's webhook bodies, from the next attempt on.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownApp`].
    pub fn set_webhook_format(
        &self,
        client_id: &str,
        format: WebhookFormat,
    ) -> Result<(), QuickBooksError> {
        let app = self.app(client_id)?;
        self.put_app(App { webhook_format: format, ..app })
    }

    /// Adds a company with empty books, or renames the one with its realm id.
    ///
    /// # Errors
    /// [`QuickBooksError::BadRealmId`] and [`QuickBooksError::Full`].
    pub fn add_company(&self, company: Company) -> Result<(), QuickBooksError> {
        let digits = company.realm_id.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || company.realm_id.is_empty() {
            return Err(QuickBooksError::BadRealmId(company.realm_id));
        }
        let now = self.shared.now();
        let mut state = self.shared.lock();
        let known = state.companies.len();
        if let Some(present) = state.companies.get_mut(&company.realm_id) {
            present.books.name_company(&company.name, now);
            present.company = company;
        } else if known >= COMPANIES_MAX {
            return Err(QuickBooksError::Full("companies"));
        } else {
            let realm_id = company.realm_id.clone();
            let mut books = Books::default();
            books.name_company(&company.name, now);
            state.companies.insert(realm_id, CompanyBooks { company, books });
        }
        Ok(())
    }

    /// The companies, by realm id.
    #[must_use]
    pub fn companies(&self) -> Vec<Company> {
        self.shared.lock().companies.values().map(|one| one.company.clone()).collect()
    }

    fn check_app(&self, client_id: &str) -> Result<(), QuickBooksError> {
        self.app(client_id).map(drop)
    }

    /// Lets the next calls go wrong, after those ordered before.
    ///
    /// # Errors
    /// [`QuickBooksError::Full`].
    pub fn add_fault(&self, plan: FaultPlan) -> Result<(), QuickBooksError> {
        if self.shared.lock().faults.add(plan) {
            return Ok(());
        }
        Err(QuickBooksError::Full("faults"))
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

    /// The calls of one kind answered with 2xx for one company: the ones the provider meters.
    #[must_use]
    pub fn succeeded_calls(&self, realm_id: &str, kind: CallKind) -> u64 {
        self.shared.lock().calls.succeeded(&(Some(realm_id.to_owned()), kind))
    }
}

/// Puts the trace header of the provider into every answer (`Intuit-Tid`, reference §3.3).
async fn trace(State(shared): State<SharedState>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let tail = shared.lock().chance.trace_tail();
    let trace_id = format!("1-{:08x}-{tail}", shared.now().as_second());
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        answer.headers_mut().insert("intuit-tid", value);
    }
    answer
}
