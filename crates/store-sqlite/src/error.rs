//! Errors of SQLite as errors of the storage contract.

use ledgerhook_store::StoreError;
use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};

/// Unique columns, as SQLite's message names them, and what exists already when they do.
const UNIQUE: &[(&str, &str)] = &[
    ("organizations.name", "an organisation of this name"),
    ("users.organization_id, users.email", "a user with this e-mail address"),
    ("users.secret_hash", "a user with this secret"),
    ("apps.organization_id, apps.element, apps.api_key", "an app with this client id"),
    ("events.event_id", "an event of this id"),
];

/// Why work inside a transaction failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// SQLite said no.
    Sqlite(rusqlite::Error),
    /// A stored value cannot be read.
    Corrupt { table: &'static str, column: &'static str, row: i64 },
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sqlite(error) => store_error(&error),
            Failure::Corrupt { table, column, row } => Self::Corrupt { table, column, row },
        }
    }
}

/// Who must act when SQLite fails with `error`. SQLite's texts name no path.
pub(crate) fn store_error(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error() {
        Some(code) if code.code == ErrorCode::DiskFull => StoreError::Full,
        Some(code)
            if matches!(
                code.extended_code,
                SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY
            ) =>
        {
            StoreError::Exists(existing(&error.to_string()))
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}

fn existing(message: &str) -> &'static str {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    let entry = UNIQUE.iter().find(|(unique, _)| *unique == columns);
    entry.map_or("a row with this key", |(_, noun)| noun)
}

#[cfg(test)]
mod tests {
    use rusqlite::Error::SqliteFailure;
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn each_code_says_who_must_act() {
        for (code, text, expected) in [
            (ffi::SQLITE_FULL, "database or disk is full", StoreError::Full),
            (ffi::SQLITE_IOERR, "disk I/O error", unavailable("disk I/O error")),
            (ffi::SQLITE_READONLY, "read only", unavailable("read only")),
            (ffi::SQLITE_BUSY, "database is locked", unavailable("database is locked")),
            (ffi::SQLITE_CANTOPEN, "unable to open", unavailable("unable to open")),
            (
                ffi::SQLITE_CONSTRAINT_UNIQUE,
                "UNIQUE constraint failed: users.organization_id, users.email",
                StoreError::Exists("a user with this e-mail address"),
            ),
            (
                ffi::SQLITE_CONSTRAINT_NOTNULL,
                "NOT NULL constraint failed: users.email",
                unavailable("NOT NULL constraint failed: users.email"),
            ),
        ] {
            let error = SqliteFailure(ffi::Error::new(code), Some(text.to_owned()));
            assert_eq!(format!("{:?}", store_error(&error)), format!("{expected:?}"));
        }
    }

    fn unavailable(reason: &str) -> StoreError {
        StoreError::Unavailable(reason.to_owned())
    }
}
