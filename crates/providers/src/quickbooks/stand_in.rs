//! For tests: books of a few lines that answer change data capture and queries as Intuit documents
//! it, and what a feed is asked with.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledgerhook_connector::{
    Access, ChangeFeed, ClientCredentials, FeedPage, FeedRequest, ProviderError, UserTokens,
};
use ledgerhook_model::configuration::Configuration;
use ledgerhook_model::{Moment, Secret};

use super::api::Api;
use super::endpoints::Endpoints;
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};
use crate::settings::ProviderSettings;

/// From when on tests ask; the books count their seconds from here.
pub(super) const SINCE: &str = "2026-11-01T00:00:00Z";
/// Intuit's time of every answer.
pub(super) const TIME: &str = "2026-11-20T08:00:00Z";

/// Objects in an answer at most, by both ways of asking.
const OBJECTS_MAX: usize = 1_000;

/// [`SINCE`] and some seconds.
pub(super) fn moment(seconds: i64) -> Moment {
    Moment::from_millis(Moment::parse(SINCE).unwrap().millis() + seconds * 1_000)
}

/// An API whose calls go to the server, for the sandbox below `/s`.
pub(super) fn api(server: &ScriptedServer) -> Arc<Api> {
    let urls = [("api_url", server.url.clone()), ("sandbox_api_url", format!("{}/s/", server.url))];
    let entries = urls.map(|(name, url)| (name.to_owned(), url));
    let settings =
        ProviderSettings(BTreeMap::from([("quickbooks".to_owned(), BTreeMap::from(entries))]));
    let endpoints = Endpoints::read(&settings.of("quickbooks")).unwrap();
    Arc::new(Api::new(client(), Arc::new(endpoints)))
}

/// Access to a company.
pub(super) fn access(company: &str, token: &str) -> Access {
    Access {
        company: company.to_owned(),
        credentials: ClientCredentials {
            api_key: Secret::new("key"),
            api_secret: Secret::new("secret"),
        },
        source: Arc::new(UserTokens {
            token: Secret::new(token),
            companion: Secret::new("companion"),
        }),
    }
}

/// A configuration of these entries.
pub(super) fn configuration(entries: &[(&str, &str)]) -> Configuration {
    let mut configuration = Configuration::default();
    for (key, value) in entries {
        configuration.set(key, *value);
    }
    configuration
}

/// Asks a feed for changes of `resources` from [`SINCE`] on.
pub(super) async fn ask(
    feed: &dyn ChangeFeed,
    access: &Access,
    configuration: &Configuration,
    resources: &[&str],
) -> Result<FeedPage, ProviderError> {
    let resources: Vec<String> = resources.iter().map(|name| (*name).to_owned()).collect();
    let since = Moment::parse(SINCE).unwrap();
    feed.changes(FeedRequest { access, configuration, since, resources: &resources }).await
}

/// A record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Its id.
    pub(super) id: usize,
    /// When it changed last, in seconds after [`SINCE`].
    pub(super) seconds: i64,
    /// Whether it was deleted.
    pub(super) is_deleted: bool,
}

/// `count` living records that changed at `seconds(id)`.
pub(super) fn rows(count: usize, seconds: impl Fn(i64) -> i64) -> Vec<Row> {
    let row = |id| Row { id, seconds: seconds(i64::try_from(id).unwrap()), is_deleted: false };
    (0..count).map(row).collect()
}

/// A record that was deleted.
pub(super) fn deleted(id: usize, seconds: i64) -> Row {
    Row { id, seconds, is_deleted: true }
}

/// The records of a company, by entity.
#[derive(Debug, Default)]
pub(super) struct Books(pub(super) BTreeMap<&'static str, Vec<Row>>);

impl Books {
    /// Books of these records.
    pub(super) fn of<const N: usize>(entities: [(&'static str, Vec<Row>); N]) -> Self {
        Self(BTreeMap::from(entities))
    }

    /// Answers either way of asking at [`TIME`].
    pub(super) fn answer(&self, asked: &Asked) -> Scripted {
        self.answer_at(asked, TIME)
    }

    /// Answers at `time`.
    pub(super) fn answer_at(&self, asked: &Asked, time: &str) -> Scripted {
        let response = match asked.parameter("entities") {
            Some(entities) => {
                let since = Moment::parse(&asked.parameter("changedSince").unwrap()).unwrap();
                let blocks = self.captured(&entities, since);
                format!(r#""CDCResponse":[{{"QueryResponse":[{}]}}]"#, blocks.join(","))
            }
            None => format!(r#""QueryResponse":{}"#, self.queried(&asked.body)),
        };
        answer("200 OK", format!(r#"{{{response},"time":"{time}"}}"#))
    }

    fn changed_since(&self, entity: &str, since: Moment) -> Vec<Row> {
        let rows = self.0.get(entity).into_iter().flatten().copied();
        rows.filter(|row| moment(row.seconds) >= since).collect()
    }

    /// In order of time, deleted ones last, and no more than fit over all entities.
    fn captured(&self, entities: &str, since: Moment) -> Vec<String> {
        let mut room = OBJECTS_MAX;
        let block = |entity| {
            let mut rows = self.changed_since(entity, since);
            rows.sort_by_key(|row| (row.is_deleted, row.seconds));
            rows.truncate(room);
            room -= rows.len();
            block(entity, &rows)
        };
        entities.split(',').map(block).collect()
    }

    fn queried(&self, text: &str) -> String {
        let after = |word: &str| {
            let (_, rest) = text.split_once(word)?;
            rest.split([' ', '\'', ')']).find(|part| !part.is_empty())
        };
        let number = |word| after(word).map_or(1, |text| text.parse::<usize>().unwrap());
        let entity = after("FROM ").unwrap();
        let since = after("LastUpdatedTime >= ").and_then(Moment::parse).unwrap_or_default();
        let mut rows = self.changed_since(entity, since);
        if let Some((_, ids)) = text.split_once("Id IN (") {
            let (ids, _) = ids.split_once(')').unwrap();
            rows.retain(|row| ids.split(',').any(|id| id == format!("'{}'", row.id)));
        }
        rows.retain(|row| !row.is_deleted);
        rows.sort_by_key(|row| row.seconds);
        rows.drain(..(number("STARTPOSITION ") - 1).min(rows.len()));
        rows.truncate(number("MAXRESULTS "));
        block(entity, &rows)
    }
}

fn block(entity: &str, rows: &[Row]) -> String {
    if rows.is_empty() {
        return "{}".to_owned();
    }
    let records: Vec<_> = rows.iter().map(record).collect();
    format!(r#"{{"{entity}":[{}],"maxResults":{}}}"#, records.join(","), rows.len())
}

fn record(row: &Row) -> String {
    let (id, time) = (row.id, moment(row.seconds).to_iso_seconds());
    match row.is_deleted {
        true => {
            format!(
                r#"{{"status":"Deleted","Id":"{id}","MetaData":{{"LastUpdatedTime":"{time}"}}}}"#
            )
        }
        false => format!(
            r#"{{"Id":"{id}","SyncToken":"1","MetaData":{{"CreateTime":"{SINCE}","LastUpdatedTime":"{time}"}}}}"#
        ),
    }
}
