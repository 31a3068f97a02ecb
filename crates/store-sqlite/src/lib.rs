//! The embedded store: SQLite inside the process, for one gateway on one machine.
//!
//! One thread writes and commits in groups (`writer`), a few threads read (`readers`). The files
//! named as those of the contract hold the SQL of that concern; the tables are in `migrations/`.

mod apps;
mod columns;
mod deliveries;
mod error;
mod grants;
mod history;
mod instances;
mod journal;
mod kept;
mod last_ids;
mod open;
mod polls;
mod readers;
mod reads;
mod subscriptions;
mod tenancy;
#[cfg(test)]
mod tests;
mod writer;

use std::fs::File;

use readers::Readers;
use writer::Writer;

pub use open::{Access, OpenError};

/// A store in one SQLite file. Dropping it finishes what was asked for and closes the file, which
/// blocks for as long as the last writes take.
#[derive(Debug)]
pub struct SqliteStore {
    // In this order they are dropped: the writer can fold its log only when nobody reads, and the
    // folder is free for another process when the file is closed.
    readers: Readers,
    writer: Writer,
    lock: Option<File>,
}
