//! `ledgerhook sandbox`: stand-ins of QuickBooks Online, FreshBooks and Sage to practise against,
//! with bookkeepers who change the books.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use ledgerhook_sandbox::SandboxCommand;
use ledgerhook_sandbox::quickbooks::WebhookFormat;

/// What `ledgerhook sandbox` takes.
#[derive(Debug, Args)]
pub(crate) struct PracticeArguments {
    /// Port of QuickBooks on 127.0.0.1
    #[arg(long, default_value_t = 8430)]
    port: u16,
    /// Port of FreshBooks
    #[arg(long, default_value_t = 8431, value_name = "PORT")]
    freshbooks_port: u16,
    /// Port of Sage
    #[arg(long, default_value_t = 8432, value_name = "PORT")]
    sage_port: u16,
    /// Changes a minute in each company; 0 leaves the books alone
    #[arg(long, default_value_t = 6, value_name = "CHANGES")]
    per_minute: u32,
    /// Seed of whatever is made up, so that a run can be repeated
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where webhooks are posted
    #[arg(
        long,
        default_value = "http://127.0.0.1:8420/elements/api-v2/events/quickbooks",
        value_name = "URL"
    )]
    webhook_url: String,
    /// The key that signs webhooks
    #[arg(long, default_value = "sandbox-verifier-token", value_name = "TOKEN")]
    verifier_token: String,
    /// Post the legacy body instead of CloudEvents
    #[arg(long)]
    legacy: bool,
}

/// Runs the sandbox until interrupted.
#[expect(clippy::print_stdout, reason = "the command talks to a person")]
pub(crate) async fn run(arguments: PracticeArguments) -> anyhow::Result<ExitCode> {
    let mut command = SandboxCommand {
        port: arguments.port,
        seed: arguments.seed,
        changes_per_minute: arguments.per_minute,
        ..SandboxCommand::default()
    };
    command.app = command.app.with_webhooks(arguments.webhook_url, arguments.verifier_token);
    if arguments.legacy {
        command.app.webhook_format = WebhookFormat::Legacy;
    }
    command.freshbooks.port = arguments.freshbooks_port;
    command.sage.port = arguments.sage_port;
    println!("To have a gateway use them, put this into its ledgerhook.toml:\n");
    println!("[egress]\nallow_private = true");
    for (element, port, addresses) in [
        ("quickbooks", arguments.port, &QUICKBOOKS_ADDRESSES[..]),
        ("freshbooksv2", arguments.freshbooks_port, &FRESHBOOKS_ADDRESSES[..]),
        ("sageone", arguments.sage_port, &SAGE_ADDRESSES[..]),
    ] {
        println!("\n[providers.{element}]");
        for (name, path) in addresses {
            println!("{name} = \"http://127.0.0.1:{port}{path}\"");
        }
    }
    println!();
    let serving = ledgerhook_sandbox::serve(command, |line| println!("{line}"));
    tokio::select! {
        ended = serving => ended.context("the sandbox cannot start")?,
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Settings of QuickBooks, and where the stand-in has what they name.
pub(crate) const QUICKBOOKS_ADDRESSES: [(&str, &str); 5] = [
    ("authorize_url", "/connect/oauth2"),
    ("token_url", "/oauth2/v1/tokens/bearer"),
    ("revoke_url", "/v2/oauth2/tokens/revoke"),
    ("api_url", ""),
    ("sandbox_api_url", ""),
];

/// As [`QUICKBOOKS_ADDRESSES`], of FreshBooks.
pub(crate) const FRESHBOOKS_ADDRESSES: [(&str, &str); 5] = [
    ("authorize_url", "/oauth/authorize"),
    ("token_url", "/auth/oauth/token"),
    ("revoke_url", "/auth/oauth/revoke"),
    ("api_url", ""),
    ("me_url", "/auth/api/v1/users/me"),
];

/// As [`QUICKBOOKS_ADDRESSES`], of Sage.
pub(crate) const SAGE_ADDRESSES: [(&str, &str); 4] = [
    ("authorize_url", "/oauth2/auth/central"),
    ("token_url", "/token"),
    ("revoke_url", "/revoke"),
    ("api_url", ""),
];
