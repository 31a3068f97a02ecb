//! Asking a provider on behalf of an instance: the one way from the engine to a connector. A call
//! is made with tokens that are good, and once more with fresh ones when the provider does not
//! accept the first; what it cost is counted.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use ledgerhook_connector::{
    Access, ChangeFeed, FeedPage, FeedRequest, Hub, HubCompany, HubPage, HubQuery, HubRecord,
    ProviderError, Records, RecordsPage, RecordsRequest, TokenSource, UserTokens,
};
use ledgerhook_model::{Moment, Secret};

use crate::base::Base;
use crate::operations::Operations;
use crate::roster::Seat;
use crate::tokens::{Tokens, credentials};

/// Asks providers.
#[derive(Debug, Clone)]
pub(crate) struct Calls {
    base: Base,
    tokens: Arc<Tokens>,
    operations: Arc<Operations>,
}

impl Calls {
    pub(crate) fn new(base: &Base, tokens: &Arc<Tokens>, operations: Operations) -> Self {
        let (base, tokens) = (base.clone(), Arc::clone(tokens));
        Self { base, tokens, operations: Arc::new(operations) }
    }

    /// Changes of those resources that a feed covers. None are read when the app's reads of the
    /// month are used.
    pub(crate) async fn changes(
        &self,
        feed: &dyn ChangeFeed,
        seat: &Arc<Seat>,
        resources: &[String],
        since: Moment,
    ) -> Result<FeedPage, ProviderError> {
        self.check_budget(seat)?;
        let question = |access: Access| -> BoxFuture<'_, Result<FeedPage, ProviderError>> {
            Box::pin(async move {
                let configuration = &seat.configuration;
                let request = FeedRequest { access: &access, configuration, since, resources };
                feed.changes(request).await
            })
        };
        let page = self.ask(seat, question).await?;
        self.count(seat, page.reads);
        Ok(page)
    }

    /// Records of a company by their ids. None are read when the app's reads of the month are used.
    pub(crate) async fn records(
        &self,
        records: &dyn Records,
        seat: &Arc<Seat>,
        resource: &str,
        object_ids: &[String],
    ) -> Result<RecordsPage, ProviderError> {
        self.check_budget(seat)?;
        let question = |access: Access| -> BoxFuture<'_, Result<RecordsPage, ProviderError>> {
            Box::pin(async move {
                let (access, configuration) = (&access, &seat.configuration);
                records.read(RecordsRequest { access, configuration, resource, object_ids }).await
            })
        };
        let page = self.ask(seat, question).await?;
        self.count(seat, page.reads);
        Ok(page)
    }

    /// A page of records, as the hub shows them. The caller has looked at the budget.
    pub(crate) async fn hub_list(
        &self,
        hub: &dyn Hub,
        seat: &Arc<Seat>,
        query: HubQuery<'_>,
    ) -> Result<HubPage, ProviderError> {
        let question = |access: Access| -> BoxFuture<'_, Result<HubPage, ProviderError>> {
            Box::pin(async move {
                let (access, configuration) = (&access, &seat.configuration);
                hub.list(HubCompany { access, configuration }, query).await
            })
        };
        let page = self.ask(seat, question).await?;
        self.count(seat, page.reads);
        Ok(page)
    }

    /// One record, as the hub shows it. The caller has looked at the budget.
    pub(crate) async fn hub_get(
        &self,
        hub: &dyn Hub,
        seat: &Arc<Seat>,
        resource: &str,
        id: &str,
    ) -> Result<HubRecord, ProviderError> {
        let question = |access: Access| -> BoxFuture<'_, Result<HubRecord, ProviderError>> {
            Box::pin(async move {
                let (access, configuration) = (&access, &seat.configuration);
                hub.get(HubCompany { access, configuration }, resource, id).await
            })
        };
        let found = self.ask(seat, question).await?;
        self.count(seat, found.reads);
        Ok(found)
    }

    /// Asks a question, once more with fresh tokens when the provider does not accept the first.
    /// A provider that refuses access is noted: only a new authorisation helps.
    pub(crate) async fn ask<'q, T>(
        &self,
        seat: &Arc<Seat>,
        question: impl Fn(Access) -> BoxFuture<'q, Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let source = Arc::new(SeatTokens {
            tokens: Arc::clone(&self.tokens),
            seat: Arc::clone(seat),
            handed: Mutex::default(),
        });
        let access = || Access {
            company: seat.company.clone(),
            credentials: credentials(seat),
            source: Arc::clone(&source) as Arc<dyn TokenSource>,
        };
        let mut answer = question(access()).await;
        if let (Err(ProviderError::Unauthorized), Some(refused)) = (&answer, source.handed()) {
            answer = match self.tokens.replaced(seat, &refused).await {
                Ok(_) => question(access()).await,
                Err(error) => Err(error.into()),
            };
        }
        if let Err(ProviderError::Refused(why)) = &answer {
            if let Some(refused) = source.handed() {
                self.tokens.shut_out(seat.id, &refused, why).await;
            }
            self.operations.needs_reauthentication(seat).await;
        }
        answer
    }

    /// Now.
    pub(crate) fn now(&self) -> Moment {
        self.base.clock.now()
    }

    /// Why the provider is asked nothing more for an instance this month; `None` when it may be.
    pub(crate) fn spent_budget(&self, seat: &Seat) -> Option<String> {
        self.base.spent_budget(seat)
    }

    /// A question that is not put for want of reads is refused: waiting for the next month helps
    /// nobody who has a notice to tell of.
    fn check_budget(&self, seat: &Seat) -> Result<(), ProviderError> {
        let why = self.spent_budget(seat);
        why.map_or(Ok(()), |why| Err(ProviderError::Unanswerable(why)))
    }

    /// Counts what a call cost.
    fn count(&self, seat: &Seat, reads: u32) {
        let app = self.base.roster.app_of(seat).map(|app| app.id);
        self.base.reads.count(seat.id, app, reads, self.base.clock.now());
        self.base.counters.provider_reads.many(u64::from(reads));
    }
}

/// The tokens of an instance, as the calls of one question ask for them.
struct SeatTokens {
    tokens: Arc<Tokens>,
    seat: Arc<Seat>,
    /// The access token that was handed out last: the one that a refusal is about.
    handed: Mutex<Option<Secret>>,
}

impl SeatTokens {
    fn handed(&self) -> Option<Secret> {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for SeatTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SeatTokens").field(&self.seat.id).finish()
    }
}

#[async_trait]
impl TokenSource for SeatTokens {
    async fn tokens(&self) -> Result<UserTokens, ProviderError> {
        let tokens = self.tokens.current(&self.seat).await?;
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        *handed = Some(tokens.token.clone());
        Ok(tokens)
    }

    fn secret(&self, key: &str) -> Option<Secret> {
        self.seat.secrets.get(key).cloned()
    }
}
