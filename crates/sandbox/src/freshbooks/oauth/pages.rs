//! The plain pages on which a person gives access, or reads why not.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use url::Url;

use super::super::portal::User;
use super::authorize::Asked;

/// The form with a button for each person.
pub(super) fn consent(asked: &Asked, users: &BTreeMap<u64, User>) -> Response {
    let hidden: String = [
        ("client_id", &asked.client_id),
        ("response_type", &asked.response_type),
        ("scope", &asked.scope),
        ("redirect_uri", &asked.redirect_uri),
        ("state", &asked.state),
        ("code_challenge", &asked.code_challenge),
        ("code_challenge_method", &asked.code_challenge_method),
    ]
    .iter()
    .map(|(name, value)| {
        format!(r#"<input type="hidden" name="{name}" value="{}">"#, escape(value))
    })
    .collect();
    let people: String = users
        .values()
        .map(|user| {
            let name = escape(&format!("{} {}", user.first_name, user.last_name));
            let id = user.identity_id;
            format!(r#"<li>{name} <button name="identity_id" value="{id}">Approve</button></li>"#)
        })
        .collect();
    let (app, scope) = (escape(&asked.client_id), escape(&asked.scope));
    let deny = r#"<button name="identity_id" value="">Deny</button>"#;
    Html(document(&format!(
        r#"<h1>Give access</h1><p>{app} asks for: {scope}</p><form method="post">{hidden}<ul>{people}</ul>{deny}</form>"#
    )))
    .into_response()
}

/// The page that says why an app cannot get access.
pub(super) fn error(reason: &str) -> Response {
    let body = document(&format!("<h1>This app cannot get access</h1><p>{reason}</p>"));
    (StatusCode::BAD_REQUEST, Html(body)).into_response()
}

/// Sends the person back to the app.
pub(super) fn found(back: &Url) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, back.as_str())]).into_response()
}

fn document(body: &str) -> String {
    format!(
        r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>FreshBooks sandbox</title><body>{body}</body></html>"#
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_of_others_is_escaped_in_the_page() {
        assert_eq!(escape(r#"<b a="1">&"#), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
