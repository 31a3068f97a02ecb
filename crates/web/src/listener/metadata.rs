//! The pages on which the listener describes itself, with the text of the original in markup of our
//! own (reference: qbo-webhooks-listener §7).

mod catalogue;
mod sample;
mod schema;

use askama::Template;
use axum::extract::FromRequestParts as _;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::address::Address;
use super::answer;
use super::entity_names::{ENTITY_NAMES, OPERATIONS};
use super::format::Format;
use super::types::{CLASSES, Kind, Language, REQUEST, Scope};
use crate::query::Query;

/// What the service calls itself.
const SERVICE: &str = "QBO Webhooks Listener";

/// The number that the original gives the schema of the request's types.
const XSD_OF_TYPES: &str = "1";

/// Shown where a request names no host.
const HOST_DEFAULT: &str = "localhost";

/// Answers a page.
pub(super) async fn answer(page: Address, parts: &mut Parts) -> Response {
    let Ok(query) = Query::from_request_parts(parts, &()).await;
    match page {
        Address::ToMetadata => {
            (StatusCode::FOUND, [(header::LOCATION, "/metadata")]).into_response()
        }
        Address::Metadata => metadata(&query),
        Address::OperationMetadata { format } => operation_or_index(format, &query, parts),
        Address::OperationsMetadata { as_json: false } => index(),
        Address::OperationsMetadata { as_json: true } => json(catalogue::operations()),
        Address::Operations => json(catalogue::operation_names()),
        Address::TypesMetadata => json(catalogue::types()),
        Address::Languages => html(&Languages { languages: &Language::ALL }),
        Address::Types(language) => plain(language.code(Scope::File)),
        Address::NoMetadata => (StatusCode::FORBIDDEN, "Forbidden").into_response(),
        Address::Custom { .. }
        | Address::Predefined { .. }
        | Address::NoSuchOperation { .. }
        | Address::Nothing => answer::nothing(),
    }
}

/// The index, or the schema that `?xsd=` asks for. The schemas of .NET's serialiser itself, which
/// the original has beside it, are Microsoft's and not needed to read it.
fn metadata(query: &Query) -> Response {
    match query.text("xsd") {
        None => index(),
        Some(XSD_OF_TYPES) => {
            ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], schema::xsd()).into_response()
        }
        Some(_) => answer::nothing(),
    }
}

fn operation_or_index(format: Format, query: &Query, parts: &Parts) -> Response {
    match query.text("op") {
        None => index(),
        Some(operation) if operation.eq_ignore_ascii_case(REQUEST) => {
            operation_page(format, query, parts)
        }
        Some(_) => answer::nothing(),
    }
}

fn index() -> Response {
    html(&Index { formats: &PAGES })
}

fn operation_page(format: Format, query: &Query, parts: &Parts) -> Response {
    let host = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let language = query.text("lang").and_then(Language::of_name);
    html(&Operation {
        format,
        language,
        code: language.map(|language| language.code(Scope::Page)),
        languages: &Language::ALL,
        sample: sample::Sample::of(format, host.unwrap_or(HOST_DEFAULT)),
    })
}

fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(error) => answer::fault(&error),
    }
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn json(value: serde_json::Value) -> Response {
    axum::Json(value).into_response()
}

/// Formats with a page of their own.
const PAGES: [Format; 5] = [Format::Json, Format::Xml, Format::Jsv, Format::Csv, Format::Jsonl];

#[derive(Template)]
#[template(path = "listener/index.html")]
struct Index<'a> {
    formats: &'a [Format],
}

#[derive(Template)]
#[template(path = "listener/languages.html")]
struct Languages<'a> {
    languages: &'a [Language],
}

#[derive(Template)]
#[template(path = "listener/operation.html")]
struct Operation<'a> {
    format: Format,
    language: Option<Language>,
    code: Option<String>,
    languages: &'a [Language],
    sample: sample::Sample,
}

impl Operation<'_> {
    fn is_shown(&self, language: &Language) -> bool {
        self.language.as_ref() == Some(language)
    }
}

/// A type as a parameter table shows it.
fn kind_name(kind: &Kind) -> String {
    match kind {
        Kind::Text => "string".to_owned(),
        Kind::DateTime => "DateTime".to_owned(),
        Kind::Enum(name) | Kind::Object(name) => (*name).to_owned(),
        Kind::List(name) => format!("List<{name}>"),
    }
}

#[cfg(test)]
mod tests;
