//! `ledgerhook migrate-oauth1`: has a running gateway turn a connection by OAuth 1.0a into one by
//! OAuth 2.0.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use clap::Args;
use ledgerhook_egress::{AddressPolicy, CallableUrl, Client, ClientOptions, Request};
use ledgerhook_model::Secret;
use serde_json::{Value, json};

use crate::settings::Settings;

/// How long the gateway may take: it asks Intuit, which may take 120 s, up to four times.
const TIMEOUT: Duration = Duration::from_secs(600);

/// Largest answer that is read: an instance has at most 1 MiB, which is the limit of requests.
const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

const NOTE: &str = "\
Intuit ended OAuth 1.0a on 2019-12-17. Whether it still migrates a connection is Intuit's to say;
where it does not, have the customer authorise again: GET /instances/{id}/reconnect.";

/// What `ledgerhook migrate-oauth1` takes. A secret is given as it is, as `@FILE`, or in the
/// environment, which other users of the machine do not see.
#[derive(Debug, Args)]
pub(crate) struct MigrationArguments {
    /// Id of the instance
    #[arg(long, value_name = "ID")]
    instance: i64,
    /// Address of the running gateway; by default this machine's, as the settings have it
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The user's secret, or @FILE; else LEDGERHOOK_USER_SECRET
    #[arg(long, value_name = "SECRET", value_parser = as_secret)]
    user: Option<Secret>,
    /// The organisation's secret, or @FILE; else LEDGERHOOK_ORGANIZATION_SECRET
    #[arg(long, value_name = "SECRET", value_parser = as_secret)]
    organization: Option<Secret>,
    /// Client id of your app of OAuth 2.0
    #[arg(long, value_name = "KEY")]
    api_key: String,
    /// Its client secret, or @FILE; else LEDGERHOOK_API_SECRET
    #[arg(long, value_name = "SECRET", value_parser = as_secret)]
    api_secret: Option<Secret>,
    /// Its redirect URI
    #[arg(long, value_name = "URL")]
    callback_url: String,
}

/// Calls the gateway and says what came of it.
#[expect(clippy::print_stdout, reason = "what the command is for")]
pub(crate) async fn run(
    settings: Settings,
    arguments: MigrationArguments,
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<ExitCode> {
    println!("{NOTE}\n");
    let secret = |given, flag, variable: &str| secret(given, flag, (variable, environment));
    let user = secret(arguments.user, "--user", "LEDGERHOOK_USER_SECRET")?;
    let organization =
        secret(arguments.organization, "--organization", "LEDGERHOOK_ORGANIZATION_SECRET")?;
    let api_secret = secret(arguments.api_secret, "--api-secret", "LEDGERHOOK_API_SECRET")?;
    let base = arguments.url.unwrap_or_else(|| format!("http://{}", settings.server.listen));
    let id = arguments.instance;
    let url =
        format!("{}/elements/api-v2/instances/{id}/migrate-oauth1", base.trim_end_matches('/'));
    let configuration = json!({
        "oauth.api.key": arguments.api_key,
        "oauth.api.secret": api_secret.expose(),
        "oauth.callback.url": arguments.callback_url,
    });
    let authorization = format!("User {}, Organization {}", user.expose(), organization.expose());
    let body = json!({ "configuration": configuration }).to_string();
    let instance = call(&url, &authorization, body).await?;
    let entry = |key: &str| {
        let value = instance.get("configuration").and_then(|entries| entries.get(key));
        value.and_then(Value::as_str).unwrap_or_default()
    };
    let (company, name) = (entry("quickbooks.realm.id"), entry("quickbooks.company.name"));
    println!("Instance {id} is connected by OAuth 2.0 now: company {company} ({name}).");
    Ok(ExitCode::SUCCESS)
}

async fn call(url: &str, authorization: &str, body: String) -> anyhow::Result<Value> {
    // The address is the caller's own.
    let policy = AddressPolicy::allow_private();
    let client = Client::new(ClientOptions {
        policy: policy.clone(),
        connect_timeout: TIMEOUT,
        timeout: TIMEOUT,
        body_bytes_max: ANSWER_BYTES_MAX,
        user_agent: concat!("ledgerhook/", env!("CARGO_PKG_VERSION")).to_owned(),
        pool_idle_per_host_max: 1,
    })?;
    let target = CallableUrl::parse(url, &policy).with_context(|| format!("--url: {url}"))?;
    let mut authorization = HeaderValue::from_str(authorization)
        .context("a secret has characters that no secret of a gateway has")?;
    authorization.set_sensitive(true);
    let headers = HeaderMap::from_iter([
        (AUTHORIZATION, authorization),
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
    ]);
    let answer = client.send(Request::post(target, headers, body.into())).await;
    let answer = answer.with_context(|| format!("the gateway at {url} cannot be called"))?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status.as_u16() == 200 {
        return Ok(body);
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (message, words) = (text("message"), text("providerMessage"));
    let said = if words.is_empty() { String::new() } else { format!(" (the provider: {words})") };
    bail!("nothing was changed; the gateway answered {}: {message}{said}", answer.status.as_u16())
}

/// Never fails; the parser of a flag must be able to.
fn as_secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// A secret as it was given, from the file that was named, or from the environment.
fn secret(
    given: Option<Secret>,
    flag: &str,
    (variable, environment): (&str, &BTreeMap<String, String>),
) -> anyhow::Result<Secret> {
    let Some(given) = given else {
        let found = environment.get(variable).filter(|text| !text.trim().is_empty());
        let found = found.with_context(|| format!("{flag} is missing; or set {variable}"))?;
        return Ok(Secret::new(found.trim()));
    };
    match given.expose().strip_prefix('@') {
        None => Ok(given),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{flag}: cannot read the file {path}"))?;
            Ok(Secret::new(text.trim()))
        }
    }
}
