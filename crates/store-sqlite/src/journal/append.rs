//! Appending to the journal: the path whose cost decides how much a gateway takes in.
//!
//! Prepared statements, texts bound by reference, ids counted here, and no question asked that an
//! insert answers by itself.

use std::slice;

use ledgerhook_model::{
    Change, ChangeKind, DeliveryId, Event, NoticeId, NotificationId, OrganizationId, Version,
};
use ledgerhook_store::journal::{
    Append, Appended, Finding, NewEvent, NewNotice, NoticeSource, Notification,
};
use rusqlite::{Row, params};

use crate::columns::{change as execute, first};
use crate::error::Failure;
use crate::kept;
use crate::last_ids::next;
use crate::polls;
use crate::writer::Session;

const INSERT_NOTICE: &str = "
    INSERT INTO notices (id, element, app_id, received_at, unrouted_entries, body, readable)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const INSERT_EVENT: &str = "
    INSERT INTO events (id, event_id, organization_id, instance_id, notification_id, notice_id,
                        resource, object_id, version, kind, detection, changed_at, seen_at,
                        printed_id, record)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
    ON CONFLICT (instance_id, resource, object_id, version) DO NOTHING";

const INSERT_DELIVERY: &str = "
    INSERT INTO deliveries (id, organization_id, instance_id, created_at, status, attempts, due_at,
                            first_event, last_event)
    VALUES (?1, ?2, ?3, ?4, 'pending', 0, ?4, ?5, ?6)";

/// Versions between two keys of one object that changed within the second that begins at `?6`, of
/// the phase that is its creation or is not (`?7`), and is its end or is not (`?8`).
pub(crate) const FIND_OTHER_SORT_IN_SECOND: &str = "
    SELECT 1 FROM events
    WHERE instance_id = ?1 AND resource = ?2 AND object_id = ?3
      AND version >= ?4 AND version < ?5 AND changed_at BETWEEN ?6 AND ?6 + 999999
      AND (kind = 'CREATED') = ?7 AND (kind = 'DELETED') = ?8";

/// Whether a state of a second was told: by its key (`?4`), or by one from `?5` to `?6`.
pub(crate) const FIND_STATE: &str = "
    SELECT 1 FROM events
    WHERE instance_id = ?1 AND resource = ?2 AND object_id = ?3
      AND (version = ?4 OR (version >= ?5 AND version < ?6))";

/// Whether an object was created.
pub(crate) const FIND_CREATION: &str = "
    SELECT 1 FROM events
    WHERE instance_id = ?1 AND resource = ?2 AND object_id = ?3 AND kind = 'CREATED'";

/// Whether the latest event of an object is its end, and one of which nobody says when it was
/// (`?4`: any end).
pub(crate) const FIND_END: &str = "
    SELECT 1 FROM events
    WHERE id = (SELECT max(id) FROM events
                WHERE instance_id = ?1 AND resource = ?2 AND object_id = ?3)
      AND kind = 'DELETED' AND (?4 OR version LIKE 'g:%')";

/// Where the keys of reads begin, and where they are over (see `Version::to_key`).
const READ_KEYS: [&str; 2] = ["r:", "t;"];

/// The same of notices.
const NOTICED_KEYS: [&str; 2] = ["n:", "n;"];

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Writes all of `batch`.
pub(super) fn append_all(
    session: &mut Session,
    batch: &[Append],
) -> Result<Vec<Appended>, Failure> {
    batch.iter().map(|append| append_one(session, append)).collect()
}

fn append_one(session: &mut Session, append: &Append) -> Result<Appended, Failure> {
    let mut appended = Appended::default();
    match &append.notice {
        Some(NoticeSource::New(notice)) => {
            appended.notice = Some(insert_notice(session, notice)?);
        }
        Some(NoticeSource::Kept { id, settled }) => {
            kept::settle(&session.connection, *id, settled)?;
            appended.notice = Some(*id);
        }
        None => {}
    }
    for finding in &append.findings {
        append_finding(session, finding, &mut appended)?;
    }
    if let Some(cursor) = &append.cursor {
        polls::advance(&session.connection, cursor)?;
    }
    Ok(appended)
}

fn insert_notice(session: &mut Session, notice: &NewNotice) -> Result<NoticeId, Failure> {
    let id = next(&mut session.last_ids.notice);
    let kept = notice.kept.as_deref();
    let readable = kept.and_then(|kept| kept.readable.as_deref());
    let values = params![
        id,
        notice.element,
        notice.app.map(|app| app.0),
        notice.received_at.micros(),
        notice.unrouted_entries,
        notice.body.as_ref(),
        readable,
    ];
    execute(&session.connection, INSERT_NOTICE, values)?;
    if let Some(kept) = kept {
        kept::insert(&session.connection, id, &notice.element, kept)?;
    }
    Ok(NoticeId(id))
}

/// Writes one finding into `appended`.
struct FindingWriter<'a> {
    session: &'a mut Session,
    organization: OrganizationId,
    finding: &'a Finding,
    /// What was not looked at yet.
    rest: slice::Iter<'a, NewEvent>,
    appended: &'a mut Appended,
}

fn append_finding(
    session: &mut Session,
    finding: &Finding,
    appended: &mut Appended,
) -> Result<(), Failure> {
    let sql = "SELECT organization_id FROM instances WHERE id = ?1";
    let read = |row: &Row<'_>| Ok(OrganizationId(row.get(0)?));
    let organization = first(&session.connection, sql, [finding.instance.0], read)?;
    let Some(organization) = organization else {
        return Ok(());
    };
    let mut writer =
        FindingWriter { session, organization, finding, rest: finding.events.iter(), appended };
    while let Some(notification) = writer.write_notification()? {
        writer.appended.notifications.push(notification);
    }
    Ok(())
}

impl FindingWriter<'_> {
    /// Writes the next notification; `None` when nothing new is left.
    fn write_notification(&mut self) -> Result<Option<Notification>, Failure> {
        let id = NotificationId(self.session.last_ids.notification + 1);
        let first_event = self.session.last_ids.event + 1;
        let events = self.write_events(id)?;
        if events.is_empty() {
            return Ok(None);
        }
        self.session.last_ids.notification = id.0;
        let mut delivery = None;
        if self.finding.deliver {
            delivery = Some(DeliveryId(id.0));
            self.insert_delivery(id, first_event)?;
        }
        Ok(Some(Notification {
            id,
            delivery,
            instance: self.finding.instance,
            created_at: self.finding.seen_at,
            events,
        }))
    }

    /// Writes the next changes that are new, as many as one notification may carry.
    fn write_events(&mut self, notification: NotificationId) -> Result<Vec<Event>, Failure> {
        let events_max = self.finding.events_per_notification_max.max(1);
        let mut events = Vec::with_capacity(events_max.min(self.rest.len()));
        while events.len() < events_max
            && let Some(NewEvent { id, change }) = self.rest.next()
        {
            if self.is_known_of_other_sort(change)?
                || self.is_told_state(change)?
                || self.is_known_end(change)?
            {
                self.appended.duplicates += 1;
                continue;
            }
            let mut change = change.clone();
            if self.shows_creation_again(&change)? {
                change.kind = ChangeKind::Updated;
            }
            let event = Event {
                id: *id,
                instance: self.finding.instance,
                notification,
                notice: self.appended.notice,
                change,
                detection: self.finding.detection,
                seen_at: self.finding.seen_at,
            };
            if self.insert_event(&event)? {
                events.push(event);
            } else {
                self.appended.duplicates += 1;
            }
        }
        Ok(events)
    }

    /// True when the journal has this state of a second, or the last one of that second.
    fn is_told_state(&self, change: &Change) -> Result<bool, Failure> {
        let Version::Timed(state) = &change.version else { return Ok(false) };
        let [key, from, to] = state.same_keys();
        let (instance, resource) = (self.finding.instance.0, change.resource.as_ref());
        let values = params![instance, resource, change.object_id, key, from, to];
        Ok(self.session.connection.prepare_cached(FIND_STATE)?.exists(values)?)
    }

    /// True when the object ended with its latest event, and nobody says when that end or this one
    /// was.
    fn is_known_end(&self, change: &Change) -> Result<bool, Failure> {
        if change.kind != ChangeKind::Deleted {
            return Ok(false);
        }
        let is_undated = matches!(change.version, Version::Gone(_));
        let (instance, resource) = (self.finding.instance.0, change.resource.as_ref());
        let values = params![instance, resource, change.object_id, is_undated];
        Ok(self.session.connection.prepare_cached(FIND_END)?.exists(values)?)
    }

    /// True when a read shows a creation that the journal has.
    fn shows_creation_again(&self, change: &Change) -> Result<bool, Failure> {
        if change.kind != ChangeKind::Created || change.version.is_notice() {
            return Ok(false);
        }
        let values = params![self.finding.instance.0, change.resource.as_ref(), change.object_id];
        Ok(self.session.connection.prepare_cached(FIND_CREATION)?.exists(values)?)
    }

    /// True when the journal has this change from a read where it is from a notice now, or the
    /// other way round.
    fn is_known_of_other_sort(&self, change: &Change) -> Result<bool, Failure> {
        let [from, to] = if change.version.is_notice() { READ_KEYS } else { NOTICED_KEYS };
        let second = change.changed_at.seconds() * MICROS_PER_SECOND;
        let values = params![
            self.finding.instance.0,
            change.resource.as_ref(),
            change.object_id,
            from,
            to,
            second,
            change.kind == ChangeKind::Created,
            change.kind == ChangeKind::Deleted,
        ];
        let connection = &self.session.connection;
        Ok(connection.prepare_cached(FIND_OTHER_SORT_IN_SECOND)?.exists(values)?)
    }

    /// Inserts an event at the next place; false when the journal has its version already.
    fn insert_event(&mut self, event: &Event) -> Result<bool, Failure> {
        let place = self.session.last_ids.event + 1;
        let change = &event.change;
        let values = params![
            place,
            event.id.as_str(),
            self.organization.0,
            event.instance.0,
            event.notification.0,
            event.notice.map(|notice| notice.0),
            change.resource.as_ref(),
            change.object_id,
            change.version.to_key(),
            change.kind.as_str(),
            event.detection.as_str(),
            change.changed_at.micros(),
            event.seen_at.micros(),
            change.printed_id,
            change.record.as_ref(),
        ];
        let inserted = execute(&self.session.connection, INSERT_EVENT, values)? > 0;
        if inserted {
            self.session.last_ids.event = place;
        }
        Ok(inserted)
    }

    /// Inserts the delivery of the events from the place `first_event` to the last one given.
    fn insert_delivery(&self, id: NotificationId, first_event: i64) -> Result<(), Failure> {
        let values = params![
            id.0,
            self.organization.0,
            self.finding.instance.0,
            self.finding.seen_at.micros(),
            first_event,
            self.session.last_ids.event,
        ];
        execute(&self.session.connection, INSERT_DELIVERY, values).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use ledgerhook_model::Timed;

    use super::*;

    #[test]
    fn the_keys_of_each_sort_are_between_its_bounds_and_no_others() {
        let timed = |is_over| {
            let (at, content) = ("~".to_owned(), "~".to_owned());
            Version::Timed(Timed { at, content, is_over })
        };
        let reads = [Version::Revision("~".to_owned()), timed(false), timed(true)];
        let noticed = [Version::Noticed("~".to_owned())];
        let within = |version: &Version, [from, to]: [&str; 2]| {
            let key = version.to_key();
            *from <= *key && *key < *to
        };
        assert!(reads.iter().all(|read| within(read, READ_KEYS) && !within(read, NOTICED_KEYS)));
        assert!(noticed.iter().all(|one| within(one, NOTICED_KEYS) && !within(one, READ_KEYS)));
        assert!(!within(&Version::Gone(5), READ_KEYS) && !within(&Version::Gone(5), NOTICED_KEYS));
    }
}
