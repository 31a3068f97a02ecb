//! The authorize page: a plain form where a person picks the company, or says no.

use std::collections::BTreeMap;

use axum::extract::{Form, Query, State};
use axum::response::Response;
use serde::Deserialize;
use url::Url;

use super::super::portal::App;
use super::super::shared::{SharedState, State as SandboxState};
use super::grants::{Approved, Scope};
use super::pages::{CompanyForm, PAGES};
use crate::oauth::{found, return_address};

/// The parameters of the page, and the hidden fields of its form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    client_id: String,
    response_type: String,
    scope: String,
    redirect_uri: String,
    state: String,
    /// The company of the button pressed; empty when access was denied.
    realm_id: String,
}

/// `GET /connect/oauth2`.
pub(super) async fn page(
    State(shared): State<SharedState>,
    Query(asked): Query<Asked>,
) -> Response {
    let state = shared.lock();
    match check(&asked, &state.apps) {
        Ok(_) => show(&asked, &state),
        Err(reason) => PAGES.error(reason),
    }
}

/// `POST /connect/oauth2`: a button was pressed.
pub(super) async fn decide(
    State(shared): State<SharedState>,
    Form(asked): Form<Asked>,
) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let state = &mut *state;
    let mut back = match check(&asked, &state.apps) {
        Ok(back) => back,
        Err(reason) => return PAGES.error(reason),
    };
    if asked.realm_id.is_empty() {
        back.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("state", &asked.state);
        return found(&back);
    }
    if !state.companies.contains_key(&asked.realm_id) {
        return PAGES.error("There is no such company.");
    }
    let asks_for = |name: &str| asked.scope.split_whitespace().any(|scope| scope == name);
    let approved = Approved {
        client_id: &asked.client_id,
        realm_id: &asked.realm_id,
        redirect_uri: &asked.redirect_uri,
        scope: Scope {
            openid: asks_for("openid"),
            accounting: asks_for("com.intuit.quickbooks.accounting"),
        },
    };
    let code = state.grants.issue_code(&approved, now, &mut state.chance);
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &asked.state)
        .append_pair("realmId", &asked.realm_id);
    found(&back)
}

/// Checks the app and where to return; whatever is wrong is shown here, never sent there.
fn check(asked: &Asked, apps: &BTreeMap<String, App>) -> Result<Url, &'static str> {
    let app = apps.get(&asked.client_id).ok_or("The client_id is not known.")?;
    let back = return_address(&app.redirect_uris, &asked.redirect_uri)?;
    if !matches!(back.scheme(), "http" | "https") {
        return Err("The redirect_uri is not an http address.");
    }
    if asked.response_type != "code" {
        return Err("The response_type is not code.");
    }
    if asked.scope.is_empty() {
        return Err("The scope is missing.");
    }
    Ok(back)
}

fn show(asked: &Asked, state: &SandboxState) -> Response {
    let form = CompanyForm {
        client_id: &asked.client_id,
        action: "/connect/oauth2",
        fields: &[
            ("client_id", &asked.client_id),
            ("response_type", &asked.response_type),
            ("scope", &asked.scope),
            ("redirect_uri", &asked.redirect_uri),
            ("state", &asked.state),
        ],
        end: r#"<button name="realm_id" value="">Deny</button>"#,
    };
    form.show(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_app_may_ask_and_only_return_where_it_is_registered() {
        let app = App {
            redirect_uris: vec!["http://127.0.0.1/back".to_owned()],
            ..App::new("app", "secret")
        };
        let apps = BTreeMap::from([("app".to_owned(), app)]);
        for (client_id, redirect_uri, allowed) in [
            ("app", "http://127.0.0.1/back", true),
            ("other", "http://127.0.0.1/back", false),
            ("app", "http://127.0.0.1/back/", false),
            ("app", "", false),
        ] {
            let asked = Asked {
                client_id: client_id.to_owned(),
                response_type: "code".to_owned(),
                scope: "com.intuit.quickbooks.accounting".to_owned(),
                redirect_uri: redirect_uri.to_owned(),
                ..Asked::default()
            };
            assert_eq!(check(&asked, &apps).is_ok(), allowed, "{client_id} {redirect_uri}");
        }
    }
}
