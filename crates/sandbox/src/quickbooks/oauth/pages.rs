//! The plain pages on which a person picks a company, or reads why not.

use std::fmt::Write as _;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use url::Url;

use super::super::shared::State as SandboxState;

/// A form with a button for each company; `fields` go along hidden, and `end` follows the list.
pub(in super::super) struct CompanyForm<'f> {
    pub(in super::super) client_id: &'f str,
    pub(in super::super) action: &'f str,
    pub(in super::super) fields: &'f [(&'f str, &'f str)],
    pub(in super::super) end: &'f str,
}

impl CompanyForm<'_> {
    pub(in super::super) fn show(&self, state: &SandboxState) -> Response {
        let mut form = String::new();
        for (name, value) in self.fields {
            let value = escape(value);
            append(
                &mut form,
                format_args!(r#"<input type="hidden" name="{name}" value="{value}">"#),
            );
        }
        form.push_str("<ul>");
        for (realm_id, company) in &state.companies {
            let (realm_id, name) = (escape(realm_id), escape(&company.company.name));
            append(
                &mut form,
                format_args!(
                    r#"<li>{name} ({realm_id}) <button name="realm_id" value="{realm_id}">Approve</button></li>"#
                ),
            );
        }
        let (client_id, action, end) = (escape(self.client_id), self.action, self.end);
        Html(document(&format!(
            r#"<h1>Connect a company</h1><p>{client_id} asks for access.</p><form method="post" action="{action}">{form}</ul>{end}</form>"#
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
        r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>QuickBooks sandbox</title><body>{body}</body></html>"#
    )
}

/// The page that says why an app cannot connect.
pub(in super::super) fn error_page(reason: &str) -> Response {
    let body = document(&format!("<h1>This app cannot connect</h1><p>{reason}</p>"));
    (StatusCode::BAD_REQUEST, Html(body)).into_response()
}

/// Sends the person back to the app.
pub(in super::super) fn found(back: &Url) -> Response {
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
