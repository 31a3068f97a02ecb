//! The real program as a child process, on a data folder of its own that outlives its restarts.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::eventually::{PATIENCE, eventually};
use crate::finished::Finished;

/// How long a process may take to end by itself; its own patience with what is under way is 20 s.
const END_WITHIN: Duration = Duration::from_secs(40);

/// Bytes of the log that a failed test shows.
const LOG_BYTES_SHOWN: usize = 16 * 1024;

/// A file size in the unit of `ulimit -f` in a POSIX shell.
const ULIMIT_BLOCK_BYTES: u64 = 512;

/// Where the gateway answers; changes with every start and is shared with whoever calls it.
#[derive(Clone, Debug, Default)]
pub struct Addresses(Arc<RwLock<Option<(SocketAddr, SocketAddr)>>>);

impl Addresses {
    /// `http://127.0.0.1:port/elements/api-v2`.
    ///
    /// # Panics
    /// When the gateway was never started.
    #[must_use]
    pub fn api(&self) -> String {
        format!("http://{}/elements/api-v2", self.read().0)
    }

    /// `http://127.0.0.1:port` of health and metrics.
    ///
    /// # Panics
    /// When the gateway was never started.
    #[must_use]
    pub fn admin(&self) -> String {
        format!("http://{}", self.read().1)
    }

    /// The public address.
    ///
    /// # Panics
    /// When the gateway was never started.
    #[must_use]
    pub fn public(&self) -> SocketAddr {
        self.read().0
    }

    fn read(&self) -> (SocketAddr, SocketAddr) {
        self.0.read().unwrap_or_else(PoisonError::into_inner).expect("the gateway was started")
    }

    fn set(&self, addresses: (SocketAddr, SocketAddr)) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(addresses);
    }
}

/// The program with its data folder. Dropping it kills the process and, when the test is failing,
/// prints its log.
#[derive(Debug)]
pub struct Binary {
    program: PathBuf,
    folder: TempDir,
    environment: BTreeMap<String, String>,
    file_bytes_max: Option<u64>,
    child: Option<Child>,
    starts: u32,
    addresses: Addresses,
}

impl Binary {
    /// The program at that path (`env!("CARGO_BIN_EXE_ledgerhook")`), not started yet.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    #[must_use]
    pub fn new(program: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut binary = Self {
            program: program.into(),
            folder,
            environment: BTreeMap::new(),
            file_bytes_max: None,
            child: None,
            starts: 0,
            addresses: Addresses::default(),
        };
        let data = binary.data_folder();
        binary.set("DATA__FOLDER", &data.to_string_lossy());
        binary.set("SERVER__LISTEN", "127.0.0.1:0");
        binary.set("SERVER__ADMIN_LISTEN", "127.0.0.1:0");
        binary.set("LOG__FORMAT", "json");
        binary
    }

    /// Sets `LEDGERHOOK__<name>` for every start from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(format!("LEDGERHOOK__{name}"), value.to_owned());
    }

    /// Lets no file grow beyond so many bytes from the next start on: to the program, a full disk.
    pub fn limit_files(&mut self, bytes_max: Option<u64>) {
        self.file_bytes_max = bytes_max;
    }

    /// The data folder.
    #[must_use]
    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where a test may put files of its own; the processes run there.
    #[must_use]
    pub fn work_folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it answers.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses.clone()
    }

    /// Starts `serve` and waits until it listens.
    ///
    /// # Panics
    /// When it ends instead, or does not listen in time.
    pub async fn start(&mut self) {
        self.kill9();
        self.starts += 1;
        let mut command = self.limited_command();
        command.arg("serve").stdout(self.file("stdout")).stderr(self.file("log"));
        self.child = Some(command.spawn().expect("the program can be started"));
        let addresses = eventually("the gateway listens", PATIENCE, async || {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok()?) {
                panic!("the gateway ended with {status}");
            }
            let log = self.read("log", self.starts);
            let address = |message| logged_address(&log, message);
            Some((
                address("the gateway is listening")?,
                address("health and metrics are listening")?,
            ))
        });
        let addresses = addresses.await;
        self.addresses.set(addresses);
    }

    /// Kills the process at once, as a power cut would.
    pub fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Both fail only for a process that has ended: what is wanted here.
            child.kill().ok();
            child.wait().ok();
        }
    }

    /// Asks the process to end and waits until it has.
    ///
    /// # Panics
    /// When none runs, or it does not end in time.
    pub async fn terminate(&mut self) -> ExitStatus {
        let child = self.child.as_mut().expect("the gateway runs");
        let id = child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.is_ok_and(|status| status.success()), "the gateway cannot be told to end");
        let ended = eventually("the gateway ends", END_WITHIN, async || child.try_wait().ok()?);
        let status = ended.await;
        self.child = None;
        status
    }

    /// Calls the program with other arguments on the same data folder, to its end.
    ///
    /// # Panics
    /// When it cannot be started or does not end in time.
    pub async fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with(arguments, &[]).await
    }

    /// As [`Binary::run`], with further environment variables by their whole names.
    ///
    /// # Panics
    /// As [`Binary::run`].
    pub async fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Finished {
        let output = tempfile::tempdir().expect("a temporary folder can be made");
        let (stdout, stderr) = (output.path().join("stdout"), output.path().join("stderr"));
        let mut command = self.command(&self.program);
        command.args(arguments).envs(environment.iter().copied());
        command.stdout(create(&stdout)).stderr(create(&stderr));
        let mut child = Reaped(command.spawn().expect("the program can be started"));
        let what = format!("the end of {arguments:?}");
        let status = eventually(&what, END_WITHIN, async || child.0.try_wait().ok()?).await;
        Finished { status, stdout: text_of(&stdout), stderr: text_of(&stderr) }
    }

    /// What all processes so far have logged.
    #[must_use]
    pub fn log(&self) -> String {
        (1..=self.starts).map(|start| self.read("log", start)).collect()
    }

    /// What the `serve` started as the `start`th (from 1) has printed.
    #[must_use]
    pub fn printed(&self, start: u32) -> String {
        self.read("stdout", start)
    }

    /// The `Authorization` of the first user, which the first start prints.
    ///
    /// # Panics
    /// When it was not printed.
    #[must_use]
    pub fn first_authorization(&self) -> String {
        let printed = self.printed(1);
        let line = printed.lines().find_map(|line| line.strip_prefix("authorization: "));
        line.unwrap_or_else(|| panic!("no authorization was printed: {printed}")).to_owned()
    }

    fn limited_command(&self) -> Command {
        let Some(bytes) = self.file_bytes_max else { return self.command(&self.program) };
        let mut command = self.command(Path::new("/bin/sh"));
        // Ignored, the signal leaves the failed write to the program; a trap would be reset.
        let script = r#"trap '' XFSZ; ulimit -f "$0"; exec "$@""#;
        let blocks = (bytes / ULIMIT_BLOCK_BYTES).to_string();
        command.args(["-c", script, &blocks]).arg(&self.program);
        command
    }

    /// A command in a clean environment, so that no setting of the machine joins the test's.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment).current_dir(self.folder.path());
        command.stdin(Stdio::null());
        command
    }

    fn file(&self, name: &str) -> File {
        create(&self.path(name, self.starts))
    }

    fn read(&self, name: &str, start: u32) -> String {
        text_of(&self.path(name, start))
    }

    fn path(&self, name: &str, start: u32) -> PathBuf {
        self.folder.path().join(format!("{name}.{start}"))
    }
}

impl Drop for Binary {
    #[expect(clippy::print_stderr, reason = "what a failing test has to show")]
    fn drop(&mut self) {
        self.kill9();
        if std::thread::panicking() {
            let log = self.log();
            let from = log.len().saturating_sub(LOG_BYTES_SHOWN);
            let shown = log.char_indices().find(|(at, _)| *at >= from).map_or(0, |(at, _)| at);
            eprintln!("the gateway's log:\n{}", log.get(shown..).unwrap_or_default());
        }
    }
}

/// A child that does not outlive the call that started it.
#[derive(Debug)]
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn create(path: &Path) -> File {
    File::create(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text_of(path: &Path) -> String {
    std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

/// The `address` of the first log line with that message.
fn logged_address(log: &str, message: &str) -> Option<SocketAddr> {
    log.lines().find_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        let fields = line.get("fields")?;
        let fits = fields.get("message")?.as_str()? == message;
        fits.then(|| fields.get("address")?.as_str()?.parse().ok()).flatten()
    })
}
