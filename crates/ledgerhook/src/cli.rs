//! The command line.

use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};

use crate::admin::{OrganizationCommand, UserCommand};
use crate::migration::MigrationArguments;
use crate::practice::PracticeArguments;
use crate::settings::{Flag, Sourced};
use crate::{admin, demo, migration, practice, serve};

/// One signed event for every change in your customers' books.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Common {
    /// Settings file; `ledgerhook.toml` in this folder when there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder: database and key file
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway
    Serve {
        /// Address to listen on, as in 127.0.0.1:8420
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Address of health and metrics, as in 127.0.0.1:8421; empty for none
        #[arg(long, value_name = "ADDRESS")]
        admin_listen: Option<String>,
    },
    /// Show the main job at work: gateway, sandbox and receiver on this machine
    Demo {
        /// End when everything has arrived, with exit code 0 only if it did
        #[arg(long)]
        once: bool,
    },
    /// Run stand-ins of QuickBooks, FreshBooks and Sage to practise against
    Sandbox(PracticeArguments),
    /// Organisations: the software companies that use this gateway
    #[command(subcommand)]
    Org(OrganizationCommand),
    /// Users: who may call the API for an organisation
    #[command(subcommand)]
    User(UserCommand),
    /// Turn a connection by OAuth 1.0a into one by OAuth 2.0, at a running gateway
    MigrateOauth1(MigrationArguments),
    /// Settings in force
    Config {
        /// Print every setting with where its value came from
        #[arg(long, required = true)]
        show: bool,
    },
}

impl Arguments {
    fn flags(&self) -> Vec<Flag> {
        let mut flags = Vec::new();
        if let Some(folder) = &self.common.data {
            flags.push(("data.folder", folder.to_string_lossy().into_owned()));
        }
        if let Command::Serve { listen, admin_listen } = &self.command {
            flags.extend(listen.clone().map(|text| ("server.listen", text)));
            flags.extend(admin_listen.clone().map(|text| ("server.admin_listen", text)));
        }
        flags
    }
}

/// Does what the command line asks for.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let flags = arguments.flags();
    let sourced = Sourced::read(arguments.common.config.as_deref(), std::env::vars(), &flags)?;
    match arguments.command {
        Command::Serve { .. } => wait_for(serve::run(sourced.settings)),
        Command::Demo { once } => wait_for(demo::run(sourced.settings, once)),
        Command::Sandbox(arguments) => wait_for(practice::run(arguments)),
        Command::Org(command) => wait_for(admin::organization(sourced.settings, command)),
        Command::User(command) => wait_for(admin::user(sourced.settings, command)),
        Command::MigrateOauth1(arguments) => {
            let environment = std::env::vars().collect();
            wait_for(migration::run(sourced.settings, arguments, &environment))
        }
        Command::Config { .. } => {
            show(&sourced);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn wait_for(task: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the asynchronous runtime")?.block_on(task)
}

#[expect(clippy::print_stdout, reason = "what the command is for")]
fn show(sourced: &Sourced) {
    for (path, (value, source)) in &sourced.values {
        println!("{path} = {value}  # {source}");
    }
}
