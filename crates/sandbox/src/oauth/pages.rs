//! The plain pages on which a person gives access, or reads why not.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use url::Url;

/// The pages of one provider.
pub(crate) struct Pages {
    /// Whose sandbox it is.
    pub(crate) provider: &'static str,
    /// The heading of the page that says why not.
    pub(crate) refusal: &'static str,
}

impl Pages {
    pub(crate) fn show(&self, body: &str) -> Response {
        Html(self.document(body)).into_response()
    }

    /// The page that says why an app cannot get access.
    pub(crate) fn error(&self, reason: &str) -> Response {
        let body = self.document(&format!("<h1>{}</h1><p>{reason}</p>", self.refusal));
        (StatusCode::BAD_REQUEST, Html(body)).into_response()
    }

    fn document(&self, body: &str) -> String {
        let provider = self.provider;
        format!(
            r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>{provider} sandbox</title><body>{body}</body></html>"#
        )
    }
}

/// Sends the person back to the app.
pub(crate) fn found(back: &Url) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, back.as_str())]).into_response()
}

/// The fields of a form that nobody sees.
pub(crate) fn hidden_fields(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| {
        format!(r#"<input type="hidden" name="{name}" value="{}">"#, escape(value))
    };
    fields.iter().map(field).collect()
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Where a person returns to, if the app is registered with the address; an app that names no
/// address may return anywhere.
pub(crate) fn return_address(registered: &[String], asked: &str) -> Result<Url, &'static str> {
    if !registered.is_empty() && !registered.iter().any(|address| address == asked) {
        return Err("The redirect_uri is not registered with the app.");
    }
    Url::parse(asked).map_err(|_| "The redirect_uri is not a URL.")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_of_others_is_escaped_in_the_page() {
        assert_eq!(escape(r#"<b a="1">&"#), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
