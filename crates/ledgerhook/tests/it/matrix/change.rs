//! What happens to a record, in all elements.

use Change::{Archived, Created, Deactivated, Deleted, Emailed, Merged, Updated, Voided};

/// What happens to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    Created,
    Updated,
    Emailed,
    /// It counts no more; it is the end of some records and not of others.
    Voided,
    /// Another record is merged into it.
    Merged,
    /// It is put away, and still there.
    Archived,
    /// The end of a record that others keep naming.
    Deactivated,
    Deleted,
}

impl Change {
    /// The order in which a record can undergo them.
    pub(super) const ALL: [Self; 8] =
        [Created, Updated, Emailed, Voided, Merged, Archived, Deactivated, Deleted];

    pub(super) fn name(self) -> &'static str {
        match self {
            Created => "created",
            Updated => "updated",
            Emailed => "emailed",
            Voided => "voided",
            Merged => "merged",
            Archived => "archived",
            Deactivated => "deactivated",
            Deleted => "deleted",
        }
    }
}
