//! The plain pages on which a person gives access, or reads why not.

use std::collections::BTreeMap;

use axum::response::Response;

use super::super::portal::User;
use super::authorize::Asked;
use crate::oauth::{Pages, escape, hidden_fields};

pub(super) const PAGES: Pages =
    Pages { provider: "FreshBooks", refusal: "This app cannot get access" };

/// The form with a button for each person.
pub(super) fn consent(asked: &Asked, users: &BTreeMap<u64, User>) -> Response {
    let hidden = hidden_fields(&[
        ("client_id", &asked.client_id),
        ("response_type", &asked.response_type),
        ("scope", &asked.scope),
        ("redirect_uri", &asked.redirect_uri),
        ("state", &asked.state),
        ("code_challenge", &asked.code_challenge),
        ("code_challenge_method", &asked.code_challenge_method),
    ]);
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
    PAGES.show(&format!(
        r#"<h1>Give access</h1><p>{app} asks for: {scope}</p><form method="post">{hidden}<ul>{people}</ul>{deny}</form>"#
    ))
}
