//! What Bookshelf Online keeps of the URLs that it was given, where a test has it want one for each
//! company and topic.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use ledgerhook_engine::connector::{
    ProviderError, RemoteSubscription, SubscriptionRequest, Subscriptions,
};
use ledgerhook_model::Secret;
use tokio::sync::Notify;

/// The URLs.
#[derive(Debug, Default)]
pub(crate) struct Mailroom {
    rows: Mutex<Vec<RemoteSubscription>>,
    /// What was asked, in order: `create invoices`, `confirm 1 verifier`.
    asked: Mutex<Vec<String>>,
    /// Whether an answer to `create` waits for [`Mailroom::answer`].
    pub(crate) is_slow: AtomicBool,
    answered: Notify,
    made: AtomicU64,
}

impl Mailroom {
    /// All URLs.
    pub(crate) fn rows(&self) -> Vec<RemoteSubscription> {
        self.rows.lock().unwrap().clone()
    }

    /// The path of the URL that was given for a topic.
    pub(crate) fn path(&self, topic: &str) -> Option<String> {
        let row = self.rows().into_iter().find(|row| row.topic == topic)?;
        row.url.strip_prefix("https://hooks.test/elements/api-v2").map(str::to_owned)
    }

    /// Loses all URLs.
    pub(crate) fn lose_all(&self) {
        self.rows.lock().unwrap().clear();
    }

    /// Has a URL that nobody asked for.
    pub(crate) fn put(&self, row: RemoteSubscription) {
        self.rows.lock().unwrap().push(row);
    }

    /// What was asked since the last look.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// Lets a slow answer go.
    pub(crate) fn answer(&self) {
        self.answered.notify_one();
    }

    fn note(&self, text: String) {
        self.asked.lock().unwrap().push(text);
    }
}

#[async_trait]
impl Subscriptions for Mailroom {
    fn topics(&self, resources: &[String]) -> Vec<&'static str> {
        let has = |name: &&str| resources.iter().any(|resource| resource == name);
        ["invoices", "tax-codes"].into_iter().filter(has).collect()
    }

    async fn create(
        &self,
        _: SubscriptionRequest<'_>,
        topic: &str,
        url: &str,
    ) -> Result<String, ProviderError> {
        self.note(format!("create {topic}"));
        let id = {
            let mut rows = self.rows.lock().unwrap();
            let id = (self.made.fetch_add(1, Ordering::Relaxed) + 1).to_string();
            let (topic, url) = (topic.to_owned(), url.to_owned());
            rows.push(RemoteSubscription { id: id.clone(), topic, url, confirmed: false });
            id
        };
        if self.is_slow.load(Ordering::Relaxed) {
            self.answered.notified().await;
        }
        Ok(id)
    }

    async fn confirm(
        &self,
        _: SubscriptionRequest<'_>,
        id: &str,
        verifier: &Secret,
    ) -> Result<(), ProviderError> {
        self.note(format!("confirm {id} {}", verifier.expose()));
        let mut rows = self.rows.lock().unwrap();
        let row = rows.iter_mut().find(|row| row.id == id);
        let row = row.ok_or_else(|| ProviderError::NotFound(id.to_owned()))?;
        row.confirmed = true;
        Ok(())
    }

    async fn resend(&self, _: SubscriptionRequest<'_>, id: &str) -> Result<(), ProviderError> {
        self.note(format!("resend {id}"));
        Ok(())
    }

    async fn list(
        &self,
        _: SubscriptionRequest<'_>,
    ) -> Result<Vec<RemoteSubscription>, ProviderError> {
        Ok(self.rows())
    }

    async fn remove(&self, _: SubscriptionRequest<'_>, id: &str) -> Result<(), ProviderError> {
        self.note(format!("remove {id}"));
        self.rows.lock().unwrap().retain(|row| row.id != id);
        Ok(())
    }
}
