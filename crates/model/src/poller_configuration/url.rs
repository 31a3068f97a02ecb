//! The `url` of a polled resource: which list is asked, and with what.

use crate::limits::URL_CHARS_MAX;

/// The base path of the API, which a full URL has before the hub.
const BASE_PATH: &str = "/elements/api-v2";

/// A question as it stands in a configuration, its date macros not yet expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollUrl {
    /// The resource that is listed: what follows the hub.
    pub resource: String,
    /// The CEQL of `where`.
    pub condition: Option<String>,
    /// `orderBy`.
    pub order_by: Option<String>,
    /// `fields`.
    pub fields: Option<String>,
    /// `pageSize`.
    pub page_size: Option<String>,
    /// All other parameters, in order.
    pub parameters: Vec<(String, String)>,
}

impl PollUrl {
    /// Reads `/hubs/{hub}/{resource}?where=…&orderBy=…`, `/{resource}?…`, or either with a host and
    /// the API's base path before it. The hub's name does not matter
    /// (reference: cloud-elements §7.1).
    ///
    /// The parameters are mostly written as they are meant, with blanks and quotes. One is
    /// percent-decoded only when it holds none of blank, `<`, `>`, `{`, so that `LIKE '%20%'` stays
    /// what it is; `+` is always a plus, as in `+07:00`. An `&` begins a parameter only when a name
    /// and `=` follow, so `'Smith & Sons'` stays whole.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.chars().count() > URL_CHARS_MAX {
            return Err(format!("is longer than {URL_CHARS_MAX} characters"));
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let resource = resource(path).ok_or_else(|| {
            format!("`{path}` names no resource, as /hubs/finance/customers or /customers does")
        })?;
        let mut url = Self {
            resource,
            condition: None,
            order_by: None,
            fields: None,
            page_size: None,
            parameters: Vec::new(),
        };
        for (name, value) in parameters(query) {
            url.take(name, decoded(value))?;
        }
        Ok(url)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), String> {
        let place = match name {
            "where" => &mut self.condition,
            "orderBy" => &mut self.order_by,
            "fields" => &mut self.fields,
            "pageSize" => &mut self.page_size,
            _ => {
                self.parameters.push((name.to_owned(), value));
                return Ok(());
            }
        };
        if place.is_some() {
            return Err(format!("has `{name}` twice"));
        }
        *place = Some(value).filter(|value| !value.trim().is_empty());
        Ok(())
    }
}

/// The resource that a path names.
fn resource(path: &str) -> Option<String> {
    let path = match path.split_once("://") {
        Some((_, after)) => after.split_once('/').map(|(_, path)| path).unwrap_or_default(),
        None => path,
    };
    let path = format!("/{}", path.trim().trim_matches('/'));
    let path = path.strip_prefix(BASE_PATH).unwrap_or(&path);
    let path = match path.strip_prefix("/hubs/") {
        Some(after) => after.split_once('/')?.1,
        None => path.trim_start_matches('/'),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    (!path.is_empty() && path.chars().all(is_name)).then(|| path.to_owned())
}

/// Cuts a query into names and values, as they are written.
fn parameters(query: &str) -> Vec<(&str, &str)> {
    let begins_parameter = |after: &str| {
        let (name, _) = after.split_once('=').unwrap_or_default();
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        !name.is_empty() && name.bytes().all(is_name)
    };
    let starts = query
        .match_indices('&')
        .map(|(at, _)| at + 1)
        .filter(|at| query.get(*at..).is_some_and(begins_parameter));
    let mut parameters = Vec::new();
    let mut start = 0;
    for end in starts.map(|at| at - 1).chain([query.len()]) {
        let part = query.get(start..end).unwrap_or_default();
        if !part.is_empty() {
            parameters.push(part.split_once('=').unwrap_or((part, "")));
        }
        start = end + 1;
    }
    parameters
}

/// A value as it is meant: percent-decoded, when it is one that a program encoded.
fn decoded(value: &str) -> String {
    if value.contains([' ', '<', '>', '{']) {
        return value.to_owned();
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let pair = (byte == b'%').then(|| digit(ahead.next()).zip(digit(ahead.next()))).flatten();
        match pair.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = ahead;
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_resource_is_found_in_every_form_of_url() {
        for (text, resource) in [
            ("/hubs/finance/customers", "customers"),
            ("/hubs/crap/customers/", "customers"),
            ("/customers?where=a=1", "customers"),
            ("customers", "customers"),
            ("/bill-payments", "bill-payments"),
            ("/hubs/documents/events/poll/documents", "events/poll/documents"),
            ("https://example.com/elements/api-v2/hubs/finance/bills?x=1", "bills"),
            ("/elements/api-v2/bills", "bills"),
        ] {
            assert_eq!(PollUrl::parse(text).unwrap().resource, resource, "{text}");
        }
        for text in ["", "/", "?where=a=1", "/hubs/finance", "https://example.com", "/a b", "/é"] {
            assert!(PollUrl::parse(text).unwrap_err().contains("names no resource"), "{text}");
        }
        assert!(PollUrl::parse(&"a".repeat(URL_CHARS_MAX + 1)).is_err());
    }

    #[test]
    fn parameters_are_read_as_they_are_meant() {
        let condition = |text: &str| PollUrl::parse(text).unwrap().condition.unwrap();
        for (query, expected) in [
            (
                "where=a='x' and b>2015-01-06T09:31:38+07:00",
                "a='x' and b>2015-01-06T09:31:38+07:00",
            ),
            ("where=name LIKE '%adam%'", "name LIKE '%adam%'"),
            ("where=name='Smith & Sons'&orderBy=a", "name='Smith & Sons'"),
            ("where=name%3D'x'%20and%20b%3E%27y%27", "name='x' and b>'y'"),
            ("where=d%3E%24%7Bdate%7D", "d>${date}"),
            ("where=a='%zz%1'", "a='%zz%1'"),
            ("where=a='%ff'", "a='%ff'"),
            ("x=1&where=a=1", "a=1"),
        ] {
            assert_eq!(condition(&format!("/a?{query}")), expected, "{query}");
        }
        let url = "/a?where=&orderBy=name desc&fields=id,name&pageSize=5&x=1&y&z=a=b";
        let url = PollUrl::parse(url).unwrap();
        assert_eq!(url.condition, None);
        assert_eq!(url.order_by.as_deref(), Some("name desc"));
        assert_eq!(url.fields.as_deref(), Some("id,name"));
        assert_eq!(url.page_size.as_deref(), Some("5"));
        let pairs: Vec<_> = url.parameters.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(pairs, [("x", "1&y"), ("z", "a=b")]);
        assert!(PollUrl::parse("/a?where=a=1&where=b=1").unwrap_err().contains("twice"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}", query in "[&=%a-f0-9' ]{0,40}") {
            let _url = PollUrl::parse(&text);
            let _url = PollUrl::parse(&format!("/a?{query}"));
        }
    }
}
