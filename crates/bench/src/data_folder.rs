//! The gateway's data folder: made for one run, deleted after it.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// The database file; the journal files beside it have names that start with this.
const DATABASE_FILE: &str = "ledgerhook.db";

/// A folder below the system's place for temporary files (`TMPDIR`).
#[derive(Debug)]
pub(crate) struct DataFolder {
    folder: TempDir,
}

impl DataFolder {
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn create() -> io::Result<Self> {
        Ok(Self { folder: TempDir::with_prefix("ledgerhook-bench-")? })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The size of the database with its journal files, in bytes.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn database_bytes(&self) -> io::Result<u64> {
        let mut total_bytes: u64 = 0;
        for entry in fs::read_dir(self.path())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(DATABASE_FILE) {
                total_bytes = total_bytes.saturating_add(entry.metadata()?.len());
            }
        }
        Ok(total_bytes)
    }

    /// The kind of file system it is on, such as `ext4`. On `tmpfs` a flush to disk costs nothing,
    /// and the figures are too good to be true.
    pub(crate) fn file_system(&self) -> String {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        file_system_of(&mounts, self.path()).unwrap_or("unknown").to_owned()
    }
}

/// The innermost mount that holds `path`; of two on one place the later one counts.
fn file_system_of<'mounts>(mounts: &'mounts str, path: &Path) -> Option<&'mounts str> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            Some((Path::new(fields.next()?), fields.next()?))
        })
        .filter(|(mount, _)| path.starts_with(mount))
        .max_by_key(|(mount, _)| mount.components().count())
        .map(|(_, file_system)| file_system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_system_is_that_of_the_innermost_mount() {
        let mounts =
            "/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/vdb /tmp/a xfs rw 0 0\n";
        for (path, expected) in [("/var", "ext4"), ("/tmp/b", "tmpfs"), ("/tmp/a/b", "xfs")] {
            assert_eq!(file_system_of(mounts, Path::new(path)), Some(expected), "{path}");
        }
    }

    #[test]
    fn database_size_counts_its_journal_and_nothing_else() {
        let data = DataFolder::create().unwrap();
        for (name, bytes) in [("ledgerhook.db", 4), ("ledgerhook.db-wal", 2), ("master.key", 32)] {
            fs::write(data.path().join(name), vec![0; bytes]).unwrap();
        }
        assert_eq!(data.database_bytes().unwrap(), 6);
    }
}
