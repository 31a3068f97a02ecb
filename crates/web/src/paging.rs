//! Pages of lists: `pageSize`, `nextPage`, and the token that leads to the next page.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledgerhook_model::limits::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};

use crate::failure::Failure;
use crate::query::Query;

/// A list with pages. Its name is part of its tokens, so that a token of one list is not taken for
/// a place in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PagedList(pub(crate) &'static str);

/// Which page of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageRequest {
    /// Most items of the page.
    pub(crate) size: usize,
    /// The last item of the page before; `None` for the first page.
    pub(crate) after: Option<i64>,
}

impl PageRequest {
    /// Reads `pageSize` and `nextPage`.
    pub(crate) fn read(list: PagedList, query: &Query) -> Result<Self, Failure> {
        let size = page_size(query)?;
        let after = query.text("nextPage").map(|token| list.place(token)).transpose()?;
        Ok(Self { size, after })
    }

    /// How many items to ask for: one more than the page has, which tells whether there is a next
    /// page.
    pub(crate) fn limit(self) -> usize {
        self.size + 1
    }

    /// Cuts what was found down to the page. The last item's place is where the next page begins,
    /// when there is one.
    pub(crate) fn cut<T>(
        self,
        list: PagedList,
        items: &mut Vec<T>,
        place: impl Fn(&T) -> i64,
    ) -> Option<String> {
        let has_more = items.len() > self.size;
        items.truncate(self.size);
        items.last().filter(|_| has_more).map(|last| list.token(place(last)))
    }
}

impl PagedList {
    /// The token of the page that follows `place`.
    pub(crate) fn token(self, place: impl Display) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{place}", self.0))
    }

    /// The place to which a token of this list leads.
    pub(crate) fn place<P: FromStr>(self, token: &str) -> Result<P, Failure> {
        let place = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| {
            let text = String::from_utf8(bytes).ok()?;
            text.strip_prefix(self.0)?.strip_prefix(':')?.parse().ok()
        });
        place.ok_or_else(|| {
            Failure::bad_request(
                "nextPage: not a token of this list; take it from the elements-next-page-token \
                 header of the page before",
            )
        })
    }
}

/// Reads `pageSize`.
pub(crate) fn page_size(query: &Query) -> Result<usize, Failure> {
    let Some(text) = query.text("pageSize") else { return Ok(PAGE_SIZE_DEFAULT) };
    let size = text.parse().ok().filter(|size| (1..=PAGE_SIZE_MAX).contains(size));
    size.ok_or_else(|| {
        Failure::bad_request(format!("pageSize: must be a whole number from 1 to {PAGE_SIZE_MAX}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: PagedList = PagedList("things");

    fn read(pairs: &[(&str, &str)]) -> Result<PageRequest, String> {
        PageRequest::read(LIST, &Query::from(pairs)).map_err(|failure| failure.message().to_owned())
    }

    #[test]
    fn a_page_is_200_items_from_the_start_unless_asked_otherwise() {
        assert_eq!(read(&[]), Ok(PageRequest { size: 200, after: None }));
        assert_eq!(read(&[("pageSize", "7")]), Ok(PageRequest { size: 7, after: None }));
        assert_eq!(read(&[("pageSize", " ")]), Ok(PageRequest { size: 200, after: None }));
    }

    #[test]
    fn a_page_size_out_of_range_is_refused_by_name() {
        for size in ["0", "-1", "5001", "many", "1.5"] {
            let refused = read(&[("pageSize", size)]);
            let message = "pageSize: must be a whole number from 1 to 5000";
            assert_eq!(refused, Err(message.to_owned()), "{size}");
        }
    }

    #[test]
    fn a_token_leads_to_where_the_page_before_ended() {
        let mut items = vec![3, 5, 8];
        let request = PageRequest { size: 2, after: None };
        let token = request.cut(LIST, &mut items, |item| *item).unwrap();
        assert_eq!(items, [3, 5]);
        let next = read(&[("nextPage", &token)]);
        assert_eq!(next, Ok(PageRequest { size: 200, after: Some(5) }));
    }

    #[test]
    fn a_last_page_has_no_token() {
        let request = PageRequest { size: 2, after: None };
        assert_eq!(request.cut(LIST, &mut vec![3, 5], |item| *item), None);
        assert_eq!(request.cut(LIST, &mut Vec::<i64>::new(), |item| *item), None);
    }

    #[test]
    fn a_token_of_another_list_or_none_at_all_is_refused() {
        for token in [&*PagedList("others").token(5), &*PagedList("thing").token(5), "5", "%%"] {
            let message = read(&[("nextPage", token)]).unwrap_err();
            assert!(message.starts_with("nextPage: not a token of this list"), "{message}");
        }
    }
}
