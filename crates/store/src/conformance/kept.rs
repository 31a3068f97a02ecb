//! Kept notices.

use bytes::Bytes;
use ledgerhook_model::{AppId, InstanceId, Moment, NoticeId, OrganizationId};

use super::Outcome;
use super::samples::{
    append_of, assert_exists, at, changes, events, finding, new_organization, notice, objects,
    seen, tenant,
};
use crate::journal::{Append, NewNotice, NoticeSource};
use crate::kept::{Company, KEPT_PAGE_BYTES_MAX, KeptFilter, KeptFor, KeptNotice, KeptPage};
use crate::{Store, StoreError};

/// More notices than any behaviour here has.
const LIMIT: usize = 100;

/// A notice that is kept for these companies.
fn kept_for(organization: OrganizationId, companies: &[&str]) -> NewNotice {
    let companies = companies.iter().map(|company| (*company).to_owned()).collect();
    let kept = KeptFor { organization, instance: None, companies, readable: None };
    NewNotice { kept: Some(Box::new(kept)), ..notice("raw") }
}

/// Appends a notice that told of nothing yet.
async fn keep(store: &impl Store, notice: NewNotice) -> Result<NoticeId, StoreError> {
    let append = Append { notice: Some(NoticeSource::New(notice)), ..Append::default() };
    let appended = store.append(vec![append]).await?;
    let id = appended.first().and_then(|appended| appended.notice);
    Ok(id.unwrap_or_else(|| panic!("{appended:?}")))
}

fn filter() -> KeptFilter {
    KeptFilter { limit: LIMIT, ..KeptFilter::default() }
}

async fn listed(
    store: &impl Store,
    organization: OrganizationId,
) -> Result<Vec<KeptNotice>, StoreError> {
    Ok(store.kept_notices(organization, filter()).await?.notices)
}

fn ids(page: &KeptPage) -> Vec<NoticeId> {
    page.notices.iter().map(|notice| notice.id).collect()
}

fn company(organization: OrganizationId, id: &str) -> Company {
    Company { organization, element: "quickbooks".to_owned(), id: id.to_owned() }
}

/// `KeptNotice`, with every part and with none that need not be there.
pub async fn kept_notices_read_back_newest_first(store: &impl Store) -> Outcome {
    let organization = store.create_organization(new_organization("acme")).await?.id;
    let first = keep(store, kept_for(organization, &["2", "1"])).await?;
    keep(store, notice("routed")).await?;
    let readable = Some(Bytes::from_static(b"read"));
    let companies = vec!["3".to_owned()];
    let kept = KeptFor { organization, instance: Some(InstanceId(7)), companies, readable };
    let full = NewNotice {
        app: Some(AppId(5)),
        kept: Some(Box::new(kept)),
        received_at: at(3),
        ..notice("<xml/>")
    };
    let second = keep(store, full).await?;

    let newest = KeptNotice {
        id: second,
        element: "quickbooks".to_owned(),
        app: Some(AppId(5)),
        instance: Some(InstanceId(7)),
        companies: vec!["3".to_owned()],
        body: b"<xml/>".to_vec(),
        readable: Some(b"read".to_vec()),
        received_at: at(3),
    };
    let oldest = KeptNotice {
        id: first,
        app: None,
        instance: None,
        companies: vec!["1".to_owned(), "2".to_owned()],
        body: b"raw".to_vec(),
        readable: None,
        received_at: seen(),
        ..newest.clone()
    };
    assert_eq!(listed(store, organization).await?, [newest, oldest]);
    Ok(())
}

/// `KeptFilter` and `KeptPage::next`.
pub async fn kept_notices_are_filtered_and_paged(store: &impl Store) -> Outcome {
    let organization = store.create_organization(new_organization("acme")).await?.id;
    let mut kept = Vec::new();
    for companies in [&["1", "2"][..], &["2"], &["1"]] {
        kept.push(keep(store, kept_for(organization, companies)).await?);
    }
    let sage = NewNotice { element: "sage".to_owned(), ..kept_for(organization, &["1"]) };
    kept.push(keep(store, sage).await?);
    let text = |text: Option<&str>| text.map(str::to_owned);
    for (element, company, limit, expected) in [
        (None, None, 3, &[&[3, 2, 1][..], &[0]][..]),
        (None, None, 4, &[&[3, 2, 1, 0]]),
        (None, Some("1"), 2, &[&[3, 2], &[0]]),
        (Some("quickbooks"), Some("1"), 1, &[&[2], &[0]]),
        (Some("sage"), None, 9, &[&[3]]),
        (Some("sage"), Some("2"), 9, &[&[]]),
        (None, None, 0, &[&[]]),
    ] {
        let mut before = None;
        for (number, page_expected) in expected.iter().enumerate() {
            let filter =
                KeptFilter { element: text(element), company: text(company), before, limit };
            let page = store.kept_notices(organization, filter).await?;
            let wanted: Vec<_> = page_expected.iter().map(|n: &usize| kept[*n]).collect();
            assert_eq!(ids(&page), wanted, "page {number} of {element:?} {company:?}");
            assert_eq!(page.next.is_none(), number + 1 == expected.len(), "page {number}");
            before = page.next;
        }
    }
    Ok(())
}

/// `KEPT_PAGE_BYTES_MAX`.
pub async fn a_page_ends_when_its_bodies_are_large(store: &impl Store) -> Outcome {
    let organization = store.create_organization(new_organization("acme")).await?.id;
    let body = Bytes::from(vec![b' '; KEPT_PAGE_BYTES_MAX / 2]);
    let mut kept = Vec::new();
    for _ in 0..3 {
        let large = NewNotice { body: body.clone(), ..kept_for(organization, &["1"]) };
        kept.push(keep(store, large).await?);
    }
    let page = store.kept_notices(organization, filter()).await?;
    assert_eq!((ids(&page), page.next), (vec![kept[2], kept[1]], Some(kept[1])));
    let page = store.kept_for(company(organization, "1"), None, LIMIT).await?;
    assert_eq!((ids(&page), page.next), (vec![kept[0], kept[1]], Some(kept[1])));
    let page = store.kept_for(company(organization, "1"), page.next, LIMIT).await?;
    assert_eq!((ids(&page), page.next), (vec![kept[2]], None));
    Ok(())
}

/// `Kept::kept_for`.
pub async fn notices_for_a_company_come_oldest_first(store: &impl Store) -> Outcome {
    let organization = store.create_organization(new_organization("acme")).await?.id;
    let mut kept = Vec::new();
    for companies in [&["1"][..], &["2"], &["1", "2"], &["1"]] {
        kept.push(keep(store, kept_for(organization, companies)).await?);
    }
    let sage = NewNotice { element: "sage".to_owned(), ..kept_for(organization, &["1"]) };
    keep(store, sage).await?;
    let of = |id| company(organization, id);
    let page = store.kept_for(of("1"), None, 2).await?;
    assert_eq!((ids(&page), page.next), (vec![kept[0], kept[2]], Some(kept[2])));
    let page = store.kept_for(of("1"), page.next, 2).await?;
    assert_eq!((ids(&page), page.next), (vec![kept[3]], None));
    let page = store.kept_for(of("2"), None, LIMIT).await?;
    assert_eq!(ids(&page), [kept[1], kept[2]]);
    assert_eq!(store.kept_for(of("3"), None, LIMIT).await?, KeptPage::default());
    Ok(())
}

/// `NoticeSource::Kept`.
pub async fn what_is_settled_is_kept_no_longer_and_told_of_by_its_notice(
    store: &impl Store,
) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let id = keep(store, kept_for(organization, &["1", "2", "3"])).await?;
    let mut append = append_of(vec![finding(instance, changes(0, 1))]);
    append.notice = Some(NoticeSource::Kept { id, settled: vec!["3".to_owned(), "1".to_owned()] });
    let appended = store.append(vec![append.clone()]).await?;
    assert_eq!(appended[0].notice, Some(id));
    let event = &appended[0].notifications[0].events[0];
    assert_eq!(event.notice, Some(id));
    let alone = store.event(organization, event.id).await?;
    assert_eq!(alone.and_then(|record| record.notice_body), Some(b"raw".to_vec()));
    let left: Vec<_> = listed(store, organization).await?;
    assert_eq!(left.iter().map(|kept| &*kept.companies).collect::<Vec<_>>(), [["2".to_owned()]]);

    let again = store.append(vec![append]).await?;
    assert_eq!((again[0].duplicates, &*again[0].notifications), (1, &[][..]));
    let settled = NoticeSource::Kept { id, settled: vec!["2".to_owned()] };
    store.append(vec![Append { notice: Some(settled), ..Append::default() }]).await?;
    assert_eq!(listed(store, organization).await?, []);
    assert_eq!(store.kept_for(company(organization, "2"), None, LIMIT).await?.notices, []);
    Ok(())
}

/// `Journal::append` is one transaction.
pub async fn a_batch_that_fails_settles_nothing(store: &impl Store) -> Outcome {
    let (organization, instance) = tenant(store, "acme").await?;
    let id = keep(store, kept_for(organization, &["1"])).await?;
    let settled = NoticeSource::Kept { id, settled: vec!["1".to_owned()] };
    let settle = Append { notice: Some(settled), ..Append::default() };
    let mut id_taken = changes(0, 2);
    id_taken[1].id = id_taken[0].id;
    let bad = append_of(vec![finding(instance, id_taken)]);
    assert_exists(store.append(vec![settle, bad]).await);
    assert_eq!(listed(store, organization).await?.len(), 1);
    assert_eq!(objects(&events(store, organization).await?), [""; 0]);
    Ok(())
}

/// `Journal::trim`.
pub async fn kept_notices_go_when_they_are_old(store: &impl Store) -> Outcome {
    let organization = store.create_organization(new_organization("acme")).await?.id;
    let told_at =
        |moment: Moment| NewNotice { received_at: moment, ..kept_for(organization, &["1", "2"]) };
    keep(store, told_at(at(1))).await?;
    let young = keep(store, told_at(at(2))).await?;
    assert_eq!(store.trim(at(2), LIMIT).await?, 1);
    assert_eq!(ids(&store.kept_notices(organization, filter()).await?), [young]);
    let page = store.kept_for(company(organization, "2"), None, LIMIT).await?;
    assert_eq!(ids(&page), [young]);
    Ok(())
}

/// The wall between organisations.
pub async fn one_organization_does_not_see_what_is_kept_for_another(store: &impl Store) -> Outcome {
    let acme = store.create_organization(new_organization("acme")).await?.id;
    let other = store.create_organization(new_organization("other")).await?.id;
    let id = keep(store, kept_for(acme, &["1"])).await?;
    assert_eq!(listed(store, other).await?, []);
    assert_eq!(store.kept_for(company(other, "1"), None, LIMIT).await?.notices, []);
    assert_eq!(ids(&store.kept_for(company(acme, "1"), None, LIMIT).await?), [id]);
    Ok(())
}
