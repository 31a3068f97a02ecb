//! Answers of the FreshBooks API in its two shapes, accounting's nested one and the flat one of
//! projects and time (reference: freshbooks-sage §1.9).

use std::collections::BTreeMap;

use ledgerhook_connector::ProviderError;
use ledgerhook_egress::Answer;
use serde_json::value::RawValue;

use super::faults;

/// Members of an object, each as it stood.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// A page of a list.
#[derive(Debug)]
pub(super) struct ListPage<'a> {
    /// Its elements, as they stood in the answer.
    pub(super) rows: Vec<&'a RawValue>,
    /// How many pages there are.
    pub(super) pages: Option<u64>,
    /// How many elements there are on all pages.
    pub(super) total: Option<u64>,
}

/// The single record of an answer of any status.
pub(super) fn item<'a>(answer: &'a Answer, key: &str) -> Result<&'a RawValue, ProviderError> {
    let members = members(answer)?;
    let item = members.get(key).copied();
    item.ok_or_else(|| faults::not_understood(answer, &format!("has no {key}")))
}

/// The list of an answer of any status. Some lists stand under the name of a single record, so that
/// is tried too.
pub(super) fn list<'a>(
    answer: &'a Answer,
    key: &str,
    item_key: &str,
) -> Result<ListPage<'a>, ProviderError> {
    let members = members(answer)?;
    let unread = || faults::not_understood(answer, &format!("has no list {key}"));
    let json = members.get(key).or_else(|| members.get(item_key)).ok_or_else(unread)?;
    let rows = serde_json::from_str(json.get()).map_err(|_| unread())?;
    // Beside the list in accounting, in a part of its own elsewhere.
    let meta = members.get("meta").and_then(|json| object(json.get()));
    let number = |name: &str| {
        let json = meta.as_ref().unwrap_or(&members).get(name)?;
        json.get().trim_matches('"').parse().ok()
    };
    Ok(ListPage { rows, pages: number("pages"), total: number("total") })
}

/// The members of what an answer is about: without `response` and `result`, where it has them.
fn members(answer: &Answer) -> Result<Members<'_>, ProviderError> {
    if answer.truncated {
        let problem = format!("is larger than {} bytes", answer.body.len());
        return Err(faults::not_understood(answer, &problem));
    }
    if !answer.status.is_success() {
        return Err(faults::refusal(answer));
    }
    let body = std::str::from_utf8(&answer.body).ok();
    let mut members = body.and_then(object).ok_or_else(|| faults::refusal(answer))?;
    for layer in ["response", "result"] {
        let Some(json) = members.get(layer) else { continue };
        members = object(json.get()).ok_or_else(|| faults::refusal(answer))?;
    }
    match members.contains_key("errors") {
        true => Err(faults::refusal(answer)),
        false => Ok(members),
    }
}

fn object(json: &str) -> Option<Members<'_>> {
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, StatusCode};

    use super::*;

    fn answer(body: &str) -> Answer {
        Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
            truncated: false,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn both_shapes_of_an_item_are_read() {
        let bodies = [
            r#"{"response":{"result":{"client":{"id":7}}}}"#,
            r#"{"response":{"client":{"id":7}}}"#,
            r#"{"client":{"id":7},"abilities":[]}"#,
        ];
        for body in bodies {
            assert_eq!(item(&answer(body), "client").unwrap().get(), r#"{"id":7}"#, "{body}");
        }
    }

    #[test]
    fn both_shapes_of_a_list_are_read_with_their_counts() {
        let bodies = [
            r#"{"response":{"result":{"clients":[{},{}],"page":1,"pages":3,"per_page":2,"total":5}}}"#,
            r#"{"clients":[{},{}],"meta":{"page":1,"pages":"3","per_page":2,"total":5,"sort":[]}}"#,
        ];
        for body in bodies {
            let answer = answer(body);
            let page = list(&answer, "clients", "client").unwrap();
            assert_eq!((page.rows.len(), page.pages, page.total), (2, Some(3), Some(5)), "{body}");
        }
        let answer = answer(r#"{"client":[]}"#);
        let page = list(&answer, "clients", "client").unwrap();
        assert_eq!((page.rows.len(), page.pages, page.total), (0, None, None));
    }

    #[test]
    fn what_is_no_answer_is_unavailable_never_empty() {
        let bodies = [
            "",
            "<html></html>",
            "[]",
            "{}",
            r#"{"response":[]}"#,
            r#"{"response":{"result":{}}}"#,
            r#"{"response":{"result":{"clients":{}}}}"#,
            r#"{"items":[]}"#,
        ];
        for body in bodies {
            let error = list(&answer(body), "clients", "client").unwrap_err();
            assert!(matches!(error, ProviderError::Unavailable(_)), "{body}: {error}");
        }
        let cut = Answer { truncated: true, ..answer(r#"{"clients":[]}"#) };
        let error = list(&cut, "clients", "client").unwrap_err();
        assert!(error.to_string().contains("is larger than 14 bytes"), "{error}");
    }

    #[test]
    fn errors_with_status_200_are_errors() {
        let body = r#"{"response":{"errors":[{"errno":1012,"message":"Client not found."}]}}"#;
        let error = item(&answer(body), "client").unwrap_err();
        assert!(matches!(error, ProviderError::NotFound(_)), "{error}");
    }
}
