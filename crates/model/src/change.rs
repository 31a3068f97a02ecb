//! What a notice or a poll found: one record of one company changed.

use std::sync::Arc;

use crate::moment::Moment;

/// Defines an enum whose members have one fixed name on the wire and in storage.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$member_doc])* $member,)* }

        impl $name {
            /// Every member.
            pub const ALL: &'static [Self] = &[$(Self::$member,)*];

            /// The name on the wire and in storage.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$member => $text,)* }
            }

            /// The member of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$member),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use named;

named! {
    /// What happened to the record: `eventType` of a notification. The original documents the
    /// first three and `UNKNOWN`, "+ element specific" (reference: cloud-elements §4.1).
    ChangeKind {
        /// The record is new.
        Created = "CREATED",
        /// The record was edited.
        Updated = "UPDATED",
        /// The record is gone.
        Deleted = "DELETED",
        /// Another record was merged into this one.
        Merged = "MERGED",
        /// The transaction was voided.
        Voided = "VOIDED",
        /// The transaction was e-mailed.
        Emailed = "EMAILED",
        /// The provider named an operation that this gateway does not know.
        Unknown = "UNKNOWN",
    }
}

named! {
    /// How a change was detected.
    Detection {
        /// The provider told us.
        Webhook = "webhook",
        /// A query found it.
        Poll = "poll",
        /// The provider's change-data-capture call found it.
        Cdc = "cdc",
        /// A sweep found what a webhook should have told.
        Reconcile = "reconcile",
        /// It was sent again on request.
        Replay = "replay",
        /// It is one of the gateway's own: of the connection, not of the books.
        Gateway = "gateway",
    }
}

/// Which state of a record a change speaks of; the last part of the journal's unique key.
///
/// A read of the record knows its revision. A notice knows only when something happened. Two
/// versions of the same sort are the same change when they are equal. A notice and a read of one
/// object are the same change when the record's last-updated second is the notice's, and both speak
/// of its creation or neither does (a record may be edited in the second it is made): providers
/// print the two times with different precision (QuickBooks: nanoseconds and seconds).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Version {
    /// The provider's revision, as QuickBooks' `SyncToken`.
    Revision(String),
    /// What a notice said, as precisely as it said it.
    Noticed(String),
}

impl Version {
    /// The form in storage: `r:` or `n:` and the text, so that the two sorts never collide.
    pub fn to_key(&self) -> String {
        match self {
            Self::Revision(text) => format!("r:{text}"),
            Self::Noticed(text) => format!("n:{text}"),
        }
    }

    /// The version that has this key.
    pub fn from_key(key: &str) -> Option<Self> {
        match key.split_once(':')? {
            ("r", text) => Some(Self::Revision(text.to_owned())),
            ("n", text) => Some(Self::Noticed(text.to_owned())),
            _ => None,
        }
    }

    /// True when only a notice is known, not the record.
    pub fn is_notice(&self) -> bool {
        matches!(self, Self::Noticed(_))
    }
}

/// One change of one record, not yet in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind of record by the original's name: `invoices`, `bill-payments`.
    pub resource: Arc<str>,
    /// The provider's id of the record; the same over all its versions.
    pub object_id: String,
    /// The id as a notification prints it, where it differs: `2|0` (id and `SyncToken`).
    pub printed_id: Option<String>,
    /// Which state of the record this is.
    pub version: Version,
    /// What happened.
    pub kind: ChangeKind,
    /// When the provider recorded it.
    pub changed_at: Moment,
    /// The record, or the provider's own entry of a notice, as JSON text.
    pub record: Arc<str>,
}

impl Change {
    /// The id that a notification prints.
    pub fn id_to_print(&self) -> &str {
        self.printed_id.as_deref().unwrap_or(&self.object_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in ChangeKind::ALL {
            assert_eq!(ChangeKind::from_name(kind.as_str()), Some(*kind));
        }
        for detection in Detection::ALL {
            assert_eq!(Detection::from_name(detection.as_str()), Some(*detection));
        }
        assert_eq!(ChangeKind::from_name("created"), None);
    }

    #[test]
    fn a_version_reads_back_from_its_key() {
        for text in ["", "5", "r:5", "2026-06-12T15:52:10Z"] {
            for version in [Version::Noticed(text.to_owned()), Version::Revision(text.to_owned())] {
                assert_eq!(Version::from_key(&version.to_key()), Some(version));
            }
        }
        assert_eq!(Version::from_key("5"), None);
    }
}
