//! Bringing the subscriptions that a provider has in line with those that an instance needs: made,
//! confirmed, asked for again, ended.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use ledgerhook_connector::{
    Access, ProviderError, RemoteSubscription, SubscriptionRequest, Subscriptions as Remote,
};
use ledgerhook_model::{InstanceId, Secret, SecretHash};
use ledgerhook_store::StoreError;
use ledgerhook_store::subscriptions::Subscription;
use thiserror::Error;
use tokio::sync::Notify;

use super::rows::Key;
use super::{Subscriptions, Tended};
use crate::roster::Seat;

/// The waits before an instance is tended again whose provider did not answer, or did not send its
/// handshake: FreshBooks speaks of seconds to minutes. Later the audit tends it.
const WAITS: [Duration; 4] = [
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
];

/// How often every instance is looked after: nothing tells that a provider has dropped a
/// subscription, and a list costs one call.
const AUDIT_INTERVAL: Duration = Duration::from_secs(6 * 60 * 60);

/// Why an instance could not be tended.
#[derive(Debug, Error)]
enum TendError {
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a provider is asked to do.
#[derive(Debug, Clone)]
enum Task {
    Create { topic: String, url: String },
    Confirm { id: String, verifier: Secret },
    Resend { id: String },
    Remove { id: String },
}

impl Subscriptions {
    /// Tends an instance from now on until all of its subscriptions are confirmed. A task that is
    /// at it already begins anew.
    pub(crate) fn tend(self: &Arc<Self>, seat: &Arc<Seat>) {
        if self.remote(seat).is_none() {
            return;
        }
        let id = seat.id;
        match self.tended().entry(id) {
            Entry::Occupied(mut tended) => {
                let tended = tended.get_mut();
                tended.again = true;
                tended.changed.notify_one();
            }
            Entry::Vacant(tended) => {
                let changed = Arc::clone(&tended.insert(Tended::default()).changed);
                let own = Arc::clone(self);
                self.supervisor.spawn(async move { own.tend_until_done(id, &changed).await });
            }
        }
    }

    /// Looks after every instance from time to time.
    pub(crate) async fn audit(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(AUDIT_INTERVAL) => {}
                () = self.supervisor.ending() => return,
            }
            for seat in self.base.roster.all() {
                self.tend(&seat);
            }
        }
    }

    async fn tend_until_done(&self, id: InstanceId, changed: &Notify) {
        let mut waits = WAITS.into_iter();
        while let Some(seat) = self.base.roster.by_id(id) {
            let is_done = match self.tend_once(&seat).await {
                Ok(is_done) => is_done,
                Err(error) => {
                    tracing::warn!(instance = %id, %error, "subscriptions are not in order");
                    // Only a new authorisation helps, which tends the instance anew.
                    matches!(error, TendError::Provider(ProviderError::Refused(_)))
                }
            };
            let wait = waits.next().filter(|_| !is_done);
            if self.is_to_be_tended_again(id) {
                waits = WAITS.into_iter();
                continue;
            }
            let Some(wait) = wait else { break };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = changed.notified() => {}
                () = self.supervisor.ending() => return,
            }
        }
        // A change that came since the last look is seen here, or begins a task of its own.
        if self.is_to_be_tended_again(id) && self.base.roster.by_id(id).is_some() {
            return Box::pin(self.tend_until_done(id, changed)).await;
        }
        self.tended().remove(&id);
    }

    /// Whether something has changed since the last look.
    fn is_to_be_tended_again(&self, id: InstanceId) -> bool {
        self.tended().get_mut(&id).is_some_and(|tended| std::mem::take(&mut tended.again))
    }

    /// One pass. True when every subscription is as it should be.
    async fn tend_once(&self, seat: &Arc<Seat>) -> Result<bool, TendError> {
        let Some(remote) = self.remote(seat) else { return Ok(true) };
        let topics = match seat.takes_notices() {
            true => remote.topics(&seat.settings.resources),
            false => Vec::new(),
        };
        let rows = self.rows.of(seat.id);
        if topics.is_empty() && rows.is_empty() {
            return Ok(true);
        }
        let at_provider = self.at_provider(seat, &remote).await?;
        self.remove_orphans(seat, &at_provider).await?;
        for row in rows.iter().filter(|row| !topics.contains(&row.topic.as_str())) {
            self.end(seat, row).await?;
        }
        for topic in topics {
            self.set_up(seat, topic, &at_provider).await?;
        }
        Ok(self.rows.of(seat.id).iter().all(|row| row.confirmed))
    }

    /// The subscriptions that the provider has and whose URLs are this gateway's, by URL.
    async fn at_provider(
        &self,
        seat: &Arc<Seat>,
        remote: &Arc<dyn Remote>,
    ) -> Result<HashMap<String, RemoteSubscription>, TendError> {
        let question = |access: Access| -> BoxFuture<'_, _> {
            Box::pin(async move {
                let configuration = &seat.configuration;
                remote.list(SubscriptionRequest { access: &access, configuration }).await
            })
        };
        let listed = self.calls.ask(seat, question).await?;
        let base = self.url_base(seat.element).unwrap_or_default();
        let own = listed.into_iter().filter(|one| one.url.starts_with(&base));
        Ok(own.map(|one| (one.url.clone(), one)).collect())
    }

    /// Brings one topic in order.
    async fn set_up(
        &self,
        seat: &Arc<Seat>,
        topic: &str,
        at_provider: &HashMap<String, RemoteSubscription>,
    ) -> Result<(), TendError> {
        let key: Key = (seat.id, topic.to_owned());
        let row = match self.rows.get(&key) {
            Some(row) => row,
            None => {
                let fresh = self.fresh(seat.id, topic);
                if !self.rows.put(fresh.clone()).await? {
                    return Ok(());
                }
                fresh
            }
        };
        let Some(url) = self.url(seat.element, &row) else { return Ok(()) };
        match at_provider.get(&url) {
            None => self.create(seat, &key, url).await?,
            Some(known) => {
                let (id, is_lapsed) = (known.id.clone(), row.confirmed && !known.confirmed);
                self.rows
                    .change(&key, |row| {
                        row.remote_id = Some(id);
                        row.confirmed &= !is_lapsed;
                    })
                    .await?;
                let row = self.rows.get(&key).unwrap_or(row);
                if !row.confirmed && (row.sealed_verifier.is_none() || is_lapsed) {
                    self.do_task(seat, Task::Resend { id: known.id.clone() }).await?;
                    return Ok(());
                }
            }
        }
        match self.rows.get(&key) {
            Some(row) => self.confirm(seat, &row).await,
            None => Ok(()),
        }
    }

    /// Has the provider make a subscription. The key of one that it had before is worth nothing.
    async fn create(&self, seat: &Arc<Seat>, key: &Key, url: String) -> Result<(), TendError> {
        let forget = |row: &mut Subscription| {
            row.remote_id = None;
            row.sealed_verifier = None;
            row.confirmed = false;
        };
        self.rows.change(key, forget).await?;
        let id = self.do_task(seat, Task::Create { topic: key.1.clone(), url }).await?;
        self.rows.change(key, |row| row.remote_id = id.or_else(|| row.remote_id.take())).await?;
        Ok(())
    }

    /// Tells the provider that the handshake came, once it has.
    async fn confirm(&self, seat: &Arc<Seat>, row: &Subscription) -> Result<(), TendError> {
        let verifier = self.verifier(row).filter(|_| !row.confirmed);
        let Some((id, verifier)) = row.remote_id.clone().zip(verifier) else { return Ok(()) };
        self.do_task(seat, Task::Confirm { id, verifier }).await?;
        self.rows.change(&(row.instance, row.topic.clone()), |row| row.confirmed = true).await?;
        Ok(())
    }

    async fn end(&self, seat: &Arc<Seat>, row: &Subscription) -> Result<(), TendError> {
        if let Some(id) = row.remote_id.clone() {
            self.do_task(seat, Task::Remove { id }).await?;
        }
        Ok(self.rows.remove(&(row.instance, row.topic.clone())).await?)
    }

    /// Ends those subscriptions at the provider that nobody here knows: of an instance that was
    /// removed, or whose making was cut off.
    async fn remove_orphans(
        &self,
        seat: &Arc<Seat>,
        at_provider: &HashMap<String, RemoteSubscription>,
    ) -> Result<(), TendError> {
        let base = self.url_base(seat.element).unwrap_or_default();
        for (url, orphan) in at_provider {
            let token = url.strip_prefix(&base).unwrap_or_default();
            if self.rows.by_token(SecretHash::of(token)).is_none() {
                self.do_task(seat, Task::Remove { id: orphan.id.clone() }).await?;
            }
        }
        Ok(())
    }

    /// Has the provider do something; returns the id of what was made.
    async fn do_task(&self, seat: &Arc<Seat>, task: Task) -> Result<Option<String>, TendError> {
        let Some(remote) = self.remote(seat) else { return Ok(None) };
        let (remote, task) = (&remote, &task);
        let question = |access: Access| -> BoxFuture<'_, Result<Option<String>, ProviderError>> {
            Box::pin(async move {
                let configuration = &seat.configuration;
                let request = SubscriptionRequest { access: &access, configuration };
                match task {
                    Task::Create { topic, url } => {
                        remote.create(request, topic, url).await.map(Some)
                    }
                    Task::Confirm { id, verifier } => {
                        remote.confirm(request, id, verifier).await.map(|()| None)
                    }
                    Task::Resend { id } => remote.resend(request, id).await.map(|()| None),
                    Task::Remove { id } => remote.remove(request, id).await.map(|()| None),
                }
            })
        };
        Ok(self.calls.ask(seat, question).await?)
    }
}
