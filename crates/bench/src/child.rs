//! Child processes that never outlive this one: dropping one kills it and waits for its end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::os::fd::AsFd as _;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// How long a child may take to print what is waited for.
const OUTPUT_TIMEOUT: Duration = Duration::from_secs(30);
/// Most output read from a child, in bytes: an address or a small JSON document.
const OUTPUT_BYTES_MAX: u64 = 64 * 1024;

/// A running child process.
#[derive(Debug)]
pub(crate) struct ChildProcess {
    name: &'static str,
    child: Child,
}

impl ChildProcess {
    /// Starts `command`; its standard output joins our standard error, apart from the tables.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> anyhow::Result<Self> {
        let stderr = std::io::stderr().as_fd().try_clone_to_owned()?;
        Self::spawn(name, command.stdout(stderr))
    }

    /// Starts `command` and reads all it prints until it ends.
    ///
    /// # Errors
    /// When it cannot be started, takes too long or fails.
    pub(crate) async fn output(
        name: &'static str,
        command: &mut Command,
    ) -> anyhow::Result<String> {
        let mut process = Self::spawn(name, command.stdout(Stdio::piped()))?;
        let output = process
            .read_output(|stdout| {
                let mut output = String::new();
                stdout.take(OUTPUT_BYTES_MAX).read_to_string(&mut output).map(|_| output)
            })
            .await?;
        let status = process.child.wait()?;
        if !status.success() {
            bail!("{name} failed with {status}");
        }
        Ok(output)
    }

    /// Starts this same program as a server, with `arguments`, and reads where it listens from the
    /// first line it prints.
    ///
    /// # Errors
    /// When it cannot be started or does not print an address in time.
    pub(crate) async fn start_server(
        name: &'static str,
        arguments: &[&str],
    ) -> anyhow::Result<(Self, SocketAddr)> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut command = Command::new(program);
        let mut process = Self::spawn(name, command.args(arguments).stdout(Stdio::piped()))?;
        let line = process
            .read_output(|stdout| {
                let mut line = String::new();
                let mut stdout = BufReader::new(stdout).take(OUTPUT_BYTES_MAX);
                stdout.read_line(&mut line).map(|_| line)
            })
            .await?;
        let address = line.trim().parse();
        let address =
            address.with_context(|| format!("{name} printed {line:?} instead of its address"))?;
        Ok((process, address))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// # Errors
    /// When the process has ended.
    pub(crate) fn ensure_running(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended with {status}", self.name),
        }
    }

    fn spawn(name: &'static str, command: &mut Command) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).spawn().with_context(|| {
            format!("cannot start {name} ({})", command.get_program().display())
        })?;
        Ok(Self { name, child })
    }

    async fn read_output(
        &mut self,
        read: impl FnOnce(ChildStdout) -> std::io::Result<String> + Send + 'static,
    ) -> anyhow::Result<String> {
        let name = self.name;
        let stdout = self.child.stdout.take().context("the output is not piped")?;
        // When this takes too long the caller drops the process, which ends the blocking read.
        let output = timeout(OUTPUT_TIMEOUT, spawn_blocking(move || read(stdout)))
            .await
            .with_context(|| format!("{name} printed nothing in time"))??;
        output.with_context(|| format!("cannot read what {name} prints"))
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        // Both fail only for a process that has ended and was waited for: what is wanted here.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn output_is_read_to_its_end() {
        let output = ChildProcess::output("printf", Command::new("printf").arg("a\nb")).await;
        assert_eq!(output.unwrap(), "a\nb");
    }

    #[tokio::test]
    async fn failing_command_is_an_error() {
        let error = ChildProcess::output("false", &mut Command::new("false")).await.unwrap_err();
        assert_eq!(error.to_string(), "false failed with exit status: 1");
    }

    #[test]
    fn dropped_process_is_gone() {
        let mut process = ChildProcess::start("sleep", Command::new("sleep").arg("60")).unwrap();
        process.ensure_running().unwrap();
        let folder = format!("/proc/{}", process.pid());
        assert!(std::path::Path::new(&folder).exists());
        drop(process);
        assert!(!std::path::Path::new(&folder).exists());
    }
}
