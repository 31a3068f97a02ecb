//! QuickBooks Online (Intuit), as its documents describe it and recorded answers show it.
//!
//! [`QuickBooks`] is the handle: the developer portal (apps), the product as its users work with
//! it (companies and their records, merges, disconnects), the faults on request, and a look at
//! what was called and what was sent.

mod api;
mod books;
mod calls;
mod cdc;
mod control;
mod decimal;
mod entities;
mod faults;
mod oauth;
mod portal;
mod query;
mod refusal;
mod shared;
mod times;
mod webhooks;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use serde_json::Value;
use thiserror::Error;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use calls::{CallCount, CallKind};
pub use entities::ChangeOperation;
pub use faults::{Fault, FaultPlan, FaultTarget};
pub use portal::{App, Company, WebhookFormat};
pub use webhooks::{Delivery, Notice, WebhookStats};

use crate::options::SandboxOptions;
use books::Books;
use refusal::Refusal;
use shared::{CompanyBooks, Shared, SharedState};

/// Apps one sandbox takes; each has its own sending task.
const APPS_MAX: usize = 1_000;
/// Companies one sandbox takes, all listed on the authorize page.
const COMPANIES_MAX: usize = 10_000;

/// Settings of the QuickBooks Online stand-in.
#[derive(Clone, Debug)]
pub struct QuickBooksOptions {
    /// The apps there are from the start.
    pub apps: Vec<App>,
    /// The companies there are from the start.
    pub companies: Vec<Company>,
    /// Life of an access token in seconds; 3600 at Intuit.
    pub access_token_life_s: u32,
    /// Gives a new refresh token at every refresh, instead of every 24 hours.
    pub rotate_every_refresh: bool,
    /// Milliseconds for which the notices of an app are gathered into one body; 0 sends at once.
    pub aggregation_ms: u64,
    /// Divides the published waits between webhook attempts (10 s, 20 s, …), so that tests are
    /// quick; 1 is Intuit's pace.
    pub retry_wait_divisor: u32,
    /// Milliseconds a receiver of webhooks has for its answer; 3000 at Intuit.
    pub webhook_answer_timeout_ms: u64,
}

impl Default for QuickBooksOptions {
    fn default() -> Self {
        Self {
            apps: Vec::new(),
            companies: Vec::new(),
            access_token_life_s: 3_600,
            rotate_every_refresh: false,
            aggregation_ms: 0,
            retry_wait_divisor: 1,
            webhook_answer_timeout_ms: 3_000,
        }
    }
}

/// Why something asked of the handle was not done.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuickBooksError {
    /// There is no such app.
    #[error("no app has the client id {0:?}")]
    UnknownApp(String),
    /// There is no such company.
    #[error("no company has the realm id {0:?}")]
    UnknownCompany(String),
    /// The realm id is not a number.
    #[error("the realm id {0:?} is not made of digits")]
    BadRealmId(String),
    /// There is no such notice, or it is too old to be remembered.
    #[error("no notice has the number {0}")]
    UnknownNotice(u64),
    /// There are as many apps, companies or waiting faults as a sandbox takes.
    #[error("the sandbox takes no more {0}")]
    Full(&'static str),
    /// The books refused, as the Accounting API would.
    #[error("the books refused with code {code}: {detail}")]
    Refused {
        /// The provider's code, such as `5010`.
        code: &'static str,
        /// The provider's explanation.
        detail: String,
    },
    /// The webhooks were not where they were waited for in time.
    #[error("the webhooks did not get there in time: {0:?}")]
    TooLate(WebhookStats),
}

impl From<Refusal> for QuickBooksError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { code: refusal.code, detail: refusal.detail }
    }
}

/// What to do with a record, as a user of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOperation {
    /// Create, or update when the body has an `Id`.
    Save,
    /// Delete a transaction.
    Delete,
    /// Void a transaction.
    Void,
}

impl RecordOperation {
    fn word(self) -> &'static str {
        match self {
            Self::Save => "",
            Self::Delete => "delete",
            Self::Void => "void",
        }
    }
}

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
        self.shared.spawn(webhooks::send_forever(Arc::clone(&self.shared), client_id));
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
        let mut state = self.shared.lock();
        let known = state.companies.len();
        if let Some(present) = state.companies.get_mut(&company.realm_id) {
            present.company = company;
        } else if known >= COMPANIES_MAX {
            return Err(QuickBooksError::Full("companies"));
        } else {
            let realm_id = company.realm_id.clone();
            state.companies.insert(realm_id, CompanyBooks { company, books: Books::default() });
        }
        Ok(())
    }

    /// The companies, by realm id.
    #[must_use]
    pub fn companies(&self) -> Vec<Company> {
        self.shared.lock().companies.values().map(|one| one.company.clone()).collect()
    }

    /// Changes a record as a user of the product does: no token, no metered call, but notices.
    /// Returns the record as the Accounting API would show it.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`] and [`QuickBooksError::Refused`].
    pub fn change_record(
        &self,
        realm_id: &str,
        entity: &str,
        operation: RecordOperation,
        body: Value,
    ) -> Result<Value, QuickBooksError> {
        let now = self.shared.now();
        let entity = api::find_entity(entity)?;
        let Value::Object(body) = body else {
            return Err(Refusal::invalid_property("the body is not a JSON object").into());
        };
        self.write(realm_id, |books| api::operate(books, entity, operation.word(), body, now))
    }

    /// Merges a customer into another, which only the product's own pages can do. The loser
    /// becomes inactive, its transactions go to the survivor, and the notice says Merge.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`] and [`QuickBooksError::Refused`].
    pub fn merge_customers(
        &self,
        realm_id: &str,
        survivor: &str,
        loser: &str,
    ) -> Result<Value, QuickBooksError> {
        let now = self.shared.now();
        let customer = api::find_entity("Customer")?;
        self.write(realm_id, |books| books.merge(customer, survivor, loser, now))
    }

    fn write(
        &self,
        realm_id: &str,
        work: impl FnOnce(&mut Books) -> Result<books::Written, Refusal>,
    ) -> Result<Value, QuickBooksError> {
        self.check_company(realm_id)?;
        let now = self.shared.now();
        let shown = self.shared.change_outbox(|state| state.write(realm_id, now, work))?;
        Ok(Value::Object(shown))
    }

    fn check_company(&self, realm_id: &str) -> Result<(), QuickBooksError> {
        if self.shared.lock().companies.contains_key(realm_id) {
            return Ok(());
        }
        Err(QuickBooksError::UnknownCompany(realm_id.to_owned()))
    }

    fn check_app(&self, client_id: &str) -> Result<(), QuickBooksError> {
        self.app(client_id).map(drop)
    }

    /// A user disconnects one app, or every app, from a company. Returns how many connections
    /// ended.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`].
    pub fn disconnect(
        &self,
        realm_id: &str,
        client_id: Option<&str>,
    ) -> Result<usize, QuickBooksError> {
        self.check_company(realm_id)?;
        Ok(self.shared.lock().grants.disconnect(realm_id, client_id))
    }

    /// Makes every access token of a company expire now. Returns how many.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownCompany`].
    pub fn expire_access_tokens(&self, realm_id: &str) -> Result<usize, QuickBooksError> {
        self.check_company(realm_id)?;
        let now = self.shared.now();
        Ok(self.shared.lock().grants.expire_access_tokens(realm_id, now))
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
        self.shared.release_hanging();
    }

    /// Every count of calls.
    #[must_use]
    pub fn calls(&self) -> Vec<CallCount> {
        self.shared.lock().calls.list()
    }

    /// The calls of one kind answered with 2xx for one company: the ones the provider meters.
    #[must_use]
    pub fn succeeded_calls(&self, realm_id: &str, kind: CallKind) -> u64 {
        self.shared.lock().calls.succeeded(realm_id, kind)
    }

    /// The notices made so far, oldest first; the oldest are forgotten after 100,000.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.shared.lock().outbox.notices()
    }

    /// The attempts to post so far, oldest first; the oldest are forgotten after 10,000.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().outbox.deliveries()
    }

    /// Where the notices stand.
    #[must_use]
    pub fn webhook_stats(&self) -> WebhookStats {
        self.shared.lock().outbox.stats()
    }

    /// Waits until the notices stand as asked for.
    ///
    /// # Errors
    /// [`QuickBooksError::TooLate`] with where they stand when the time is over.
    pub async fn wait_for_webhooks(
        &self,
        time: Duration,
        reached: impl Fn(&WebhookStats) -> bool,
    ) -> Result<WebhookStats, QuickBooksError> {
        let mut outbox = self.shared.watch_outbox();
        let waiting = async {
            loop {
                let stats = self.webhook_stats();
                if reached(&stats) || outbox.changed().await.is_err() {
                    return stats;
                }
            }
        };
        tokio::time::timeout(time, waiting)
            .await
            .map_err(|_| QuickBooksError::TooLate(self.webhook_stats()))
    }

    /// Waits until no notice waits to be sent; held ones do not count.
    ///
    /// # Errors
    /// [`QuickBooksError::TooLate`] with where they stand when the time is over.
    pub async fn wait_until_sent(&self, time: Duration) -> Result<WebhookStats, QuickBooksError> {
        self.wait_for_webhooks(time, |stats| stats.waiting == 0).await
    }

    /// Sends a past notice again, as providers do; its CloudEvents id stays the same.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownNotice`].
    pub fn resend_notice(&self, number: u64) -> Result<(), QuickBooksError> {
        if self.shared.change_outbox(|state| state.outbox.resend(number)) {
            return Ok(());
        }
        Err(QuickBooksError::UnknownNotice(number))
    }

    /// Holds back the next notices of an app until they are released.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownApp`].
    pub fn hold_next_notices(&self, client_id: &str, count: u32) -> Result<(), QuickBooksError> {
        self.check_app(client_id)?;
        self.shared.change_outbox(|state| state.outbox.hold_next(client_id, count));
        Ok(())
    }

    /// Sends the notices held back, behind those that wait, and stops holding.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownApp`].
    pub fn release_held_notices(&self, client_id: &str) -> Result<(), QuickBooksError> {
        self.check_app(client_id)?;
        self.shared.change_outbox(|state| state.outbox.release_held(client_id));
        Ok(())
    }

    /// Loses the next notices of an app.
    ///
    /// # Errors
    /// [`QuickBooksError::UnknownApp`].
    pub fn drop_next_notices(&self, client_id: &str, count: u32) -> Result<(), QuickBooksError> {
        self.check_app(client_id)?;
        self.shared.change_outbox(|state| state.outbox.drop_next(client_id, count));
        Ok(())
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
