//! Lists: pages, filters and order (reference: freshbooks-sage §1.9).

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::super::nouns::{Noun, Service};
use super::super::refusal::Refusal;
use super::super::times;
use super::record::{DELETED, Record};
use super::{Books, Fields};

/// A larger `per_page` is taken for this one, without a word.
const PER_PAGE_MAX: usize = 100;
/// Records on a page of the accounting service when none are asked for.
const PER_PAGE_ACCOUNTING: usize = 15;
/// Records on a page of a business service when none are asked for.
const PER_PAGE_BUSINESS: usize = 30;

/// What a list is asked for. Unknown parameters are ignored without a word.
#[derive(Debug, Default)]
pub(in super::super) struct Asked {
    page: usize,
    per_page: Option<usize>,
    newest_first: Option<bool>,
    sort: Option<String>,
    updated_min: Option<Date>,
    updated_max: Option<Date>,
    updated_since: Option<Timestamp>,
    include_deleted: bool,
    active: Option<bool>,
    vis_state: Option<u8>,
    equals: Vec<(String, String)>,
}

impl Asked {
    /// Reads the query of a list of a noun.
    pub(in super::super) fn of(noun: &Noun, query: &str) -> Result<Self, Refusal> {
        let mut asked = Self { page: 1, ..Self::default() };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "page" => asked.page = value.parse().unwrap_or(1).max(1),
                "per_page" => asked.per_page = value.parse().ok(),
                "sort" => asked.sort_by(&value),
                name if noun.service == Service::Accounting => {
                    let key = name.strip_prefix("search[").and_then(|key| key.strip_suffix(']'));
                    asked.search(noun, key.unwrap_or_default(), &value);
                }
                "updated_since" => {
                    let invalid = || Refusal::invalid(noun.key, "updated_since", &Value::Null);
                    asked.updated_since = Some(times::parse_since(&value).ok_or_else(invalid)?);
                }
                "active" if noun.service == Service::Projects => asked.active = value.parse().ok(),
                "include_deleted" => asked.include_deleted = value.eq_ignore_ascii_case("true"),
                _ => {}
            }
        }
        Ok(asked)
    }

    fn sort_by(&mut self, value: &str) {
        let newest_first = match value {
            "updated_desc" | "updated_at_desc" => Some(true),
            "updated_asc" | "updated_at_asc" | "updated" => Some(false),
            _ => None,
        };
        self.newest_first = newest_first;
        self.sort = newest_first.map(|_| value.to_owned());
    }

    fn search(&mut self, noun: &Noun, key: &str, value: &str) {
        match key {
            "updated_min" => self.updated_min = times::parse_day(value),
            "updated_max" => self.updated_max = times::parse_day(value),
            "vis_state" => self.vis_state = value.parse().ok(),
            _ if noun.searches.contains(&key) => {
                self.equals.push((key.to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }

    fn takes(&self, record: &Record) -> bool {
        let day = times::eastern_day(record.updated_at);
        let visible = match (self.vis_state, self.active) {
            (Some(vis_state), _) => record.vis_state == vis_state && !record.gone,
            // A deleted project is one that is not active. That it is listed so is ours.
            (None, Some(active)) => shows(&record.fields, "active", &active.to_string()),
            (None, None) => self.include_deleted || !(record.gone || record.vis_state == DELETED),
        };
        visible
            && self.updated_min.is_none_or(|min| day >= min)
            && self.updated_max.is_none_or(|max| day <= max)
            && self.updated_since.is_none_or(|since| record.updated_at >= since)
            && self.equals.iter().all(|(name, value)| shows(&record.fields, name, value))
    }

    /// The `sort` of `meta` in a business list.
    pub(in super::super) fn sort(&self) -> Option<&str> {
        self.sort.as_deref()
    }
}

/// Whether a property has a value, however it is typed.
fn shows(fields: &Fields, name: &str, value: &str) -> bool {
    fields.get(name).is_some_and(|shown| match shown.as_str() {
        Some(text) => text == value,
        None => format!("{shown}") == value,
    })
}

/// One page of a list.
#[derive(Debug)]
pub(in super::super) struct Page {
    pub(in super::super) records: Vec<Value>,
    pub(in super::super) page: usize,
    pub(in super::super) pages: usize,
    pub(in super::super) per_page: usize,
    pub(in super::super) total: usize,
}

impl Books {
    /// A page of the records asked for. Without `sort` the newest id comes first, so that a
    /// record created in between moves the rest: the order is not documented, and this is the
    /// worse one for whoever pages.
    pub(in super::super) fn list(&self, noun: &Noun, asked: &Asked) -> Page {
        let shelf = self.shelf(noun);
        let records = shelf.into_iter().flat_map(|shelf| shelf.records.values().rev());
        let mut found: Vec<&Record> = records.filter(|record| asked.takes(record)).collect();
        match asked.newest_first {
            Some(true) => found.sort_by_key(|record| std::cmp::Reverse(record.updated_at)),
            Some(false) => found.sort_by_key(|record| record.updated_at),
            None => {}
        }
        let usual = match noun.service {
            Service::Accounting => PER_PAGE_ACCOUNTING,
            Service::Projects | Service::TimeTracking | Service::Comments => PER_PAGE_BUSINESS,
        };
        let per_page = asked.per_page.filter(|size| *size > 0).unwrap_or(usual).min(PER_PAGE_MAX);
        let total = found.len();
        let skipped = (asked.page - 1).saturating_mul(per_page);
        let shown = found.into_iter().skip(skipped).take(per_page);
        Page {
            records: shown.map(|record| Value::Object(record.fields.clone())).collect(),
            page: asked.page,
            pages: total.div_ceil(per_page).max(1),
            per_page,
            total,
        }
    }
}
