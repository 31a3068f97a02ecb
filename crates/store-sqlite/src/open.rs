//! Opening the database: the data folder, its lock, the settings of connections, the migrations.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use thiserror::Error;

use crate::SqliteStore;
use crate::error::Failure;
use crate::last_ids::LastIds;
use crate::readers::Readers;
use crate::writer::{Session, Writer};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Owner alone may enter a folder that is made: it holds customers' books.
#[cfg(unix)]
const FOLDER_MODE: u32 = 0o700;

/// The database inside the data folder.
const DATABASE_FILE: &str = "ledgerhook.db";

/// Held locked by the process that serves.
const LOCK_FILE: &str = "ledgerhook.lock";

/// Connections that read. Reads are short, and few once a gateway has started: enough that a slow
/// list does not hold up the rest.
const READERS: usize = 3;

/// How long a statement waits for another process: the administration commands write rarely and
/// for milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Page cache of the writer: the inner pages of every index of some ten million events.
const WRITER_CACHE_KIB: u32 = 64 * 1_024;

/// Page cache of each reader.
const READER_CACHE_KIB: u32 = 8 * 1_024;

/// Pages of 4 KiB in the write-ahead log at which the writer folds it into the file. A page that
/// changed often since the last time is then written once, so a longer log costs less work, and
/// this one not more than 64 MiB of disk.
const FOLD_LOG_AT_PAGES: u32 = 16 * 1_024;

/// Prepared statements kept by each connection: all that this crate has.
const STATEMENTS_KEPT: usize = 64;

/// What the process is going to do with the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Serve. One process can, and the data folder is locked for the life of the store.
    Exclusive,
    /// Administer organisations and users, perhaps while another process serves. Appending to the
    /// journal and trimming it are refused.
    Shared,
}

/// Why a database could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The data folder does not exist and cannot be made, or nothing can be written in it.
    #[error("the data folder {} cannot be made or written: {source}", path.display())]
    Folder {
        /// The data folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process serves from the data folder.
    #[error(
        "the data folder {} is in use by another ledgerhook: stop that one, or give this one a \
         folder of its own",
        path.display()
    )]
    InUse {
        /// The data folder.
        path: PathBuf,
    },
    /// The file is there and is something else.
    #[error("{} is not a database: move it away, or put a backup in its place", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A newer program made the tables.
    #[error(
        "{} has tables of version {found}, and this ledgerhook knows them up to {known}: use the \
         newer ledgerhook again, or a backup from before it",
        path.display()
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// The version of its tables.
        found: i32,
        /// The version this program brings.
        known: i32,
    },
    /// The tables could not be brought to this program's version.
    #[error("the tables of {} cannot be brought up to date: {source}", path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: refinery::Error,
    },
    /// SQLite refused otherwise.
    #[error("{} cannot be opened: {reason}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        reason: String,
    },
    /// The system gave no thread.
    #[error("a thread of the store cannot be started: {0}")]
    Thread(#[source] io::Error),
}

impl SqliteStore {
    /// Opens the database in the folder `path`, and makes both when they are not there.
    pub fn open(path: &Path, access: Access) -> Result<Self, OpenError> {
        Self::open_with_pages_max(path, access, None)
    }

    /// As [`SqliteStore::open`], with a file of not more than `pages_max` pages: a small disk, for
    /// tests of what happens when it is full.
    #[doc(hidden)]
    pub fn open_with_pages_max(
        path: &Path,
        access: Access,
        pages_max: Option<u32>,
    ) -> Result<Self, OpenError> {
        let folder_error = |source| OpenError::Folder { path: path.to_owned(), source };
        make_folder(path).map_err(folder_error)?;
        let lock_file = File::create(path.join(LOCK_FILE)).map_err(folder_error)?;
        if access == Access::Exclusive {
            lock(path, &lock_file)?;
        }
        let database = DatabaseFile(path.join(DATABASE_FILE));
        if database.is_behind()? {
            if access == Access::Shared {
                // Tables are not changed under a gateway that serves.
                lock(path, &lock_file)?;
            }
            database.migrate()?;
        }
        database.start((access == Access::Exclusive).then_some(lock_file), pages_max)
    }

    /// True when this process serves, so that it may append and trim.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.lock.is_some()
    }
}

/// Makes the data folder where there is none; one that is there keeps its mode.
fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER_MODE);
    builder.recursive(true).create(path)
}

/// Locks the data folder until `file` is dropped.
fn lock(folder: &Path, file: &File) -> Result<(), OpenError> {
    let path = folder.to_owned();
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => OpenError::InUse { path },
        TryLockError::Error(source) => OpenError::Folder { path, source },
    })
}

/// The file, for whatever can be told or done before there is a store.
struct DatabaseFile(PathBuf);

impl DatabaseFile {
    fn start(&self, lock: Option<File>, pages_max: Option<u32>) -> Result<SqliteStore, OpenError> {
        let connection = self.writing_connection()?;
        if let Some(pages) = pages_max {
            self.set(&connection, "max_page_count", pages)?;
        }
        let last_ids = LastIds::load(&connection).map_err(|failure| self.failed(failure))?;
        let readers = (0..READERS).map(|_| self.reading_connection());
        let readers = readers.collect::<Result<_, _>>()?;
        let session = Session { connection, last_ids };
        Ok(SqliteStore {
            readers: Readers::start(readers).map_err(OpenError::Thread)?,
            writer: Writer::start(session).map_err(OpenError::Thread)?,
            lock,
        })
    }

    /// True when the tables are older than this program.
    fn is_behind(&self) -> Result<bool, OpenError> {
        let known = known_schema_version();
        let found = self.schema_version(&self.writing_connection()?)?;
        match found {
            Some(found) if found > known => {
                Err(OpenError::NewerSchema { path: self.0.clone(), found, known })
            }
            found => Ok(found != Some(known)),
        }
    }

    fn migrate(&self) -> Result<(), OpenError> {
        let mut connection = self.writing_connection()?;
        let result = embedded::migrations::runner().run(&mut connection);
        result.map(drop).map_err(|source| OpenError::Migration { path: self.0.clone(), source })
    }

    /// The version of the tables; `None` when there are none.
    fn schema_version(&self, connection: &Connection) -> Result<Option<i32>, OpenError> {
        let version = || {
            if !connection.table_exists(None, "refinery_schema_history")? {
                return Ok(None);
            }
            let sql = "SELECT max(version) FROM refinery_schema_history";
            connection.query_row(sql, [], |row| row.get(0))
        };
        version().map_err(|error| self.error(&error))
    }

    fn writing_connection(&self) -> Result<Connection, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = self.connection(flags, WRITER_CACHE_KIB)?;
        self.set(&connection, "journal_mode", "WAL")?;
        self.set(&connection, "synchronous", "FULL")?;
        self.set(&connection, "wal_autocheckpoint", FOLD_LOG_AT_PAGES)?;
        // What a savepoint needs to take a job back is small.
        self.set(&connection, "temp_store", "MEMORY")?;
        Ok(connection)
    }

    fn reading_connection(&self) -> Result<Connection, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        self.connection(flags, READER_CACHE_KIB)
    }

    /// The file is not mapped into memory: an I/O error there would end the process.
    fn connection(&self, flags: OpenFlags, cache_kib: u32) -> Result<Connection, OpenError> {
        let open = || {
            let connection = Connection::open_with_flags(&self.0, flags)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
            connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
            Ok(connection)
        };
        open().map_err(|error| self.error(&error))
    }

    fn set(
        &self,
        connection: &Connection,
        name: &str,
        value: impl rusqlite::ToSql,
    ) -> Result<(), OpenError> {
        // Some settings answer with the value in force.
        let result = connection.pragma_update_and_check(None, name, value, |_| Ok(()));
        match result {
            Ok(()) | Err(rusqlite::Error::QueryReturnedNoRows) => Ok(()),
            Err(error) => Err(self.error(&error)),
        }
    }

    fn failed(&self, failure: Failure) -> OpenError {
        match failure {
            Failure::Sqlite(error) => self.error(&error),
            Failure::Corrupt { table, column, row } => OpenError::Database {
                path: self.0.clone(),
                reason: format!("{table}.{column} of row {row} cannot be read"),
            },
        }
    }

    fn error(&self, error: &rusqlite::Error) -> OpenError {
        let path = self.0.clone();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotADatabase { path },
            _ => OpenError::Database { path, reason: error.to_string() },
        }
    }
}

/// The version of the tables that this program brings.
fn known_schema_version() -> i32 {
    let runner = embedded::migrations::runner();
    let versions = runner.get_migrations().iter().map(|migration| migration.version());
    versions.max().unwrap_or(0)
}
