//! What both shapes of a notice say about one record, and the change that it becomes.

use std::sync::Arc;

use jiff::Timestamp;
use ledgerhook_connector::{NoticeEntry, ParsedNotice};
use ledgerhook_model::ChangeKind::{Created, Deleted, Emailed, Merged, Updated, Voided};
use ledgerhook_model::limits::{NOTICE_ENTRIES_MAX, OBJECT_ID_BYTES_MAX};
use ledgerhook_model::{Change, ChangeKind, Moment, Version};

use super::compact::compact;
use crate::quickbooks::entities::KnownEntities;

/// One entry, still in the words of the body.
#[derive(Debug)]
pub(super) struct Hint<'a> {
    /// Realm id.
    pub(super) company: &'a str,
    /// Name of the entity, in any case; or several, of which it is one (see [`BETWEEN_NAMES`]).
    pub(super) entity: &'a str,
    /// Id of the record.
    pub(super) object_id: &'a str,
    /// Name of the operation, in either shape's words.
    pub(super) operation: &'a str,
    /// When it happened.
    pub(super) time: Option<&'a str>,
    /// Id of the entry itself.
    pub(super) entry_id: Option<&'a str>,
    /// The entry's own JSON text.
    pub(super) json: &'a str,
}

/// Operations by their names in both shapes. Intuit's lists say `void` where others say `voided`
/// (reference: quickbooks §1.4).
const OPERATIONS: &[(&str, ChangeKind)] = &[
    ("create", Created),
    ("created", Created),
    ("update", Updated),
    ("updated", Updated),
    ("delete", Deleted),
    ("deleted", Deleted),
    ("merge", Merged),
    ("merged", Merged),
    ("void", Voided),
    ("voided", Voided),
    ("emailed", Emailed),
];

/// Stands between the names that a number of the listener's enum may mean (reference:
/// qbo-webhooks-listener §1.3). No name of Intuit's has it.
const BETWEEN_NAMES: char = '|';

/// Most names in the place of one; the enum gives three to a number.
const NAMES_MAX: usize = 4;

/// A notice being read.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    entities: &'a KnownEntities,
    received_at: Moment,
    notice: ParsedNotice,
}

impl<'a> Reading<'a> {
    /// Begins.
    pub(super) fn new(entities: &'a KnownEntities, received_at: Moment) -> Self {
        Self { entities, received_at, notice: ParsedNotice::default() }
    }

    /// Takes an entry, or counts it as unread: `None` is an entry without its essentials.
    pub(super) fn take(&mut self, hint: Option<Hint<'_>>) {
        let has_room = self.notice.entries.len() < NOTICE_ENTRIES_MAX;
        match hint.filter(|_| has_room).and_then(|hint| self.entry(&hint)) {
            Some(entry) => self.notice.entries.push(entry),
            None => self.skip(1),
        }
    }

    /// Counts entries that were not read.
    pub(super) fn skip(&mut self, count: u32) {
        self.notice.unread_entries = self.notice.unread_entries.saturating_add(count);
    }

    /// Ends.
    pub(super) fn finish(self) -> ParsedNotice {
        self.notice
    }

    fn entry(&self, hint: &Hint<'_>) -> Option<NoticeEntry> {
        let (resource, candidates) = self.resources(hint.entity)?;
        if !is_id(hint.company) || !is_id(hint.object_id) {
            return None;
        }
        let stamp: Option<Timestamp> = hint.time.and_then(|time| time.trim().parse().ok());
        let kind = kind_of(hint.operation);
        let change = Change {
            resource,
            object_id: hint.object_id.to_owned(),
            printed_id: None,
            version: self.version(hint, stamp, kind),
            kind,
            changed_at: stamp.map_or(self.received_at, Moment::from),
            record: compact(hint.json)?,
        };
        Some(NoticeEntry { company: hint.company.to_owned(), change, is_dated: true, candidates })
    }

    /// The resource of an entity; an empty one and the candidates where several are named. None
    /// when one of them is not known, because it may be that one.
    fn resources(&self, names: &str) -> Option<(Arc<str>, Vec<Arc<str>>)> {
        if let Some(known) = self.entities.find(names) {
            return Some((known.resource.clone(), Vec::new()));
        }
        if names.split(BETWEEN_NAMES).count() > NAMES_MAX {
            return None;
        }
        let mut resources = Vec::new();
        for name in names.split(BETWEEN_NAMES) {
            let resource = &self.entities.find(name)?.resource;
            if !resources.contains(resource) {
                resources.push(resource.clone());
            }
        }
        match resources.as_slice() {
            [one] => Some((one.clone(), Vec::new())),
            _ => Some((Arc::default(), resources)),
        }
    }

    /// Nanoseconds since the epoch and the kind, so that both shapes of one change agree however
    /// they print its time. The kind belongs to it: an invoice may be updated and e-mailed at once.
    fn version(&self, hint: &Hint<'_>, stamp: Option<Timestamp>, kind: ChangeKind) -> Version {
        let nanoseconds = |stamp: Timestamp| stamp.as_nanosecond();
        Version::Noticed(match (stamp, hint.entry_id.filter(|id| is_id(id))) {
            (Some(stamp), _) => format!("{} {kind}", nanoseconds(stamp)),
            (None, Some(entry_id)) => format!("{entry_id} {kind}"),
            (None, None) => format!("{} {kind}", nanoseconds(self.received_at.timestamp())),
        })
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= OBJECT_ID_BYTES_MAX
}

fn kind_of(operation: &str) -> ChangeKind {
    OPERATIONS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(operation))
        .map_or(ChangeKind::Unknown, |(_, kind)| *kind)
}
