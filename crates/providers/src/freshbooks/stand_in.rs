//! For tests: lists of a few lines that answer as FreshBooks documents it, and what a part of the
//! connector is asked with.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledgerhook_connector::{Access, ClientCredentials, UserTokens};
use ledgerhook_model::Secret;
use ledgerhook_model::configuration::Configuration;

use super::api::Api;
use super::endpoints::Endpoints;
use super::profile::BUSINESS_ID;
use crate::scripted_server::{Asked, Scripted, ScriptedServer, answer, client};
use crate::settings::ProviderSettings;

/// The date of every answer of the books.
pub(super) const DATE: &str = "Date: Fri, 20 Nov 2026 08:00:00 GMT";
/// [`DATE`] as a moment.
pub(super) const TIME: &str = "2026-11-20T08:00:00Z";

/// An answer with [`DATE`].
pub(super) fn dated(status: &'static str, body: impl Into<String>) -> Scripted {
    let mut scripted = answer(status, body);
    scripted.headers.push(DATE);
    scripted
}

/// The endpoints, all on the server.
pub(super) fn endpoints(server: &ScriptedServer) -> Arc<Endpoints> {
    let urls = [
        ("token_url", format!("{}/token", server.url)),
        ("revoke_url", format!("{}/revoke", server.url)),
        ("me_url", format!("{}/me", server.url)),
        ("api_url", format!("{}/", server.url)),
    ];
    let entries = urls.map(|(name, url)| (name.to_owned(), url));
    let settings =
        ProviderSettings(BTreeMap::from([("freshbooksv2".to_owned(), BTreeMap::from(entries))]));
    Arc::new(Endpoints::read(&settings.of("freshbooksv2")).unwrap())
}

/// An API whose calls go to the server.
pub(super) fn api(server: &ScriptedServer) -> Arc<Api> {
    Arc::new(Api::new(client(), endpoints(server)))
}

/// Those of the app of all tests.
pub(super) fn credentials() -> ClientCredentials {
    ClientCredentials { api_key: Secret::new("key"), api_secret: Secret::new("secret") }
}

/// Access to an account.
pub(super) fn access(account: &str) -> Access {
    Access {
        company: account.to_owned(),
        credentials: credentials(),
        source: Arc::new(UserTokens {
            token: Secret::new("access"),
            companion: Secret::new("refresh"),
        }),
    }
}

/// The configuration of an instance of business 439000.
pub(super) fn configuration() -> Configuration {
    let mut configuration = Configuration::default();
    configuration.set(BUSINESS_ID, "439000");
    configuration
}

/// A record.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its id.
    pub(super) id: usize,
    /// When it changed last, in the form of its kind.
    pub(super) updated: String,
    /// When it was made, where it says so.
    pub(super) created: Option<&'static str>,
    /// 0 active, 1 deleted, 2 archived; outside accounting only 1 is another state.
    pub(super) vis_state: u8,
}

/// An active record.
pub(super) fn row(id: usize, updated: &str) -> Row {
    Row { id, updated: updated.to_owned(), created: None, vis_state: 0 }
}

/// A deleted record.
pub(super) fn deleted(id: usize, updated: &str) -> Row {
    Row { vis_state: 1, ..row(id, updated) }
}

/// The records of a business, by the name of their list.
#[derive(Debug, Default)]
pub(super) struct Books(pub(super) BTreeMap<&'static str, Vec<Row>>);

impl Books {
    /// Books of these lists.
    pub(super) fn of<const N: usize>(lists: [(&'static str, Vec<Row>); N]) -> Self {
        Self(BTreeMap::from(lists))
    }

    /// Answers a question for a list.
    pub(super) fn answer(&self, asked: &Asked) -> Scripted {
        let path = asked.line.split(['?', ' ']).nth(1).unwrap();
        let (_, list) = path.rsplit_once('/').unwrap();
        let number = |name| asked.parameter(name).unwrap().parse::<usize>().unwrap();
        let (page, per_page) = (number("page"), number("per_page"));
        let rows: Vec<&Row> =
            self.0.get(list).into_iter().flatten().filter(|row| is_shown(row, asked)).collect();
        let (total, pages) = (rows.len(), rows.len().div_ceil(per_page));
        let shown = rows.iter().skip((page - 1) * per_page).take(per_page);
        let shown: Vec<String> = shown.map(|row| json(list, row)).collect();
        let shown = shown.join(",");
        let counts =
            format!(r#""page":{page},"pages":{pages},"per_page":{per_page},"total":{total}"#);
        dated(
            "200 OK",
            match path.starts_with("/accounting/") {
                true => format!(r#"{{"response":{{"result":{{"{list}":[{shown}],{counts}}}}}}}"#),
                false => format!(r#"{{"{list}":[{shown}],"meta":{{{counts}}}}}"#),
            },
        )
    }
}

/// By the filters of the question. Vendors know no filter by time.
fn is_shown(row: &Row, asked: &Asked) -> bool {
    let is_deleted = row.vis_state == 1;
    let wants_deleted = asked.parameter("search[vis_state]").as_deref() == Some("1")
        || asked.parameter("active").as_deref() == Some("false");
    let is_in_state = asked.parameter("include_deleted").is_some() || is_deleted == wants_deleted;
    let is_filtered = !asked.line.contains("bill_vendors");
    let since = asked.parameter("search[updated_min]").or(asked.parameter("updated_since"));
    is_in_state && (!is_filtered || since.is_none_or(|since| row.updated >= since))
}

/// Time entries do not say when they changed.
fn json(list: &str, row: &Row) -> String {
    let Row { id, updated, created, vis_state } = row;
    let created =
        created.map(|created| format!(r#""created_at":"{created}","#)).unwrap_or_default();
    let is_active = *vis_state != 1;
    match list {
        "time_entries" => format!(r#"{{{created}"id":{id},"active":{is_active}}}"#),
        "projects" => {
            format!(r#"{{{created}"id":{id},"updated_at":"{updated}","active":{is_active}}}"#)
        }
        _ => format!(r#"{{{created}"id":{id},"updated":"{updated}","vis_state":{vis_state}}}"#),
    }
}
