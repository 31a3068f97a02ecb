//! Lists: which records, in which order, which page of them, and how they are shown (reference:
//! freshbooks-sage §2.5).

mod parameters;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::books::{Books, Record};
use super::endpoints::{Changes, Endpoint, Holds};
use super::types;
use parameters::SortKey;
pub(super) use parameters::{Asked, Dialect, attributes_of};

/// How links to other pages are, by the options and by chance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Links {
    pub(super) drops_filters: bool,
    pub(super) loses_next: bool,
}

/// A page, and how many rows it has.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) body: Value,
    pub(super) rows: usize,
}

/// Answers a list.
pub(super) fn answer(books: &Books, endpoint: &Endpoint, asked: &Asked, links: Links) -> Page {
    if endpoint.holds == Holds::Types {
        let rows: Vec<Value> = types::rows(endpoint).collect();
        return cut(&rows, endpoint, asked, links, Value::clone);
    }
    let mut records: Vec<&Record> =
        books.records_of(endpoint).filter(|record| matches(record, asked)).collect();
    if let Some(sort) = &asked.sort {
        records.sort_by(|one, other| sort_key(one, sort.key).cmp(&sort_key(other, sort.key)));
        if sort.descending {
            records.reverse();
        }
    }
    cut(&records, endpoint, asked, links, |record| record.show(&asked.attributes))
}

/// A time or a date; the other one is the same for all.
fn sort_key(record: &Record, key: SortKey) -> (Option<Timestamp>, &str) {
    match key {
        SortKey::UpdatedAt => (Some(record.updated_at), ""),
        SortKey::CreatedAt => (Some(record.created_at), ""),
        SortKey::Date => (None, record.text("date")),
    }
}

/// The asked page of the rows. Beyond the last page there is the last page again.
fn cut<T>(
    rows: &[T],
    endpoint: &Endpoint,
    asked: &Asked,
    links: Links,
    show: impl Fn(&T) -> Value,
) -> Page {
    let pages = rows.len().div_ceil(asked.items_per_page).max(1);
    let page = asked.page.min(pages);
    let start = (page - 1) * asked.items_per_page;
    let items: Vec<Value> = rows.iter().skip(start).take(asked.items_per_page).map(show).collect();
    let link = |page: usize| asked.link(endpoint, page, links.drops_filters);
    let next = (page < pages && !links.loses_next).then(|| link(page + 1));
    let back = (page > 1).then(|| link(page - 1));
    let rows_of_page = items.len();
    let body = json!({
        "$total": rows.len(),
        "$page": page,
        "$next": next,
        "$back": back,
        "$itemsPerPage": asked.items_per_page,
        "$items": items,
    });
    Page { body, rows: rows_of_page }
}

/// Whether a record is of the asked ones. Deleted ones are only in lists of deleted ones.
fn matches(record: &Record, asked: &Asked) -> bool {
    let standing = match (asked.deleted_since, record.deleted_at) {
        // Not inclusive.
        (Some(since), Some(deleted_at)) => deleted_at > since,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    // Inclusive.
    let changed = asked.updated_since.is_none_or(|since| record.updated_at >= since);
    standing && changed && asked.filters.iter().all(|(name, value)| passes(record, name, value))
}

fn passes(record: &Record, name: &str, value: &str) -> bool {
    match name {
        "contact_type_id" => {
            let types = record.get("contact_types").and_then(Value::as_array);
            types.is_some_and(|types| {
                types.iter().any(|one| one.get("id").is_some_and(|id| id == value))
            })
        }
        "search" => record.text("displayed_as").to_lowercase().contains(&value.to_lowercase()),
        "email" => record.text("email") == value,
        "active" => {
            let active = record.get("active").and_then(Value::as_bool).unwrap_or(true);
            active == (value == "true")
        }
        "from_date" => record.text("date") >= value,
        "to_date" => record.text("date") <= value,
        "updated_from_date" => super::times::day(record.updated_at).as_str() >= value,
        "updated_to_date" => super::times::day(record.updated_at).as_str() <= value,
        _ => {
            let stem = name.strip_suffix("_id").unwrap_or(name);
            record.referred(stem).unwrap_or_else(|| record.text(name)) == value
        }
    }
}

/// Whether a list of an endpoint is one of deletes.
pub(super) fn asks_for_deletes(endpoint: &Endpoint, query: &str) -> bool {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    endpoint.changes == Changes::UpdatesAndDeletes && pairs.any(|(name, _)| name == "deleted_since")
}
