//! The parameters of a list.

use jiff::Timestamp;

use super::super::books::Attributes;
use super::super::endpoints::{Changes, Endpoint};
use super::super::refusal::Refusal;
use super::super::times;

const ITEMS_PER_PAGE: usize = 20;
const ITEMS_PER_PAGE_MAX: usize = 200;

const UPDATED_SINCE: &str = "updated_or_created_since";
const DELETED_SINCE: &str = "deleted_since";

/// Which API is asked, as far as lists go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Dialect {
    /// API 3.1.
    Current,
    /// API 3: no `deleted_since` and no `sort`.
    Columbus,
}

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SortKey {
    UpdatedAt,
    CreatedAt,
    Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sort {
    pub(super) key: SortKey,
    pub(super) descending: bool,
}

/// What a list is asked for.
#[derive(Debug)]
pub(in super::super) struct Asked {
    pub(super) page: usize,
    pub(super) items_per_page: usize,
    pub(in super::super) attributes: Attributes,
    pub(super) updated_since: Option<Timestamp>,
    pub(super) deleted_since: Option<Timestamp>,
    pub(super) sort: Option<Sort>,
    pub(super) filters: Vec<(String, String)>,
    /// Everything asked but the page and its size.
    others: Vec<(String, String)>,
}

impl Asked {
    /// Reads the parameters of a list. Those that the endpoint does not know are ignored,
    /// `deleted_since` among them.
    ///
    /// # Errors
    /// 422 for a page, a page size, a time or a sort that is none.
    pub(in super::super) fn read(
        endpoint: &Endpoint,
        query: &str,
        dialect: Dialect,
    ) -> Result<Self, Refusal> {
        let mut asked = Self {
            page: 1,
            items_per_page: ITEMS_PER_PAGE,
            attributes: Attributes::Minimal,
            updated_since: None,
            deleted_since: None,
            sort: None,
            filters: Vec::new(),
            others: Vec::new(),
        };
        let (updates, deletes) = match endpoint.changes {
            Changes::UpdatesAndDeletes => (true, dialect == Dialect::Current),
            Changes::Updates => (true, false),
            Changes::Unknown => (false, false),
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            match name.as_str() {
                "page" => asked.page = number(&name, &value, usize::MAX)?,
                "items_per_page" => {
                    asked.items_per_page = number(&name, &value, ITEMS_PER_PAGE_MAX)?;
                }
                "attributes" => asked.attributes = attributes(&value),
                UPDATED_SINCE if updates => asked.updated_since = Some(time(&name, &value)?),
                DELETED_SINCE if deletes => asked.deleted_since = Some(time(&name, &value)?),
                "sort" if endpoint.sorts && dialect == Dialect::Current => {
                    asked.sort = Some(sort(&value)?);
                }
                filter if endpoint.filters.contains(&filter) => {
                    if filter.ends_with("_date") && times::parse_date(&value).is_none() {
                        return Err(Refusal::invalid(&name, "invalid date"));
                    }
                    asked.filters.push((name.clone(), value.clone()));
                }
                _ => {}
            }
            if !matches!(name.as_str(), "page" | "items_per_page") {
                asked.others.push((name, value));
            }
        }
        Ok(asked)
    }

    /// The address of another page, relative to the API's base.
    pub(super) fn link(&self, endpoint: &Endpoint, page: usize, drops_filters: bool) -> String {
        let mut link =
            format!("/{}?page={page}&items_per_page={}", endpoint.name, self.items_per_page);
        for (name, value) in &self.others {
            if drops_filters && !matches!(name.as_str(), "attributes" | "sort") {
                continue;
            }
            let pair = url::form_urlencoded::Serializer::new(String::new())
                .append_pair(name, value)
                .finish();
            link.push('&');
            // Commas and colons stand as they are in recorded links.
            link.push_str(&pair.replace("%2C", ",").replace("%3A", ":"));
        }
        link
    }
}

fn number(name: &str, value: &str, max: usize) -> Result<usize, Refusal> {
    let number = value.parse().ok().filter(|number| (1..=max).contains(number));
    number.ok_or_else(|| Refusal::invalid(name, format!("{name} is out of range")))
}

fn time(name: &str, value: &str) -> Result<Timestamp, Refusal> {
    times::parse(value).ok_or_else(|| Refusal::invalid(name, "invalid date"))
}

fn sort(value: &str) -> Result<Sort, Refusal> {
    let (key, direction) = value.split_once(':').unwrap_or((value, "asc"));
    let key = match key {
        "updated_at" => Some(SortKey::UpdatedAt),
        "created_at" => Some(SortKey::CreatedAt),
        "date" => Some(SortKey::Date),
        _ => None,
    };
    let descending = match direction {
        "asc" => Some(false),
        "desc" => Some(true),
        _ => None,
    };
    let sort = key.zip(descending).map(|(key, descending)| Sort { key, descending });
    sort.ok_or_else(|| Refusal::invalid("sort", format!("cannot sort by {value}")))
}

fn attributes(value: &str) -> Attributes {
    if value == "all" {
        return Attributes::All;
    }
    let names = value.split(',').map(|name| name.trim().to_owned());
    Attributes::Named(names.filter(|name| !name.is_empty()).collect())
}

/// The fields of a read by id: all, unless some are asked for.
pub(in super::super) fn attributes_of(query: &str) -> Attributes {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let asked = pairs.find(|(name, _)| name == "attributes");
    asked.map_or(Attributes::All, |(_, value)| attributes(&value))
}
