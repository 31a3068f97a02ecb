//! A provider's notice on its way into the journal: verified on its raw bytes, mapped to the
//! instances it is about, and on disk before it is answered.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use ledgerhook_connector::{Notices, ParsedNotice};
use ledgerhook_model::{InstanceId, Moment, OrganizationId};
use ledgerhook_store::journal::{Append, NewNotice, NoticeSource};
use ledgerhook_store::kept::{Company, KeptFor};
use thiserror::Error;

use crate::append::Appender;
use crate::base::Base;
use crate::kept::KeptNotices;
use crate::roster::{AppSeat, Seat};
use crate::routing::{Routes, Sender};
use crate::subscriptions::Subscriptions;

/// Apps whose signatures are simply tried one after the other. With more of them, a look into the
/// notice shows which are likely, so that the cost does not grow with the number of organisations.
const APPS_TRIED_UNSORTED_MAX: usize = 4;

/// A provider's post as it arrived.
#[derive(Debug)]
pub struct InboundNotice {
    /// The element in the path.
    pub element: String,
    /// The instance in the path, where there is one.
    pub instance: Option<InstanceId>,
    /// All headers.
    pub headers: HeaderMap,
    /// The raw body, over which a signature is checked, and which is kept.
    pub body: Bytes,
    /// The body in the provider's own form, where the raw one is in another (the listener's XML,
    /// JSV and CSV).
    pub translated: Option<Bytes>,
    /// Who vouches for it.
    pub trust: Trust,
}

/// Who vouches for a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The provider's signature, which must fit.
    Signature,
    /// A caller who has proved to be of this organisation; the notice reaches no other one.
    Organization(OrganizationId),
}

/// Why a notice was not taken in. Nothing of it is kept but a count.
#[derive(Debug, Error)]
pub enum IntakeError {
    /// No such element, or one that sends no notices.
    #[error("no element of that name sends webhooks")]
    UnknownElement,
    /// No such instance of that element.
    #[error("no such instance")]
    UnknownInstance,
    /// It carries no signature.
    #[error("the notice is not signed")]
    NotSigned,
    /// Its signature fits no provider app.
    #[error("the signature fits no registered app")]
    BadSignature,
    /// The journal cannot be written: the provider should come again.
    #[error("the notice could not be stored")]
    NotStored,
}

/// Takes notices in.
#[derive(Debug, Clone)]
pub struct Intake {
    pub(crate) base: Base,
    pub(crate) appender: Appender,
    pub(crate) kept: Arc<KeptNotices>,
    pub(crate) subscriptions: Arc<Subscriptions>,
    pub(crate) allow_unsigned: bool,
}

impl Intake {
    /// Takes in one notice; returns once it is on disk.
    ///
    /// A signed notice is never refused for its content: what cannot be understood is kept raw, and
    /// what belongs to no instance yet becomes events when there is one.
    pub async fn accept(&self, notice: InboundNotice) -> Result<(), IntakeError> {
        let connector = crate::find_connector(&self.base.connectors, &notice.element)
            .map_err(|_| IntakeError::UnknownElement)?;
        let reader = connector.notices.as_deref().ok_or(IntakeError::UnknownElement)?;
        let only = self.instance_in_path(&notice)?;
        let now = self.base.clock.now();
        let element = connector.profile.key;
        let sender = match notice.trust {
            Trust::Organization(organization) => Sender::Organization(organization),
            Trust::Signature => self
                .verify(reader, &notice, element, only.as_deref())
                .inspect_err(|_| self.base.counters.notices_refused.one())?,
        };
        let records = connector.records.as_deref();
        let routes =
            Routes { base: &self.base, element, only: only.as_deref(), sender: &sender, records };
        self.take_in(reader, routes, notice, now).await
    }

    /// Takes in what was posted to the URL of a subscription, whose token `token` is: its
    /// handshake, or a notice for its instance alone, signed with its own key. Returns once it is
    /// on disk.
    pub async fn accept_subscribed(
        &self,
        token: &str,
        notice: InboundNotice,
    ) -> Result<(), IntakeError> {
        let connector = crate::find_connector(&self.base.connectors, &notice.element)
            .map_err(|_| IntakeError::UnknownElement)?;
        let reader = connector.notices.as_deref().ok_or(IntakeError::UnknownElement)?;
        let found = self.subscriptions.find(connector.profile.key, token);
        let (seat, subscription) = found.ok_or(IntakeError::UnknownInstance)?;
        if let Some(handshake) = reader.handshake(&notice.headers, &notice.body) {
            let taken = self.subscriptions.take_handshake(&seat, &subscription, handshake).await;
            return taken.map_err(|_| IntakeError::NotStored);
        }
        let verifier = self.subscriptions.verifier(&subscription);
        let fits = |verifier| reader.signature_fits(&notice.headers, &notice.body, &verifier);
        if !verifier.is_some_and(fits) {
            self.base.counters.notices_refused.one();
            return Err(match reader.is_signed(&notice.headers) {
                true => IntakeError::BadSignature,
                false => IntakeError::NotSigned,
            });
        }
        let sender = Sender::Organization(seat.organization);
        let (only, records) = (Some(&*seat), connector.records.as_deref());
        let element = connector.profile.key;
        let routes = Routes { base: &self.base, element, only, sender: &sender, records };
        self.take_in(reader, routes, notice, self.base.clock.now()).await
    }

    /// Writes a verified notice with the events that it tells of.
    async fn take_in(
        &self,
        reader: &dyn Notices,
        routes: Routes<'_>,
        notice: InboundNotice,
        received_at: Moment,
    ) -> Result<(), IntakeError> {
        let InboundNotice { body, translated, .. } = notice;
        let parsed = reader.parse(translated.as_ref().unwrap_or(&body), received_at);
        let sorted = routes.sort(parsed.entries, received_at);
        let unrouted_entries = parsed.unread_entries.saturating_add(sorted.unrouted);
        self.base.counters.entries_unrouted.many(u64::from(unrouted_entries));
        let kept = routes.keep(&sorted.waiting, translated);
        let companies = companies(routes.element, kept.as_deref());
        let notice = NewNotice {
            element: routes.element.to_owned(),
            app: routes.sender.app(),
            body,
            received_at,
            unrouted_entries,
            kept,
        };
        let notice = Some(NoticeSource::New(notice));
        let append = Append { notice, findings: sorted.findings, cursor: None };
        let written = if companies.is_empty() {
            self.appender.append(append).await.map(drop)
        } else {
            self.kept.keep(append, companies).await
        };
        if written.is_err() {
            self.base.counters.notices_not_stored.one();
            return Err(IntakeError::NotStored);
        }
        self.base.counters.notices_accepted.one();
        Ok(())
    }

    fn instance_in_path(&self, notice: &InboundNotice) -> Result<Option<Arc<Seat>>, IntakeError> {
        let Some(id) = notice.instance else { return Ok(None) };
        let seat = self.base.roster.by_id(id).ok_or(IntakeError::UnknownInstance)?;
        if seat.element == notice.element {
            Ok(Some(seat))
        } else {
            Err(IntakeError::UnknownInstance)
        }
    }

    /// Whose notice it is: of the app whose verifier token fits, or of nobody when it is unsigned
    /// and that is allowed.
    fn verify(
        &self,
        reader: &dyn Notices,
        notice: &InboundNotice,
        element: &str,
        only: Option<&Seat>,
    ) -> Result<Sender, IntakeError> {
        if !reader.is_signed(&notice.headers) {
            let allowed = self.allow_unsigned.then_some(Sender::Anybody);
            return allowed.ok_or(IntakeError::NotSigned);
        }
        let mut apps = self.base.roster.apps(element);
        match only {
            Some(seat) => apps.retain(|app| app.organization == seat.organization),
            None if apps.len() > APPS_TRIED_UNSORTED_MAX => {
                // Read before it is verified, which costs less than a signature for each app.
                let readable = notice.translated.as_ref().unwrap_or(&notice.body);
                let parsed = reader.parse(readable, self.base.clock.now());
                self.likely_first(&mut apps, element, &parsed);
            }
            None => {}
        }
        let fits = |app: &Arc<AppSeat>| {
            reader.signature_fits(&notice.headers, &notice.body, &app.verifier_token)
        };
        apps.into_iter().find(fits).map(Sender::App).ok_or(IntakeError::BadSignature)
    }

    /// Brings the apps that have an instance of a company in the notice to the front, so that the
    /// token that fits is found at once however many organisations there are.
    fn likely_first(&self, apps: &mut [Arc<AppSeat>], element: &str, parsed: &ParsedNotice) {
        let mut concerned: Vec<Arc<Seat>> = Vec::new();
        let mut last = None;
        for entry in &parsed.entries {
            if last != Some(&entry.company) {
                concerned.extend(self.base.roster.by_company(element, &entry.company));
                last = Some(&entry.company);
            }
        }
        let organizations: Vec<OrganizationId> =
            concerned.iter().map(|seat| seat.organization).collect();
        apps.sort_by_key(|app| {
            let owns = concerned.iter().any(|seat| app.owns(seat));
            (!owns, !organizations.contains(&app.organization))
        });
    }
}

/// The companies that a notice is kept for: none of nearly every one.
fn companies(element: &str, kept: Option<&KeptFor>) -> Vec<Company> {
    let Some(KeptFor { organization, companies, .. }) = kept else { return Vec::new() };
    let company = |id: &String| Company {
        organization: *organization,
        element: element.to_owned(),
        id: id.clone(),
    };
    companies.iter().map(company).collect()
}
