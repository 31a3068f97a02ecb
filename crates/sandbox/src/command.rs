//! The sandbox as a command for people: servers on known ports with an app each, companies, and a
//! bookkeeper at work in each company.

mod freshbooks;
mod sage;

use std::io;
use std::num::NonZeroU32;

use futures_util::future::{join_all, join3};

use crate::freshbooks::FreshBooksOptions;
use crate::options::SandboxOptions;
use crate::quickbooks::{App, Bookkeeper, Company, QuickBooksOptions};
use crate::sage::SageOptions;
use crate::server::Sandbox;

/// Port of the command when none is asked for.
const PORT: u16 = 8430;

/// What the command starts.
#[derive(Clone, Debug)]
pub struct SandboxCommand {
    /// TCP port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Seed of whatever is made up, and of the bookkeepers.
    pub seed: u64,
    /// Changes a minute in each company; 0 leaves the books alone.
    pub changes_per_minute: u32,
    /// The app of the developer portal.
    pub app: App,
    /// The companies it can be connected to.
    pub companies: Vec<Company>,
    /// The stand-in of FreshBooks, with its own port.
    pub freshbooks: FreshBooksOptions,
    /// The stand-in of Sage Accounting, with its own port.
    pub sage: SageOptions,
}

impl Default for SandboxCommand {
    fn default() -> Self {
        Self {
            port: PORT,
            seed: 1,
            changes_per_minute: 6,
            app: App::new("sandbox-client-id", "sandbox-client-secret"),
            companies: vec![
                Company::new("9341452000000001", "Blue Heron Books"),
                Company::new("9341452000000002", "Corner Cafe"),
            ],
            freshbooks: freshbooks::options(),
            sage: sage::options(),
        }
    }
}

/// Runs the sandbox until the future is dropped. `on_line` is given what a person wants to see:
/// the address, the credentials, the companies, and each change of the books.
///
/// # Errors
/// When the sandbox cannot start; see [`Sandbox::start`].
pub async fn serve(command: SandboxCommand, on_line: impl Fn(String)) -> io::Result<()> {
    let SandboxCommand { port, seed, changes_per_minute, app, companies, freshbooks, sage } =
        command;
    let introduction = introduce(&app, &companies);
    let freshbooks_introduction = freshbooks::introduce(&freshbooks);
    let sage_introduction = sage::introduce(&sage);
    let quickbooks =
        QuickBooksOptions { apps: vec![app], companies, ..QuickBooksOptions::default() };
    let options =
        SandboxOptions { port, seed, quickbooks, freshbooks, sage, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).await?;
    on_line(format!("QuickBooks sandbox at {0}, guide at {0}/sandbox", sandbox.base_url()));
    introduction.into_iter().for_each(&on_line);
    let freshbooks_url = sandbox.freshbooks().base_url();
    on_line(format!("FreshBooks sandbox at {freshbooks_url}, guide at {freshbooks_url}/sandbox"));
    freshbooks_introduction.into_iter().for_each(&on_line);
    on_line(format!("Sage sandbox at {0}, guide at {0}/sandbox", sandbox.sage().base_url()));
    sage_introduction.into_iter().for_each(&on_line);
    if let Some(pace) = NonZeroU32::new(changes_per_minute) {
        let sage = sage::keep_books(sandbox.sage(), seed, pace, &on_line);
        let freshbooks = freshbooks::keep_books(sandbox.freshbooks(), seed, pace, &on_line);
        join3(keep_books(&sandbox, seed, pace, &on_line), freshbooks, sage).await;
    }
    std::future::pending().await
}

fn introduce(app: &App, companies: &[Company]) -> Vec<String> {
    let App { client_id, client_secret, .. } = app;
    let app = format!("app: client id {client_id}, client secret {client_secret}");
    let company = |one: &Company| format!("company: {}, realm id {}", one.name, one.realm_id);
    std::iter::once(app).chain(companies.iter().map(company)).collect()
}

/// Lets a bookkeeper work in each company; ends when all have failed.
async fn keep_books(sandbox: &Sandbox, seed: u64, pace: NonZeroU32, on_line: &impl Fn(String)) {
    let companies = sandbox.quickbooks().companies();
    let work = companies.into_iter().map(async |company| {
        let quickbooks = sandbox.quickbooks().clone();
        let mut bookkeeper = Bookkeeper::new(quickbooks, &company.realm_id, seed);
        let end = bookkeeper.run(pace, |step| on_line(step.to_string())).await;
        on_line(format!("{}: no more changes, {end}", company.realm_id));
    });
    join_all(work).await;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::mpsc;

    use super::*;

    /// Lines kept for the test; further ones are lost once it has seen enough.
    const LINES_MAX: usize = 1_000;
    /// How lines begin and end, each of which has to be told.
    const TOLD: [(&str, &str); 12] = [
        ("QuickBooks sandbox at http://127.0.0.1:", "/sandbox"),
        ("app: client id sandbox-client-id", "client secret sandbox-client-secret"),
        ("company: Corner Cafe", "realm id 9341452000000002"),
        ("9341452000000001: ", ", Create"),
        ("FreshBooks sandbox at http://127.0.0.1:", "/sandbox"),
        ("FreshBooks app: client id ", "client secret sandbox-client-secret"),
        ("FreshBooks business: Harbour Studio", "account id Bk7Lm2"),
        ("439001: ", ", create"),
        ("Sage sandbox at http://127.0.0.1:", "/sandbox"),
        ("Sage app: client id ", "client secret sandbox-sage-client-secret"),
        ("Sage business: Harbour Joinery", "user owner@example.com"),
        ("49c196153fb1524b7d888cece84e8b12: ", ", Created"),
    ];

    fn is_told((start, end): (&str, &str), seen: &[String]) -> bool {
        seen.iter().any(|line| line.starts_with(start) && line.ends_with(end))
    }

    #[tokio::test]
    async fn the_command_tells_where_it_is_and_what_changes() {
        let (lines, mut told) = mpsc::channel(LINES_MAX);
        let command = SandboxCommand {
            port: 0,
            changes_per_minute: 6_000,
            freshbooks: FreshBooksOptions { port: 0, ..freshbooks::options() },
            sage: SageOptions { port: 0, ..sage::options() },
            ..SandboxCommand::default()
        };
        let serving = serve(command, |line| {
            // Full once the test has seen enough.
            let _sent = lines.try_send(line);
        });
        let mut seen = Vec::new();
        let looking = async {
            while !TOLD.iter().all(|one| is_told(*one, &seen)) {
                seen.extend(told.recv().await);
            }
        };
        let ended = tokio::select! {
            ended = serving => Err(format!("the command ended: {ended:?}")),
            seen_all = tokio::time::timeout(Duration::from_secs(10), looking) => Ok(seen_all),
        };
        assert!(matches!(ended, Ok(Ok(()))), "{ended:?}: {seen:#?}");
    }
}
