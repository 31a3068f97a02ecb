//! The authorize page: a plain form where a person gives an app access, or does not.

use std::collections::BTreeMap;

use axum::extract::{Form, Query, State};
use axum::response::Response;
use serde::Deserialize;
use url::Url;

use super::super::portal::{App, is_safe_address};
use super::super::shared::SharedState;
use super::grants::Approved;
use super::pages::{self, PAGES};
use crate::oauth::{found, return_address};

/// The parameters of the page, and the hidden fields of its form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) client_id: String,
    pub(super) response_type: String,
    pub(super) scope: String,
    pub(super) redirect_uri: String,
    pub(super) state: String,
    pub(super) code_challenge: String,
    pub(super) code_challenge_method: String,
    /// The person whose button was pressed; empty when access was denied.
    identity_id: String,
}

/// `GET /oauth/authorize`.
pub(super) async fn page(
    State(shared): State<SharedState>,
    Query(asked): Query<Asked>,
) -> Response {
    let state = shared.lock();
    match check(&asked, &state.apps) {
        Ok(_) => pages::consent(&asked, &state.users),
        Err(wrong) => wrong.into_response(&asked.state),
    }
}

/// `POST /oauth/authorize`: a button was pressed.
pub(super) async fn decide(
    State(shared): State<SharedState>,
    Form(asked): Form<Asked>,
) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let state = &mut *state;
    let Checked { mut back, scope } = match check(&asked, &state.apps) {
        Ok(checked) => checked,
        Err(wrong) => return wrong.into_response(&asked.state),
    };
    if asked.identity_id.is_empty() {
        return back_with_error(back, "access_denied", &asked.state);
    }
    let identity_id = asked.identity_id.parse().ok();
    let Some(identity_id) = identity_id.filter(|id| state.users.contains_key(id)) else {
        return PAGES.error("There is no such person.");
    };
    let challenge = (!asked.code_challenge.is_empty()).then(|| asked.code_challenge.clone());
    let (client_id, redirect_uri) = (asked.client_id.as_str(), asked.redirect_uri.as_str());
    let approved = Approved { client_id, identity_id, redirect_uri, scope, challenge };
    let code = state.grants.issue_code(approved, now, &mut state.chance);
    back.query_pairs_mut().append_pair("code", &code);
    found(&with_state(back, &asked.state))
}

/// What is good about the parameters.
#[derive(Debug)]
struct Checked {
    back: Url,
    scope: String,
}

/// What is wrong with the parameters.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    /// Told on the page: there is nowhere to return to.
    Here(&'static str),
    /// Told to the app.
    There(Url, &'static str),
}

impl Wrong {
    fn into_response(self, state: &str) -> Response {
        match self {
            Self::There(back, error) => back_with_error(back, error, state),
            Self::Here(reason) => PAGES.error(reason),
        }
    }
}

fn back_with_error(mut back: Url, error: &str, state: &str) -> Response {
    back.query_pairs_mut().append_pair("error", error);
    found(&with_state(back, state))
}

fn with_state(mut back: Url, state: &str) -> Url {
    if !state.is_empty() {
        back.query_pairs_mut().append_pair("state", state);
    }
    back
}

fn check(asked: &Asked, apps: &BTreeMap<String, App>) -> Result<Checked, Wrong> {
    let app = apps.get(&asked.client_id).ok_or(Wrong::Here("The client_id is not known."))?;
    let back = return_address(&app.redirect_uris, &asked.redirect_uri).map_err(Wrong::Here)?;
    if back.query().is_some() {
        return Err(Wrong::Here("The redirect_uri has a query."));
    }
    if !is_safe_address(&back) {
        return Err(Wrong::Here("The redirect_uri is not an https address."));
    }
    if asked.response_type != "code" {
        return Err(Wrong::There(back, "unsupported_response_type"));
    }
    if !asked.code_challenge.is_empty() && asked.code_challenge_method != "S256" {
        return Err(Wrong::There(back, "invalid_request"));
    }
    let scope =
        if asked.scope.trim().is_empty() { app.scopes.join(" ") } else { asked.scope.clone() };
    // One scope that does not exist, or that the app does not have, fails the whole consent.
    let is_good = |scope: &str| {
        is_spelt_right(scope) && (app.scopes.is_empty() || app.scopes.iter().any(|s| s == scope))
    };
    if !scope.split_whitespace().all(is_good) {
        return Err(Wrong::There(back, "invalid_scope"));
    }
    Ok(Checked { back, scope })
}

/// `user:<object>:<read|write>`.
fn is_spelt_right(scope: &str) -> bool {
    let parts: Vec<&str> = scope.split(':').collect();
    let is_object = |object: &str| {
        !object.is_empty() && object.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    matches!(parts.as_slice(), ["user", object, "read" | "write"] if is_object(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_app_may_ask_and_only_return_where_it_is_registered() {
        let listed = App {
            redirect_uris: vec!["https://app.example/back".to_owned()],
            scopes: vec!["user:profile:read".to_owned(), "user:invoices:read".to_owned()],
            ..App::new("listed", "secret")
        };
        let apps = BTreeMap::from([
            ("listed".to_owned(), listed),
            ("open".to_owned(), App::new("open", "secret")),
        ]);
        for (client_id, redirect_uri, scope, allowed) in [
            ("listed", "https://app.example/back", "user:profile:read", true),
            ("listed", "https://app.example/back", "", true),
            ("listed", "https://app.example/back", "user:bills:read", false),
            ("listed", "https://app.example/other", "", false),
            ("open", "http://127.0.0.1:9/back", "user:bills:read user:taxes:write", true),
            ("open", "http://app.example/back", "", false),
            ("open", "https://app.example/back?x=1", "", false),
            ("open", "https://app.example/back", "bills", false),
            ("other", "https://app.example/back", "", false),
        ] {
            let asked = Asked {
                client_id: client_id.to_owned(),
                response_type: "code".to_owned(),
                scope: scope.to_owned(),
                redirect_uri: redirect_uri.to_owned(),
                ..Asked::default()
            };
            assert_eq!(check(&asked, &apps).is_ok(), allowed, "{client_id} {redirect_uri} {scope}");
        }
    }
}
