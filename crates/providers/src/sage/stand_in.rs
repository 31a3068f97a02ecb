//! For tests: books of a few lines that answer as Sage documents it, and what a feed is asked with.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ledgerhook_connector::{Access, ClientCredentials, ProviderError, TokenSource, UserTokens};
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{Moment, Secret};

use super::api::Api;
use super::endpoints::Endpoints;
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};
use crate::settings::ProviderSettings;

/// From when on tests ask; the books count their seconds from here.
pub(super) const SINCE: &str = "2026-11-01T00:00:00Z";
/// Sage's time of every answer, as the header has it.
pub(super) const DATE: &str = "Date: Fri, 20 Nov 2026 08:00:00 GMT";
/// The same time.
pub(super) const TIME: &str = "2026-11-20T08:00:00Z";
/// Whether a page reaches as far as its answer, of [`DATE`], is final: to the second in which the
/// call was made, which a busy machine may have answered late.
pub(super) fn reaches_settled_time(until: Moment) -> bool {
    let time = Moment::parse(TIME).unwrap();
    until < time && time.since(until) <= Duration::from_secs(60)
}

/// The nonce of every signed call.
pub(super) const NONCE: &str = "d6657d14f6d3d9de453ff4b0dc686c6d";
/// A `base.url` of API v3.
pub(super) const COLUMBUS: &str = "https://api.columbus.sage.com/us/sageone";
/// A `base.url` of API v1.
pub(super) const V1: &str = "https://api.sageone.com/accounts/v1";

/// [`SINCE`] and some seconds.
pub(super) fn moment(seconds: i64) -> Moment {
    Moment::from_millis(Moment::parse(SINCE).unwrap().millis() + seconds * 1_000)
}

/// Endpoints that are all the server's.
pub(super) fn endpoints(server: &ScriptedServer) -> Arc<Endpoints> {
    let paths = [
        ("api_url", ""),
        ("columbus_url", "/columbus"),
        ("v1_url", "/one"),
        ("token_url", "/token"),
        ("revoke_url", "/revoke"),
        ("columbus_na_oauth_url", "/na"),
        ("columbus_uki_oauth_url", "/uki"),
        ("v1_token_url", "/one/token"),
    ];
    let entries = paths.map(|(name, path)| (name.to_owned(), format!("{}{path}", server.url)));
    let settings =
        ProviderSettings(BTreeMap::from([("sageone".to_owned(), BTreeMap::from(entries))]));
    Arc::new(Endpoints::read(&settings.of("sageone")).unwrap())
}

/// An API whose calls go to the server.
pub(super) fn api(server: &ScriptedServer) -> Arc<Api> {
    Arc::new(Api::new(client(), endpoints(server), || Some(NONCE.to_owned())))
}

/// Hands out another token for each call, `token-1` first, and two secrets.
#[derive(Debug, Default)]
struct FreshTokens(AtomicUsize);

#[async_trait]
impl TokenSource for FreshTokens {
    async fn tokens(&self) -> Result<UserTokens, ProviderError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let token = Secret::new(format!("token-{number}"));
        Ok(UserTokens { token, companion: Secret::new("refresh") })
    }

    fn secret(&self, key: &str) -> Option<Secret> {
        match key {
            "signature.secret" => Some(Secret::new("signing secret")),
            "apim.subscription.key" => Some(Secret::new("subscription")),
            _ => None,
        }
    }
}

/// Access to the business `b1`.
pub(super) fn access() -> Access {
    access_by(Arc::new(FreshTokens::default()))
}

/// Access to the business `b1` with these tokens.
pub(super) fn access_by(source: Arc<dyn TokenSource>) -> Access {
    let credentials =
        ClientCredentials { api_key: Secret::new("key"), api_secret: Secret::new("secret") };
    Access { company: "b1".to_owned(), credentials, source }
}

/// A configuration of these entries.
pub(super) fn configuration(entries: &[(&str, &str)]) -> Configuration {
    let mut configuration = Configuration::default();
    for (key, value) in entries {
        configuration.set(key, *value);
    }
    configuration
}

/// A record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Its id.
    pub(super) id: usize,
    /// When it changed last, in seconds after [`SINCE`].
    pub(super) seconds: i64,
    /// Whether that was its deletion.
    pub(super) is_deleted: bool,
}

/// `count` living records that changed at `seconds(id)`.
pub(super) fn entries(count: usize, seconds: impl Fn(i64) -> i64) -> Vec<Entry> {
    let entry = |id| Entry { id, seconds: seconds(i64::try_from(id).unwrap()), is_deleted: false };
    (0..count).map(entry).collect()
}

/// A record that was deleted.
pub(super) fn deleted(id: usize, seconds: i64) -> Entry {
    Entry { id, seconds, is_deleted: true }
}

/// The records of every list.
#[derive(Debug, Default)]
pub(super) struct Books(pub(super) Vec<Entry>);

impl Books {
    /// Answers a question for a list or for a record.
    pub(super) fn answer(&self, asked: &Asked) -> Scripted {
        let body = match asked.line.contains('?') {
            true => Some(self.list(asked)),
            false => self.record(asked),
        };
        match body {
            Some(body) => dated(answer("200 OK", body)),
            None => dated(answer("404 Not Found", "[]")),
        }
    }

    fn record(&self, asked: &Asked) -> Option<String> {
        let (_, id) = asked.line.rsplit_once('/').unwrap();
        let found = self.0.iter().find(|entry| entry.id.to_string() == id && !entry.is_deleted);
        found.map(record)
    }

    fn list(&self, asked: &Asked) -> String {
        let moment_of = |name| asked.parameter(name).map(|text| Moment::parse(&text).unwrap());
        let (updated, deleted) =
            (moment_of("updated_or_created_since"), moment_of("deleted_since"));
        let is_found = |entry: &&Entry| match (updated, deleted) {
            (Some(since), _) => !entry.is_deleted && moment(entry.seconds) >= since,
            (None, since) => entry.is_deleted && Some(moment(entry.seconds)) > since,
        };
        let mut found: Vec<Entry> = self.0.iter().filter(is_found).copied().collect();
        if asked.parameter("sort").as_deref() == Some("updated_at:asc") {
            found.sort_by_key(|entry| entry.seconds);
        }
        let number = |name| asked.parameter(name).unwrap().parse::<usize>().unwrap();
        let (size, total) = (number("items_per_page").min(200), found.len());
        // A page after the last is the last.
        let page = number("page").min(total.div_ceil(size).max(1));
        let items: Vec<_> = found.iter().skip((page - 1) * size).take(size).map(record).collect();
        format!(
            r#"{{"$total":{total},"$page":{page},"$next":null,"$back":null,"$itemsPerPage":{size},"$items":[{}]}}"#,
            items.join(",")
        )
    }
}

/// An answer with [`DATE`].
pub(super) fn dated(mut scripted: Scripted) -> Scripted {
    scripted.headers.push(DATE);
    scripted
}

fn record(entry: &Entry) -> String {
    let (id, time) = (entry.id, moment(entry.seconds).to_iso_seconds());
    let deleted =
        if entry.is_deleted { format!(r#","deleted_at":"{time}""#) } else { String::new() };
    format!(r#"{{"id":"{id}","created_at":"{SINCE}","updated_at":"{time}"{deleted}}}"#)
}
