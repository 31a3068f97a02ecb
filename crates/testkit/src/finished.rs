//! What a command-line call came to.

use std::process::ExitStatus;

use serde_json::Value;

/// A process that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Finished {
    /// What a successful call printed.
    ///
    /// # Panics
    /// When it failed.
    pub fn ok(self) -> String {
        assert!(self.status.success(), "{}: {}", self.status, self.stderr);
        self.stdout
    }

    /// The JSON that a successful call printed.
    ///
    /// # Panics
    /// When it failed or printed something else.
    #[must_use]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.ok()).expect("JSON was printed")
    }

    /// The complaint of a call that must have failed.
    ///
    /// # Panics
    /// When it succeeded.
    pub fn failed(self) -> String {
        assert!(!self.status.success(), "it succeeded and printed: {}", self.stdout);
        self.stderr
    }
}
