//! Reading a list without order: from its first page to its last, because the latest change may
//! stand anywhere.

use std::collections::HashSet;

use ledgerhook_connector::ProviderError;
use ledgerhook_model::Moment;

use super::by_time::latest;
use super::reader::{Page, Reader, Selection};
use super::window::Window;
use super::{Part, stuck};

/// Most pages of a list: 200,000 records, more than a business has of any kind. Only a list that
/// does not end gets there.
const PAGES_MAX: u64 = 1_000;

/// How often a list is read that changes while it is read.
///
/// Pages are counted, so a record that is deleted or moved meanwhile pulls another one over the
/// edge of a page that was read already. What is pulled over an edge once is hardly so thrice.
const WALKS_MAX: u32 = 3;

/// What a walk saw of the list beside its records.
#[derive(Debug, Default)]
struct Signs {
    ids: HashSet<String>,
    total: Option<u64>,
    pages: u32,
    /// The list is not what it was when its first page was read.
    is_disturbed: bool,
}

impl Signs {
    /// Notes a page; says whether it shows anything new.
    fn note(&mut self, page: &mut Page) -> bool {
        let count = page.ids.len();
        let new = page.ids.drain(..).filter(|id| self.ids.insert(id.clone())).count();
        let total_before = self.total.replace(page.total.unwrap_or_default());
        self.is_disturbed |= self.pages > 0 && total_before != self.total;
        // Where nobody says how long the list is, a page that only repeats is one after the last.
        let is_after_the_last = new == 0 && page.total.is_none();
        self.is_disturbed |= new < count && !is_after_the_last;
        self.pages += 1;
        new > 0
    }
}

/// Reads what was updated or deleted since a moment.
pub(super) async fn read(
    reader: &mut Reader<'_>,
    selection: Selection,
    since: Moment,
) -> Result<Part, ProviderError> {
    let mut window = Window::default();
    let mut settled_until = None;
    for _ in 0..WALKS_MAX {
        let mut signs = Signs::default();
        let mut ends = false;
        while !ends {
            let number = u64::from(signs.pages) + 1;
            if number > PAGES_MAX {
                return Err(endless(reader));
            }
            let mut page = reader.page(selection, number).await?;
            settled_until = settled_until.or(page.settled_until);
            ends = !signs.note(&mut page) || page.is_last;
            page.changes.into_iter().for_each(|change| window.take(change));
        }
        if !signs.is_disturbed {
            break;
        }
    }
    let cut = window.cut();
    if let Some(at) = cut.filter(|at| at.seconds() <= since.seconds()) {
        return Err(stuck(reader.entity(), at));
    }
    let mut part = Part { changes: window.into_changes(), until: None, more: cut.is_some() };
    let told = match selection {
        Selection::UpdatedSince(_) => settled_until.or_else(|| latest(&part)),
        // What was updated later than the last deletion was asked for, too.
        Selection::DeletedAfter(_) => settled_until,
    };
    part.until = told.into_iter().chain(cut).min();
    Ok(part)
}

fn endless(reader: &Reader<'_>) -> ProviderError {
    let endpoint = reader.entity().endpoint;
    ProviderError::unanswerable(format!(
        "Sage's list of {endpoint} has not ended after {PAGES_MAX} pages; set event.poller.history \
         to a later time"
    ))
}
