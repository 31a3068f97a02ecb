//! The plain pages on which a person signs in, or reads why not.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use url::Url;

use super::super::shared::State as SandboxState;

/// A form with a button for each user; `fields` go along hidden.
pub(super) struct SignInForm<'f> {
    pub(super) client_id: &'f str,
    pub(super) action: &'f str,
    pub(super) fields: &'f [(&'f str, &'f str)],
}

impl SignInForm<'_> {
    pub(super) fn show(&self, state: &SandboxState) -> Response {
        let mut form = String::new();
        for (name, value) in self.fields {
            let value = escape(value);
            append(
                &mut form,
                format_args!(r#"<input type="hidden" name="{name}" value="{value}">"#),
            );
        }
        let businesses = state.businesses.values().map(|one| one.business.user.as_str());
        for user in businesses.collect::<BTreeSet<_>>() {
            let names = state.businesses_of(user).into_iter().map(|one| one.name.as_str());
            let names = escape(&names.collect::<Vec<_>>().join(", "));
            let user = escape(user);
            append(
                &mut form,
                format_args!(
                    r#"<p>{user} ({names}) <button name="user" value="{user}">Allow</button></p>"#
                ),
            );
        }
        let (client_id, action) = (escape(self.client_id), self.action);
        Html(document(&format!(
            r#"<h1>Sign in</h1><p>{client_id} asks for access.</p><form method="post" action="{action}">{form}<button name="user" value="">Deny</button></form>"#
        )))
        .into_response()
    }
}

fn append(text: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _written = text.write_fmt(piece);
}

fn document(body: &str) -> String {
    format!(
        r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Sage sandbox</title><body>{body}</body></html>"#
    )
}

/// The page that says why an app cannot connect.
pub(super) fn error_page(reason: &str) -> Response {
    let body = document(&format!("<h1>This app cannot connect</h1><p>{reason}</p>"));
    (StatusCode::BAD_REQUEST, Html(body)).into_response()
}

/// Sends the person back to the app.
pub(super) fn found(back: &Url) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, back.as_str())]).into_response()
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
