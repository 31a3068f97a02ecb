//! Which instances an entry of a notice is for: of its company, of the app that signed it or the
//! organisation that vouched for it, and of the address it was posted to.

use std::sync::Arc;

use bytes::Bytes;
use ledgerhook_connector::{NoticeEntry, Records};
use ledgerhook_model::limits::NOTICED_EVENTS_PER_NOTIFICATION_MAX;
use ledgerhook_model::{AppId, Change, ChangeKind, Detection, EventId, Moment, OrganizationId};
use ledgerhook_store::journal::{Finding, NewEvent};
use ledgerhook_store::kept::KeptFor;

use crate::ambient::random_bytes;
use crate::base::Base;
use crate::roster::{AppSeat, Seat};

/// Most companies that one notice is kept for; what is beyond is only counted. Intuit names 100
/// records at most, so not more companies.
const KEPT_COMPANIES_MAX: usize = 100;

/// Whose notice it is.
#[derive(Debug)]
pub(crate) enum Sender {
    /// The app's whose verifier token fits.
    App(Arc<AppSeat>),
    /// This organisation's.
    Organization(OrganizationId),
    /// Unsigned, and allowed so for development.
    Anybody,
}

impl Sender {
    /// The app, where one signed.
    pub(crate) fn app(&self) -> Option<AppId> {
        match self {
            Self::App(app) => Some(app.id),
            Self::Organization(_) | Self::Anybody => None,
        }
    }

    fn organization(&self) -> Option<OrganizationId> {
        match self {
            Self::App(app) => Some(app.organization),
            Self::Organization(organization) => Some(*organization),
            Self::Anybody => None,
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

/// Which instances a verified notice may reach.
pub(crate) struct Routes<'a> {
    pub(crate) base: &'a Base,
    pub(crate) element: &'static str,
    /// The instance whose address it was posted to.
    pub(crate) only: Option<&'a Seat>,
    pub(crate) sender: &'a Sender,
    /// How records are read: entries whose record an instance wants to have read wait for it.
    /// `None` once they have been read, or cannot be.
    pub(crate) records: Option<&'a dyn Records>,
}

/// The entries of a notice, sorted.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    /// The events of each instance and resource.
    pub(crate) findings: Vec<Finding>,
    /// Entries that may be events later: those of a company that no instance takes notices of,
    /// those whose kind of record is not known, and those whose record is to be read first.
    pub(crate) waiting: Vec<NoticeEntry>,
    /// How many entries became no event: those that nobody takes or wants, and those whose kind of
    /// record is not known.
    pub(crate) unrouted: u32,
}

impl Routes<'_> {
    /// Makes events of entries, which are seen at `seen_at`.
    pub(crate) fn sort(&self, entries: Vec<NoticeEntry>, seen_at: Moment) -> Sorted {
        let mut sorted = Sorted::default();
        for entry in entries {
            let takers = self.takers(&entry.company);
            if takers.is_empty() || !entry.candidates.is_empty() {
                sorted.unrouted += 1;
                sorted.waiting.push(entry);
                continue;
            }
            let (mut is_wanted, mut is_to_be_read) = (false, false);
            for seat in takers.iter().filter(|seat| wants(seat, &entry.change.resource)) {
                is_wanted = true;
                if self.reads_first(seat, &entry) {
                    is_to_be_read = true;
                    continue;
                }
                let id = EventId::new(seen_at, random_bytes(&*self.base.entropy));
                let event = NewEvent { id, change: entry.change.clone() };
                place(&mut sorted.findings, seat, event, seen_at);
            }
            sorted.unrouted += u32::from(!is_wanted);
            if is_to_be_read {
                sorted.waiting.push(entry);
            }
        }
        for finding in &mut sorted.findings {
            // Entries of one body are not in time order; each record's events must be.
            finding.events.sort_by_key(|event| in_order_of_time(&event.change));
        }
        sorted
    }

    /// Whether the record of an entry is read before an instance is told of it. Also of a deletion,
    /// so that it does not overtake what happened to the record before.
    fn reads_first(&self, seat: &Seat, entry: &NoticeEntry) -> bool {
        let is_asked_for = seat.settings.hydrate || !entry.is_dated;
        is_asked_for
            && self.records.is_some_and(|records| records.reads(&entry.change.resource))
            && self.sender.organization().is_some()
    }

    /// The instances that take the notices of a company.
    pub(crate) fn takers(&self, company: &str) -> Vec<Arc<Seat>> {
        let mut seats = self.base.roster.by_company(self.element, company);
        seats.retain(|seat| {
            seat.takes_notices()
                && self.only.is_none_or(|only| only.id == seat.id)
                && self.sender.may_reach(seat)
        });
        seats
    }

    /// For whom a notice is kept; `None` when nothing waits, and when nobody vouched for it.
    pub(crate) fn keep(
        &self,
        waiting: &[NoticeEntry],
        readable: Option<Bytes>,
    ) -> Option<Box<KeptFor>> {
        if waiting.is_empty() {
            return None;
        }
        let organization = self.sender.organization()?;
        let mut companies: Vec<String> = Vec::new();
        for NoticeEntry { company, .. } in waiting {
            let may_reach = self.only.is_none_or(|only| only.company == *company);
            if may_reach && companies.len() < KEPT_COMPANIES_MAX && !companies.contains(company) {
                companies.push(company.clone());
            }
        }
        let instance = self.only.map(|only| only.id);
        let kept = KeptFor { organization, instance, companies, readable };
        (!kept.companies.is_empty()).then(|| Box::new(kept))
    }
}

/// Whether an instance looks at a resource. A list of resources is a wish for those alone; without
/// one, every kind of record that the provider tells of is an event.
pub(crate) fn wants(seat: &Seat, resource: &str) -> bool {
    let listed = seat.configuration.text(ledgerhook_model::configuration::keys::POLLER_URLS);
    listed.is_none() || seat.settings.resources.iter().any(|name| name == resource)
}

/// What changes are ordered by. Of changes at one moment, a record's creation is the first and its
/// end the last: providers name times in milliseconds, some in seconds.
fn in_order_of_time(change: &Change) -> (Moment, u8) {
    let place = match change.kind {
        ChangeKind::Created => 0,
        ChangeKind::Updated
        | ChangeKind::Merged
        | ChangeKind::Voided
        | ChangeKind::Emailed
        | ChangeKind::Unknown => 1,
        ChangeKind::Deleted => 2,
    };
    (change.changed_at, place)
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

#[cfg(test)]
mod tests {
    use ledgerhook_model::Version;

    use super::*;

    fn change(kind: ChangeKind, second: i64) -> Change {
        Change {
            resource: Arc::from("bills"),
            object_id: "1".to_owned(),
            printed_id: None,
            version: Version::Noticed(String::new()),
            kind,
            changed_at: Moment::from_millis(second * 1_000),
            record: Arc::from("{}"),
        }
    }

    #[test]
    fn at_one_moment_a_creation_is_the_first_and_a_deletion_the_last() {
        use ChangeKind::{Created, Deleted, Updated, Voided};
        let mut changes = [
            change(Deleted, 2),
            change(Voided, 2),
            change(Updated, 2),
            change(Created, 2),
            change(Deleted, 1),
        ];
        changes.sort_by_key(in_order_of_time);
        let kinds = changes.map(|change| change.kind);
        assert_eq!(kinds, [Deleted, Created, Voided, Updated, Deleted]);
    }
}
