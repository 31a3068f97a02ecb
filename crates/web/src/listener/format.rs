//! The formats of bodies and answers, with the names that the original has for them.

use super::content_type::essence;

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON.
    Json,
    /// XML, in .NET's DataContract form.
    Xml,
    /// JSV, ServiceStack's own.
    Jsv,
    /// CSV, a row for each notification.
    Csv,
    /// JSON Lines, a line for each notification.
    Jsonl,
    /// HTML; only ever answered. A body under an HTML address is read as JSON.
    Html,
}

impl Format {
    /// All of them, in the order of the original's pages.
    pub const ALL: [Self; 6] =
        [Self::Json, Self::Xml, Self::Jsv, Self::Csv, Self::Jsonl, Self::Html];

    /// Its name in paths, extensions and `?format=`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Jsv => "jsv",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Html => "html",
        }
    }

    /// What answers in it are called.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
            Self::Jsv => "application/jsv",
            Self::Csv => "text/csv",
            Self::Jsonl => "text/jsonl",
            Self::Html => "text/html",
        }
    }

    /// The format of exactly that name.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of a content type; its parameters and case do not matter (reference:
    /// qbo-webhooks-listener §4).
    pub(super) fn of_content_type(content_type: &str) -> Option<Self> {
        match essence(content_type).as_str() {
            "application/json" | "text/json" => Some(Self::Json),
            "application/xml" | "text/xml" => Some(Self::Xml),
            "application/jsv" | "text/jsv" => Some(Self::Jsv),
            "text/csv" => Some(Self::Csv),
            "text/jsonl" => Some(Self::Jsonl),
            "text/html" => Some(Self::Html),
            _ => None,
        }
    }
}
