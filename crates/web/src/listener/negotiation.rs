//! What an answer is written in (reference: qbo-webhooks-listener §2.3). The original's rules, to
//! the letter: quality values are not looked at, and nothing is ever 406.

use axum::http::{HeaderMap, header};

use super::content_type::{self, Form};
use super::format::Format;
use crate::query::Query;

/// Formats that `Accept` is searched for, in the original's order of liking.
const PREFERRED: [Format; 4] = [Format::Html, Format::Json, Format::Xml, Format::Jsv];

/// Formats that are looked for only after all else, because the original has them as plug-ins.
const LATE: [Format; 2] = [Format::Csv, Format::Jsonl];

/// Longest name of a callback that is kept, in characters.
const CALLBACK_CHARS_MAX: usize = 128;

/// How an answer is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AnswerForm {
    /// What it is called.
    pub(super) content_type: String,
    /// The format; `None` when the content type is none that is known.
    pub(super) format: Option<Format>,
    /// The function that a JSON answer is wrapped in.
    pub(super) callback: Option<String>,
}

impl AnswerForm {
    /// Of the custom address.
    pub(super) fn of_custom(extension: Option<Format>, query: &Query, headers: &HeaderMap) -> Self {
        match extension {
            Some(format) => Self::of_extension(format, query),
            None => Self::asked_in_query(query).unwrap_or_else(|| Self::of_headers(headers)),
        }
    }

    /// Of a pre-defined address, where `Accept` says nothing.
    pub(super) fn of_predefined(format: Format, query: &Query) -> Self {
        Self::asked_in_query(query).unwrap_or_else(|| format.into())
    }

    fn of_extension(format: Format, query: &Query) -> Self {
        let callback = callback(query).filter(|_| format == Format::Json);
        Self { callback, ..format.into() }
    }

    fn asked_in_query(query: &Query) -> Option<Self> {
        if let Some(callback) = callback(query) {
            return Some(Self { callback: Some(callback), ..Format::Json.into() });
        }
        let name = query.text("format")?.to_ascii_lowercase();
        Format::of_name(&name).map(Self::from)
    }

    fn of_headers(headers: &HeaderMap) -> Self {
        let sent = content_type::of_request(headers);
        let accepted = accepted(headers);
        let is_accepted =
            |format: Format| accepted.iter().any(|entry| entry.starts_with(format.content_type()));
        let as_sent = PREFERRED.into_iter().filter(|format| sent == Some(format.content_type()));
        let preferred = as_sent.chain(PREFERRED).find(|format| is_accepted(*format));
        if let Some(format) = preferred {
            return format.into();
        }
        if accepted.iter().any(|entry| entry == "*/*") {
            return sent.map_or_else(|| Format::Html.into(), Self::like_request);
        }
        LATE.into_iter().find(|format| is_accepted(*format)).unwrap_or(Format::Html).into()
    }

    /// The request's own type, word for word. A form is answered in HTML.
    fn like_request(content_type: &str) -> Self {
        if Form::of_content_type(content_type).is_some() {
            return Format::Html.into();
        }
        let format = Format::of_content_type(content_type);
        Self { content_type: content_type.to_owned(), format, callback: None }
    }
}

impl From<Format> for AnswerForm {
    fn from(format: Format) -> Self {
        let content_type = format.content_type().to_owned();
        Self { content_type, format: Some(format), callback: None }
    }
}

/// The entries of all `Accept` headers, without parameters and in lower case.
fn accepted(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(content_type::essence).collect()
}

/// The name of the function, with `_` for what cannot be in a name.
fn callback(query: &Query) -> Option<String> {
    let name = query.text("callback")?;
    let is_fit = |character: char| character.is_ascii_alphanumeric() || "_$".contains(character);
    let fit = name.chars().map(|character| if is_fit(character) { character } else { '_' });
    Some(fit.take(CALLBACK_CHARS_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: Option<&str>, content_type: Option<&str>) -> HeaderMap {
        let pairs = [(header::ACCEPT, accept), (header::CONTENT_TYPE, content_type)];
        let given = pairs.into_iter().filter_map(|(name, text)| Some((name, text?)));
        given.map(|(name, text)| (name, text.parse().unwrap())).collect()
    }

    fn negotiated(
        extension: Option<Format>,
        query: &[(&str, &str)],
        headers: &HeaderMap,
    ) -> (String, Option<String>) {
        let form = AnswerForm::of_custom(extension, &Query::from(query), headers);
        (form.content_type, form.callback)
    }

    #[test]
    fn accept_is_read_as_the_original_reads_it() {
        let json = Some("application/json");
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, sent, expected) in [
            // a: an entry that is also the type of the request.
            (Some("text/html, application/json"), json, "application/json"),
            (Some("application/xml,application/jsv"), Some("application/jsv"), "application/jsv"),
            (
                Some("text/html, application/json"),
                Some("application/json; charset=utf-8"),
                "text/html",
            ),
            // b: the first that is liked.
            (Some("application/json"), json, "application/json"),
            (Some("application/xml;q=0.9, text/html;q=0.1"), json, "text/html"),
            (Some(browser), json, "text/html"),
            (Some("application/jsonp"), None, "application/json"),
            (Some("Application/XML"), None, "application/xml"),
            (Some("application/jsv"), None, "application/jsv"),
            (Some("application/xml, application/json"), None, "application/json"),
            (Some("*/*, application/xml"), json, "application/xml"),
            // c: the request's own type.
            (Some("*/*"), json, "application/json"),
            (
                Some("*/*"),
                Some("application/json; charset=utf-8"),
                "application/json; charset=utf-8",
            ),
            (Some("*/*;q=0.1"), Some("text/csv"), "text/csv"),
            (Some("*/*"), Some("text/plain"), "text/plain"),
            (Some("*/*"), Some("application/x-www-form-urlencoded"), "text/html"),
            (Some("*/*"), Some("multipart/form-data; boundary=b"), "text/html"),
            (Some("*/*"), None, "text/html"),
            // d: the plug-ins.
            (Some("text/csv"), json, "text/csv"),
            (Some("text/jsonl"), json, "text/jsonl"),
            // Nothing that is known.
            (None, json, "text/html"),
            (Some(""), json, "text/html"),
            (Some("text/jsv"), Some("text/jsv"), "text/html"),
            (Some("text/xml"), json, "text/html"),
            (Some("application/*"), json, "text/html"),
            (Some("text/*"), json, "text/html"),
        ] {
            let found = negotiated(None, &[], &headers(accept, sent));
            assert_eq!(found, (expected.to_owned(), None), "{accept:?} {sent:?}");
        }
    }

    #[test]
    fn the_query_goes_before_accept_and_the_extension_before_all() {
        let accept = headers(Some("application/xml"), Some("application/json"));
        for (extension, query, expected, callback) in [
            (None, &[("format", "csv")][..], "text/csv", None),
            (None, &[("format", "JSON")], "application/json", None),
            (None, &[("format", "jsonl")], "text/jsonl", None),
            (None, &[("format", "html")], "text/html", None),
            (None, &[("format", "other")], "application/xml", None),
            (None, &[("format", "")], "application/xml", None),
            (None, &[("callback", "f")], "application/json", Some("f")),
            (None, &[("callback", "f"), ("format", "csv")], "application/json", Some("f")),
            (None, &[("callback", "a.b(c)")], "application/json", Some("a_b_c_")),
            (Some(Format::Xml), &[("format", "json")], "application/xml", None),
            (Some(Format::Xml), &[("callback", "f")], "application/xml", None),
            (Some(Format::Json), &[("callback", "f")], "application/json", Some("f")),
        ] {
            let found = negotiated(extension, query, &accept);
            assert_eq!(found, (expected.to_owned(), callback.map(str::to_owned)), "{query:?}");
        }
    }

    #[test]
    fn a_pre_defined_address_has_its_own_format_unless_the_query_says_other() {
        for format in Format::ALL {
            let form = AnswerForm::of_predefined(format, &Query::default());
            assert_eq!(
                (form.content_type.as_str(), form.format),
                (format.content_type(), Some(format))
            );
        }
        let query = Query::from(&[("format", "xml")][..]);
        assert_eq!(AnswerForm::of_predefined(Format::Json, &query), Format::Xml.into());
    }
}
