//! What can go wrong in a store, by who must act.

use thiserror::Error;

/// Why a store did not do what it was asked. Nothing of the asked-for change is stored then.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// The disk is full: the operator must make room; the caller may try again.
    #[error("the disk that holds the database is full")]
    Full,
    /// The database cannot be written or reached: the operator must act; the caller may try again.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Another row has the same unique value.
    #[error("{0} exists already")]
    Exists(&'static str),
    /// A stored value cannot be read: table, column and row.
    #[error("{table}.{column} of row {row} cannot be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: i64,
    },
}
