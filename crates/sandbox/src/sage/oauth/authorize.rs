//! The authorize page: a plain form where a person signs in as one of the users, or says no.

use std::collections::BTreeMap;

use axum::extract::{Form, Query, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;
use url::Url;

use super::super::portal::App;
use super::super::shared::{SharedState, State as SandboxState, lead};
use super::grants::{Approved, Generation};
use super::pages::{PAGES, SignInForm};
use crate::oauth::{found, return_address};

/// The page of API 1 knows no other.
const OLD_PATH: &str = "/oauth2/auth";
/// What asks for API 3.1.
const CURRENT_FILTER: &str = "apiv3.1";

/// The parameters of the page, and the hidden fields of its form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    client_id: String,
    response_type: String,
    scope: String,
    redirect_uri: String,
    state: String,
    filter: String,
    country: String,
    /// The user of the button pressed; empty when access was denied.
    user: String,
}

/// `GET /oauth2/auth/central` and `GET /oauth2/auth`.
pub(super) async fn page(
    State(shared): State<SharedState>,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Response {
    let state = shared.lock();
    match check(&asked, uri.path(), &state.apps) {
        Ok(_) => show(&asked, uri.path(), &state),
        Err(reason) => PAGES.error(reason),
    }
}

/// A button was pressed.
pub(super) async fn decide(
    State(shared): State<SharedState>,
    uri: Uri,
    Form(asked): Form<Asked>,
) -> Response {
    let now = shared.now();
    let mut state = shared.lock();
    let SandboxState { chance, apps, businesses, grants, .. } = &mut *state;
    let (mut back, generation) = match check(&asked, uri.path(), apps) {
        Ok(checked) => checked,
        Err(reason) => return PAGES.error(reason),
    };
    if asked.user.is_empty() {
        let denied = [("error", "access_denied"), ("state", &asked.state)];
        back.query_pairs_mut().extend_pairs(denied);
        return found(&back);
    }
    let Some(lead) = lead(businesses, &asked.user) else {
        return PAGES.error("There is no such user.");
    };
    // Who signs in with a business of another country than the one asked for is sent back so.
    if !asked.country.is_empty() && !asked.country.eq_ignore_ascii_case(&lead.country) {
        let refused = [("error", "Invalid request"), ("reason", "Email already in use")];
        back.query_pairs_mut().extend_pairs(refused);
        return found(&back);
    }
    let country = lead.country.clone();
    let scope = if asked.scope.is_empty() { "full_access" } else { &asked.scope };
    let approved = Approved {
        client_id: asked.client_id,
        user: asked.user,
        country: country.clone(),
        redirect_uri: asked.redirect_uri,
        scope: scope.to_owned(),
        generation,
    };
    let code = grants.issue_code(approved, now, chance);
    let granted = [("code", &code), ("country", &country), ("state", &asked.state)];
    back.query_pairs_mut().extend_pairs(granted);
    found(&back)
}

/// Checks the app and where to return; whatever is wrong is shown here, never sent there.
fn check(
    asked: &Asked,
    path: &str,
    apps: &BTreeMap<String, App>,
) -> Result<(Url, Generation), &'static str> {
    let app = apps.get(&asked.client_id).ok_or("The client_id is not known.")?;
    let back = return_address(&app.redirect_uris, &asked.redirect_uri)?;
    if !matches!(back.scheme(), "http" | "https") {
        return Err("The redirect_uri is not an http address.");
    }
    if asked.response_type != "code" {
        return Err("The response_type is not code.");
    }
    let generation = match asked.filter.as_str() {
        "" => Generation::Older,
        CURRENT_FILTER if path != OLD_PATH => Generation::Current,
        _ => return Err("The filter is not apiv3.1."),
    };
    match asked.scope.as_str() {
        "full_access" | "readonly" => {}
        "" if generation == Generation::Older => {}
        _ => return Err("The scope is neither full_access nor readonly."),
    }
    Ok((back, generation))
}

fn show(asked: &Asked, path: &str, state: &SandboxState) -> Response {
    let form = SignInForm {
        client_id: &asked.client_id,
        action: path,
        fields: &[
            ("client_id", &asked.client_id),
            ("response_type", &asked.response_type),
            ("scope", &asked.scope),
            ("redirect_uri", &asked.redirect_uri),
            ("state", &asked.state),
            ("filter", &asked.filter),
            ("country", &asked.country),
        ],
    };
    form.show(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(scope: &str, filter: &str, redirect_uri: &str) -> Asked {
        Asked {
            client_id: "app".to_owned(),
            response_type: "code".to_owned(),
            scope: scope.to_owned(),
            filter: filter.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            ..Asked::default()
        }
    }

    #[test]
    fn the_filter_and_the_path_say_which_api_is_meant() {
        const BACK: &str = "http://127.0.0.1/back";
        const CENTRAL: &str = "/oauth2/auth/central";
        let app = App { redirect_uris: vec![BACK.to_owned()], ..App::new("app", "secret") };
        let apps = BTreeMap::from([("app".to_owned(), app)]);
        let generation = |asked: &Asked, path| check(asked, path, &apps).ok().map(|(_, g)| g);
        let (current, older) = (Some(Generation::Current), Some(Generation::Older));
        for (scope, filter, path, expected) in [
            ("full_access", CURRENT_FILTER, CENTRAL, current),
            ("readonly", CURRENT_FILTER, CENTRAL, current),
            ("", CURRENT_FILTER, CENTRAL, None),
            ("everything", CURRENT_FILTER, CENTRAL, None),
            ("full_access", "", CENTRAL, older),
            ("", "", OLD_PATH, older),
            ("full_access", CURRENT_FILTER, OLD_PATH, None),
            ("full_access", "apiv4", CENTRAL, None),
        ] {
            let asked = asked(scope, filter, BACK);
            assert_eq!(generation(&asked, path), expected, "{scope} {filter} {path}");
        }
        for elsewhere in ["http://127.0.0.1/back/", "", "javascript:alert(1)"] {
            let asked = asked("full_access", CURRENT_FILTER, elsewhere);
            assert_eq!(generation(&asked, CENTRAL), None, "{elsewhere}");
        }
    }
}
