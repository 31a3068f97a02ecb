//! Nothing is left out, however the books move while they are read.

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::*;
use crate::sage::stand_in::Entry;

/// A resource whose list has an order, and one whose list has none; neither tells of deletions.
const RESOURCES: [&str; 2] = ["sales-quotes", "ledger-accounts"];

/// In seconds after [`SINCE`]; later than [`TIME`].
const NOW: i64 = 10_000_000;

/// A list without order stands in order of time here: the worst there is, because a record that
/// changes moves behind all others.
fn answered(books: &mut Books, asked: &Asked) -> Scripted {
    books.0.sort_by_key(|entry| entry.seconds);
    books.answer(asked)
}

/// Asks as the engine does: again from where a page ended, as long as there is more.
async fn read_all(
    resource: &str,
    books: Books,
    touched: &[(usize, usize)],
) -> (Books, Vec<FeedPage>) {
    let server = ScriptedServer::new().await;
    let books = Mutex::new(books);
    let script = |asked: &Asked, index: usize| {
        let mut books = books.lock().unwrap();
        let scripted = answered(&mut books, asked);
        for (_, id) in touched.iter().filter(|(at, _)| *at == index) {
            if let Some(entry) = books.0.iter_mut().find(|entry| entry.id == *id) {
                entry.seconds = NOW;
            }
        }
        scripted
    };
    let (feed, access, configuration) = (feed(&server, resource), access(), configuration(&[]));
    let resources = [resource.to_owned()];
    let mut since = Moment::parse(SINCE).unwrap();
    let mut pages: Vec<FeedPage> = Vec::new();
    while pages.last().is_none_or(|page| page.more) {
        let request = FeedRequest {
            access: &access,
            configuration: &configuration,
            since,
            resources: &resources,
        };
        let page = server.during(script, feed.changes(request)).await.unwrap();
        assert!(page.provider_time > since, "{resource}: there must be a way on");
        since = page.provider_time;
        pages.push(page);
    }
    (books.into_inner().unwrap(), pages)
}

fn is_told(pages: &[FeedPage], entry: &Entry) -> bool {
    let version = moment(entry.seconds).to_iso_seconds();
    let is_of = |change: &Change| {
        change.object_id == entry.id.to_string()
            && change.version.to_key().starts_with(&format!("t:{version}"))
    };
    pages.iter().any(|page| page.changes.iter().any(is_of))
}

#[tokio::test]
async fn several_goes_bring_everything() {
    for resource in RESOURCES {
        let books = Books(entries(9_000, |id| 1 + (id * 7_919) % 9_000));
        let (books, pages) = read_all(resource, books, &[]).await;
        let mut told = Vec::new();
        pages.iter().for_each(|page| told.extend(ids(page)));
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), books.0.len(), "{resource}");
        assert!(pages.len() > 1 && pages.iter().all(|page| page.changes.len() <= 4_000));
    }
}

#[tokio::test]
async fn more_records_of_one_second_than_a_page_holds_are_read_without_order() {
    let books = Books(entries(700, |id| if (30..650).contains(&id) { 60 } else { id }));
    let (_, pages) = read_all(RESOURCES[0], books, &[]).await;
    assert_eq!(pages[0].provider_time, moment(60));
    assert_eq!(pages.iter().map(|page| ids(page).len()).max(), Some(670));
}

#[tokio::test]
async fn a_record_that_is_all_of_the_last_page_hides_no_other() {
    let books = Books(entries(201, |id| 1 + id));
    let (books, pages) = read_all(RESOURCES[1], books, &[(0, 0)]).await;
    for entry in &books.0 {
        assert!(is_told(&pages, entry), "{entry:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_record_that_moves_while_pages_are_read_hides_no_other(
        times in proptest::collection::vec(0_i64..400, 150..700),
        touched in proptest::collection::vec((0_usize..4, 0_usize..150), 0..4),
        seconds_max in 1_i64..400,
        is_in_order in any::<bool>(),
    ) {
        let resource = if is_in_order { RESOURCES[0] } else { RESOURCES[1] };
        let books = Books(entries(times.len(), |id| times[usize::try_from(id).unwrap()] % seconds_max));
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (books, pages) = runtime.block_on(read_all(resource, books, &touched));
        for entry in books.0.iter().filter(|entry| entry.seconds < NOW) {
            prop_assert!(is_told(&pages, entry), "{resource}: {entry:?}");
        }
    }
}
