//! The sandbox as a command for people: each provider on a known port with one app and a few
//! companies, and a bookkeeper at work in each.

use std::io;
use std::num::NonZeroU32;

use futures_util::future::join_all;

use crate::freshbooks::{self, Business, FreshBooksOptions};
use crate::options::SandboxOptions;
use crate::quickbooks::{App, Bookkeeper, Company, QuickBooksOptions};
use crate::server::Sandbox;

/// Port of QuickBooks Online when none is asked for.
const PORT: u16 = 8430;
/// Port of FreshBooks when none is asked for.
const FRESHBOOKS_PORT: u16 = 8431;

/// What the command starts.
#[derive(Clone, Debug)]
pub struct SandboxCommand {
    /// TCP port of QuickBooks Online on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Seed of whatever is made up, and of the bookkeepers.
    pub seed: u64,
    /// Changes a minute in each company; 0 leaves the books alone.
    pub changes_per_minute: u32,
    /// The app of the developer portal.
    pub app: App,
    /// The companies it can be connected to.
    pub companies: Vec<Company>,
    /// FreshBooks: its port, its app and its businesses.
    pub freshbooks: FreshBooksOptions,
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
            freshbooks: FreshBooksOptions {
                port: FRESHBOOKS_PORT,
                apps: vec![freshbooks::App::new("sandbox-client-id", "sandbox-client-secret")],
                businesses: vec![Business::new(439_001, "Bk7Lm2", "Harbour Studio")],
                ..FreshBooksOptions::default()
            },
        }
    }
}

/// Runs the sandbox until the future is dropped. `on_line` is given what a person wants to see:
/// the address, the credentials, the companies, and each change of the books.
///
/// # Errors
/// When the sandbox cannot start; see [`Sandbox::start`].
pub async fn serve(command: SandboxCommand, on_line: impl Fn(String)) -> io::Result<()> {
    let SandboxCommand { port, seed, changes_per_minute, app, companies, freshbooks } = command;
    let introduction = introduce(&app, &companies);
    let freshbooks_introduction = introduce_freshbooks(&freshbooks);
    let quickbooks =
        QuickBooksOptions { apps: vec![app], companies, ..QuickBooksOptions::default() };
    let options =
        SandboxOptions { port, seed, quickbooks, freshbooks, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).await?;
    on_line(format!("QuickBooks sandbox at {0}, guide at {0}/sandbox", sandbox.base_url()));
    introduction.into_iter().for_each(&on_line);
    on_line(format!(
        "FreshBooks sandbox at {0}, guide at {0}/sandbox",
        sandbox.freshbooks().base_url()
    ));
    freshbooks_introduction.into_iter().for_each(&on_line);
    if let Some(pace) = NonZeroU32::new(changes_per_minute) {
        keep_books(&sandbox, seed, pace, &on_line).await;
    }
    std::future::pending().await
}

fn introduce(app: &App, companies: &[Company]) -> Vec<String> {
    let App { client_id, client_secret, .. } = app;
    let app = format!("app: client id {client_id}, client secret {client_secret}");
    let company = |one: &Company| format!("company: {}, realm id {}", one.name, one.realm_id);
    std::iter::once(app).chain(companies.iter().map(company)).collect()
}

fn introduce_freshbooks(options: &FreshBooksOptions) -> Vec<String> {
    let app = |one: &freshbooks::App| {
        format!("app: client id {}, client secret {}", one.client_id, one.client_secret)
    };
    let business = |one: &Business| {
        let account = one.account_id.as_deref().unwrap_or("none");
        format!("business: {}, id {}, account id {account}", one.name, one.business_id)
    };
    options.apps.iter().map(app).chain(options.businesses.iter().map(business)).collect()
}

/// Lets a bookkeeper work in each company and business; ends when all have failed.
async fn keep_books(sandbox: &Sandbox, seed: u64, pace: NonZeroU32, on_line: &impl Fn(String)) {
    let companies = sandbox.quickbooks().companies();
    let work = companies.into_iter().map(async |company| {
        let quickbooks = sandbox.quickbooks().clone();
        let mut bookkeeper = Bookkeeper::new(quickbooks, &company.realm_id, seed);
        let end = bookkeeper.run(pace, |step| on_line(step.to_string())).await;
        on_line(format!("{}: no more changes, {end}", company.realm_id));
    });
    let businesses = sandbox.freshbooks().businesses();
    let more_work = businesses.into_iter().map(async |business| {
        let freshbooks = sandbox.freshbooks().clone();
        let id = business.business_id;
        let mut bookkeeper = freshbooks::Bookkeeper::new(freshbooks, id, seed);
        let end = bookkeeper.run(pace, |step| on_line(step.to_string())).await;
        on_line(format!("{id}: no more changes, {end}"));
    });
    tokio::join!(join_all(work), join_all(more_work));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::mpsc;

    use super::*;

    /// Lines kept for the test; further ones are lost, and it looks at the first ones only.
    const LINES_MAX: usize = 1_000;
    /// How the lines of the changes begin, one for each provider.
    const BOOKS: [&str; 2] = ["9341452000000001: ", "439001: "];

    #[tokio::test]
    async fn the_command_tells_where_it_is_and_what_changes() {
        let (lines, mut told) = mpsc::channel(LINES_MAX);
        let mut command =
            SandboxCommand { port: 0, changes_per_minute: 6_000, ..SandboxCommand::default() };
        command.freshbooks.port = 0;
        let serving = serve(command, |line| {
            // Full once the test has seen enough.
            let _sent = lines.try_send(line);
        });
        let mut seen: Vec<String> = Vec::new();
        let looking = async {
            let told_of = |seen: &[String], books| seen.iter().any(|line| line.starts_with(books));
            while !BOOKS.iter().all(|books| told_of(&seen, *books)) {
                seen.extend(told.recv().await);
            }
        };
        tokio::select! {
            ended = serving => panic!("the command ended: {ended:?}"),
            end = tokio::time::timeout(Duration::from_secs(10), looking) => end.unwrap(),
        }
        assert!(seen[0].starts_with("QuickBooks sandbox at http://127.0.0.1:"), "{}", seen[0]);
        assert!(seen[1].contains("sandbox-client-secret"), "{}", seen[1]);
        assert_eq!(seen[3], "company: Corner Cafe, realm id 9341452000000002");
        assert!(seen[4].starts_with("FreshBooks sandbox at http://127.0.0.1:"), "{}", seen[4]);
        assert!(seen[5].contains("sandbox-client-secret"), "{}", seen[5]);
        assert_eq!(seen[6], "business: Harbour Studio, id 439001, account id Bk7Lm2");
        for (books, end) in BOOKS.iter().zip([", Create", ", create"]) {
            let first = seen.iter().find(|line| line.starts_with(books));
            assert!(first.is_some_and(|line| line.ends_with(end)), "{seen:?}");
        }
    }
}
