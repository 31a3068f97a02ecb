//! `ledgerhook org` and `ledgerhook user`: who may use this gateway. They work while it runs.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use ledgerhook_engine::tenants::Tenants;
use ledgerhook_model::{OrganizationId, UserId};
use serde_json::json;

use crate::assembly;
use crate::settings::Settings;

/// Commands on organisations.
#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    /// Make an organisation and its first user; prints both secrets, this once
    Create {
        /// Its name
        name: String,
        /// E-mail address of its first user
        #[arg(long, default_value = "admin@localhost", value_name = "EMAIL")]
        user: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the organisations
    List,
}

/// Commands on users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user; prints the user's secret, this once
    Create {
        /// The user's e-mail address
        email: String,
        /// Name or id of the organisation
        #[arg(long, value_name = "ORGANIZATION")]
        org: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the users of an organisation
    List {
        /// Name or id of the organisation
        #[arg(long, value_name = "ORGANIZATION")]
        org: String,
    },
    /// End the validity of a user's secret, at once
    Revoke {
        /// The user's id
        user: i64,
        /// Name or id of the organisation
        #[arg(long, value_name = "ORGANIZATION")]
        org: String,
    },
}

/// Does a command on organisations.
#[expect(clippy::print_stdout, reason = "what the command is for")]
pub(crate) async fn organization(
    settings: Settings,
    command: OrganizationCommand,
) -> anyhow::Result<ExitCode> {
    let tenants = assembly::tenants(&settings)?;
    match command {
        OrganizationCommand::Create { name, user, json } => {
            let organization = tenants.create_organization(&name).await?;
            let first = tenants.create_user(organization.made.id, &user).await?;
            let shown = [
                ("organizationId", json!(organization.made.id.0)),
                ("organizationSecret", json!(organization.secret.expose())),
                ("userId", json!(first.made.id.0)),
                ("userSecret", json!(first.secret.expose())),
            ];
            print_secrets(&shown, json);
        }
        OrganizationCommand::List => {
            println!("{:>6}  {:<24}  NAME", "ID", "MADE");
            for one in tenants.organizations().await? {
                println!("{:>6}  {:<24}  {}", one.id, one.created_at, one.name);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Does a command on users.
#[expect(clippy::print_stdout, reason = "what the command is for")]
pub(crate) async fn user(settings: Settings, command: UserCommand) -> anyhow::Result<ExitCode> {
    let tenants = assembly::tenants(&settings)?;
    match command {
        UserCommand::Create { email, org, json } => {
            let organization = find(&tenants, &org).await?;
            let user = tenants.create_user(organization, &email).await?;
            let shown =
                [("userId", json!(user.made.id.0)), ("userSecret", json!(user.secret.expose()))];
            print_secrets(&shown, json);
        }
        UserCommand::List { org } => {
            println!("{:>6}  {:<24}  {:<24}  EMAIL", "ID", "MADE", "REVOKED");
            for one in tenants.users(find(&tenants, &org).await?).await? {
                let revoked = one.revoked_at.map(|at| at.to_string()).unwrap_or_default();
                println!("{:>6}  {:<24}  {revoked:<24}  {}", one.id, one.created_at, one.email);
            }
        }
        UserCommand::Revoke { user, org } => {
            let organization = find(&tenants, &org).await?;
            if !tenants.revoke_user(organization, UserId(user)).await? {
                bail!("organisation {org} has no user {user}; see `ledgerhook user list`");
            }
            println!("The secret of user {user} does not work any more.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn find(tenants: &Tenants, name_or_id: &str) -> anyhow::Result<OrganizationId> {
    let organizations = tenants.organizations().await?;
    let by_id = |id: &i64| organizations.iter().find(|one| one.id.0 == *id);
    let found = organizations
        .iter()
        .find(|one| one.name == name_or_id)
        .or_else(|| name_or_id.parse().ok().as_ref().and_then(by_id));
    let found = found.with_context(|| {
        format!("there is no organisation `{name_or_id}`; see `ledgerhook org list`")
    })?;
    Ok(found.id)
}

#[expect(clippy::print_stdout, reason = "secrets are shown once, to whoever asked for them")]
fn print_secrets(shown: &[(&str, serde_json::Value)], as_json: bool) {
    if as_json {
        let object: serde_json::Map<_, _> =
            shown.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        println!("{}", serde_json::Value::Object(object));
        return;
    }
    println!("Keep the secrets: they are shown only now.");
    for (name, value) in shown {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        println!("{name:>20}: {text}");
    }
}
