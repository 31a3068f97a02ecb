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

impl ChangeKind {
    /// Whether two changes of one record may be the same one, by what happened: both are its
    /// creation, both its end, or both neither. A record may be made, edited and deleted within one
    /// second.
    pub fn is_of_the_same_phase(self, other: Self) -> bool {
        let phase = |kind| (kind == Self::Created, kind == Self::Deleted);
        phase(self) == phase(other)
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
/// object are the same change when the record's last-updated second is the notice's and both are of
/// the same phase ([`ChangeKind::is_of_the_same_phase`]): providers print the two times with
/// different precision (QuickBooks: nanoseconds and seconds).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Version {
    /// The provider's revision, as QuickBooks' `SyncToken`.
    Revision(String),
    /// Where the provider has no revision: the state that the record was in at a second.
    Timed(Timed),
    /// What a notice said, as precisely as it said it.
    Noticed(String),
    /// The record was looked for at this moment, in microseconds, and is gone; nobody says since
    /// when. It is the end that was told before, or is told next.
    Gone(i64),
}

/// A state by the time of the last change, which FreshBooks and Sage print in whole seconds.
///
/// Once the second is over it has one last state. Until then another one may follow, which only its
/// content tells apart; but contents are compared as little as can be, because a provider may show
/// one state in two forms (FreshBooks: in a list and alone).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timed {
    /// The time as the provider printed it.
    pub at: String,
    /// A digest of the record.
    pub content: String,
    /// Whether the second was over when the record was read.
    pub is_over: bool,
}

/// Between time and digest in the key of a state of a second that was over.
const OVER: char = '|';
/// The same when it was not.
const RUNNING: char = '~';
/// The character after [`OVER`].
const BEYOND_OVER: char = '}';

impl Timed {
    /// Keys of the versions that are the same state as this one: one key, and all from a second one
    /// up to a third.
    pub fn same_keys(&self) -> [String; 3] {
        let Self { at, content, .. } = self;
        [
            format!("t:{at}{RUNNING}{content}"),
            format!("t:{at}{OVER}"),
            format!("t:{at}{BEYOND_OVER}"),
        ]
    }

    /// Whether a version that was told before is this state: the last one of its second, or one of
    /// the same content.
    pub fn is_told_by(&self, known: &Self) -> bool {
        self.at == known.at && (known.is_over || self.content == known.content)
    }

    fn from_text(text: &str) -> Option<Self> {
        let (place, mark) = text.char_indices().rfind(|(_, c)| [OVER, RUNNING].contains(c))?;
        let (at, rest) = text.split_at_checked(place)?;
        let content = rest.strip_prefix(mark)?;
        Some(Self { at: at.to_owned(), content: content.to_owned(), is_over: mark == OVER })
    }
}

impl Version {
    /// The form in storage: a letter for the sort and the text, so that no two sorts collide. Those
    /// of reads, `r:` and `t:`, are neighbours, so that both can be looked for at once; `n:` is a
    /// notice's.
    pub fn to_key(&self) -> String {
        match self {
            Self::Revision(text) => format!("r:{text}"),
            Self::Timed(Timed { at, content, is_over }) => {
                let mark = if *is_over { OVER } else { RUNNING };
                format!("t:{at}{mark}{content}")
            }
            Self::Noticed(text) => format!("n:{text}"),
            Self::Gone(looked_for_at) => format!("g:{looked_for_at}"),
        }
    }

    /// The version that has this key.
    pub fn from_key(key: &str) -> Option<Self> {
        match key.split_once(':')? {
            ("r", text) => Some(Self::Revision(text.to_owned())),
            ("t", text) => Timed::from_text(text).map(Self::Timed),
            ("n", text) => Some(Self::Noticed(text.to_owned())),
            ("g", text) => text.parse().ok().map(Self::Gone),
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
        for is_over in [false, true] {
            let (at, content) = ("2026-06-12 15:52:10".to_owned(), "c0ffee".to_owned());
            let version = Version::Timed(Timed { at, content, is_over });
            assert_eq!(Version::from_key(&version.to_key()), Some(version));
        }
        assert_eq!(Version::from_key("g:-5"), Some(Version::Gone(-5)));
        for key in ["5", "t:2026-06-12 15:52:10", "g:soon"] {
            assert_eq!(Version::from_key(key), None, "{key}");
        }
    }

    #[test]
    fn a_state_has_been_told_when_it_was_the_last_of_its_second_or_is_the_same() {
        let timed = |at: &str, content: &str, is_over| Timed {
            at: at.to_owned(),
            content: content.to_owned(),
            is_over,
        };
        for (known, state, is_told) in [
            (timed("5", "a", false), timed("5", "a", false), true),
            (timed("5", "a", false), timed("5", "a", true), true),
            (timed("5", "a", false), timed("5", "b", false), false),
            (timed("5", "a", false), timed("5", "b", true), false),
            (timed("5", "a", true), timed("5", "b", true), true),
            (timed("5", "a", true), timed("5", "b", false), true),
            (timed("5", "a", true), timed("6", "a", true), false),
        ] {
            assert_eq!(state.is_told_by(&known), is_told, "{state:?} after {known:?}");
            let [key, from, to] = state.same_keys();
            let known = Version::Timed(known).to_key();
            let is_found = known == key || (from <= known && known < to);
            assert_eq!(is_found, is_told, "{state:?} after {known:?}");
        }
    }
}
