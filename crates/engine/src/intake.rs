//! A provider's notice on its way into the journal: verified on its raw bytes, mapped to the
//! instances it is about, and on disk before it is answered.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use ledgerhook_connector::{NoticeEntry, Notices, ParsedNotice};
use ledgerhook_model::limits::NOTICED_EVENTS_PER_NOTIFICATION_MAX;
use ledgerhook_model::{AppId, Detection, EventId, InstanceId, Moment, OrganizationId};
use ledgerhook_store::journal::{Append, Finding, NewEvent, NewNotice, NoticeSource};
use thiserror::Error;

use crate::ambient::random_bytes;
use crate::append::Appender;
use crate::base::Base;
use crate::roster::{AppSeat, Roster, Seat};

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
    pub(crate) allow_unsigned: bool,
}

impl Intake {
    /// Takes in one notice; returns once it is on disk.
    ///
    /// A signed notice is never refused for its content: what cannot be understood is kept raw.
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
        let parsed = reader.parse(notice.translated.as_ref().unwrap_or(&notice.body), now);
        let routes = Routes { roster: &self.base.roster, element, only: only.as_deref(), sender };
        let append = self.route(routes, parsed, notice.body, now);
        if self.appender.append(append).await.is_err() {
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

    fn route(
        &self,
        routes: Routes<'_>,
        parsed: ParsedNotice,
        body: Bytes,
        received_at: Moment,
    ) -> Append {
        let mut unrouted = parsed.unread_entries;
        let mut findings: Vec<Finding> = Vec::new();
        for entry in parsed.entries {
            let seats = routes.seats(&entry);
            if seats.is_empty() {
                unrouted += 1;
            }
            for seat in seats {
                let change = entry.change.clone();
                let id = EventId::new(received_at, random_bytes(&*self.base.entropy));
                place(&mut findings, &seat, NewEvent { id, change }, received_at);
            }
        }
        for finding in &mut findings {
            // Entries of one body are not in time order; each record's events must be.
            finding.events.sort_by_key(|event| event.change.changed_at);
        }
        self.base.counters.entries_unrouted.many(u64::from(unrouted));
        let notice = NewNotice {
            element: routes.element.to_owned(),
            app: routes.sender.app(),
            body,
            received_at,
            unrouted_entries: unrouted,
            kept: None,
        };
        Append { notice: Some(NoticeSource::New(notice)), findings, cursor: None }
    }
}

/// Which instances a verified notice may reach.
struct Routes<'a> {
    roster: &'a Roster,
    element: &'static str,
    only: Option<&'a Seat>,
    sender: Sender,
}

/// Whose notice it is.
enum Sender {
    /// The app's whose verifier token fits.
    App(Arc<AppSeat>),
    /// This organisation's.
    Organization(OrganizationId),
    /// Unsigned, and allowed so for development.
    Anybody,
}

impl Sender {
    fn app(&self) -> Option<AppId> {
        match self {
            Self::App(app) => Some(app.id),
            Self::Organization(_) | Self::Anybody => None,
        }
    }

    fn may_reach(&self, seat: &Seat) -> bool {
        match self {
            Self::App(app) => app.owns(seat),
            Self::Organization(organization) => seat.organization == *organization,
            Self::Anybody => true,
        }
    }
}

impl Routes<'_> {
    /// The instances that an entry is for: of its company, of the app that signed it, and of the
    /// address it was posted to.
    fn seats(&self, entry: &NoticeEntry) -> Vec<Arc<Seat>> {
        let mut seats = self.roster.by_company(self.element, &entry.company);
        seats.retain(|seat| {
            seat.takes_notices()
                && self.only.is_none_or(|only| only.id == seat.id)
                && self.sender.may_reach(seat)
                && wanted(seat, &entry.change.resource)
        });
        seats
    }
}

/// Whether an instance looks at a resource. A list of resources is a wish for those alone; without
/// one, every kind of record that the provider tells of is an event.
fn wanted(seat: &Seat, resource: &str) -> bool {
    let listed = seat.configuration.text(ledgerhook_model::configuration::keys::POLLER_URLS);
    listed.is_none() || seat.settings.resources.iter().any(|name| name == resource)
}

/// Puts an event to the others of its instance and resource.
fn place(findings: &mut Vec<Finding>, seat: &Seat, event: NewEvent, seen_at: Moment) {
    let same = |finding: &&mut Finding| {
        finding.instance == seat.id
            && finding.events.first().map(|first| &first.change.resource)
                == Some(&event.change.resource)
    };
    match findings.iter_mut().find(same) {
        Some(finding) => finding.events.push(event),
        None => findings.push(Finding {
            instance: seat.id,
            detection: Detection::Webhook,
            seen_at,
            events: vec![event],
            events_per_notification_max: NOTICED_EVENTS_PER_NOTIFICATION_MAX,
            deliver: seat.callback.is_some(),
        }),
    }
}
